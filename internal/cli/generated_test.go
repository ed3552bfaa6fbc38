package cli_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

// TestGenerated plays generated months: random grants, links, groups,
// denials and transfers. The emulator's bill and the verdicts come from two
// pieces of code that share nothing but the vocabulary, and must agree: what
// was credited is earned, what was not is lost for a reason, and where nobody
// could look it is unknown; never is anything unexpected or disputable.
//
// PHAROS_GENERATED says how many months, 6 when it is not set.
func TestGenerated(t *testing.T) {
	months := 6
	if n, err := strconv.Atoi(os.Getenv("PHAROS_GENERATED")); err == nil {
		months = n
	}
	for i := range months {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			g := rapid.Custom(func(t *rapid.T) generated { return generate(t) }).Example(i)
			t.Logf("scenario:\n%s", g.text)
			p := startPlay(t, []byte(g.text))
			p.scanDaily()
			p.ok("usage", "pull")
			p.agree(g)
		})
	}
}

// agree compares the verdicts with the emulator's own bill.
func (p *play) agree(g generated) {
	p.t.Helper()
	credited := p.credited()
	for _, s := range p.credit().Subscriptions {
		for _, d := range s.Days {
			key := s.SubscriptionID + " " + d.Date
			switch d.Verdict {
			case pharos.Earned:
				credited[key] = credited[key].Sub(d.Credit)
			case pharos.Lost:
				if len(d.Causes) == 0 {
					p.t.Errorf("%s: lost without a cause", key)
				}
			case pharos.UnknownVerdict:
				if g.watched {
					p.t.Errorf("%s: unknown, though everything was looked at", key)
				}
			default:
				p.t.Errorf("%s: %s %v of %s", key, d.Verdict, d.Causes, d.Credit)
			}
		}
	}
	for key, rest := range credited {
		if !rest.IsZero() {
			p.t.Errorf("%s: the bill credits %s more than was found earned", key, rest)
		}
	}
}

// credited sums the emulator's bill by subscription and day.
func (p *play) credited() map[string]decimal.Decimal {
	p.t.Helper()
	var bill bytes.Buffer
	october, _ := pharos.ParseMonth("2026-10")
	if err := p.azure.WriteBill(&bill, october, "daily-csv"); err != nil {
		p.t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(bill.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) == 0 {
		p.t.Fatalf("%d rows, %v", len(rows), err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	sums := map[string]decimal.Decimal{}
	for _, r := range rows[1:] {
		number := func(name string) decimal.Decimal { return decimal.RequireFromString(r[at[name]]) }
		key := r[at["EntitlementId"]] + " " + r[at["UsageDate"]][:10]
		credit := number("UnitPrice").Mul(number("Quantity")).Mul(number("PCToBCExchangeRate")).Mul(number("PartnerEarnedCreditPercentage")).Shift(-2)
		sums[key] = sums[key].Add(credit)
	}
	return sums
}

// generated is a scenario of chance.
type generated struct {
	text    string
	watched bool // every tenant has a reader and every link can be read
}

// draw is chance with words for what it chooses.
type draw struct {
	*rapid.T
	watched bool
}

func (d *draw) chance(percent int) bool { return rapid.IntRange(0, 99).Draw(d.T, "chance") < percent }

func pick[T any](d *draw, all ...T) T { return rapid.SampledFrom(all).Draw(d.T, "pick") }

// during is nothing, a beginning, an end, or both, mostly at midnight.
func (d *draw) during() string {
	at := func(day int) string {
		hour := pick(d, 0, 0, 0, 9, 23)
		return fmt.Sprintf("2026-10-%02dT%02d:00:00Z", day, hour)
	}
	from := rapid.IntRange(2, 20).Draw(d.T, "from")
	to := rapid.IntRange(from+1, 30).Draw(d.T, "to")
	switch pick(d, 0, 0, 1, 2, 3) {
	case 1:
		return ", from: " + at(from)
	case 2:
		return ", to: " + at(to)
	case 3:
		return ", from: " + at(from) + ", to: " + at(to)
	}
	return ""
}

func generate(t *rapid.T) generated {
	d := &draw{T: t, watched: true}
	var b strings.Builder
	fmt.Fprintf(&b, `version: 1
name: generated
clock: {start: 2026-10-01T00:00:00Z, now: 2026-11-06T12:00:00Z}
partner:
  tenant: {name: msp, domain: msp.example, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  organisation: ["4987654", "4987655"]
  kind: %s
  principals:
    - {name: automation, kind: servicePrincipal, secret: s3cret}
    - {name: robot, kind: servicePrincipal, secret: r0bot}
    - {name: alice, kind: user, upn: alice@msp.example}
    - {name: bob, kind: user, upn: bob@msp.example}
    - {name: ops, kind: group, securityEnabled: true, members: [{principal: alice%s}, {principal: robot%s}]}
    - {name: agents, kind: group, securityEnabled: true, members: [{principal: bob}]}
  adminAgents: agents
otherPartners:
  - {name: rival, partnerId: "7000001", tenant: {name: rival-msp}}
  - {name: kiosk, partnerId: "5000001", tenant: {name: kiosk-it}}
links:
  - {principal: automation, partnerId: "%s"%s}
`, pick(d, "direct-bill", "indirect-provider"), d.during(), d.during(), pick(d, "4987654", "4987655", "7000001"), d.during())
	for _, who := range []string{"robot", "alice", "bob"} {
		if d.chance(50) {
			d.link(&b, who, "")
		}
	}
	customers := rapid.IntRange(1, 2).Draw(t, "customers")
	for c := range customers {
		if d.chance(50) {
			d.link(&b, "alice", fmt.Sprintf("customer-%d", c))
		}
	}
	b.WriteString("customers:\n")
	for c := range customers {
		d.customer(&b, c)
	}
	b.WriteString("meters:\n  - {id: hour, name: D2s v5, category: Virtual Machines, unit: 1 Hour, unitPrice: \"0.0937\", credit: 15}\n")
	return generated{b.String(), d.watched}
}

func (d *draw) link(b *strings.Builder, who, tenant string) {
	in, checked := "", ""
	if tenant != "" {
		in = ", tenant: " + tenant
	}
	if who != "robot" && d.chance(15) {
		checked, d.watched = ", checkedIn: false", false
	}
	fmt.Fprintf(b, "  - {principal: %s%s, partnerId: \"%s\"%s%s}\n", who, in, pick(d, "4987654", "4987655", "7000001"), d.during(), checked)
}

func (d *draw) customer(b *strings.Builder, n int) {
	fmt.Fprintf(b, "  - name: customer-%d\n    currency: EUR\n    exchangeRate: \"0.91\"\n    agreement: {mca: true, from: 2026-0%d-01T00:00:00Z}\n    plan: azure-plan\n", n, pick(d, 1, 9))
	if d.chance(25) {
		b.WriteString("    billTo: [{partner: rival, to: 2026-10-11T00:00:00Z}, {partner: us, from: 2026-10-11T00:00:00Z}]\n")
	} else {
		b.WriteString("    billTo: us\n")
	}
	if d.chance(30) {
		b.WriteString("    reseller: kiosk\n")
	}
	if d.chance(85) {
		b.WriteString("    principals: [{name: reader, kind: servicePrincipal, secret: r3ader}]\n")
	} else {
		d.watched = false
	}
	b.WriteString("    guests: [{principal: alice}]\n    subscriptions:\n")
	for s := range rapid.IntRange(1, 2).Draw(d.T, "subscriptions") {
		d.subscription(b, s)
	}
}

func (d *draw) subscription(b *strings.Builder, n int) {
	role := func() string {
		return pick(d, "Contributor", "Support Request Contributor", "Reader", "Log Analytics Reader", "Managed Services Registration assignment Delete Role")
	}
	fmt.Fprintf(b, "      - name: sub-%d\n", n)
	var aobo []string
	for _, who := range []string{"us", "rival", "kiosk"} {
		if d.chance(30) {
			aobo = append(aobo, fmt.Sprintf("{partner: %s%s}", who, d.during()))
		}
	}
	fmt.Fprintf(b, "        aobo: [%s]\n        delegations:\n", strings.Join(aobo, ", "))
	for i := range rapid.IntRange(0, 2).Draw(d.T, "delegations") {
		scope := pick(d, "subscription", "subscription", "{resourceGroups: [rg-a]}")
		fmt.Fprintf(b, "          - {offer: offer %d, scope: %s, via: template%s, authorizations: [{principal: %s, role: %s}, {principal: automation, role: Reader}]", i, scope, d.during(), pick(d, "automation", "robot", "ops", "alice"), role())
		if d.chance(30) {
			b.WriteString(", eligibleAuthorizations: [{principal: ops, role: Contributor, maximumDuration: PT8H, approvers: []}]")
		}
		b.WriteString("}\n")
	}
	b.WriteString("        roleAssignments:\n")
	for range rapid.IntRange(0, 1).Draw(d.T, "assignments") {
		fmt.Fprintf(b, "          - {principal: alice, role: %s, scope: %s, kind: permanent%s}\n", role(), pick(d, "subscription", "{resourceGroup: rg-a}", "{resource: rg-b/vm-1}"), d.during())
	}
	if d.chance(15) {
		fmt.Fprintf(b, "        denyAssignments: [{scope: %s%s}]\n", pick(d, "subscription", "{resourceGroup: rg-b}"), d.during())
	}
	b.WriteString("        resources:\n")
	for i, group := range []string{"rg-a", "rg-b"} {
		fmt.Fprintf(b, "          - {name: vm-%d, group: %s, type: Microsoft.Compute/virtualMachines, meter: hour, quantity: %d}\n", i, group, rapid.IntRange(1, 24).Draw(d.T, "quantity"))
	}
}
