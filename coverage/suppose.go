package coverage

import (
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
	Agreements map[pharos.TenantID]*pharos.Record[pharos.Signed]
}

// Supposing returns the access as it would be with other records. It costs
// what is supposed, not what the history holds, so that many suppositions can
// be tried. What a supposed again: the newer records count.
func (a *Access) Supposing(s Supposed) *Access {
	out := &Access{
		history: a.history, partner: a.partner, now: a.now, billed: a.billed,
		roles: a.roles, narrow: a.narrow, persons: a.persons, linked: a.linked,
		supposed: a.supposed.with(s), cache: map[cacheKey]pharos.Coverage{},
	}
	touched := map[pharos.SubscriptionID]bool{}
	for key := range s.Grants {
		touched[key.Subscription] = true
	}
	for sub := range s.Denials {
		touched[sub] = true
	}
	if len(touched) > 0 {
		out.narrow = maps.Clone(a.narrow)
	}
	for sub := range touched {
		out.narrow[sub] = out.narrowOf(sub)
	}
	if len(s.Links) > 0 {
		out.linked = maps.Clone(a.linked)
	}
	for ref := range s.Links {
		if slices.Contains(out.linked[ref.Tenant], ref) {
			continue
		}
		refs := append(slices.Clone(out.linked[ref.Tenant]), ref)
		slices.SortFunc(refs, func(x, y pharos.PrincipalRef) int { return strings.Compare(string(x.ID), string(y.ID)) })
		out.linked[ref.Tenant] = refs
	}
	return out
}

// with returns s with what t supposes instead.
func (s Supposed) with(t Supposed) Supposed {
	return Supposed{
		Grants: over(s.Grants, t.Grants), Denials: over(s.Denials, t.Denials), Members: over(s.Members, t.Members),
		Links: over(s.Links, t.Links), Disabled: over(s.Disabled, t.Disabled), Agreements: over(s.Agreements, t.Agreements),
	}
}

func over[K comparable, V any](under, upper map[K]V) map[K]V {
	if len(under) == 0 {
		return upper
	}
	out := maps.Clone(under)
	maps.Copy(out, upper)
	return out
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
