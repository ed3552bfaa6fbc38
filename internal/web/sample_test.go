package web

import (
	"fmt"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// sample are books of a month with every verdict: five customers in two
// currencies.
//
//   - Fabrikam (1), EUR: prod (1) lost its delegation from the 9th to the 15th
//     and has excluded lines on each day; dev (2) earned throughout.
//   - Northwind (2), EUR: erp (3) is disputable on two days, unexpected on one.
//   - Adatum (3), EUR: lab (4) was not observed, then pending.
//   - Tailspin (4) and Wingtip (5), GBP: web (5) lost all month to a link that
//     nobody made; shop (6) lost for two causes at once.
func sample() *fakeBooks {
	subs := []credit.Subscription{
		fabrikamProd(), every(2, 1, "Fabrikam GmbH", "fabrikam-dev", "EUR", "84.211"),
		northwindERP(), adatumLab(),
		{SubscriptionID: subscription(5), SubscriptionName: "tailspin-web", CustomerID: tenant(4), CustomerName: "Tailspin Toys Ltd", Currency: "GBP"},
		{SubscriptionID: subscription(6), SubscriptionName: "wingtip-shop", CustomerID: tenant(5), CustomerName: "Wingtip & Söhne <Ltd>", Currency: "GBP"},
	}
	for d := 1; d <= 31; d++ {
		subs[4].Days = append(subs[4].Days, row(d, pharos.Lost, "61.4402", 3, pharos.NotLinked))
		switch {
		case d < 20:
			subs[5].Days = append(subs[5].Days, row(d, pharos.Earned, "210", 5))
		case d == 20:
			subs[5].Days = append(subs[5].Days, row(d, pharos.Lost, "210", 5, pharos.PartialDay, pharos.EligibleOnly))
		default:
			subs[5].Days = append(subs[5].Days, row(d, pharos.Lost, "210", 5, pharos.EligibleOnly, pharos.NotLinked))
		}
	}
	f := &fakeBooks{
		months: []pharos.Month{october - 2, october - 1, october},
		judged: map[pharos.Month]*credit.Month{october: month(subs...)},
		names:  explain.Names{Customers: map[pharos.TenantID]pharos.Customer{}, Subscriptions: map[pharos.SubscriptionID]pharos.Subscription{}},
	}
	f.judged[october].Warnings = []credit.Warning{{Code: credit.RateAssumed, Message: "the bill does not state the rate of 3 lines; 15 % is assumed"}}
	september := every(2, 1, "Fabrikam GmbH", "fabrikam-dev", "EUR", "84.211")
	september.Days = september.Days[:30]
	for i := range september.Days {
		september.Days[i].Date -= 30
	}
	f.judged[october-1] = month(september)
	f.judged[october-1].Month = october - 1
	for _, s := range subs {
		f.names.Customers[s.CustomerID] = pharos.Customer{ID: s.CustomerID, Name: s.CustomerName}
		f.names.Subscriptions[s.SubscriptionID] = pharos.Subscription{ID: s.SubscriptionID, Customer: s.CustomerID, Name: s.SubscriptionName}
		f.lines = append(f.lines, linesOf(s)...)
	}
	f.coverage = sampleCoverage()
	return f
}

// every makes a subscription that earned on each day.
func every(sub, customer int, customerName, name, currency, list string) credit.Subscription {
	s := credit.Subscription{SubscriptionID: subscription(sub), SubscriptionName: name, CustomerID: tenant(customer), CustomerName: customerName, Currency: currency}
	for d := 1; d <= 31; d++ {
		s.Days = append(s.Days, row(d, pharos.Earned, list, 4))
	}
	return s
}

func fabrikamProd() credit.Subscription {
	s := credit.Subscription{SubscriptionID: subscription(1), SubscriptionName: "fabrikam-prod", CustomerID: tenant(1), CustomerName: "Fabrikam GmbH", Currency: "EUR"}
	for d := 1; d <= 31; d++ {
		list := fmt.Sprintf("%d.%04d", 8200+d*17, d*311)
		if d >= 9 && d <= 15 {
			s.Days = append(s.Days, row(d, pharos.Lost, list, 240, pharos.NoAccess))
		} else {
			s.Days = append(s.Days, row(d, pharos.Earned, list, 240))
		}
		s.Days = append(s.Days, row(d, pharos.Excluded, "412.5", 6, pharos.ExcludedReservation))
	}
	return s
}

func northwindERP() credit.Subscription {
	s := credit.Subscription{SubscriptionID: subscription(3), SubscriptionName: "northwind-erp", CustomerID: tenant(2), CustomerName: "Northwind Traders", Currency: "EUR"}
	for d := 1; d <= 31; d++ {
		switch d {
		case 12, 13:
			s.Days = append(s.Days, row(d, pharos.Disputable, "340.08", 9, pharos.Unexplained))
		case 14:
			s.Days = append(s.Days, row(d, pharos.Unexpected, "340.08", 9))
		case 18: // nothing was used
		default:
			s.Days = append(s.Days, row(d, pharos.Earned, "340.08", 9))
		}
	}
	return s
}

func adatumLab() credit.Subscription {
	s := credit.Subscription{SubscriptionID: subscription(4), SubscriptionName: "adatum-lab", CustomerID: tenant(3), CustomerName: "A. Datum Corporation", Currency: "EUR"}
	for d := 1; d <= 31; d++ {
		switch {
		case d < 6:
			s.Days = append(s.Days, row(d, pharos.UnknownVerdict, "12.2", 1, pharos.NotObserved))
		case d >= 29:
			s.Days = append(s.Days, row(d, pharos.Pending, "12.2", 1, pharos.TooEarly))
		default:
			s.Days = append(s.Days, row(d, pharos.Earned, "0.02", 1))
		}
	}
	return s
}

// linesOf splits each row of a subscription into usage lines of equal price.
func linesOf(s credit.Subscription) []credit.Line {
	var lines []credit.Line
	for _, d := range s.Days {
		for i := range d.Lines {
			n := pharos.NewRate(d.Lines).Decimal
			l := credit.Line{Verdict: d.Verdict, Causes: d.Causes, Credit: d.Credit.Div(n)}
			l.Source = pharos.LineSource{File: "contoso-2026-10-daily.csv.gz", Line: int64(len(lines) + 2)}
			l.Day, l.Customer, l.Subscription, l.SubName = d.Date, s.CustomerID, s.SubscriptionID, s.SubscriptionName
			l.ResourceGroup = "rg-web"
			l.Resource = pharos.ResourceGroupScope(s.SubscriptionID, "rg-web") + pharos.Scope(fmt.Sprintf("/providers/microsoft.compute/virtualmachines/vm-web-%03d", i+1))
			l.Meter = pharos.Meter{ID: "vm-d2s-v5", Name: "D2s v5", Category: "Virtual Machines", SubCategory: "Dsv5 Series"}
			l.Quantity, l.UnitPrice, l.PricingCurrency = dec("24"), d.List.Div(n).Div(dec("24")).Div(dec("0.92")).Round(6), "USD"
			l.BillingCurrency, l.ExchangeRate = s.Currency, dec("0.92")
			if d.Verdict == pharos.Earned || d.Verdict == pharos.Unexpected {
				l.Credited = pharos.NewRate(15)
			}
			l.Product = ""
			if d.Verdict == pharos.Excluded {
				l.Product = d.Causes[0]
			}
			lines = append(lines, l)
		}
	}
	return lines
}

func sampleCoverage() []pharos.Coverage {
	robot := pharos.EarningPrincipal{PrincipalRef: pharos.PrincipalRef{Tenant: tenant(9), ID: "33333333-0000-4000-8000-000000000001"}, Name: "provider-automation", Role: pharos.SupportRequestContributor, Linked: true}
	at := func(n int, state pharos.CoverageState) pharos.Coverage {
		return pharos.Coverage{Scope: pharos.SubscriptionScope(subscription(n)), State: state}
	}
	prod, dev, erp, lab, web, shop := at(1, pharos.None), at(2, pharos.Full), at(3, pharos.Full), at(4, pharos.UnknownCoverage), at(5, pharos.None), at(6, pharos.Partial)
	prod.Causes, prod.Notes = []pharos.Cause{pharos.NoAccess}, []string{"no principal of ours holds a role here; the delegation \"Contoso managed services\" ended on 2026-10-08 at 16:20 UTC"}
	dev.Path, dev.Earning = pharos.Lighthouse, []pharos.EarningPrincipal{robot}
	erp.Path, erp.Earning = pharos.AOBO, []pharos.EarningPrincipal{{PrincipalRef: pharos.PrincipalRef{ID: "44444444-0000-4000-8000-000000000001"}, Name: "AdminAgents", Role: pharos.Owner}}
	lab.Causes, lab.Notes = []pharos.Cause{pharos.NotObserved}, []string{"role assignments were not read on this day"}
	web.Causes, web.Notes = []pharos.Cause{pharos.NotLinked}, []string{"alice holds Contributor at the subscription and is not linked in the customer's tenant"}
	shop.Causes = []pharos.Cause{pharos.EligibleOnly, pharos.NotLinked}
	shop.Notes = []string{"ops holds Contributor only as an eligible role", "bob holds Reader and is not linked"}
	group := pharos.Coverage{Scope: pharos.ResourceGroupScope(subscription(6), "rg-shop"), State: pharos.Full, Path: pharos.Direct, Earning: []pharos.EarningPrincipal{robot}}
	return []pharos.Coverage{prod, dev, erp, lab, web, shop, group}
}
