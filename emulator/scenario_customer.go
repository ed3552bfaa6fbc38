package emulator

import (
	"regexp"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

func readCustomer(n node) customerSpec {
	c := customerSpec{at: n.at(), currency: "USD", rate: decimal.NewFromInt(1), signed: true}
	n.object(fields{
		"name":         func(n node) { c.name = n.name() },
		"id":           func(n node) { c.id = n.guid() },
		"domain":       func(n node) { c.domain = n.name() },
		"country":      func(n node) { c.country = n.text() },
		"currency":     func(n node) { c.currency = readCurrency(n) },
		"exchangeRate": func(n node) { c.readRate(n) },
		"agreement": func(n node) {
			n.during(&c.agreement, fields{"mca": func(n node) { c.signed = n.boolean() }})
		},
		"plan":   func(n node) { c.plans = readPlans(n) },
		"billTo": func(n node) { c.billTo = readParties(n) },
		"reseller": func(n node) {
			c.resellers, c.resellersSet = readParties(n), true
		},
		"principals": func(n node) { n.list(func(n node) { c.principals = append(c.principals, readPrincipal(n)) }) },
		"guests":     func(n node) { n.list(func(n node) { c.guests = append(c.guests, readGuest(n)) }) },
		"subscriptions": func(n node) {
			n.list(func(n node) { c.subscriptions = append(c.subscriptions, readSubscription(n)) })
		},
	}, "name")
	return c
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func readCurrency(n node) string {
	s := n.text()
	if !currencyCode.MatchString(s) {
		n.fail("%q is not a currency code such as EUR", s)
	}
	return s
}

// readRate reads one rate for all months, or a mapping of months to rates.
func (c *customerSpec) readRate(n node) {
	if n.yaml.Kind != yaml.MappingNode {
		c.rate = positiveRate(n)
		return
	}
	c.rates = map[pharos.Month]decimal.Decimal{}
	f := fields{}
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		key := n.yaml.Content[i]
		m, err := pharos.ParseMonth(key.Value)
		f[key.Value] = func(n node) {
			if err != nil {
				n.fail("%q is not a month; write it as 2026-10", key.Value)
				return
			}
			c.rates[m] = positiveRate(n)
		}
	}
	n.object(f)
}

func positiveRate(n node) decimal.Decimal {
	d := n.decimal()
	if d.IsZero() && n.yaml.Value != "" {
		n.fail("an exchange rate is greater than 0")
	}
	return d
}

func readPlans(n node) []planSpec {
	one := func(n node) pharos.Plan { return oneOf(n, pharos.AzurePlan, pharos.LegacyPlan) }
	if n.yaml.Kind != yaml.SequenceNode {
		return []planSpec{{plan: one(n)}}
	}
	var out []planSpec
	n.list(func(n node) {
		var p planSpec
		n.during(&p.during, fields{"plan": func(n node) { p.plan = one(n) }}, "plan")
		out = append(out, p)
	})
	return out
}

// readParties reads a partner's name, one {partner, from, to}, or a list of them.
func readParties(n node) []partySpec {
	one := func(n node) partySpec {
		var p partySpec
		if n.yaml.Kind != yaml.MappingNode {
			p.partner = n.ref()
			return p
		}
		n.during(&p.during, fields{"partner": func(n node) { p.partner = n.ref() }}, "partner")
		return p
	}
	if n.yaml.Kind != yaml.SequenceNode {
		return []partySpec{one(n)}
	}
	var out []partySpec
	n.list(func(n node) { out = append(out, one(n)) })
	return out
}

func readGuest(n node) memberSpec {
	var m memberSpec
	n.during(&m.during, fields{
		"principal": func(n node) { m.principal = n.ref() },
		"id":        func(n node) { m.id = n.guid() },
	}, "principal")
	return m
}

func readSubscription(n node) subscriptionSpec {
	s := subscriptionSpec{at: n.at()}
	n.object(fields{
		"name":        func(n node) { s.name = n.name() },
		"id":          func(n node) { s.id = n.guid() },
		"aobo":        func(n node) { n.list(func(n node) { s.aobo = append(s.aobo, readAOBO(n)) }) },
		"delegations": func(n node) { n.list(func(n node) { s.delegations = append(s.delegations, readDelegation(n)) }) },
		"roleAssignments": func(n node) {
			n.list(func(n node) { s.roleAssignments = append(s.roleAssignments, readRoleAssignment(n)) })
		},
		"denyAssignments": func(n node) { n.list(func(n node) { s.denials = append(s.denials, readDenial(n)) }) },
		"resources":       func(n node) { n.list(func(n node) { s.resources = append(s.resources, readResource(n)) }) },
		"supportPlan":     func(n node) { s.noSupportPlan = oneOf(n, "basic", "none") == "none" },
	}, "name")
	return s
}

func readAOBO(n node) aoboSpec {
	a := aoboSpec{at: n.at()}
	n.during(&a.during, fields{
		"partner": func(n node) { a.partner = n.ref() },
		"group":   func(n node) { a.group = n.ref() },
		"role":    func(n node) { a.role = n.ref() },
		"scope":   func(n node) { a.scope = readScope(n) },
		"id":      func(n node) { a.id = n.guid() },
	}, "partner")
	return a
}

func readDelegation(n node) delegationSpec {
	d := delegationSpec{at: n.at()}
	n.during(&d.during, fields{
		"offer": func(n node) { d.offer = n.text() },
		"id":    func(n node) { d.id = n.guid() },
		"by":    func(n node) { d.by = n.ref() },
		"scope": func(n node) { d.groups = readDelegatedScope(n) },
		"via":   func(n node) { d.marketplace = oneOf(n, "template", "marketplace") == "marketplace" },
		"authorizations": func(n node) {
			n.list(func(n node) { d.authorizations = append(d.authorizations, readAuthorization(n, false)) })
		},
		"eligibleAuthorizations": func(n node) {
			n.list(func(n node) { d.eligible = append(d.eligible, readAuthorization(n, true)) })
		},
		"activations": func(n node) {
			n.list(func(n node) { d.activations = append(d.activations, readActivation(n, true)) })
		},
	}, "offer")
	return d
}

func readDelegatedScope(n node) (groups []string) {
	if n.yaml.Kind != yaml.MappingNode {
		oneOf(n, "subscription")
		return nil
	}
	n.object(fields{
		"resourceGroups": func(n node) {
			n.list(func(n node) { groups = append(groups, n.name()) })
			if len(groups) == 0 {
				n.fail("name at least one resource group")
			}
		},
	}, "resourceGroups")
	return groups
}

// isoHours is the form of an activation's longest duration, PT30M to PT8H.
var isoHours = regexp.MustCompile(`^PT([0-9]+H)?([0-9]+M)?$`)

func readAuthorization(n node, eligible bool) authorizationSpec {
	var a authorizationSpec
	f := fields{
		"principal": func(n node) { a.principal = n.ref() },
		"role":      func(n node) { a.role = n.ref() },
	}
	if eligible {
		a.maximum = "PT8H"
		f["maximumDuration"] = func(n node) { a.maximum = readMaximum(n) }
		f["mfa"] = func(n node) { a.mfa = n.boolean() }
		f["approvers"] = func(n node) { n.list(func(n node) { a.approvers = append(a.approvers, n.ref()) }) }
	} else {
		f["delegatedRoles"] = func(n node) { n.list(func(n node) { a.delegatedRoles = append(a.delegatedRoles, n.ref()) }) }
	}
	n.object(f, "principal", "role")
	return a
}

func readActivation(n node, withRole bool) activationSpec {
	a := activationSpec{at: n.at()}
	f := fields{"principal": func(n node) { a.principal = n.ref() }}
	required := []string{"principal", "from", "to"}
	if withRole {
		f["role"] = func(n node) { a.role = n.ref() }
		required = append(required, "role")
	}
	n.during(&a.during, f, required...)
	return a
}

func readRoleAssignment(n node) roleAssignmentSpec {
	r := roleAssignmentSpec{at: n.at(), kind: pharos.Permanent}
	n.during(&r.during, fields{
		"principal": func(n node) { r.principal = n.ref() },
		"role":      func(n node) { r.role = n.ref() },
		"scope":     func(n node) { r.scope = readScope(n) },
		"kind":      func(n node) { r.kind = oneOf(n, pharos.Permanent, pharos.TimeBound, pharos.Eligible) },
		"id":        func(n node) { r.id = n.guid() },
		"expires":   func(n node) { r.expires = n.time() },
		"activations": func(n node) {
			n.list(func(n node) { r.activations = append(r.activations, readActivation(n, false)) })
		},
		"maximumDuration": func(n node) { r.maximum = readMaximum(n) },
		"approvers":       func(n node) { n.list(func(n node) { r.approvers = append(r.approvers, n.ref()) }) },
	}, "principal", "role")
	for key, given := range map[string]bool{
		"activations": len(r.activations) > 0, "maximumDuration": r.maximum != "", "approvers": len(r.approvers) > 0,
	} {
		if given && r.kind != pharos.Eligible {
			n.found.add(n.below(key), "only an eligible assignment is activated")
		}
	}
	return r
}

// readMaximum reads an activation's longest duration.
func readMaximum(n node) string {
	text := n.text()
	if !isoHours.MatchString(text) || text == "PT" {
		n.fail("%q is not a duration such as PT8H", text)
	}
	return text
}

// readScope reads subscription | {resourceGroup} | {resource: group/name} |
// {managementGroup}.
func readScope(n node) scopeSpec {
	s := scopeSpec{at: n.at()}
	if n.yaml.Kind != yaml.MappingNode {
		oneOf(n, "subscription")
		return s
	}
	if len(n.yaml.Content) != 2 {
		n.fail("name one of managementGroup, resourceGroup, resource")
	}
	n.object(fields{
		"managementGroup": func(n node) { s.managementGroup = n.name() },
		"resourceGroup":   func(n node) { s.group = n.name() },
		"resource":        func(n node) { s.resource = n.text() },
	})
	return s
}

func readDenial(n node) denySpec {
	d := denySpec{at: n.at()}
	texts := func(into *[]string) func(node) {
		return func(n node) { n.list(func(n node) { *into = append(*into, n.text()) }) }
	}
	refs := func(into *[]ref) func(node) {
		return func(n node) { n.list(func(n node) { *into = append(*into, n.ref()) }) }
	}
	n.during(&d.during, fields{
		"name":                    func(n node) { d.name = n.text() },
		"id":                      func(n node) { d.id = n.guid() },
		"scope":                   func(n node) { d.scope = readScope(n) },
		"principals":              refs(&d.principals),
		"excludePrincipals":       refs(&d.excluded),
		"actions":                 texts(&d.actions),
		"notActions":              texts(&d.notActions),
		"doNotApplyToChildScopes": func(n node) { d.hereOnly = n.boolean() },
	})
	if d.notActions != nil && d.actions == nil {
		d.actions = []string{"*"}
	}
	return d
}

var resourceType = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]*(/[A-Za-z0-9]+)+$`)

func readResource(n node) resourceSpec {
	r := resourceSpec{at: n.at(), pricing: OnDemand, location: "westeurope"}
	n.during(&r.during, fields{
		"name":     func(n node) { r.name = n.text() },
		"group":    func(n node) { r.group = n.name() },
		"location": func(n node) { r.location = n.name() },
		"type": func(n node) {
			if r.kind = n.text(); !resourceType.MatchString(r.kind) {
				n.fail("%q is not a resource type such as Microsoft.Compute/virtualMachines", r.kind)
			}
		},
		"meter":     func(n node) { r.meter = n.ref() },
		"quantity":  func(n node) { r.quantity = n.decimal() },
		"pricing":   func(n node) { r.pricing = oneOf(n, OnDemand, Reservation, SavingsPlan, Spot) },
		"publisher": func(n node) { r.thirdParty = oneOf(n, "microsoft", "thirdParty") == "thirdParty" },
	}, "name", "group", "type", "meter", "quantity")
	return r
}
