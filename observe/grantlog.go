package observe

import (
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// assignmentChanges reads the entries of a subscription's Activity log as
// changes of grants by path. An entry that does not tell the whole grant is
// completed by its id from what is known; where that fails the time is a gap.
func assignmentChanges(known map[string]pharos.Grant, log Log[pharos.Grant]) (map[pharos.Path][]Change[pharos.Grant], []pharos.Interval) {
	changes := map[pharos.Path][]Change[pharos.Grant]{}
	var gaps []pharos.Interval
	began := map[string]time.Time{} // of assignments that nobody can describe
	sorted := slices.Clone(log.Changes)
	slices.SortStableFunc(sorted, func(a, b Change[pharos.Grant]) int { return a.At.Compare(b.At) })
	told := map[string]pharos.Grant{}
	for _, c := range sorted {
		if c.Value.Role != "" && c.Value.Holder.ID != "" {
			told[c.Value.ID] = c.Value
		}
	}
	for _, c := range sorted {
		g, ok := known[c.Value.ID]
		if !ok {
			g, ok = told[c.Value.ID]
		}
		switch {
		case ok:
			c.Value = g
			changes[g.Path] = append(changes[g.Path], c)
		case c.Began:
			began[c.Value.ID] = c.At
		default:
			from, here := began[c.Value.ID]
			if !here {
				from = log.From
			}
			delete(began, c.Value.ID)
			gaps = append(gaps, pharos.Interval{From: from, To: c.At})
		}
	}
	for _, at := range began {
		gaps = append(gaps, pharos.Interval{From: at})
	}
	slices.SortFunc(gaps, func(a, b pharos.Interval) int { return a.From.Compare(b.From) })
	return changes, gaps
}

// knownAssignments are the role assignments by id, as the look shows them or
// as they were last.
func knownAssignments(seen []Dated[pharos.Grant], recs ...*pharos.Record[pharos.Grant]) map[string]pharos.Grant {
	known := map[string]pharos.Grant{}
	for _, rec := range recs {
		if rec == nil {
			continue
		}
		for _, f := range rec.Facts {
			known[f.Value.ID] = f.Value
		}
	}
	for _, d := range seen {
		known[d.Value.ID] = d.Value
	}
	return known
}

// ownDates drops the date of an assignment that was another one under the same
// id at that date: PIM may turn a time-bound assignment into a standing one,
// and the creation date does not say when.
func ownDates(seen []Dated[pharos.Grant], rec *pharos.Record[pharos.Grant]) []Dated[pharos.Grant] {
	if rec == nil {
		return seen
	}
	last := map[string][]pharos.Fact[pharos.Grant]{}
	for _, f := range rec.Facts {
		last[f.Value.ID] = append(last[f.Value.ID], f)
	}
	out := slices.Clone(seen)
	for i, d := range out {
		for _, f := range last[d.Value.ID] {
			if f.Value != d.Value && f.Span.Ended.Earliest.After(d.Since) {
				out[i].Since = time.Time{}
			}
		}
	}
	return out
}

// withKinds tells the kind of holders that the cloud names without it, as
// delegations do, in grants seen now and before.
func withKinds(rec *pharos.Record[pharos.Grant], kind func(pharos.PrincipalRef) pharos.PrincipalKind) *pharos.Record[pharos.Grant] {
	if rec == nil {
		return nil
	}
	out := rec
	for i, f := range rec.Facts {
		g := withKind(f.Value, kind)
		if g == f.Value {
			continue
		}
		if out == rec {
			out = &pharos.Record[pharos.Grant]{Observed: rec.Observed, Facts: slices.Clone(rec.Facts)}
		}
		out.Facts[i].Value = g
	}
	return out
}

func withKind(g pharos.Grant, kind func(pharos.PrincipalRef) pharos.PrincipalKind) pharos.Grant {
	if g.HolderKind == "" {
		g.HolderKind = kind(g.Holder)
	}
	return g
}

// inherited reports whether a grant stands above the subscription, where its
// Activity log does not reach.
func inherited(g pharos.Grant) bool { return g.Scope.AboveSubscription() }

// compareGrants orders grants, for results that do not depend on who answered
// first.
func compareGrants(a, b Dated[pharos.Grant]) int {
	key := func(g pharos.Grant) string {
		return strings.Join([]string{g.ID, string(g.Scope), string(g.Holder.Tenant), string(g.Holder.ID), string(g.Role), string(g.Kind), g.Offer}, "\x00")
	}
	return strings.Compare(key(a.Value), key(b.Value))
}
