package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Answer is what is known of one condition.
type Answer string

// The answers. Of several grants the one nearest to earning is told, so a
// condition that is fine holds for that one.
const (
	Fine    Answer = "ok"
	Broken  Answer = "no"
	NotSeen Answer = "unknown"
	Moot    Answer = "moot" // there is no grant of which to ask it
)

// Step is one condition of the chain that a credited day needs.
type Step struct {
	Condition string       `json:"condition"`
	Answer    Answer       `json:"answer"`
	Cause     pharos.Cause `json:"cause,omitempty"`
	Detail    string       `json:"detail,omitempty"` // which principal, role or scope
	Fix       string       `json:"fix,omitempty"`
}

// Chain is why a scope does, or does not, earn on a day.
type Chain struct {
	Scope        pharos.Scope         `json:"scope"`
	Date         pharos.Day           `json:"date"`
	State        pharos.CoverageState `json:"state"`
	Path         pharos.Path          `json:"path"`
	CustomerName string               `json:"customerName,omitempty"`
	Subscription string               `json:"subscriptionName,omitempty"`
	Answer       string               `json:"answer"` // one sentence
	Through      []Holder             `json:"earningPrincipals"`
	Steps        []Step               `json:"steps"`
	// Unread are holders who might earn if they are linked: nobody read it.
	Unread []Holder `json:"unread,omitempty"`
}

// Holder is a principal of the chain.
type Holder struct {
	ID     pharos.PrincipalID `json:"id"`
	Tenant pharos.TenantID    `json:"tenantId"`
	Name   string             `json:"name"`
	Role   string             `json:"role,omitempty"`
	Linked bool               `json:"linked"`
}

// Names are the words for ids, as the history has them.
type Names struct {
	Customers     map[pharos.TenantID]pharos.Customer
	Subscriptions map[pharos.SubscriptionID]pharos.Subscription
	Principals    map[pharos.PrincipalRef]pharos.Principal
}

// NamesOf returns the names that a history knows.
func NamesOf(h *pharos.History) Names { return Names{h.Customers, h.Subscriptions, h.Principals} }

// Trace lays a coverage out as a chain: each condition in the order in which
// access is built up, with what must be mended where it is broken.
func Trace(c pharos.Coverage, n Names) Chain {
	sub := n.Subscriptions[c.Scope.Subscription()]
	chain := Chain{
		Scope: c.Scope, Date: c.Day, State: c.State, Path: c.Path,
		CustomerName: n.Customers[sub.Customer].Name, Subscription: sub.Name,
		Answer: sentence(&c), Through: []Holder{}, Steps: []Step{},
	}
	for _, e := range c.Earning {
		name := e.Name
		if name == "" {
			name = n.principal(e.PrincipalRef)
		}
		chain.Through = append(chain.Through, Holder{e.ID, e.Tenant, name, pharos.Roles().Lookup(e.Role).Name, e.Linked})
	}
	for _, ref := range c.Unread {
		chain.Unread = append(chain.Unread, Holder{ID: ref.ID, Tenant: ref.Tenant, Name: n.principal(ref)})
	}
	for _, cond := range conditions() {
		chain.Steps = append(chain.Steps, cond.steps(&c)...)
	}
	return chain
}

// principal returns a principal's name, its id where it has none.
func (n Names) principal(ref pharos.PrincipalRef) string {
	if name := n.Principals[ref].Name; name != "" {
		return name
	}
	return string(ref.ID)
}

// condition is a link of the chain with the causes that break it.
type condition struct {
	text   string
	causes []pharos.Cause
}

// conditions returns the chain in the order in which it is built: the sale,
// then access, then the link.
func conditions() []condition {
	return []condition{
		{"billed to us, on the Azure plan, agreements signed", []pharos.Cause{
			pharos.NotBillTo, pharos.NotAzurePlan, pharos.NoCustomerAgreement, pharos.ProgrammeInactive}},
		{"we, or the reseller of record, hold a role", []pharos.Cause{pharos.NoAccess, pharos.UnrelatedPartner, pharos.AOBOOfOther}},
		{"at this scope or above it", []pharos.Cause{pharos.ScopeTooNarrow}},
		{"the role is on Microsoft's list", []pharos.Cause{pharos.RoleNotEligible, pharos.RoleUnlisted}},
		{"it stands, and need not be activated", []pharos.Cause{pharos.EligibleOnly}},
		{"the holder is enabled", []pharos.Cause{pharos.PrincipalDisabled}},
		{"the holder is linked to our partner ID", []pharos.Cause{
			pharos.NotLinked, pharos.LinkedToOther, pharos.LinkedWrongTenant, pharos.LinkedNotMember}},
		{"no deny assignment stands in the way", []pharos.Cause{pharos.DenyAssignment}},
		{"all of it from the day's first to its last instant", []pharos.Cause{pharos.PartialDay}},
	}
}

// steps answers the condition: one step for each cause that breaks it.
func (k condition) steps(c *pharos.Coverage) []Step {
	var out []Step
	for i, cause := range c.Causes {
		if !slices.Contains(k.causes, cause) {
			continue
		}
		s := Step{Condition: k.text, Answer: Broken, Cause: cause, Fix: FixOf(cause)}
		if i < len(c.Notes) {
			s.Detail = c.Notes[i]
		}
		undecided := c.State == pharos.UnknownCoverage && len(c.Unread) == 0
		if c.Disputed || undecided || cause == pharos.NotLinked && len(c.Unread) > 0 {
			s.Answer = NotSeen
		}
		out = append(out, s)
	}
	if len(out) > 0 {
		return out
	}
	return []Step{{Condition: k.text, Answer: k.unbroken(c), Detail: k.aside(c)}}
}

// unbroken answers a condition that no cause breaks.
func (k condition) unbroken(c *pharos.Coverage) Answer {
	strangers := []pharos.Cause{pharos.NoAccess, pharos.UnrelatedPartner, pharos.AOBOOfOther}
	nobody := slices.ContainsFunc(c.Causes, func(x pharos.Cause) bool { return slices.Contains(strangers, x) })
	switch {
	case c.State == pharos.UnknownCoverage && (len(c.Causes) == 0 || slices.Contains(c.Causes, pharos.NotObserved)):
		return NotSeen
	case nobody && !slices.Contains(k.causes, pharos.NotBillTo):
		return Moot
	default:
		return Fine
	}
}

// aside says why AOBO has no link to show.
func (k condition) aside(c *pharos.Coverage) string {
	if c.Path == pharos.AOBO && slices.Contains(k.causes, pharos.NotLinked) {
		return "AOBO needs none"
	}
	return ""
}

// sentence is the answer in words.
func sentence(c *pharos.Coverage) string {
	switch {
	case c.State == pharos.Full && c.Path == pharos.AOBO:
		return "It earns, by AOBO, which needs no link."
	case c.State == pharos.Full:
		return fmt.Sprintf("It earns, %s.", pathWords(c.Path))
	case c.Disputed:
		return "It depends: two observations disagree within the day and nothing dates the change. The bill decides."
	case len(c.Unread) > 0:
		return "It earns only if a holder whose link nobody read is linked. The bill bears witness."
	case c.State == pharos.Partial && slices.Contains(c.Causes, pharos.PartialDay):
		return "It does not earn: access held for a part of the day only."
	case c.State == pharos.Partial:
		return "Only a part of it earns: " + joined(c.Causes) + "."
	case c.State == pharos.None:
		return "It does not earn: " + joined(c.Causes) + "."
	default:
		return "Nobody knows: it was not observed on that day."
	}
}

func pathWords(p pharos.Path) string {
	if p == pharos.Lighthouse {
		return "through an Azure Lighthouse delegation"
	}
	return "through a role assignment in the customer's tenant"
}

func joined(causes []pharos.Cause) string {
	words := make([]string, len(causes))
	for i, c := range causes {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}
