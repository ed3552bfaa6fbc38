package emulator

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// minimal is the shortest scenario; %s stands for more of it.
const minimal = `version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-11-01T00:00:00Z}
partner:
  tenant: {name: msp}
  partnerId: "4987654"
  globalId: "4987653"
  principals:
    - {name: robot, kind: servicePrincipal, secret: s}
    - {name: ops, kind: group}
`

// sub begins a customer with one subscription; what follows is indented by 8.
const sub = minimal + `customers:
  - name: fabrikam
    subscriptions:
      - name: prod
`

func TestParseScenario_Minimal(t *testing.T) {
	s, err := ParseScenario("m.yaml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	if s.lag != defaultLag || s.partner.kind != pharos.DirectBill {
		t.Errorf("defaults: lag %v, kind %s", s.lag, s.partner.kind)
	}
}

func TestParseScenario_Problems(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":                   {"", "x.yaml:1: the file is empty"},
		"not yaml":                {"version: [1", "x.yaml:1: not YAML"},
		"no mapping":              {"- 1", "x.yaml:1: want a mapping with the keys"},
		"version":                 {strings.Replace(minimal, "version: 1", "version: 2", 1), "x.yaml:1: version: version 2 is not known"},
		"two documents":           {minimal + "---\nversion: 1\n", "the file has more than one document"},
		"missing key":             {"version: 1\nclock: {start: 2026-10-01T00:00:00Z, now: 2026-11-01T00:00:00Z}\n", `x.yaml:1: the key "partner" is missing`},
		"unknown key":             {minimal + "colour: red\n", `x.yaml:10: colour: unknown key "colour"`},
		"unknown nested key":      {sub + "        aobo:\n          - {partner: us, until: x}\n", `x.yaml:15: customers[0].subscriptions[0].aobo[0].until: unknown key "until"`},
		"key twice":               {minimal + "name: a\nname: b\n", `x.yaml:11: name: the key "name" stands twice`},
		"clock backwards":         {strings.Replace(minimal, "now: 2026-11", "now: 2026-09", 1), "x.yaml:2: clock.now: the clock stands before"},
		"time":                    {strings.Replace(minimal, "now: 2026-11-01T00:00:00Z", "now: yesterday", 1), `x.yaml:2: clock.now: "yesterday" is not a time`},
		"time not UTC":            {strings.Replace(minimal, "now: 2026-11-01T00:00:00Z", "now: 2026-11-01T00:00:00+02:00", 1), "is not in UTC"},
		"guid":                    {strings.Replace(minimal, "{name: msp}", "{name: msp, id: 12}", 1), `x.yaml:4: partner.tenant.id: "12" is not a GUID`},
		"partner id":              {strings.Replace(minimal, `"4987654"`, `MPN-1`, 1), `x.yaml:5: partner.partnerId: "MPN-1" is not a partner ID`},
		"kind":                    {strings.Replace(minimal, "kind: group", "kind: robot", 1), `x.yaml:9: partner.principals[1].kind: "robot" is not one of user group servicePrincipal`},
		"secret of a group":       {strings.Replace(minimal, "kind: group", "kind: group, secret: x", 1), "x.yaml:9: partner.principals[1].secret: a group has no secret"},
		"principal twice":         {strings.Replace(minimal, "name: ops", "name: robot", 1), `x.yaml:9: partner.principals[1]: the principal name "robot" stands twice`},
		"name with a slash":       {strings.Replace(minimal, "name: ops", "name: o/ps", 1), `x.yaml:9: partner.principals[1].name: "o/ps" cannot be a name`},
		"certificate":             {strings.Replace(minimal, "secret: s", "certificate: none.pem", 1), "x.yaml:8: partner.principals[0]: cannot read the certificate"},
		"admin agents":            {minimal + "  adminAgents: nobody\n", `x.yaml:10: partner.adminAgents: no group of the partner's tenant is named "nobody"`},
		"customer twice":          {minimal + "customers:\n  - {name: a}\n  - {name: a}\n", `x.yaml:12: customers[1]: the customer name "a" stands twice`},
		"customer like a tenant":  {minimal + "customers:\n  - {name: msp}\n", `x.yaml:11: customers[0]: the tenant name "msp" stands twice`},
		"currency":                {minimal + "customers:\n  - {name: a, currency: euro}\n", `x.yaml:11: customers[0].currency: "euro" is not a currency code`},
		"rate":                    {minimal + "customers:\n  - {name: a, exchangeRate: 0x10}\n", `x.yaml:11: customers[0].exchangeRate: "0x10" is not a decimal number`},
		"rate of a month":         {minimal + "customers:\n  - {name: a, exchangeRate: {october: 1}}\n", `x.yaml:11: customers[0].exchangeRate.october: "october" is not a month`},
		"rate zero":               {minimal + "customers:\n  - {name: a, exchangeRate: 0}\n", "an exchange rate is greater than 0"},
		"bill-to":                 {minimal + "customers:\n  - {name: a, billTo: them}\n", `x.yaml:11: customers[0].billTo: no partner is named "them"`},
		"bill-to at once":         {minimal + "customers:\n  - {name: a, billTo: [us, us]}\n", "x.yaml:11: customers[0].billTo[1]: us and us stand for the same time"},
		"plan":                    {minimal + "customers:\n  - {name: a, plan: gold}\n", `x.yaml:11: customers[0].plan: "gold" is not one of azure-plan legacy`},
		"guest":                   {minimal + "customers:\n  - {name: a, guests: [{principal: nobody}]}\n", `x.yaml:11: customers[0].guests[0].principal: no principal of the partner's tenant is named "nobody"`},
		"guest group":             {minimal + "customers:\n  - {name: a, guests: [{principal: ops}]}\n", `customers[0].guests[0].principal: "ops" is a group`},
		"aobo partner":            {sub + "        aobo: [{partner: them}]\n", `x.yaml:14: customers[0].subscriptions[0].aobo[0].partner: no partner is named "them"`},
		"interval":                {sub + "        aobo:\n          - partner: us\n            from: 2026-10-02T00:00:00Z\n            to: 2026-10-01T00:00:00Z\n", "x.yaml:17: customers[0].subscriptions[0].aobo[0].to: the interval ends (2026-10-01T00:00:00Z) before it starts (2026-10-02T00:00:00Z)"},
		"delegated principal":     {sub + "        delegations: [{offer: o, authorizations: [{principal: x, role: Reader}]}]\n", `.delegations[0].authorizations[0].principal: no principal of the tenant msp is named "x"`},
		"role":                    {sub + "        delegations: [{offer: o, authorizations: [{principal: robot, role: Reeder}]}]\n", `.delegations[0].authorizations[0].role: no built-in role has the name or id "Reeder"`},
		"maximum duration":        {sub + "        delegations: [{offer: o, eligibleAuthorizations: [{principal: ops, role: Reader, maximumDuration: 8h}]}]\n", `.maximumDuration: "8h" is not a duration such as PT8H`},
		"activation not eligible": {sub + "        delegations: [{offer: o, activations: [{principal: robot, role: Reader, from: 2026-10-01T00:00:00Z, to: 2026-10-02T00:00:00Z}]}]\n", `.activations[0]: "robot" is not eligible for this role`},
		"scope":                   {sub + "        roleAssignments: [{principal: robot, role: Reader, scope: everywhere}]\n", `.scope: "everywhere" is not one of subscription`},
		"resource scope":          {sub + "        roleAssignments: [{principal: robot, role: Reader, scope: {resource: a/b}}]\n", `.scope: no resource is named "a/b"`},
		"meter":                   {sub + "        resources: [{name: r, group: g, type: A.B/c, meter: gold, quantity: 1}]\n", `.resources[0].meter: no meter has the id "gold"`},
		"quantity":                {sub + "        resources: [{name: r, group: g, type: A.B/c, meter: vm-d2s-v5, quantity: -1}]\n", `.resources[0].quantity: "-1" is negative`},
		"resource type":           {sub + "        resources: [{name: r, group: g, type: vm, meter: vm-d2s-v5, quantity: 1}]\n", `.resources[0].type: "vm" is not a resource type`},
		"resource parts":          {sub + "        resources: [{name: r/s, group: g, type: A.B/c, meter: vm-d2s-v5, quantity: 1}]\n", `.resources[0]: the name "r/s" has not as many parts`},
		"resource twice":          {sub + "        resources: [{name: r, group: g, type: A.B/c, meter: vm-d2s-v5, quantity: 1}, {name: r, group: g, type: A.B/c, meter: vm-d2s-v5, quantity: 1}]\n", `.resources[1]: the resource "r" stands twice`},
		"link principal":          {minimal + "links: [{principal: x, partnerId: 4987654}]\n", `x.yaml:10: links[0].principal: no principal is named "x"`},
		"link tenant":             {minimal + "links: [{principal: robot, tenant: x, partnerId: 4987654}]\n", `x.yaml:10: links[0].tenant: no tenant is named "x"`},
		"link of a group":         {minimal + "links: [{principal: ops, partnerId: 4987654}]\n", `links[0].principal: "ops" is a group`},
		"link to the global id":   {minimal + "links: [{principal: robot, partnerId: 4987653}]\n", "links[0]: 4987653 is a global account ID"},
		"linked twice":            {minimal + "links: [{principal: robot, partnerId: 4987654}, {principal: robot, partnerId: 4987654}]\n", `links[1]: "robot" is linked twice`},
		"share":                   {minimal + "faults: {throttle: 2}\n", `x.yaml:10: faults.throttle: "2" is not a share between 0 and 1`},
		"lag":                     {minimal + "billing: {lag: 2d}\n", `x.yaml:10: billing.lag: "2d" is not a duration`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseScenario("x.yaml", []byte(c.text))
			if pharos.CodeOf(err) != pharos.Invalid || pharos.HintOf(err) == "" {
				t.Fatalf("got %v, want an Invalid error with a hint", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestParseScenario_TellsEveryProblemAtOnce(t *testing.T) {
	text := sub + "        aobo: [{partner: them}]\n        delegations: [{offer: o, role: x}]\nlinks: [{principal: nobody, partnerId: 4987654}]\n"
	_, err := ParseScenario("x.yaml", []byte(text))
	if err == nil || strings.Count(err.Error(), "\nx.yaml:") != 3 {
		t.Errorf("want three problems, got %v", err)
	}
}

func TestParseScenario_AliasesAreBounded(t *testing.T) {
	bomb := minimal + "expect: {a: 1}\nlinks:\n"
	list := "[{principal: robot, partnerId: 4987654}]"
	bomb = "x1: &a " + list + "\n" + bomb
	if _, err := ParseScenario("x.yaml", []byte(bomb)); err == nil {
		t.Error("an unknown key that holds an anchor is still unknown")
	}
}

func TestReadScenario_NoFile(t *testing.T) {
	_, err := ReadScenario(filepath.Join(t.TempDir(), "none.yaml"))
	if pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("got %v", err)
	}
}

// FuzzParseScenario: a scenario that is refused is refused by an Invalid
// error with a place, and one that is taken can be played.
func FuzzParseScenario(f *testing.F) {
	full, err := os.ReadFile("testdata/contoso.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Add([]byte(minimal))
	f.Add([]byte(sub + "        aobo: [{partner: us, from: 2026-10-02T00:00:00Z, to: 2026-10-01T00:00:00Z}]\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte(minimal + "links: &l [{principal: robot, partnerId: 4987654}]\nmeters: *l\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseScenario("f.yaml", data)
		var e *pharos.Error
		switch {
		case err == nil:
			if _, err := New(s); err != nil {
				t.Errorf("parsed, but not played: %v", err)
			}
		case !errors.As(err, &e) || e.Code != pharos.Invalid || !strings.Contains(e.Message, "f.yaml:"):
			t.Errorf("refused without a place: %v", err)
		}
	})
}
