package observe

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// observed returns the times over which the whole set of values is known once
// the observation is merged: a complete look joins up with the one before,
// and a log carries what is known back to its beginning.
func observed[T comparable](rec *pharos.Record[T], obs *Observation[T]) []pharos.Interval {
	all := slices.Clone(rec.Observed)
	known := rec.LastObserved()
	switch {
	case !obs.Partial:
		// What was a gap before stays one: a log that begins within it cannot
		// tell what held at its own beginning.
		begin, from := obs.At, obs.At
		if len(all) > 0 {
			begin, from = all[0].From, known
		}
		if obs.Log != nil && obs.Log.From.Before(begin) {
			all = append(all, pharos.Interval{From: obs.Log.From.UTC(), To: begin})
		}
		all = append(all, pharos.Interval{From: from, To: obs.At})
	case obs.Log != nil && (obs.Carries || obs.Unlogged == nil) && !known.IsZero() && !obs.Log.From.After(known):
		all = append(all, pharos.Interval{From: known, To: obs.At})
	}
	for _, g := range obs.Gaps {
		all = without(all, g)
	}
	return join(all)
}

// join sorts intervals and unites those that overlap or touch.
func join(all []pharos.Interval) []pharos.Interval {
	slices.SortFunc(all, func(a, b pharos.Interval) int { return a.From.Compare(b.From) })
	var out []pharos.Interval
	for _, i := range all {
		if n := len(out); n > 0 && !i.From.After(out[n-1].To) {
			out[n-1].To = later(out[n-1].To, i.To)
			continue
		}
		out = append(out, i)
	}
	return out
}

// without cuts a gap out of intervals. A zero end of the gap means still. The
// end of an interval is a look: it stays known, be it all that stays.
func without(all []pharos.Interval, gap pharos.Interval) []pharos.Interval {
	var out []pharos.Interval
	for _, i := range all {
		if !gap.From.Before(i.To) || (!gap.To.IsZero() && !i.From.Before(gap.To)) {
			out = append(out, i)
			continue
		}
		if i.From.Before(gap.From) {
			out = append(out, pharos.Interval{From: i.From, To: gap.From})
		}
		if !gap.To.IsZero() && !gap.To.After(i.To) {
			out = append(out, pharos.Interval{From: gap.To, To: i.To})
		}
	}
	return out
}

// possible reports whether a change may have happened at t as far as b tells.
func possible(b pharos.Bound, t time.Time) bool {
	return !b.Dated() &&
		(b.Earliest.IsZero() || !t.Before(b.Earliest.Add(-skew))) &&
		!t.After(b.Latest.Add(skew))
}
