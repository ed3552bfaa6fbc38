package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// samplePlan has a step of Pharos, one of a customer that needs it, with two
// currencies, and one of nobody. The last customer's name is an attacker's.
func samplePlan() *repair.Plan {
	eur := func(lost, monthly string) repair.Amount {
		return repair.Amount{Currency: "EUR", Lost: must(decimal.NewFromString(lost)), Monthly: must(decimal.NewFromString(monthly))}
	}
	usd := repair.Amount{Currency: "USD", Lost: decimal.New(1234567, -2), Monthly: decimal.New(1234567, -2)}
	link := repair.Step{
		ID: "link-8c57cf210a3e", Kind: repair.Link, Actor: repair.Pharos, Credential: "provider-automation",
		As:     pharos.PrincipalRef{Tenant: fabrikam, ID: robot},
		Title:  "Link provider-automation to partner ID 4987654",
		Why:    "It holds a role that earns as soon as it is linked, and only it can make its link.",
		Target: repair.Target{Tenant: fabrikam, Principal: robot, PrincipalName: "provider-automation", PrincipalKind: pharos.ServicePrincipal, PartnerID: "4987654"},
		Mends: []repair.Mend{{Scope: pharos.ResourceGroupScope(prod, "rg-web"), SubscriptionName: "fabrikam-prod", CustomerName: "Fabrikam Müller & Söhne GmbH",
			Causes: []pharos.Cause{pharos.NotLinked}}},
		Money:  []repair.Amount{eur("12.6144", "378.432")},
		Risk:   repair.Risk{Level: repair.NoRisk, Why: "Microsoft learns whom provider-automation works for; nobody gains any right."},
		Before: []repair.Thing{{Path: "/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01", Name: "the partner link of provider-automation", State: json.RawMessage("null")}},
	}
	if err := link.Prepare(); err != nil {
		panic(err)
	}
	p := &repair.Plan{
		Version: repair.Version, Made: time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC), Scanned: time.Date(2026, 11, 6, 11, 0, 0, 0, time.UTC),
		Month: must(pharos.ParseMonth("2026-10")), PartnerID: "4987654", Tenant: fabrikam,
		Totals: []repair.Amount{eur("13.6144", "379.432"), usd}, Past: []repair.Amount{eur("0.5", "0")},
		Steps: []repair.Step{link, {
			ID: "delegate-fa8301b2c3d4", Kind: repair.Delegate, Actor: repair.Customer, Title: "Delegate <shop> to us, with Support Request Contributor for provider-automation",
			Why:    "Nothing of ours there reaches this far and could be added to.",
			Target: repair.Target{Tenant: fabrikam, Principal: robot, PrincipalName: "provider-automation", PrincipalKind: pharos.ServicePrincipal, Role: pharos.SupportRequestContributor, Scope: pharos.SubscriptionScope(shop), Customer: tailspin},
			Needs:  []string{link.ID}, Money: []repair.Amount{eur("1", "1"), usd},
			Mends: []repair.Mend{{Scope: pharos.SubscriptionScope(shop), SubscriptionName: "<shop>", CustomerName: `=HYPERLINK("https://x.example","Tailspin|Toys")`, Causes: []pharos.Cause{pharos.NoAccess}}},
			Risk:  repair.Risk{Level: repair.Low, Why: "It can open support requests."},
		}, {
			ID: "nothing-00aa11bb22cc", Kind: repair.Nothing, Actor: repair.Nobody, Title: "Not billed to us", Why: "Ask the partner that is billed; only that one earns.",
			Target: repair.Target{Cause: pharos.NotBillTo}, Money: []repair.Amount{},
			Mends: []repair.Mend{{Scope: pharos.SubscriptionScope(lab), SubscriptionName: "fabrikam-lab", CustomerName: "Fabrikam Müller & Söhne GmbH", Causes: []pharos.Cause{pharos.NotBillTo}}},
			Risk:  repair.Risk{Level: repair.NoRisk, Why: "Nothing is changed."},
		}},
		Notes: []string{"The credential old-robot could not sign in: the secret has expired"},
	}
	if err := p.Seal(); err != nil {
		panic(err)
	}
	return p
}

// smallPlan is the sample's first step alone, as a page shows it.
func smallPlan() *repair.Plan {
	p := samplePlan()
	p.Steps, p.Totals, p.Notes = p.Steps[:1], p.Steps[0].Money, nil
	if err := p.Seal(); err != nil {
		panic(err)
	}
	return p
}

// sampleStep is a step with everything a step may have.
func sampleStep() *Report {
	p := samplePlan()
	s := &p.Steps[1]
	s.Command = "pharos onboard new --subscription " + string(shop)
	s.Ask = &repair.Ask{Subject: "Access", Mail: "Dear customer,\nplease deploy the template.", Az: "az deployment sub create", PowerShell: "New-AzSubscriptionDeployment", Recheck: "pharos apply plan.json --check"}
	for range 30 {
		s.Mends = append(s.Mends, s.Mends[0])
	}
	return Step(p, s)
}

// TestPlan_IsThePlan: what -o json prints is read back as the plan.
func TestPlan_IsThePlan(t *testing.T) {
	p := samplePlan()
	got, err := repair.Read(strings.NewReader(write(t, Plan(p), JSON, Style{})))
	if err != nil || got.ID != p.ID {
		t.Errorf("read back: %v", err)
	}
}

// TestPlan_Empty: a plan without steps says that all is well.
func TestPlan_Empty(t *testing.T) {
	golden(t, "txt", write(t, Plan(&repair.Plan{Version: repair.Version, Steps: []repair.Step{}}), Table, Style{}))
}

// TestShortIDs: as short as tells the steps apart, and no shorter than four.
func TestShortIDs(t *testing.T) {
	steps := []repair.Step{{ID: "add-authorization-12345678"}, {ID: "add-authorization-12345999"}, {ID: "link-1234abcd"}, {ID: "link-12"}}
	got := strings.Join(shortIDs(steps), " ")
	if want := "add-authorization-123456 add-authorization-123459 link-1234ab link-12"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
