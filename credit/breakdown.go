package credit

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// breakdown gathers parts into rows by key, customer and currency.
type breakdown struct {
	groups index[groupKey]
	sums   []*Row
	lost   []map[pharos.Cause]decimal.Decimal
}

type groupKey struct {
	key, currency string
	customer      pharos.TenantID
}

// part is a settled sum that goes into a row.
type part struct {
	verdict      pharos.Verdict
	causes       []pharos.Cause
	list, credit decimal.Decimal
	lines        int64
}

func newBreakdown() *breakdown { return &breakdown{} }

func (b *breakdown) add(head Row, p part) {
	n := b.groups.of(groupKey{head.Key, head.Currency, head.Customer})
	if n == len(b.sums) {
		b.sums = append(b.sums, &head)
		b.lost = append(b.lost, map[pharos.Cause]decimal.Decimal{})
	}
	row := b.sums[n]
	row.add(p.verdict, p.list, p.credit)
	row.Lines += p.lines
	if p.verdict == pharos.Lost && len(p.causes) > 0 {
		b.lost[n][p.causes[0]] = b.lost[n][p.causes[0]].Add(p.credit)
	}
}

func (b *breakdown) rows(g Grouping) []Row {
	out := make([]Row, len(b.sums))
	for i, row := range b.sums {
		row.TopCause = topCause(b.lost[i])
		out[i] = *row
	}
	slices.SortFunc(out, compareRows(g))
	return out
}

// topCause returns the cause of the highest amount, the earlier of the
// contract's order among equals.
func topCause(lost map[pharos.Cause]decimal.Decimal) pharos.Cause {
	var top pharos.Cause
	for _, c := range pharos.Causes() {
		amount, ok := lost[c]
		if ok && (top == "" || amount.GreaterThan(lost[top])) {
			top = c
		}
	}
	return top
}
