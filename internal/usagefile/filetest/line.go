package filetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Line is a line of a bill, as texts. Values are what every format can say.
type Line struct {
	Day                            string // 2026-10-09
	Customer, CustomerName         string
	Subscription, SubscriptionName string
	Invoice                        string
	Group, Resource                string // resource group's name; full id, or ""
	Meter, MeterName               string
	Publisher                      string // Microsoft, or another
	Quantity, UnitPrice, Effective string
	Currency, Rate                 string // billing currency, from USD
	PreTax                         string
	Percent                        string // 0 or 15
	Reseller                       string
	Tags                           string // JSON, or ""
	Pricing                        string // "", Reservation, SavingsPlan, Spot
}

// Bill returns n lines of one month, the same for the same seed. All prices
// and quantities are written in the forms that occur: plain, with exponents,
// with many digits.
func Bill(seed uint64, n int, month time.Time) []Line {
	r := rand.New(rand.NewPCG(seed, 1))
	days := month.AddDate(0, 1, -1).Day()
	lines := make([]Line, n)
	for i := range lines {
		customer, sub := r.IntN(4), r.IntN(3)
		subscription := fmt.Sprintf("33333333-3333-4333-8%03d-%012d", customer, sub)
		group := []string{"rg-web", "RG-Data", "Shared"}[r.IntN(3)]
		l := Line{
			Day:      month.AddDate(0, 0, r.IntN(days)).Format(time.DateOnly),
			Customer: fmt.Sprintf("22222222-2222-4222-8222-%012d", customer), CustomerName: fmt.Sprintf("Customer %d, \"Ltd\"", customer),
			Subscription: subscription, SubscriptionName: "sub é",
			Invoice: []string{"G016907411", "G016907412"}[customer%2],
			Group:   group,
			Meter:   fmt.Sprintf("44444444-4444-4444-8444-%012d", r.IntN(9)), MeterName: "D2s v5", Publisher: "Microsoft",
			Quantity:  []string{"24", "0.5", "1.9E-08", "13.3333333333", "0", "-2.5", "123456789012.123456789012345678"}[r.IntN(7)],
			UnitPrice: []string{"0.096", "1.2799888920023", "0", "45", "0.0000001"}[r.IntN(5)],
			Effective: "0.1999968000511991808131", Currency: []string{"EUR", "USD", "GBP"}[customer%3],
			Rate: []string{"0.92", "1", "0.7931"}[customer%3], PreTax: "2.11", Percent: []string{"0", "15", "15"}[r.IntN(3)],
			Tags: []string{"", `{"env":"prod","n":"1"}`}[r.IntN(2)],
		}
		if r.IntN(5) > 0 {
			l.Resource = "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/Microsoft.Compute/virtualMachines/VM" + fmt.Sprint(r.IntN(40))
		}
		special(&l, r)
		lines[i] = l
	}
	return lines
}

// special makes some lines those of products that never earn.
func special(l *Line, r *rand.Rand) {
	switch r.IntN(12) {
	case 0:
		l.Publisher, l.Percent = "Some Vendor", "0"
	case 1:
		l.Pricing, l.Percent = "Reservation", "0"
	case 2:
		l.Pricing, l.Percent = "SavingsPlan", "0"
	case 3:
		l.Pricing, l.Percent, l.MeterName = "Spot", "0", "D2s v5 Spot"
	case 4:
		l.Reseller = "4987655"
	}
}

// american returns the day as 10/09/2026.
func (l *Line) american() string {
	p := strings.Split(l.Day, "-")
	return p[1] + "/" + p[2] + "/" + p[0]
}

func (l *Line) benefitType() string {
	switch l.Pricing {
	case "Reservation":
		return "Reservation"
	case "SavingsPlan":
		return "Savings Plan"
	default:
		return ""
	}
}

func (l *Line) benefitOrder() string {
	if l.benefitType() == "" {
		return ""
	}
	return "55555555-5555-4555-8555-555555555555"
}

func (l *Line) only(pricing, value string) string {
	if l.Pricing == pricing {
		return value
	}
	return ""
}
