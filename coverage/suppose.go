package coverage

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// Supposed are records put in place of the history's, to ask what would be if.
// A subject that is not in a map is as the history has it; a nil record is one
// that was never observed.
type Supposed struct {
	Grants     map[pharos.GrantKey]*pharos.Record[pharos.Grant]
	Denials    map[pharos.SubscriptionID]*pharos.Record[pharos.Denial]
	Members    map[pharos.PrincipalRef]*pharos.Record[pharos.PrincipalID]
	Links      map[pharos.PrincipalRef]*pharos.Record[pharos.PartnerID]
	Disabled   map[pharos.PrincipalRef]*pharos.Record[pharos.Disabled]
	Sales      map[pharos.SubscriptionID]*pharos.Record[pharos.Sale]
	Agreements map[pharos.TenantID]*pharos.Record[pharos.Signed]
	// Programme is the partner programme agreement; nil is as the history has it.
	Programme *pharos.Record[pharos.Signed]
}

// Supposing returns the access as it would be with other records. It costs
// what is supposed, not what the history holds, so that many suppositions can
// be tried. What a supposed again: the newer records count.
func (a *Access) Supposing(s Supposed) *Access {
	out := &Access{
		history: a.history, partner: a.partner, now: a.now, billed: a.billed,
		roles: a.roles, narrow: a.narrow, persons: a.persons, linked: a.linked,
		supposed: a.supposed.with(s), narrowed: a.narrowed, relinked: a.relinked,
		cache: map[cacheKey]pharos.Coverage{},
	}
	narrowed := map[pharos.SubscriptionID][]pharos.Scope{}
	for key := range s.Grants {
		narrowed[key.Subscription] = out.narrowOf(key.Subscription)
	}
	for sub := range s.Denials {
		narrowed[sub] = out.narrowOf(sub)
	}
	out.narrowed = over(a.narrowed, narrowed)
	relinked := map[pharos.TenantID][]pharos.PrincipalRef{}
	for ref := range s.Links {
		refs := a.linkedOf(ref.Tenant)
		if more, ok := relinked[ref.Tenant]; ok {
			refs = more
		}
		if slices.Contains(refs, ref) {
			continue
		}
		refs = append(slices.Clone(refs), ref)
		slices.SortFunc(refs, func(x, y pharos.PrincipalRef) int { return strings.Compare(string(x.ID), string(y.ID)) })
		relinked[ref.Tenant] = refs
	}
	out.relinked = over(a.relinked, relinked)
	return out
}

// with returns s with what t supposes instead.
func (s Supposed) with(t Supposed) Supposed {
	return Supposed{
		Grants: over(s.Grants, t.Grants), Denials: over(s.Denials, t.Denials), Members: over(s.Members, t.Members),
		Links: over(s.Links, t.Links), Disabled: over(s.Disabled, t.Disabled),
		Sales: over(s.Sales, t.Sales), Agreements: over(s.Agreements, t.Agreements), Programme: cmp.Or(t.Programme, s.Programme),
	}
}

func over[K comparable, V any](under, upper map[K]V) map[K]V {
	switch {
	case len(under) == 0:
		return upper
	case len(upper) == 0:
		return under
	}
	out := maps.Clone(under)
	maps.Copy(out, upper)
	return out
}

// below lists the scopes below a subscription that matter, the longest first.
func (a *Access) below(sub pharos.SubscriptionID) []pharos.Scope {
	return pick(a.narrowed, a.narrow, sub)
}

// linkedOf lists, in order of id, whose links in a tenant are on record.
func (a *Access) linkedOf(t pharos.TenantID) []pharos.PrincipalRef {
	return pick(a.relinked, a.linked, t)
}

// narrowOf lists the scopes below a subscription at which a grant or a denial
// ever stood, the longest first.
func (a *Access) narrowOf(sub pharos.SubscriptionID) []pharos.Scope {
	found := map[pharos.Scope]bool{}
	add := func(s pharos.Scope) {
		if !s.AboveSubscription() && s != pharos.SubscriptionScope(sub) {
			found[s] = true
		}
	}
	for _, path := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
		if rec := a.grants(pharos.GrantKey{Subscription: sub, Path: path}); rec != nil {
			for _, f := range rec.Facts {
				add(f.Value.Scope)
			}
		}
	}
	if rec := a.denialsOf(sub); rec != nil {
		for _, f := range rec.Facts {
			add(f.Value.Scope)
		}
	}
	return slices.SortedFunc(maps.Keys(found), longestFirst)
}

func (a *Access) grants(k pharos.GrantKey) *pharos.Record[pharos.Grant] {
	return pick(a.supposed.Grants, a.history.Grants, k)
}

func (a *Access) denialsOf(s pharos.SubscriptionID) *pharos.Record[pharos.Denial] {
	return pick(a.supposed.Denials, a.history.Denials, s)
}

func (a *Access) members(group pharos.PrincipalRef) *pharos.Record[pharos.PrincipalID] {
	return pick(a.supposed.Members, a.history.Members, group)
}

func (a *Access) links(p pharos.PrincipalRef) *pharos.Record[pharos.PartnerID] {
	return pick(a.supposed.Links, a.history.Links, p)
}

func (a *Access) disabled(p pharos.PrincipalRef) *pharos.Record[pharos.Disabled] {
	return pick(a.supposed.Disabled, a.history.Disabled, p)
}

func (a *Access) sales(s pharos.SubscriptionID) *pharos.Record[pharos.Sale] {
	return pick(a.supposed.Sales, a.history.Sales, s)
}

func (a *Access) programme() *pharos.Record[pharos.Signed] {
	return cmp.Or(a.supposed.Programme, a.history.Programme)
}

func (a *Access) agreement(t pharos.TenantID) *pharos.Record[pharos.Signed] {
	return pick(a.supposed.Agreements, a.history.Agreements, t)
}

// pick returns the supposed record of a subject, or else the observed one.
func pick[K comparable, V any](supposed, seen map[K]V, key K) V {
	if v, ok := supposed[key]; ok {
		return v
	}
	return seen[key]
}

// Lasting returns the history in which what stands at the last scan has always
// stood, and nothing else ever did: what a whole day would be if nothing
// changed any more. The day to ask about is that of h.LastScan. h is not
// changed.
func Lasting(h *pharos.History) *pharos.History {
	out := *h
	out.Grants = lasting(h.Grants, h.LastScan)
	out.Denials = lasting(h.Denials, h.LastScan)
	out.Members = lasting(h.Members, h.LastScan)
	out.Links = lasting(h.Links, h.LastScan)
	out.Disabled = lasting(h.Disabled, h.LastScan)
	out.Sales = lasting(h.Sales, h.LastScan)
	out.Agreements = lasting(h.Agreements, h.LastScan)
	if h.Programme != nil {
		out.Programme = lastingRecord(h.Programme, h.LastScan)
	}
	return &out
}

func lasting[K, V comparable](records map[K]*pharos.Record[V], at time.Time) map[K]*pharos.Record[V] {
	out := make(map[K]*pharos.Record[V], len(records))
	for key, rec := range records {
		out[key] = lastingRecord(rec, at)
	}
	return out
}

// lastingRecord keeps the facts that stand, since ever.
func lastingRecord[V comparable](rec *pharos.Record[V], at time.Time) *pharos.Record[V] {
	out := &pharos.Record[V]{Observed: rec.Observed}
	for _, f := range rec.Facts {
		if f.Span.Open() || f.Span.Ended.Earliest.After(at) {
			f.Span.Began = pharos.Bound{}
			out.Facts = append(out.Facts, f)
		}
	}
	return out
}
