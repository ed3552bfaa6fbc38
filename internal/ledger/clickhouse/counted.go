package clickhouse

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// view is a month's lines at one instant.
type view struct {
	ledger *Ledger
	parts  []ledger.Ranked
	// present is the SQL condition of the month's lines, counted that of those that count.
	present, counted string
}

// view says which lines of a month count; see the comment of package ledger for the rules.
func (l *Ledger) view(ctx context.Context, month pharos.Month) (*view, error) {
	s, err := l.state(ctx)
	if err != nil {
		return nil, err
	}
	return l.viewOf(s, month), nil
}

func (l *Ledger) viewOf(s *state, month pharos.Month) *view {
	v := &view{ledger: l, parts: s.manifest.Ranked(month)}
	of := fmt.Sprintf("month = %d and attempt in ", monthNumber(month))
	v.present = "0"
	if len(v.parts) > 0 {
		v.present = of + "(" + list(v.attempts(func(ledger.Ranked) bool { return true })) + ")"
	}
	conditions := []string{v.present}
	conditions = append(conditions, v.notReplaced(s.manifest.Strays(month))...)
	if meeting := v.attempts(func(p ledger.Ranked) bool { return p.Meets }); len(meeting) > 0 {
		conditions = append(conditions, v.notRepeated(of, meeting))
	}
	v.counted = strings.Join(conditions, "\n and ")
	return v
}

// attempts are those of the parts that are wanted.
func (v *view) attempts(wanted func(ledger.Ranked) bool) []string {
	var out []string
	for _, p := range v.parts {
		if wanted(p) {
			out = append(out, strconv.FormatUint(attemptID(p.Part.File), 10))
		}
	}
	return out
}

// notReplaced is rule 5: a line without an invoice does not count if an
// invoice bills its customer's month, or, where it strays into the month, that
// day of the resource's meter. Customers are on all shards, resources on one.
func (v *view) notReplaced(strays []string) []string {
	var billed, unbilled int64
	for _, p := range v.parts {
		billed += p.Part.Lines - p.Part.Unbilled
		unbilled += p.Part.Unbilled
	}
	if billed == 0 || unbilled == 0 {
		return nil
	}
	own := ""
	var out []string
	if len(strays) > 0 {
		const place = "customer_id, billing_currency, subscription_id, resource_group, resource_id, meter_id, day"
		own = " and invoice not in (" + list(texts(strays)) + ")"
		out = append(out, fmt.Sprintf("(invoice != '' or (%s) not in (select %s from %s where %s and invoice in (%s)))",
			place, place, v.ledger.localTable("usage_line"), v.present, list(texts(strays))))
	}
	return append(out, fmt.Sprintf("(invoice != '' or (customer_id, billing_currency) global not in (select customer_id, billing_currency from %s where %s and invoice != ''%s group by customer_id, billing_currency))",
		v.ledger.table("usage_line"), v.present, own))
}

// rankBits is room for the rank beside the number of lines in one number.
const rankBits = 1 << 24

// notRepeated is rules 2 and 3: of equal lines those of one statement count. On
// an invoice it is the one that has the most of them, without one the newest;
// the newest also where several have as many. Equal lines are on one shard.
func (v *view) notRepeated(of string, meeting []string) string {
	repeated := fmt.Sprintf(`select key_a, key_b, r from (
  select key_a, key_b, groupArray(r) as rs, argMax(r, if(u = 1, 0, n) * %d + r) as best from (
   select key_a, key_b, %s as r, invoice = '' as u, count() as n from %s where %s(%s) group by key_a, key_b, r, u)
  group by key_a, key_b having count() > 1) array join rs as r where r != best`,
		rankBits, v.rank(), v.ledger.localTable("usage_line"), of, list(meeting))
	return fmt.Sprintf("(attempt not in (%s) or (key_a, key_b, %s) not in (\n  %s))", list(meeting), v.rank(), repeated)
}

// rank is the SQL expression of a line's rank.
func (v *view) rank() string {
	var ranks []string
	for _, p := range v.parts {
		ranks = append(ranks, strconv.Itoa(p.Rank))
	}
	return fmt.Sprintf("toUInt32(transform(attempt, [%s], [%s], 0))", list(v.attempts(func(ledger.Ranked) bool { return true })), list(ranks))
}

// order is the SQL expression that numbers lines as the folder ledger has them:
// by import, then as they stand in their file.
func (v *view) order() string {
	places := make([]string, len(v.parts))
	for i := range v.parts {
		places[i] = strconv.Itoa(i)
	}
	return fmt.Sprintf("toUInt64(transform(attempt, [%s], [%s], 0)) * 1099511627776 + row", list(v.attempts(func(ledger.Ranked) bool { return true })), list(places))
}
