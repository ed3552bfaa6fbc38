package repair

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/explain"
)

// Removal names access that is supposed to be taken away: "principal:" and a
// name, sign-in name, application id or object id; "delegation:" and the name
// of an offer or the ARM id of a registration assignment; or "aobo".
type Removal string

// The kinds of removal, as they are written.
const (
	aoboRemoval       = "aobo"
	principalRemoval  = "principal"
	delegationRemoval = "delegation"
)

// Removed is what a removal was found to mean.
type Removed struct {
	What Removal `json:"what"`
	// Found are the directory objects or delegations in words: the first ones of
	// many, and how many there are.
	Found []string `json:"found"`
	// Notes say what the history cannot tell of it.
	Notes []string `json:"notes,omitempty"`
}

// cut is what the removals take away together.
type cut struct {
	agents      map[pharos.PrincipalID]bool // whose AOBO goes
	principals  map[pharos.PrincipalRef]bool
	delegations map[string]bool // by ARM id in lower case
}

// cutting finds out what the removals mean. The error has code Invalid for
// what is no removal, NotFound for what the history does not know, Conflict
// for a name that several bear.
func cutting(h *pharos.History, removals []Removal) (cut, []Removed, error) {
	c := cut{agents: map[pharos.PrincipalID]bool{}, principals: map[pharos.PrincipalRef]bool{}, delegations: map[string]bool{}}
	var found []Removed
	for _, r := range removals {
		kind, name, _ := strings.Cut(string(r), ":")
		name = strings.TrimSpace(name)
		f := Removed{What: r}
		var err error
		switch {
		case r == aoboRemoval:
			f.Found, err = c.findAOBO(h)
		case kind == principalRemoval && name != "":
			f.Found, f.Notes, err = c.findPrincipal(h, name)
		case kind == delegationRemoval && name != "":
			f.Found, err = c.findDelegation(h, name)
		default:
			err = pharos.Errorf(pharos.Invalid, "%q is nothing to do without", string(r)).
				WithHint("write principal:NAME, delegation:OFFER or aobo; a principal also by its object id, a delegation by its ARM id")
		}
		if err != nil {
			return c, nil, err
		}
		found = append(found, f)
	}
	return c, found, nil
}

// findAOBO takes the grants of our own agent groups; a reseller's stay.
func (c *cut) findAOBO(h *pharos.History) ([]string, error) {
	var found []string
	for _, id := range slices.Sorted(maps.Keys(h.AgentGroups)) {
		c.agents[id] = true
		found = append(found, fmt.Sprintf("%s (%s)", h.AgentGroups[id], id))
	}
	if found == nil {
		return nil, pharos.Errorf(pharos.NotFound, "our AdminAgents and HelpdeskAgents groups are not known").WithHint("`pharos scan` reads them from the managing tenant")
	}
	return found, nil
}

// findPrincipal takes every directory object of the person or application of
// that name: who leaves does so in all tenants.
func (c *cut) findPrincipal(h *pharos.History, name string) (found, notes []string, err error) {
	all := knownPrincipals(h)
	names := explain.NamesOf(h)
	who := func(ref pharos.PrincipalRef) string {
		if _, agents := h.AgentGroups[ref.ID]; agents {
			return string(ref.ID) // AOBO names the group without its tenant
		}
		return names.Person(ref)
	}
	persons := map[string]bool{}
	for ref, p := range all {
		if strings.EqualFold(p.Name, name) || strings.EqualFold(p.Identity, name) || strings.EqualFold(string(ref.ID), name) {
			persons[who(ref)] = true
		}
	}
	var refs []pharos.PrincipalRef
	for ref := range all {
		if persons[who(ref)] {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, compareRefs)
	for _, ref := range refs {
		found = append(found, described(all[ref]))
		if all[ref].Kind == pharos.Group && inGroup(h, ref) {
			notes = append(notes, all[ref].Name+" is in other groups: its members are taken to stay in those")
		}
	}
	switch len(persons) {
	case 0:
		return nil, nil, pharos.Errorf(pharos.NotFound, "no principal is called %q", name).WithHint("%s", suggestion(name, principalNames(all)))
	case 1:
	default:
		return nil, nil, pharos.Errorf(pharos.Conflict, "%d principals are called %q: %s", len(persons), name, strings.Join(few(found), "; ")).
			WithHint("name one by its object id: principal:ID")
	}
	for _, ref := range refs {
		if ref.Tenant == "" {
			c.agents[ref.ID] = true
		}
		c.principals[ref] = true
	}
	return found, notes, nil
}

// knownPrincipals are the directory objects that the history tells of, also
// those that it knows by id alone. AOBO names a group by its id without a tenant.
func knownPrincipals(h *pharos.History) map[pharos.PrincipalRef]pharos.Principal {
	all := maps.Clone(h.Principals)
	note := func(p pharos.Principal) {
		if _, known := all[p.PrincipalRef]; !known {
			all[p.PrincipalRef] = p
		}
	}
	for _, rec := range h.Grants {
		for _, f := range rec.Facts {
			g := f.Value
			note(pharos.Principal{PrincipalRef: g.Holder, Kind: g.HolderKind, Name: h.AgentGroups[g.Holder.ID]})
		}
	}
	for ref := range h.Links {
		note(pharos.Principal{PrincipalRef: ref})
	}
	for group, rec := range h.Members {
		for _, f := range rec.Facts {
			note(pharos.Principal{PrincipalRef: pharos.PrincipalRef{Tenant: group.Tenant, ID: f.Value}})
		}
	}
	return all
}

func inGroup(h *pharos.History, ref pharos.PrincipalRef) bool {
	for group, rec := range h.Members {
		if group.Tenant == ref.Tenant && slices.ContainsFunc(rec.Facts, func(f pharos.Fact[pharos.PrincipalID]) bool { return f.Value == ref.ID }) {
			return true
		}
	}
	return false
}

// described tells a principal from others of its name.
func described(p pharos.Principal) string {
	where := "tenant " + string(p.Tenant)
	if p.Tenant == "" {
		where = "a group that AOBO is granted to"
	}
	return fmt.Sprintf("%s (%s, %s)", cmp.Or(p.Name, p.Identity, string(p.ID)), where, p.ID)
}

func compareRefs(x, y pharos.PrincipalRef) int {
	return cmp.Or(cmp.Compare(x.Tenant, y.Tenant), cmp.Compare(x.ID, y.ID))
}

func principalNames(all map[pharos.PrincipalRef]pharos.Principal) map[string]bool {
	names := map[string]bool{}
	for _, p := range all {
		if p.Name != "" {
			names[p.Name] = true
		}
	}
	return names
}

// findDelegation takes one registration assignment, or all of an offer. An
// offer's name is the choice of who made it: another managing tenant's of the
// same name is another.
func (c *cut) findDelegation(h *pharos.History, name string) ([]string, error) {
	managers := map[pharos.TenantID]bool{}
	offers := map[string]bool{}
	scopes := map[string]pharos.Grant{} // by ARM id
	for key, rec := range h.Grants {
		for _, f := range rec.Facts {
			if key.Path != pharos.Lighthouse {
				continue
			}
			offers[f.Value.Offer] = true
			if strings.EqualFold(f.Value.ID, name) || f.Value.Offer != "" && strings.EqualFold(f.Value.Offer, name) {
				managers[f.Value.Holder.Tenant] = true
				scopes[f.Value.ID] = f.Value
			}
		}
	}
	var found []string
	for _, id := range slices.Sorted(maps.Keys(scopes)) {
		g := scopes[id]
		sub := h.Subscriptions[g.Scope.Subscription()]
		found = append(found, fmt.Sprintf("%s of %s (tenant %s, %s)", cmp.Or(g.Offer, "a delegation"), cmp.Or(sub.Name, string(g.Scope)), g.Holder.Tenant, id))
	}
	switch len(managers) {
	case 0:
		return nil, pharos.Errorf(pharos.NotFound, "no delegation is called %q", name).WithHint("%s", suggestion(name, offers))
	case 1:
	default:
		return nil, pharos.Errorf(pharos.Conflict, "offers of %d managing tenants are called %q: %s", len(managers), name, strings.Join(few(found), "; ")).
			WithHint("name one by its ARM id: delegation:ID")
	}
	for id := range scopes {
		c.delegations[id] = true
	}
	return few(found), nil
}

// takes reports whether a grant goes.
func (c *cut) takes(g pharos.Grant) bool {
	switch g.Path {
	case pharos.AOBO:
		return c.agents[g.Holder.ID]
	case pharos.Lighthouse:
		return c.delegations[g.ID] || c.principals[g.Holder]
	default:
		return c.principals[g.Holder]
	}
}

// supposed are the records of a history without what is taken away. What was
// looked at stays looked at: the access is known to be gone.
func (c *cut) supposed(h *pharos.History) coverage.Supposed {
	return coverage.Supposed{
		Grants: without(h.Grants, func(_ pharos.GrantKey, g pharos.Grant) bool { return c.takes(g) }),
		Members: without(h.Members, func(group pharos.PrincipalRef, m pharos.PrincipalID) bool {
			return c.principals[group] || c.principals[pharos.PrincipalRef{Tenant: group.Tenant, ID: m}]
		}),
		Links: without(h.Links, func(ref pharos.PrincipalRef, _ pharos.PartnerID) bool { return c.principals[ref] }),
	}
}

// without returns the records that lose a fact, as they are without it.
func without[K, V comparable](records map[K]*pharos.Record[V], taken func(K, V) bool) map[K]*pharos.Record[V] {
	out := map[K]*pharos.Record[V]{}
	for key, rec := range records {
		gone := func(f pharos.Fact[V]) bool { return taken(key, f.Value) }
		if slices.ContainsFunc(rec.Facts, gone) {
			out[key] = &pharos.Record[V]{Observed: rec.Observed, Facts: slices.DeleteFunc(slices.Clone(rec.Facts), gone)}
		}
	}
	return out
}
