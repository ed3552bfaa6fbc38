package web

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// trend is a month day by day in one currency: a column for each day, split
// among the verdicts, that shows on which day a loss began. Its rows say the
// same as a table.
type trend struct {
	Columns []column
	Rows    []trendRow
}

// trendRow is a day.
type trendRow struct {
	figures
	Day string
}

// column is a day's drawing: places and widths in percent of the chart,
// heights in pixels from its top.
type column struct {
	X, Width string
	Label    string // the whole column in words
	Tick     string // the date, for one day a week
	Parts    []columnPart
}

type columnPart struct {
	Badge     badge
	Y, Height string
}

// trendHeight is the height in pixels of the highest column.
const trendHeight = 80

// stacking orders verdicts from the ground up: what was earned stands, and
// what is missing tops it.
func stacking() []pharos.Verdict {
	return []pharos.Verdict{
		pharos.Earned, pharos.Unexpected, pharos.Pending, pharos.UnknownVerdict, pharos.Disputable, pharos.Lost,
	}
}

// newTrend draws a month in a currency.
func newTrend(m pharos.Month, of *currencyTally) trend {
	highest := decimal.Zero
	byDay := make([]figures, len(of.days))
	for i := range of.days {
		byDay[i] = figures{of.Currency, of.days[i].sums()}
		highest = decimal.Max(highest, positive(byDay[i]))
	}
	var t trend
	width := hundred().DivRound(decimal.NewFromInt(int64(m.Days())), 4)
	for i, d := range days(m) {
		f := byDay[i]
		t.Rows = append(t.Rows, trendRow{f, d.Start().Format("Mon 2")})
		c := column{
			X:     width.Mul(decimal.NewFromInt(int64(i))).String(),
			Width: width.Mul(decimal.New(8, -1)).String(),
			Label: trendLabel(d, f), Parts: columnParts(f, highest),
		}
		if i%7 == 0 {
			c.Tick = strconv.Itoa(i + 1)
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// columnParts stacks a day's verdicts. What is not zero is at least a pixel high.
func columnParts(f figures, highest decimal.Decimal) []columnPart {
	if !highest.IsPositive() {
		return nil
	}
	var parts []columnPart
	top := decimal.NewFromInt(trendHeight)
	for _, v := range stacking() {
		part := f.Sums.Of(v)
		if !part.IsPositive() {
			continue
		}
		height := decimal.Max(part.Mul(decimal.NewFromInt(trendHeight)).DivRound(highest, 2), decimal.NewFromInt(1))
		top = top.Sub(height)
		parts = append(parts, columnPart{badge(v), top.String(), height.String()})
	}
	return parts
}

// trendLabel says a column in words.
func trendLabel(d pharos.Day, f figures) string {
	var parts []string
	for _, v := range urgency() {
		if a := f.Of(v); v != pharos.Excluded && !a.Zero() {
			parts = append(parts, strings.ToLower(badge(v).Label())+" "+a.Text())
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing that can earn"}
	}
	return d.Start().Format("Monday 2 January") + ": " + strings.Join(parts, ", ")
}
