package observe

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// delegationChanges reads the entries of a delegation log against what is
// known of the subscription: rec, and the grants seen in the look (nil when no
// eye sees the subscription).
//
// The log names a delegation and says nothing of its authorizations, and a
// permission change is logged as a new registration (docs: monitor delegation
// changes). So an entry speaks of the grants of that delegation that are known
// to have held around it. Where none are known the time is a gap: something
// held, nobody knows what. vague tells of which delegations that is so, and
// carries whether it is over, so that the log accounts for what there is now.
func delegationChanges(rec *pharos.Record[pharos.Grant], seen []Dated[pharos.Grant], log Log[pharos.Grant]) (changes []Change[pharos.Grant], gaps []pharos.Interval, vague func(pharos.Grant) bool, carries bool) {
	var open []registration
	carries = true
	for _, entries := range byDelegation(log.Changes) {
		r := registration{rec: rec, seen: seen, from: log.From, entries: entries}
		r.read()
		changes = append(changes, r.changes...)
		gaps = append(gaps, r.gaps...)
		carries = carries && !r.unclear
		if r.vague {
			open = append(open, r)
		}
	}
	vague = func(g pharos.Grant) bool {
		return slices.ContainsFunc(open, func(r registration) bool { return r.is(g) })
	}
	return changes, gaps, vague, carries
}

// byDelegation groups entries by the delegation they name, oldest first. Two
// entries of one delegation and instant, one per authorization, are one; so is
// a removal in the instant of a registration, which replaces in place.
func byDelegation(all []Change[pharos.Grant]) [][]Change[pharos.Grant] {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Change[pharos.Grant]) int { return a.At.Compare(b.At) })
	var groups [][]Change[pharos.Grant]
	index := map[pharos.Grant]int{}
	for _, c := range sorted {
		c.At = c.At.UTC()
		c.Value = pharos.Grant{ID: c.Value.ID, Scope: c.Value.Scope}
		i, ok := index[c.Value]
		if !ok {
			i = len(groups)
			index[c.Value] = i
			groups = append(groups, nil)
		}
		g := groups[i]
		switch n := len(g); {
		case n == 0 || !g[n-1].At.Equal(c.At):
			groups[i] = append(g, c)
		case c.Began:
			g[n-1] = c
		}
	}
	return groups
}

// registration reads the entries of one delegation in turn.
type registration struct {
	rec     *pharos.Record[pharos.Grant]
	seen    []Dated[pharos.Grant]
	from    time.Time
	entries []Change[pharos.Grant]

	holds   map[pharos.Grant]bool // what the entries so far say of a grant
	unclear bool                  // ... and that nobody knows which there are
	since   time.Time             // ... from then on
	vague   bool                  // ... or that nobody knew at some time
	changes []Change[pharos.Grant]
	gaps    []pharos.Interval
}

func (r *registration) read() {
	for i, e := range r.entries {
		var next time.Time
		if i+1 < len(r.entries) {
			next = r.entries[i+1].At
		}
		if e.Began {
			r.registered(e, next)
		} else {
			r.removed(i, e)
		}
	}
}

// registered enters that the delegation was made, or made again. After an
// entry whose grants nobody knows, nothing is dated by this one: what is shown
// now may have been given by the one before, and what is not was taken away by
// either.
func (r *registration) registered(e Change[pharos.Grant], next time.Time) {
	before := r.heldAt(e.At)
	after := r.heldBetween(e.At, next)
	if next.IsZero() && len(r.shown()) > 0 {
		after = r.shown()
	}
	if len(after) == 0 {
		if !r.unclear {
			r.since = e.At
		}
		r.unclear, r.vague = true, true
		r.gaps = append(r.gaps, pharos.Interval{From: e.At, To: next})
		return
	}
	for _, g := range before {
		if !slices.Contains(after, g) {
			r.enter(e, g, false)
		}
	}
	for _, g := range after {
		if !r.unclear && !slices.Contains(before, g) {
			r.enter(e, g, true)
		}
	}
	r.unclear = false
}

// removed enters that the delegation was removed, with all its grants.
func (r *registration) removed(i int, e Change[pharos.Grant]) {
	held := r.heldAt(e.At)
	for _, g := range held {
		r.enter(e, g, false)
	}
	if len(held) == 0 && i == 0 && !r.endedNear(e.At) {
		r.gaps = append(r.gaps, pharos.Interval{From: r.from, To: e.At})
	}
	r.unclear = false
}

func (r *registration) enter(e Change[pharos.Grant], g pharos.Grant, began bool) {
	c := Change[pharos.Grant]{At: e.At, Began: began, Value: g, Evidence: e.Evidence}
	if r.unclear {
		c.Earliest = r.since
	}
	if r.holds == nil {
		r.holds = map[pharos.Grant]bool{}
	}
	r.holds[g] = began
	r.changes = append(r.changes, c)
}

// is reports whether a grant is of the delegation.
func (r *registration) is(g pharos.Grant) bool {
	of := r.entries[0].Value
	if of.ID == "" {
		return g.Scope == of.Scope
	}
	return g.ID == of.ID
}

// shown are the delegation's grants that the look saw.
func (r *registration) shown() []pharos.Grant {
	var out []pharos.Grant
	for _, d := range r.seen {
		if r.is(d.Value) {
			out = append(out, d.Value)
		}
	}
	return out
}

// heldAt are the grants that may have held just before t. One that is known to
// have ended by t, and not when, was ended by an entry that this log no longer
// shows.
func (r *registration) heldAt(t time.Time) []pharos.Grant {
	var out []pharos.Grant
	r.facts(func(f pharos.Fact[pharos.Grant]) {
		began, ended := f.Span.Began, f.Span.Ended
		_, told := r.holds[f.Value]
		hadBegun := began.Earliest.Before(t) && !(began.Dated() && near(began.Latest, t))
		over := !f.Span.Open() && (ended.Latest.Before(t) || (!ended.Dated() && near(ended.Latest, t)))
		if !told && hadBegun && !over && !slices.Contains(out, f.Value) {
			out = append(out, f.Value)
		}
	})
	for _, c := range r.changes {
		if r.holds[c.Value] && !slices.Contains(out, c.Value) {
			out = append(out, c.Value)
		}
	}
	return out
}

// heldBetween are the grants known to have held at some time from t on and
// before next; a zero next means until now.
func (r *registration) heldBetween(t, next time.Time) []pharos.Grant {
	var out []pharos.Grant
	r.facts(func(f pharos.Fact[pharos.Grant]) {
		from, to := f.Span.Began.Latest, f.Span.Ended.Earliest
		seen := to.After(t) || (f.Span.Open() && to.Equal(t))
		if seen && (next.IsZero() || from.Before(next)) && !slices.Contains(out, f.Value) {
			out = append(out, f.Value)
		}
	})
	return out
}

// endedNear reports whether a grant of the delegation is known to have ended
// by the entry at t.
func (r *registration) endedNear(t time.Time) bool {
	found := false
	r.facts(func(f pharos.Fact[pharos.Grant]) {
		found = found || (!f.Span.Open() && near(f.Span.Ended.Latest, t))
	})
	return found
}

func (r *registration) facts(do func(pharos.Fact[pharos.Grant])) {
	if r.rec == nil {
		return
	}
	for _, f := range r.rec.Facts {
		if r.is(f.Value) {
			do(f)
		}
	}
}
