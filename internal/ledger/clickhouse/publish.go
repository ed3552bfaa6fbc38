package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// publish makes a view of each month whose lines that count are others than
// when its view was made, for people's own SQL: usage_2026_10 and so on, on every
// node. It looks again until no other import came in between.
func (l *Ledger) publish(ctx context.Context) error {
	mine := digests{} // a view of ours may have come after another's that is newer: it is looked at again
	for {
		s, err := l.state(ctx)
		if err != nil {
			return err
		}
		known, place, err := l.published(ctx)
		if err != nil {
			return err
		}
		maps.Copy(known, mine)
		made := false
		for _, month := range append(s.manifest.Months(), known.others(s.manifest.Months())...) {
			v := l.viewOf(s, month)
			text := v.viewSQL()
			sum := sha256.Sum256([]byte(text))
			digest := hex.EncodeToString(sum[:])
			if known[month] == digest {
				continue
			}
			if err := l.makeView(ctx, month, text, digest, place+1); err != nil {
				return err
			}
			made, mine[month] = true, digest
		}
		if !made {
			return nil
		}
	}
}

// digests are those of the views by month.
type digests map[pharos.Month]string

// others are the months that have a view, and no lines any more.
func (d digests) others(months []pharos.Month) []pharos.Month {
	var out []pharos.Month
	for m := range d {
		if !slices.Contains(months, m) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// published reads what views there are, and the place of the last one made.
func (l *Ledger) published(ctx context.Context) (digests, uint64, error) {
	rows, err := l.conn().Query(ctx, "select month, argMax(digest, place), max(place) from "+l.table("published")+" group by month")
	if err != nil {
		return nil, 0, l.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	out, last := digests{}, uint64(0)
	for rows.Next() {
		var month uint32
		var digest string
		var place uint64
		if err := rows.Scan(&month, &digest, &place); err != nil {
			return nil, 0, l.fault(ctx, err)
		}
		last = max(last, place)
		out[pharos.Month(month/100*12+month%100-1)] = digest
	}
	return out, last, l.fault(ctx, rows.Err())
}

// makeView makes a month's view anew on every node, and notes that.
func (l *Ledger) makeView(ctx context.Context, month pharos.Month, text, digest string, place uint64) error {
	name := l.table("usage_" + strings.ReplaceAll(month.String(), "-", "_"))
	for _, n := range l.nodes {
		for _, statement := range []string{"drop table if exists " + name, "create view if not exists " + name + " as " + text} {
			if err := n.conn.Exec(ctx, statement); err != nil {
				return l.fault(ctx, fmt.Errorf("making %s on %s: %w", name, n.address, err))
			}
		}
	}
	err := l.conn().Exec(ctx, fmt.Sprintf("insert into %s (month, digest, place) select %d, '%s', %d", l.localTable("published"), monthNumber(month), digest, place))
	return l.fault(ctx, err)
}

// viewSQL is the query of a month's view: the lines that count, with amounts
// as decimals. What has more than 18 digits or ten decimals is null there and
// stands as text in the column wide.
func (v *view) viewSQL() string {
	amount := func(column string) string {
		return fmt.Sprintf(`if(position(wide, '"%s"') > 0, null, toDecimal128(%s_e10, 0) * toDecimal128('0.0000000001', 10)) as %s`, column, column, column)
	}
	return fmt.Sprintf(`select toDate(day) as day, invoice, customer_id, customer_name, subscription_id, subscription_name,
 resource_group, resource_id, meter_id, meter_name, meter_category, meter_subcategory, product_id, sku_id, publisher,
 %s, %s, %s, %s, if(has_pretax_total = 1, %s, null) as billing_pretax_total,
 wide, pricing_currency, billing_currency, credited_percent, excluded, plan, reseller,
 %s as file, member, line
from %s where %s`,
		amount("quantity"), amount("unit_price"), amount("effective_unit_price"), amount("exchange_rate"),
		strings.TrimSuffix(amount("billing_pretax_total"), " as billing_pretax_total"),
		v.fileSQL(), v.ledger.table("usage_line"), v.counted)
}

// fileSQL is the name of a line's file.
func (v *view) fileSQL() string {
	if len(v.parts) == 0 {
		return "''"
	}
	var attempts, names []string
	for _, p := range v.parts {
		attempts, names = append(attempts, p.Part.File), append(names, p.Entry.Name)
	}
	return fmt.Sprintf("transform(attempt, [%s], [%s], '')", list(ids(attempts)), list(texts(names)))
}
