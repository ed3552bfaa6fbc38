package clickhouse

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// Lines yields the lines that q selects and that count, as
// [ledger.Ledger.Lines] does and in its order. An error ends it.
func (l *Ledger) Lines(ctx context.Context, q pharos.LineQuery) iter.Seq2[pharos.UsageLine, error] {
	return func(yield func(pharos.UsageLine, error) bool) {
		if err := l.lines(ctx, ledger.Narrowed(q), yield); err != nil {
			yield(pharos.UsageLine{}, err)
		}
	}
}

func (l *Ledger) lines(ctx context.Context, q pharos.LineQuery, yield func(pharos.UsageLine, error) bool) error {
	v, err := l.view(ctx, q.Month)
	if err != nil || len(v.parts) == 0 {
		return err
	}
	left := q.Limit
	for _, days := range v.spans(q) {
		more, err := v.linesOf(ctx, q, days, &left, yield)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// spans cuts a query for the first lines of a month by day, so that the engine
// need not order all of them for a few; any other it answers at once.
func (v *view) spans(q pharos.LineQuery) []ledger.DaySpan {
	if q.Limit == 0 && q.Day == 0 {
		return []ledger.DaySpan{{First: q.Month.First(), Last: q.Month.Last()}}
	}
	return slices.DeleteFunc(ledger.DaySpans(q), func(d ledger.DaySpan) bool {
		return !slices.ContainsFunc(v.parts, func(p ledger.Ranked) bool { return p.Part.First <= d.Last && d.First <= p.Part.Last })
	})
}

// linesOf yields the lines of some days. The engine orders them by day,
// resource, meter and import; among lines of a meter the file's name decides
// first, which the table does not have.
func (v *view) linesOf(ctx context.Context, q pharos.LineQuery, days ledger.DaySpan, left *int, yield func(pharos.UsageLine, error) bool) (more bool, err error) {
	rows, err := v.ledger.conn().Query(ctx, v.linesSQL(q, days))
	if err != nil {
		return false, v.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	names := map[uint64]string{}
	for _, p := range v.parts {
		names[attemptID(p.Part.File)] = p.Entry.Name
	}
	var same []pharos.UsageLine // of one day, resource and meter
	flush := func() bool {
		slices.SortStableFunc(same, ledger.CompareLines)
		for _, line := range same {
			if !yield(line, nil) {
				return false
			}
			if *left--; *left == 0 {
				return false
			}
		}
		same = same[:0]
		return true
	}
	for rows.Next() {
		line, err := v.scanLine(rows, names)
		if err != nil {
			return false, v.ledger.fault(ctx, err)
		}
		if !ledger.Wanted(q, line.Subscription, line.ResourceGroup, line.Resource) {
			continue
		}
		if len(same) > 0 && (same[0].Day != line.Day || same[0].Resource != line.Resource || same[0].Meter.ID != line.Meter.ID) && !flush() {
			return false, nil
		}
		same = append(same, line)
	}
	if err := rows.Err(); err != nil {
		return false, v.ledger.fault(ctx, err)
	}
	return flush(), nil
}

func (v *view) linesSQL(q pharos.LineQuery, days ledger.DaySpan) string {
	var names []string
	for _, c := range lineColumns() {
		if !slices.Contains([]string{"month", "row", "key_a", "key_b"}, c.name) {
			names = append(names, c.name)
		}
	}
	only := ""
	if q.Subscription != "" {
		only = " and subscription_id = " + texts([]string{string(q.Subscription)})[0]
	}
	return fmt.Sprintf("select %s from %s where day >= %d and day <= %d%s and %s order by day, resource_id, meter_id, %s",
		strings.Join(names, ", "), v.ledger.table("usage_line"), days.First, days.Last, only, v.counted, v.order())
}

// scanLine reads a row of linesSQL; names are those of the sources by attempt.
func (v *view) scanLine(rows driver.Rows, names map[uint64]string) (pharos.UsageLine, error) {
	var attempt uint64
	var stated uint8
	var r ledger.Row
	to := []any{&attempt, &r.Line, &r.Day, &r.Quantity, &r.UnitPrice, &r.Effective, &r.Exchange, &r.PreTax, &stated}
	for _, t := range textsOf(&r) {
		to = append(to, t)
	}
	if err := rows.Scan(to...); err != nil {
		return pharos.UsageLine{}, err
	}
	r.HasPreTax = stated == 1
	line, err := r.UsageLine(names[attempt])
	if err != nil {
		return line, v.ledger.damaged("usage_line", err)
	}
	return line, nil
}
