package usagefile

import (
	"testing"

	"github.com/pharos-pec/pharos"
)

func TestTraits_Product(t *testing.T) {
	for _, c := range []struct {
		name string
		traits
		want pharos.Cause
	}{
		{"plain", traits{cost: true, publisher: "Microsoft"}, ""},
		{"nothing said", traits{cost: true}, ""},
		{"free", traits{}, pharos.ZeroCost},
		{"free and spot", traits{meter: "D2 Spot"}, pharos.ZeroCost},
		{"marketplace", traits{cost: true, publisherType: "Marketplace", publisher: "Microsoft"}, pharos.ExcludedThirdParty},
		{"vendor", traits{cost: true, publisherType: "Vendor"}, pharos.ExcludedThirdParty},
		{"publisher type before name", traits{cost: true, publisherType: "Microsoft", publisher: "Canonical"}, ""},
		{"name of another", traits{cost: true, publisher: "Canonical"}, pharos.ExcludedThirdParty},
		{"Microsoft Corporation", traits{cost: true, publisher: "microsoft corporation"}, ""},
		{"Microsoftware", traits{cost: true, publisher: "Microsoftware"}, pharos.ExcludedThirdParty},
		{"third party before spot", traits{cost: true, publisher: "X", model: "Spot"}, pharos.ExcludedThirdParty},
		{"reservation", traits{cost: true, model: "Reservation"}, pharos.ExcludedReservation},
		{"savings plan", traits{cost: true, model: "SavingsPlan"}, pharos.ExcludedSavingsPlan},
		{"savings plan in words", traits{cost: true, model: "Savings Plan"}, pharos.ExcludedSavingsPlan},
		{"spot", traits{cost: true, model: "Spot"}, pharos.ExcludedSpot},
		{"on demand", traits{cost: true, model: "On Demand", reservation: "r"}, ""},
		{"reservation id alone", traits{cost: true, reservation: "r"}, pharos.ExcludedReservation},
		{"benefit id alone", traits{cost: true, savingsPlan: "s"}, pharos.ExcludedSavingsPlan},
		{"benefit type", traits{cost: true, benefitType: "Savings plan", order: "o"}, pharos.ExcludedSavingsPlan},
		{"benefit type SavingsPlan", traits{cost: true, benefitType: "SavingsPlan"}, pharos.ExcludedSavingsPlan},
		{"benefit type Reserved Instance", traits{cost: true, benefitType: "Reserved Instance"}, pharos.ExcludedReservation},
		{"benefit order", traits{cost: true, order: "55555555-5555-4555-8555-555555555555"}, pharos.ExcludedReservation},
		{"empty benefit order", traits{cost: true, order: "00000000-0000-0000-0000-000000000000"}, ""},
		{"committed", traits{cost: true, model: "Committed"}, pharos.ExcludedReservation},
		{"committed spend", traits{cost: true, model: "Committed", category: "Spend"}, pharos.ExcludedSavingsPlan},
		{"commitment usage", traits{cost: true, model: "Standard", category: "Usage"}, pharos.ExcludedReservation},
		{"dynamic", traits{cost: true, model: "Dynamic"}, pharos.ExcludedSpot},
		{"dynamic subcategory", traits{cost: true, model: "Standard", subcategory: "Spot"}, pharos.ExcludedSpot},
		{"spot meter", traits{cost: true, meter: "D2s v5 Spot"}, pharos.ExcludedSpot},
		{"spot sku", traits{cost: true, sku: "Dsv5 SPOT "}, pharos.ExcludedSpot},
		{"spotlight", traits{cost: true, meter: "Spotlight"}, ""},
		{"spot within", traits{cost: true, meter: "Spot Analysis"}, ""},
		{"legacy", traits{cost: true, plan: pharos.LegacyPlan}, pharos.ExcludedLegacy},
		{"spot before legacy", traits{cost: true, model: "Spot", plan: pharos.LegacyPlan}, pharos.ExcludedSpot},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.product(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestPlanOf(t *testing.T) {
	for _, c := range []struct {
		text, invoice string
		want          pharos.Plan
	}{
		{"Azure plan", "G016907411", pharos.AzurePlan},
		{"Azure Plan", "", pharos.AzurePlan},
		{"", "", ""},
		{"Pay-As-You-Go", "T000001234", ""},
		{"Microsoft Azure", "", pharos.LegacyPlan},
		{"Microsoft Azure (MS-AZR-0145P)", "", pharos.LegacyPlan},
		{"Azure plan", "D020001IVK", pharos.LegacyPlan},
	} {
		if got := planOf(c.text, c.invoice); got != c.want {
			t.Errorf("%q on %q: %q, want %q", c.text, c.invoice, got, c.want)
		}
	}
}

// What the file calls credited can earn, whatever else it says.
func TestBuild_CreditedIsNeverExcluded(t *testing.T) {
	b := newBuilder(partnerFamily, false, percentScale)
	r := okRow()
	r.set(colPublisher, []byte("Some Vendor"))
	r.set(colBenefitOrder, []byte("5"))
	r.set(colQuantity, []byte("0"))
	var rec Record
	if reason := b.build(&r, &rec); reason != "" || rec.Product != "" {
		t.Errorf("product %q, reason %q", rec.Product, reason)
	}
	r.cells[colCreditRate] = []byte("0")
	if reason := b.build(&r, &rec); reason != "" || rec.Product != pharos.ZeroCost {
		t.Errorf("product %q, reason %q", rec.Product, reason)
	}
}

// okRow is a row of the daily file that can be used.
func okRow() row {
	var r row
	for c, text := range map[column]string{
		colCustomer: "22222222-2222-4222-8222-222222222222", colSubscription: "33333333-3333-4333-8333-333333333333",
		colDay: "2026-10-09", colQuantity: "24", colUnitPrice: "0.096", colBillingCurrency: "EUR", colPricingCurrency: "USD",
		colExchangeRate: "0.92", colMeterID: "M1", colCreditRate: "15",
	} {
		r.set(c, []byte(text))
	}
	return r
}
