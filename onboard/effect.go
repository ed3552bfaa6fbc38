package onboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Effect is what a deployment would do to one resource, as Azure's what-if
// tells it.
type Effect struct {
	// Resource is the ARM id.
	Resource string
	Kind     EffectKind
	// Before and After are the terms of a registration definition; nil for
	// other resources, and where there is none.
	Before, After *Terms
	// Deltas are the properties that would change, those in Before and After
	// left out.
	Deltas []Delta
	// Why says why an effect is unclear.
	Why string
}

// EffectKind is what happens to a resource.
type EffectKind string

// The kinds. Unclear is what cannot be told before it is done; Untouched are
// resources of the scope that the template does not name.
const (
	Creates   EffectKind = "create"
	Modifies  EffectKind = "modify"
	Deletes   EffectKind = "delete"
	Keeps     EffectKind = "no-change"
	Untouched EffectKind = "ignore"
	Unclear   EffectKind = "unclear"
)

// Changes reports whether any effect changes something, or may.
func Changes(all []Effect) bool {
	return slices.ContainsFunc(all, func(e Effect) bool { return e.Kind != Keeps && e.Kind != Untouched })
}

// Terms are what a registration definition gives to whom.
type Terms struct {
	Offer   string
	Manager pharos.TenantID
	Grants  []Term
}

// Term gives a principal of the managing tenant a role.
type Term struct {
	Principal pharos.PrincipalID
	Name      string
	Role      pharos.RoleID
	Eligible  bool
	// Limits tell in words how the role can be activated, or which roles its
	// holder may give to managed identities; "" for a plain role.
	Limits string
}

// same reports whether two terms give the same, by whatever name.
func (t Term) same(o Term) bool {
	t.Name, o.Name = "", ""
	return t == o
}

// String tells who gets which role, and how.
func (t Term) String() string {
	who := t.Name
	if who == "" {
		who = string(t.Principal)
	}
	how := "for good"
	if t.Eligible {
		how = "just in time"
	}
	if t.Limits != "" {
		how += ", " + t.Limits
	}
	return fmt.Sprintf("%s: %s, %s", who, pharos.Roles().Lookup(t.Role).Name, how)
}

// Delta is a property that would change; Before is empty for one that is set
// anew, After for one that is taken away.
type Delta struct{ Path, Before, After string }

// Words tells what would change, one line each: what is given begins with +,
// what is taken with -, what becomes something else with ~.
func (e Effect) Words() []string {
	var out []string
	if e.Why != "" {
		out = append(out, "? "+e.Why)
	}
	if e.Before != nil && e.After != nil {
		for _, d := range []Delta{{"offer", e.Before.Offer, e.After.Offer}, {"managing tenant", string(e.Before.Manager), string(e.After.Manager)}} {
			if d.Before != d.After {
				out = append(out, d.String())
			}
		}
	}
	out = append(out, terms("+", e.After, e.Before)...)
	out = append(out, terms("-", e.Before, e.After)...)
	for _, d := range e.Deltas {
		out = append(out, d.String())
	}
	if e.Kind == Modifies && out == nil {
		out = []string{"~ names or order alone"}
	}
	return out
}

// terms are those of one side that the other lacks.
func terms(mark string, of, other *Terms) []string {
	if of == nil {
		return nil
	}
	var out []string
	for _, t := range of.Grants {
		if other == nil || !slices.ContainsFunc(other.Grants, t.same) {
			out = append(out, mark+" "+t.String())
		}
	}
	return out
}

// String tells the change.
func (d Delta) String() string {
	switch {
	case d.Before == "":
		return fmt.Sprintf("+ %s: %s", d.Path, d.After)
	case d.After == "":
		return fmt.Sprintf("- %s: %s", d.Path, d.Before)
	}
	return fmt.Sprintf("~ %s: %s → %s", d.Path, d.Before, d.After)
}

// Subject names the resource in words.
func (e Effect) Subject() string {
	low := strings.ToLower(e.Resource)
	scope, _, _ := strings.Cut(low, "/providers/microsoft.managedservices/")
	switch {
	case strings.Contains(low, "/providers/microsoft.managedservices/registrationdefinitions/"):
		for _, t := range []*Terms{e.After, e.Before} {
			if t != nil {
				return fmt.Sprintf("offer %q", t.Offer)
			}
		}
		return "offer " + e.Resource[strings.LastIndex(e.Resource, "/")+1:]
	case !e.IsAssignment():
		return e.Resource
	case strings.Contains(scope, "/resourcegroups/"):
		return "delegation of the resource group " + scope[strings.LastIndex(scope, "/")+1:]
	}
	return "delegation of the subscription"
}

// IsAssignment reports whether the resource puts a definition into force.
func (e Effect) IsAssignment() bool {
	return strings.Contains(strings.ToLower(e.Resource), "/providers/microsoft.managedservices/registrationassignments/")
}
