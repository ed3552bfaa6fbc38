package web

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// segment is a rectangle of an SVG bar, in percent of the bar's width.
type segment struct {
	Badge    badge
	X, Width string
}

func hundred() decimal.Decimal { return decimal.NewFromInt(100) }

// thinnest returns the width, in percent, below which a bar could not be seen.
func thinnest() decimal.Decimal { return decimal.New(4, -1) }

// positive is the credit of the verdicts that have any. A refund can make a
// verdict negative: it has no bar, and takes nothing from those of the others.
func positive(f figures) decimal.Decimal {
	whole := decimal.Zero
	for _, v := range stacking() {
		whole = whole.Add(decimal.Max(decimal.Zero, f.Sums.Of(v)))
	}
	return whole
}

// stack splits a bar among the verdicts of lines that can earn, widths in
// proportion to their credit. It is empty when nothing could earn.
func stack(f figures) []segment {
	whole := positive(f)
	if !whole.IsPositive() {
		return nil
	}
	var bar []segment
	x := decimal.Zero
	for _, v := range pharos.Verdicts() {
		part := f.Sums.Of(v)
		if v == pharos.Excluded || !part.IsPositive() {
			continue
		}
		width := part.Shift(2).DivRound(whole, 3)
		bar = append(bar, segment{badge(v), x.String(), width.String()})
		x = x.Add(width)
	}
	return bar
}

// chartRow is a row of "earned and lost by cause": one bar for each verdict and
// cause, all on one scale. The rows are both the chart and its table.
type chartRow struct {
	Badge         badge
	Cause         link // empty for a verdict without causes
	Width         string
	Amount        amount
	Subscriptions int
	Days          int
}

// excludedRow is what one cause excludes: list cost, for there is no credit.
type excludedRow struct {
	Cause               link
	List                amount
	Subscriptions, Days int
}

// excludedRows lists the causes for which lines can never earn.
func (c *currencyTally) excludedRows() []excludedRow {
	var rows []excludedRow
	for _, sum := range c.causes {
		if sum.Verdict == pharos.Excluded {
			rows = append(rows, excludedRow{
				link{causeURL(sum.Code), string(sum.Code)}, amount{sum.List, c.Currency}, sum.Subscriptions, sum.Days,
			})
		}
	}
	slices.SortStableFunc(rows, func(a, b excludedRow) int { return b.List.Value.Cmp(a.List.Value) })
	return rows
}

// newChart draws what was earned, then the causes in the judge's order.
// Excluded lines have no credit, so they are not part of it.
func newChart(c *currencyTally) []chartRow {
	var rows []chartRow
	longest := decimal.Zero
	add := func(row chartRow) {
		rows = append(rows, row)
		longest = decimal.Max(longest, row.Amount.Value)
	}
	for _, v := range pharos.Verdicts() {
		if v == pharos.Excluded {
			continue
		}
		if left := c.Of(v).Value.Sub(explained(c.causes, v)); !left.IsZero() {
			row := chartRow{Badge: badge(v), Amount: amount{left, c.Currency}}
			row.Subscriptions, row.Days = c.extents[v].subscriptions, c.extents[v].days
			add(row)
		}
		for _, sum := range c.causes {
			if sum.Verdict == v {
				add(chartRow{
					Badge: badge(v), Cause: link{causeURL(sum.Code), string(sum.Code)},
					Amount:        amount{sum.Credit, c.Currency},
					Subscriptions: sum.Subscriptions, Days: sum.Days,
				})
			}
		}
	}
	for i := range rows {
		rows[i].Width = barWidth(rows[i].Amount.Value, longest)
	}
	return rows
}

// explained is how much of a verdict has a cause.
func explained(causes []credit.CauseSum, v pharos.Verdict) decimal.Decimal {
	sum := decimal.Zero
	for _, c := range causes {
		if c.Verdict == v {
			sum = sum.Add(c.Credit)
		}
	}
	return sum
}

// barWidth is the length of a bar in percent of the longest. What is not zero
// can be seen.
func barWidth(part, longest decimal.Decimal) string {
	if !part.IsPositive() || !longest.IsPositive() {
		return "0"
	}
	return decimal.Max(part.Shift(2).DivRound(longest, 3), thinnest()).String()
}
