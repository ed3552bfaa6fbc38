package emulator

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// billCase is a scenario of one customer with one subscription, put together
// from parts of YAML; a zero part takes the ordinary value.
type billCase struct {
	now       string // default: when October is invoiced
	kind      string
	programme string // the partner's agreement
	links     []string
	customer  []string // lines of the customer besides its name
	guests    []string
	access    []string // lines of the subscription besides its name and resources
	resource  string   // what follows the ordinary resource's keys
	more      []string // more resources
}

const billHead = `version: 1
name: bill
clock: {start: 2026-10-01T00:00:00Z, now: NOW}
partner:
  tenant: {name: msp, domain: msp.example}
  partnerId: "4987654"
  organisation: ["4987654", "4987655"]
  kind: KIND
  agreement: PROGRAMME
  principals:
    - {name: robot, kind: servicePrincipal, secret: s3cret}
    - {name: alice, kind: user}
    - {name: bob, kind: user}
    - {name: carl, kind: user, disabledFrom: 2026-10-16T12:00:00Z}
    - {name: crew, kind: group, members: [{principal: bob, to: 2026-10-16T12:00:00Z}, {principal: inner}]}
    - {name: inner, kind: group, members: [{principal: alice, from: 2026-10-05T00:00:00Z}]}
otherPartners:
  - {name: reseller, partnerId: "5000001", tenant: {name: reseller-msp}, principals: [{name: rita, kind: user}]}
  - {name: rival, partnerId: "7000001", tenant: {name: rival-msp}, principals: [{name: rolf, kind: user}]}
`

func (c billCase) yaml() string {
	set := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	var b strings.Builder
	b.WriteString(strings.NewReplacer("NOW", set(c.now, "2026-11-06T00:00:00Z"), "KIND", set(c.kind, "direct-bill"),
		"PROGRAMME", set(c.programme, "{signed: true}")).Replace(billHead))
	b.WriteString("links:\n")
	for _, l := range append([]string{`{principal: robot, partnerId: "4987654"}`}, c.links...) {
		b.WriteString("  - " + l + "\n")
	}
	b.WriteString("customers:\n  - name: fabrikam\n    currency: EUR\n    exchangeRate: \"0.92\"\n")
	for _, l := range c.customer {
		b.WriteString("    " + l + "\n")
	}
	b.WriteString("    guests: [" + strings.Join(c.guests, ", ") + "]\n    subscriptions:\n      - name: prod\n")
	for _, l := range c.access {
		b.WriteString("        " + l + "\n")
	}
	b.WriteString("        resources:\n          - {name: vm, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24" +
		c.resource + "}\n")
	for _, r := range c.more {
		b.WriteString("          - " + r + "\n")
	}
	return b.String()
}

// world builds the case's world.
func (c billCase) world(t testing.TB) *world {
	t.Helper()
	s, err := ParseScenario("case.yaml", []byte(c.yaml()))
	if err != nil {
		t.Fatalf("%v\n%s", err, c.yaml())
	}
	w, found := newWorld(s)
	if err := found.err("case.yaml"); err != nil {
		t.Fatal(err)
	}
	return w
}

const october = pharos.Month(2026*12 + 9)

// october returns the lines of October as of the world's clock.
func octoberLines(w *world) []*billLine {
	var all []*billLine
	for l := range w.billOf(october, w.clock.read()).lines() {
		all = append(all, l)
	}
	return all
}

// earned writes the days on which any line was credited: "1-8 10-31".
func earned(w *world) string {
	credited := map[int]bool{}
	for _, l := range octoberLines(w) {
		if l.Credited {
			credited[l.Day.Start().Day()] = true
		}
	}
	var parts []string
	for d := 1; d <= 31; d++ {
		if !credited[d] {
			continue
		}
		last := d
		for credited[last+1] {
			last++
		}
		part := decimal.NewFromInt(int64(d)).String()
		if last > d {
			part += "-" + decimal.NewFromInt(int64(last)).String()
		}
		parts = append(parts, part)
		d = last
	}
	return strings.Join(parts, " ")
}
