package observe

import (
	"time"

	"github.com/pharos-pec/pharos"
)

// Merge adds an observation to what is known of a subject and returns the new
// record; rec, which may be nil, is not changed.
//
// Merging the same observation twice is merging it once. An observation older
// than the newest one merged is ignored: what it could add is between two
// looks that are known already. No fact is ever lost: a later look narrows a
// bound, ends a fact, or adds one.
//
// A value that two complete looks in a row saw is taken to have held between
// them; where that is wrong, only a log or a Since can tell, and then it does.
func Merge[T comparable](rec *pharos.Record[T], obs Observation[T]) *pharos.Record[T] {
	if rec == nil {
		rec = &pharos.Record[T]{}
	}
	obs.At = obs.At.UTC()
	if obs.At.Before(newest(rec)) {
		return rec
	}
	out := &pharos.Record[T]{Observed: observed(rec, &obs)}
	for _, l := range timelines(rec, &obs) {
		l.settle()
		out.Facts = append(out.Facts, l.facts...)
	}
	return out
}

// newest is the time of the newest observation in a record.
func newest[T comparable](rec *pharos.Record[T]) time.Time {
	last := rec.LastObserved()
	for _, f := range rec.Facts {
		if f.Span.Open() {
			last = later(last, f.Span.Ended.Earliest)
		}
	}
	return last
}

// timelines splits a record and an observation by value: the values known in
// the order of their facts, then those seen, then those of the log only.
func timelines[T comparable](rec *pharos.Record[T], obs *Observation[T]) []*timeline[T] {
	var all []*timeline[T]
	by := map[T]*timeline[T]{}
	events := obs.changes()
	line := func(v T) *timeline[T] {
		l := by[v]
		if l == nil {
			l = &timeline[T]{value: v, obs: obs, known: rec.LastObserved(), events: events[v]}
			by[v] = l
			all = append(all, l)
		}
		return l
	}
	for _, f := range rec.Facts {
		l := line(f.Value)
		l.facts = append(l.facts, f)
	}
	for _, d := range obs.Values {
		l := line(d.Value)
		l.present = true
		if since := earlier(d.Since.UTC(), obs.At); since.After(l.since) {
			l.since = since
		}
	}
	if obs.Log != nil {
		for _, c := range obs.Log.Changes {
			line(c.Value)
		}
	}
	return all
}

// timeline is what is known of one value: its runs in the order of time, and
// what the observation adds.
type timeline[T comparable] struct {
	value   T
	facts   []pharos.Fact[T]
	obs     *Observation[T]
	known   time.Time   // the end of what was observed before
	events  []Change[T] // of this value, oldest first
	present bool        // the look saw it
	since   time.Time   // ... and told since when, else zero
}

// settle brings the timeline up to the observation: first what the log dates,
// then what the look itself says.
func (l *timeline[T]) settle() {
	events, evidence := l.events, ""
	exact := !l.since.IsZero() && !l.obs.Latest
	if exact {
		events, evidence = before(events, l.since)
	}
	events = l.inOrder(events)
	for i, e := range events {
		if e.Began {
			l.begin(e, next(events[i+1:], false))
		} else {
			l.end(e, next(events[i+1:], true))
		}
	}
	switch {
	case l.present && exact:
		l.hold(evidence)
	case l.present:
		l.see()
	case l.obs.provesAbsent(l.value):
		l.miss()
	case l.obs.logs(l.value):
		l.carry()
	}
}

// before drops what a Since overrules: changes after it, for it says that
// there were none, and the begin that it dates itself, whose evidence is kept.
func before[T comparable](events []Change[T], since time.Time) (kept []Change[T], evidence string) {
	for _, e := range events {
		if e.At.After(since) {
			if e.Began && near(e.At, since) {
				evidence = e.Evidence
			}
			continue
		}
		kept = append(kept, e)
	}
	if n := len(kept); n > 0 && kept[n-1].Began && near(kept[n-1].At, since) {
		return kept[:n-1], kept[n-1].Evidence
	}
	return kept, evidence
}

// inOrder puts changes of one instant into the order in which they can have
// happened: an end comes first where the value held before.
func (l *timeline[T]) inOrder(events []Change[T]) []Change[T] {
	out := append([]Change[T](nil), events...)
	for i := 0; i+1 < len(out); i++ {
		a, b := out[i], out[i+1]
		if !a.At.Equal(b.At) || a.Began == b.Began {
			continue
		}
		held := l.heldBefore(a.At)
		if i > 0 {
			held = out[i-1].Began
		}
		if a.Began == held {
			out[i], out[i+1] = b, a
		}
		i++
	}
	return out
}

func (l *timeline[T]) heldBefore(t time.Time) bool {
	for _, f := range l.facts {
		if f.Span.Open() && f.Span.Began.Latest.Before(t) {
			return true
		}
	}
	return false
}

// next returns when the value next began, or ended, zero when it never did.
func next[T comparable](events []Change[T], began bool) time.Time {
	for _, e := range events {
		if e.Began == began {
			return e.At
		}
	}
	return time.Time{}
}

func near(a, b time.Time) bool { return a.Sub(b).Abs() <= skew }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
