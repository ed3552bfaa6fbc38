package usagefile

import (
	"strings"

	"github.com/pharos-pec/pharos"
)

// traits is what a line says of its product, in the words of the file.
type traits struct {
	cost          bool   // UnitPrice x Quantity is not 0
	publisher     string // name
	publisherType string // Microsoft, Marketplace; FOCUS: Cloud Provider, Vendor
	model         string // pricing model, or FOCUS pricing category
	subcategory   string // FOCUS pricing subcategory
	benefitType   string // daily file: kind of benefit; FOCUS: commitment discount type
	category      string // FOCUS commitment discount category: Usage or Spend
	order         string // reservation or savings plan order, commitment discount id
	reservation   string // Cost Management: reservation id
	savingsPlan   string // Cost Management: benefit id
	meter, sku    string // names
	plan          pharos.Plan
}

// product returns why a line's product never earns, "" when it can. The
// exclusions are Microsoft's ("Partner earned credit FAQ": reservations,
// savings plans, spot, third-party and Marketplace items, offers that are not
// on the Azure plan); the first that holds is the one that is named. What the
// file calls credited is for the caller to look at first: it can evidently earn.
func (t traits) product() pharos.Cause {
	switch {
	case !t.cost:
		return pharos.ZeroCost
	case t.thirdParty():
		return pharos.ExcludedThirdParty
	case t.reserved():
		return pharos.ExcludedReservation
	case t.saved():
		return pharos.ExcludedSavingsPlan
	case t.spot():
		return pharos.ExcludedSpot
	case t.plan == pharos.LegacyPlan:
		return pharos.ExcludedLegacy
	default:
		return ""
	}
}

func (t traits) thirdParty() bool {
	switch kind := fold(t.publisherType); {
	case kind == "marketplace" || kind == "vendor":
		return true
	case kind != "":
		return false
	}
	name := fold(t.publisher)
	return name != "" && name != "microsoft" && !strings.HasPrefix(name, "microsoft ")
}

// reserved also holds for a commitment of which the file does not say whether
// it is a reservation or a savings plan: neither earns.
func (t traits) reserved() bool {
	if t.saved() {
		return false
	}
	if t.model != "" && fold(t.model) == "reservation" {
		return true
	}
	if strings.Contains(fold(t.benefitType), "reserv") || fold(t.category) == "usage" || fold(t.model) == "committed" {
		return true
	}
	if t.model == "" && isSet(t.reservation) {
		return true
	}
	return isSet(t.order)
}

func (t traits) saved() bool {
	if squash(t.model) == "savingsplan" || squash(t.benefitType) == "savingsplan" || strings.Contains(squash(t.benefitType), "saving") {
		return true
	}
	if fold(t.category) == "spend" {
		return true
	}
	return t.model == "" && t.benefitType == "" && isSet(t.savingsPlan)
}

func (t traits) spot() bool {
	return fold(t.model) == "spot" || fold(t.model) == "dynamic" || fold(t.subcategory) == "spot" ||
		lastWord(t.meter) == "spot" || lastWord(t.sku) == "spot"
}

// planOf reads the plan from the words of the file. CSP offers from before
// the Azure plan are MS-AZR-0145P, called Microsoft Azure, and are billed on
// invoices whose number begins with D; credit stands on G invoices only
// ("Partner earned credit FAQ").
func planOf(text, invoice string) pharos.Plan {
	t := fold(text)
	switch {
	case strings.Contains(t, "ms-azr-0145p") || t == "microsoft azure" || strings.Contains(t, "legacy"),
		strings.HasPrefix(invoice, "D"):
		return pharos.LegacyPlan
	case squash(text) == "azureplan":
		return pharos.AzurePlan
	default:
		return ""
	}
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// squash is fold without blanks: SavingsPlan and Savings plan are one.
func squash(s string) string { return strings.ReplaceAll(fold(s), " ", "") }

// isSet reports whether an id is there: blanks and all-zero ids are not.
func isSet(id string) bool { return strings.Trim(strings.TrimSpace(id), "0-") != "" }

func lastWord(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return ""
	}
	return strings.ToLower(f[len(f)-1])
}
