package emulator

import (
	"fmt"
	"strings"
	"testing"
)

const (
	robotSupport = `authorizations: [{principal: robot, role: Support Request Contributor}]`
	aobo         = `aobo: [{partner: us}]`
)

func lighthouse(more string) []string {
	return []string{"delegations:", "  - offer: managed", "    " + robotSupport, more}
}

func direct(principal, role, more string) []string {
	return []string{fmt.Sprintf("roleAssignments: [{principal: %s, role: %s%s}]", principal, role, more)}
}

// On which days of October a single grant earns.
func TestBill_WhichDaysEarn(t *testing.T) {
	guestLink := `{principal: alice, tenant: fabrikam, partnerId: "4987654"}`
	for _, c := range []struct {
		name string
		billCase
		want string
	}{
		{"no access", billCase{}, ""},
		{"aobo all month", billCase{access: []string{aobo}}, "1-31"},
		{"aobo removed at midnight", billCase{access: []string{`aobo: [{partner: us, to: 2026-10-09T00:00:00Z}]`}}, "1-8"},
		{"aobo removed a second before midnight", billCase{access: []string{`aobo: [{partner: us, to: 2026-10-08T23:59:59Z}]`}}, "1-7"},
		{"aobo given a second after midnight", billCase{access: []string{`aobo: [{partner: us, from: 2026-10-09T00:00:01Z}]`}}, "10-31"},
		{"aobo away for two hours", billCase{access: []string{`aobo: [{partner: us, to: 2026-10-09T10:00:00Z}, {partner: us, from: 2026-10-09T12:00:00Z}]`}}, "1-8 10-31"},
		{"aobo, another assignment in the same instant", billCase{access: []string{`aobo: [{partner: us, to: 2026-10-09T10:00:00Z}, {partner: us, from: 2026-10-09T10:00:00Z}]`}}, "1-8 10-31"},
		{"aobo of a rival", billCase{access: []string{`aobo: [{partner: rival}]`}}, ""},
		{"lighthouse", billCase{access: lighthouse("")}, "1-31"},
		{"lighthouse from a minute", billCase{access: lighthouse("    from: 2026-10-05T00:01:00Z")}, "6-31"},
		{"lighthouse of another resource group", billCase{access: lighthouse("    scope: {resourceGroups: [rg-data]}")}, ""},
		{"lighthouse of the resource group in other casing", billCase{access: lighthouse("    scope: {resourceGroups: [RG-WEB]}")}, "1-31"},
		{"lighthouse, role that does not earn", billCase{access: []string{"delegations:", "  - offer: managed", "    authorizations: [{principal: robot, role: Reader}]"}}, ""},
		{"lighthouse, eligible only, used all month", billCase{access: []string{"delegations:", "  - offer: managed",
			"    eligibleAuthorizations: [{principal: crew, role: Contributor}]",
			"    activations: [{principal: alice, role: Contributor, from: 2026-10-06T00:00:00Z, to: 2026-10-20T00:00:00Z}]"},
			links: []string{`{principal: alice, partnerId: "4987654"}`}}, ""},
		{"lighthouse to a group, a linked member leaves", billCase{access: []string{"delegations:", "  - offer: managed",
			"    authorizations: [{principal: crew, role: Contributor}]"},
			links: []string{`{principal: bob, partnerId: "4987654"}`}}, "1-15"},
		{"lighthouse to a group, a linked member of a nested group", billCase{access: []string{"delegations:", "  - offer: managed",
			"    authorizations: [{principal: crew, role: Contributor}]"},
			links: []string{`{principal: alice, partnerId: "4987654"}`}}, "5-31"},
		{"lighthouse to a group, two halves of a day do not earn", billCase{access: []string{"delegations:", "  - offer: managed",
			"    authorizations: [{principal: crew, role: Contributor}]"},
			links: []string{`{principal: bob, partnerId: "4987654"}`, `{principal: alice, partnerId: "4987654", from: 2026-10-16T12:00:00Z}`}}, "1-15 17-31"},
		{"lighthouse, linked in the customer's tenant only", billCase{guests: []string{"{principal: alice}"}, access: []string{"delegations:", "  - offer: managed",
			"    authorizations: [{principal: alice, role: Contributor}]"}, links: []string{guestLink}}, ""},
		{"lighthouse, principal disabled at noon", billCase{access: []string{"delegations:", "  - offer: managed",
			"    authorizations: [{principal: carl, role: Contributor}]"}, links: []string{`{principal: carl, partnerId: "4987654"}`}}, "1-15"},
		{"guest, linked in the customer's tenant", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ""), links: []string{guestLink}}, "1-31"},
		{"guest, linked at home only", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ""),
			links: []string{`{principal: alice, partnerId: "4987654"}`}}, ""},
		{"guest removed", billCase{guests: []string{"{principal: alice, to: 2026-10-20T08:00:00Z}"}, access: direct("alice", "Contributor", ""), links: []string{guestLink}}, "1-19"},
		{"guest, time bound", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ", kind: timeBound"), links: []string{guestLink}}, ""},
		{"guest, at the resource", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ", scope: {resource: rg-web/vm}"), links: []string{guestLink}}, "1-31"},
		{"guest, by the management group", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ", scope: {managementGroup: corp}"), links: []string{guestLink}}, "1-31"},
		{"guest, unlisted role", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Role Based Access Control Administrator", ""), links: []string{guestLink}}, ""},
		{"link to another partner", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ""),
			links: []string{`{principal: alice, tenant: fabrikam, partnerId: "7000001"}`}}, ""},
		{"link to another ID of ours, changed at noon", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ""),
			links: []string{`{principal: alice, tenant: fabrikam, partnerId: "4987655", to: 2026-10-10T12:00:00Z}`,
				`{principal: alice, tenant: fabrikam, partnerId: "4987654", from: 2026-10-10T12:00:00Z}`}}, "1-31"},
		{"link removed for a minute", billCase{guests: []string{"{principal: alice}"}, access: direct("alice", "Contributor", ""),
			links: []string{`{principal: alice, tenant: fabrikam, partnerId: "4987654", to: 2026-10-10T12:00:00Z}`,
				`{principal: alice, tenant: fabrikam, partnerId: "4987654", from: 2026-10-10T12:01:00Z}`}}, "1-9 11-31"},
		{"a deny assignment for an hour", billCase{access: []string{aobo, `denyAssignments: [{from: 2026-10-12T10:00:00Z, to: 2026-10-12T11:00:00Z}]`}}, "1-11 13-31"},
		{"a deny assignment elsewhere", billCase{access: []string{aobo, `denyAssignments: [{scope: {resourceGroup: rg-data}}]`}}, "1-31"},
		{"no customer agreement", billCase{access: []string{aobo}, customer: []string{"agreement: {mca: false}"}}, ""},
		{"customer agreement signed in the month", billCase{access: []string{aobo}, customer: []string{"agreement: {mca: true, from: 2026-10-03T09:00:00Z}"}}, "4-31"},
		{"programme agreement not signed", billCase{access: []string{aobo}, programme: "{signed: false}"}, ""},
		{"transfer to us at noon", billCase{access: []string{aobo}, customer: []string{"billTo: [{partner: rival, to: 2026-10-07T12:00:00Z}, {partner: us, from: 2026-10-07T12:00:00Z}]"}}, "8-31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := earned(c.world(t)); got != c.want {
				t.Errorf("earned on %q, want %q\n%s", got, c.want, c.yaml())
			}
		})
	}
}

// The table of partners of Microsoft's troubleshooting page: the provider that
// is billed (1), its reseller of record (2) and a partner outside the sale (3)
// hold access by role assignment or by AOBO, or nobody does (0).
func TestBill_PartnerTable(t *testing.T) {
	for _, row := range []struct {
		role, aobo int
		earns      bool
	}{
		{1, 0, true}, {0, 1, true}, {2, 0, true}, {0, 2, true}, {3, 1, true}, {1, 3, true}, {1, 2, true},
		{2, 1, true}, {2, 3, true}, {3, 2, true}, {3, 0, false}, {0, 3, false}, {0, 0, false}, {3, 3, false},
	} {
		t.Run(fmt.Sprintf("role of %d, AOBO of %d", row.role, row.aobo), func(t *testing.T) {
			c := billCase{kind: "indirect-provider", customer: []string{"reseller: reseller"}}
			user := []string{"", "alice", "rita", "rolf"}[row.role]
			id := []string{"", "4987654", "5000001", "7000001"}[row.role]
			if user != "" {
				c.guests = []string{"{principal: " + user + "}"}
				c.access = direct(user, "Contributor", "")
				c.links = []string{fmt.Sprintf("{principal: %s, tenant: fabrikam, partnerId: %q}", user, id)}
			}
			if row.aobo > 0 {
				c.access = append(c.access, "aobo: [{partner: "+[]string{"", "us", "reseller", "rival"}[row.aobo]+"}]")
			}
			got, want := earned(c.world(t)), ""
			if row.earns {
				want = "1-31"
			}
			if got != want {
				t.Errorf("earned on %q, want %q", got, want)
			}
		})
	}
}

// A reseller's access counts while it is of record, and not for a partner
// that is billed directly.
func TestBill_ResellerOfRecord(t *testing.T) {
	change := `reseller: [{partner: rival, to: 2026-10-11T00:00:00Z}, {partner: reseller, from: 2026-10-11T00:00:00Z}]`
	c := billCase{kind: "indirect-provider", customer: []string{change}, access: []string{`aobo: [{partner: reseller}]`}}
	if got := earned(c.world(t)); got != "11-31" {
		t.Errorf("earned on %q, want 11-31", got)
	}
	lines := octoberLines(c.world(t))
	if lines[9].Reseller != "7000001" || lines[10].Reseller != "5000001" {
		t.Errorf("resellers of the 10th and 11th: %s, %s", lines[9].Reseller, lines[10].Reseller)
	}
	c.kind = "direct-bill"
	if got := earned(c.world(t)); got != "" {
		t.Errorf("direct bill: earned on %q, want never", got)
	}
}

// What never earns, and how the file shows it.
func TestBill_Exclusions(t *testing.T) {
	for _, c := range []struct{ resource, column, value string }{
		{", pricing: reservation", "BenefitType", "Reservation"},
		{", pricing: savingsPlan", "BenefitType", "SavingsPlan"},
		{", pricing: spot", "MeterName", "D2s v5 Spot"},
		{", publisher: thirdParty", "PublisherName", "Northwind Networks"},
	} {
		t.Run(strings.TrimPrefix(c.resource, ", "), func(t *testing.T) {
			lines := octoberLines(billCase{access: []string{aobo}, resource: c.resource}.world(t))
			if len(lines) != 31 {
				t.Fatalf("%d lines, want 31", len(lines))
			}
			l := lines[30]
			row := map[string]string{}
			for _, column := range graphColumns(true) {
				row[column.name] = column.value(l).text
			}
			if row["PartnerEarnedCreditPercentage"] != "0" || row[c.column] != c.value || row["UnitPrice"] != "0.096" {
				t.Errorf("credit %s, %s %q, UnitPrice %s", row["PartnerEarnedCreditPercentage"], c.column, row[c.column], row["UnitPrice"])
			}
			prepaid := c.column == "BenefitType"
			if free := row["EffectiveUnitPrice"] == "0" && row["BillingPreTaxTotal"] == "0"; free != prepaid || (row["BenefitOrderID"] != "") != prepaid {
				t.Errorf("effective price %s, total %s, benefit order %q", row["EffectiveUnitPrice"], row["BillingPreTaxTotal"], row["BenefitOrderID"])
			}
			if spot := strings.HasSuffix(row["SkuName"], " Spot"); spot != strings.Contains(c.resource, "spot") {
				t.Errorf("SkuName %q", row["SkuName"])
			}
		})
	}
}
