package web

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// TestChart_Refunds: a refund makes a verdict negative. Its row is in the
// table, so that the rows add up to the totals; bars stay within their chart.
func TestChart_Refunds(t *testing.T) {
	m := month(credit.Subscription{
		SubscriptionID: subscription(1), CustomerID: tenant(1), Currency: "EUR",
		Days: []credit.DayRow{row(5, pharos.Earned, "-40", 1), row(5, pharos.Lost, "100", 1, pharos.NoAccess)},
	})
	c := newTally(m).currencies[0]
	sum := decimal.Zero
	for _, r := range c.chart {
		sum = sum.Add(r.Amount.Value)
	}
	if len(c.chart) != 2 || !sum.Equal(c.CanEarn()) || c.chart[0].Width != "0" || c.chart[1].Width != "100" {
		t.Errorf("rows %+v add up to %s, want %s", c.chart, sum, c.CanEarn())
	}
	if bar := stack(c.figures); len(bar) != 1 || bar[0].Width != "100" {
		t.Errorf("the bar %+v, want the loss alone over all of it", bar)
	}
	parts := c.trend.Columns[4].Parts
	if len(parts) != 1 || parts[0].Height != "80" || parts[0].Y != "0" {
		t.Errorf("the column %+v, want one part of the chart's height", parts)
	}
}
