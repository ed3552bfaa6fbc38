package repair

import (
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
)

// prospect is the access as it would be after some steps, if nothing else
// changed any more.
type prospect struct {
	access  *coverage.Access
	history *pharos.History // the lasting one, without the steps
	before  *prospect       // nil for the world as it is
	edit    coverage.Supposed
}

func newProspect(h *pharos.History, a *coverage.Access) *prospect {
	return &prospect{access: a, history: h}
}

// with is the prospect after one more change.
func (p *prospect) with(s coverage.Supposed) *prospect {
	return &prospect{access: p.access.Supposing(s), history: p.history, before: p, edit: s}
}

// record is the record of a subject: the newest supposed one, or else the
// history's.
func record[K, V comparable](p *prospect, of func(*coverage.Supposed) map[K]*pharos.Record[V], seen map[K]*pharos.Record[V], key K) *pharos.Record[V] {
	for ; p.before != nil; p = p.before {
		if rec, ok := of(&p.edit)[key]; ok {
			return rec
		}
	}
	return seen[key]
}

func (p *prospect) grants(sub pharos.SubscriptionID, path pharos.Path) *pharos.Record[pharos.Grant] {
	of := func(s *coverage.Supposed) map[pharos.GrantKey]*pharos.Record[pharos.Grant] { return s.Grants }
	return record(p, of, p.history.Grants, pharos.GrantKey{Subscription: sub, Path: path})
}

func (p *prospect) members(group pharos.PrincipalRef) *pharos.Record[pharos.PrincipalID] {
	of := func(s *coverage.Supposed) map[pharos.PrincipalRef]*pharos.Record[pharos.PrincipalID] {
		return s.Members
	}
	return record(p, of, p.history.Members, group)
}

func (p *prospect) denials(sub pharos.SubscriptionID) *pharos.Record[pharos.Denial] {
	of := func(s *coverage.Supposed) map[pharos.SubscriptionID]*pharos.Record[pharos.Denial] { return s.Denials }
	return record(p, of, p.history.Denials, sub)
}

// values are the values of a record in which everything lasts.
func values[T comparable](rec *pharos.Record[T]) []T {
	if rec == nil {
		return nil
	}
	var out []T
	for _, f := range rec.Facts {
		if !slices.Contains(out, f.Value) {
			out = append(out, f.Value)
		}
	}
	return out
}

// having is the record with one more value, since ever and for good.
func having[T comparable](rec *pharos.Record[T], value T) *pharos.Record[T] {
	out := &pharos.Record[T]{}
	if rec != nil {
		out.Observed, out.Facts = rec.Observed, slices.Clone(rec.Facts)
	}
	out.Facts = append(out.Facts, pharos.Fact[T]{Value: value, Span: pharos.Always()})
	return out
}

// only is the record of a subject of which everything is known: these values,
// since ever and for good.
func only[T comparable](all ...T) *pharos.Record[T] {
	out := &pharos.Record[T]{Observed: []pharos.Interval{{}}}
	for _, v := range all {
		out.Facts = append(out.Facts, pharos.Fact[T]{Value: v, Span: pharos.Always()})
	}
	return out
}
