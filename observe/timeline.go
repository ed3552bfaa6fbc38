package observe

import (
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// begin enters a logged begin. end is when the log next ends the value, zero
// when it does not.
func (l *timeline[T]) begin(e Change[T], end time.Time) {
	for i := range l.facts {
		f := &l.facts[i]
		began, ended := f.Span.Began, f.Span.Ended
		inTime := ended.Latest.IsZero() || !e.At.After(ended.Latest.Add(skew))
		holds := began.Latest.Before(e.At) && (f.Span.Open() || e.At.Before(ended.Earliest))
		switch {
		case began.Dated() && near(began.Latest, e.At):
			cite(f, e.Evidence)
			return
		case possible(began, e.At) && inTime,
			silent(f) && holds && !e.At.After(ended.Earliest),
			began.Earliest.After(e.At) && (end.IsZero() || end.After(began.Latest)):
			date(f, e)
			return
		case holds && e.At.After(ended.Earliest) && l.obs.Log.From.After(ended.Earliest):
			// Nobody looked between the last sighting and the log's beginning:
			// what began again had ended there.
			f.Span.Ended = pharos.Bound{Earliest: ended.Earliest.Add(1), Latest: e.At}
		case holds: // written again while it held: a renewal, not a begin
			renew(f, e.At)
			return
		}
	}
	l.insert(pharos.Fact[T]{
		Value: l.value, Source: pharos.Logged, Evidence: e.Evidence,
		Span: pharos.Span{Began: pharos.At(e.At), Ended: pharos.Bound{Earliest: e.At}},
	})
}

// renew enters that a fact held still when it was written again.
func renew[T comparable](f *pharos.Fact[T], at time.Time) {
	if !f.Span.Open() {
		return
	}
	f.Span.Ended.Earliest = later(f.Span.Ended.Earliest, at)
	if silent(f) {
		f.Source = pharos.Seen // seen before: its begin is no mere conclusion
	}
}

// date sets a fact's begin to a logged one.
func date[T comparable](f *pharos.Fact[T], e Change[T]) {
	f.Span.Began = pharos.At(e.At)
	f.Span.Ended.Earliest = later(f.Span.Ended.Earliest, e.At)
	if !f.Span.Open() {
		f.Span.Ended.Latest = later(f.Span.Ended.Latest, f.Span.Ended.Earliest)
	}
	f.Source = pharos.Logged
	cite(f, e.Evidence)
}

// silent reports whether a fact's begin was concluded from a log that does not
// tell one. Such a begin gives way to an entry that arrives late.
func silent[T comparable](f *pharos.Fact[T]) bool {
	return f.Source == pharos.Logged && !f.Span.Began.Dated()
}

// end enters a logged end. begin is when the log next begins the value, zero
// when it does not.
func (l *timeline[T]) end(e Change[T], begin time.Time) {
	if !e.Earliest.IsZero() {
		l.endWithin(e)
		return
	}
	for i := range l.facts {
		f := &l.facts[i]
		began, ended := f.Span.Began, f.Span.Ended
		switch {
		case !f.Span.Open() && ended.Dated() && near(ended.Latest, e.At):
			cite(f, e.Evidence)
			return
		case f.Span.Open() && !e.At.Before(ended.Earliest),
			!f.Span.Open() && possible(ended, e.At) && !e.At.Before(began.Latest):
			f.Span.Ended = pharos.At(e.At)
			cite(f, e.Evidence)
			return
		case began.Latest.Before(e.At) && e.At.Before(ended.Earliest):
			l.split(i, e, begin)
			return
		case !began.Dated() && !e.At.After(began.Latest) && began.Earliest.Before(e.At):
			f.Span.Began.Earliest = e.At // the run that was seen began after the one that ended
			l.insert(l.endedRun(e))
			return
		}
	}
	l.insert(l.endedRun(e))
}

// endWithin enters an end that lies between two entries of the log.
func (l *timeline[T]) endWithin(e Change[T]) {
	if i := l.open(); i >= 0 && !e.At.Before(l.facts[i].Span.Ended.Earliest) {
		f := &l.facts[i]
		f.Span.Ended = pharos.Bound{Earliest: later(f.Span.Ended.Earliest, e.Earliest.UTC()), Latest: e.At}
		cite(f, e.Evidence)
	}
}

// split ends a run at a time at which it was believed to hold. What was seen
// of it later is a run of its own, if anything proves that it was seen.
func (l *timeline[T]) split(i int, e Change[T], begin time.Time) {
	f := l.facts[i]
	rest := f
	rest.Span.Began = pharos.Bound{Earliest: e.At, Latest: f.Span.Ended.Earliest}
	proven := !begin.IsZero() && !begin.After(f.Span.Ended.Earliest)
	if begin.IsZero() {
		proven = l.present || !f.Span.Open()
	}
	f.Span.Ended = pharos.At(e.At)
	cite(&f, e.Evidence)
	l.facts[i] = f
	if proven {
		l.facts = slices.Insert(l.facts, i+1, rest)
	}
}

// endedRun is a run of which only the end is known. It held when the log
// began, unless something earlier or later is known.
func (l *timeline[T]) endedRun(e Change[T]) pharos.Fact[T] {
	began := pharos.Bound{Latest: l.obs.Log.From.UTC()}
	if !l.known.IsZero() && l.known.Before(e.At) {
		began.Earliest = l.known.Add(1)
	}
	for _, f := range l.facts {
		if !f.Span.Open() && !f.Span.Ended.Latest.After(e.At) {
			began.Earliest = later(began.Earliest, f.Span.Ended.Earliest)
		}
	}
	if began.Latest.Before(began.Earliest) {
		began.Latest = e.At
	}
	return pharos.Fact[T]{
		Value: l.value, Source: pharos.Logged, Evidence: e.Evidence,
		Span: pharos.Span{Began: began, Ended: pharos.At(e.At)},
	}
}

// hold enters that the value holds without a break from since to the look:
// runs that lie in that time were one, an earlier one was over by then.
func (l *timeline[T]) hold(evidence string) {
	run := l.fresh(pharos.At(l.since))
	run.Evidence = evidence
	var kept []pharos.Fact[T]
	for _, f := range l.facts {
		began := f.Span.Began
		same := possible(began, l.since) || (began.Dated() && near(began.Latest, l.since)) ||
			(silent(&f) && !l.since.After(f.Span.Ended.Earliest))
		switch {
		case same && began.Dated(): // known: keep how it became known
			run.Source, run.Evidence = f.Source, f.Evidence
			cite(&run, evidence)
		case !same && began.Latest.Before(l.since):
			kept = append(kept, over(f, l.since))
		}
	}
	l.facts = append(kept, run)
}

// over bounds the end of a run by the begin of the next one of its value.
func over[T comparable](f pharos.Fact[T], since time.Time) pharos.Fact[T] {
	ended := f.Span.Ended
	if !f.Span.Open() && !ended.Latest.After(since) {
		return f
	}
	last := ended.Earliest // when it was seen last
	switch {
	case since.Before(last): // what was seen since then was the next run
		ended.Earliest = earlier(f.Span.Began.Latest.Add(1), since)
	case f.Span.Open():
		ended.Earliest = earlier(last.Add(1), since)
	}
	ended.Latest = since
	f.Span.Ended = ended
	return f
}

// see enters a sighting, of which no exact begin is told.
func (l *timeline[T]) see() {
	at := l.obs.At
	by := at // when it held at the latest
	if !l.since.IsZero() {
		by = l.since
	}
	logged := l.obs.logs(l.value) && len(l.events) == 0
	if i := l.open(); i >= 0 {
		f := &l.facts[i]
		f.Span.Ended.Earliest = later(f.Span.Ended.Earliest, at)
		l.narrow(f, by, logged)
		return
	}
	f := l.fresh(pharos.Bound{Latest: by})
	if absent := l.absentBefore(); !absent.IsZero() {
		f.Span.Began.Earliest = earlier(absent, by)
	}
	l.narrow(&f, by, logged)
	l.facts = append(l.facts, f)
}

// absentBefore is the first instant at which a run that is new may have begun,
// zero when nothing tells.
func (l *timeline[T]) absentBefore() time.Time {
	var t time.Time
	if !l.known.IsZero() {
		t = l.known.Add(1)
	}
	if n := len(l.facts); n > 0 {
		t = later(t, l.facts[n-1].Span.Ended.Earliest)
	}
	return t
}

// narrow draws a begin nearer by what the look says: it held by then, and when
// a log that tells no begin began.
func (l *timeline[T]) narrow(f *pharos.Fact[T], by time.Time, logged bool) {
	began := f.Span.Began
	if began.Dated() {
		return
	}
	if by.Before(began.Latest) && !by.Before(began.Earliest) {
		f.Span.Began.Latest = by
	}
	if logged && l.since.IsZero() && l.logHolds(began) {
		f.Span.Began.Latest = l.obs.Log.From.UTC()
		f.Source = pharos.Logged
	}
}

// logHolds reports whether a log without a begin shows that the value held
// when the log began, given what else is known of the begin.
func (l *timeline[T]) logHolds(began pharos.Bound) bool {
	from := l.obs.Log.From
	return from.Before(began.Latest) && (began.Earliest.IsZero() || !from.Before(began.Earliest))
}

// miss enters that the look proves the value absent.
func (l *timeline[T]) miss() {
	for i := range l.facts {
		f := &l.facts[i]
		if !f.Span.Open() {
			continue
		}
		seen, latest := f.Span.Ended.Earliest, l.obs.At
		if l.obs.Single {
			for _, d := range l.obs.Values {
				if !d.Since.IsZero() && !d.Since.Before(seen) {
					latest = earlier(latest, d.Since.UTC())
				}
			}
		}
		f.Span.Ended = pharos.Bound{Earliest: earlier(seen.Add(1), latest), Latest: latest}
	}
}

// carry enters that a log shows no end of what held when it began.
func (l *timeline[T]) carry() {
	for i := range l.facts {
		f := &l.facts[i]
		if f.Span.Open() && !l.obs.Log.From.After(f.Span.Ended.Earliest) {
			f.Span.Ended.Earliest = later(f.Span.Ended.Earliest, l.obs.At)
		}
	}
}

// fresh is a new run that still holds.
func (l *timeline[T]) fresh(began pharos.Bound) pharos.Fact[T] {
	source := l.obs.Source
	if source == "" {
		source = pharos.Seen
	}
	return pharos.Fact[T]{Value: l.value, Source: source, Span: pharos.Span{Began: began, Ended: pharos.Bound{Earliest: l.obs.At}}}
}

// open returns the index of the run that holds still, -1 when there is none.
func (l *timeline[T]) open() int {
	return slices.IndexFunc(l.facts, func(f pharos.Fact[T]) bool { return f.Span.Open() })
}

// insert puts a run where it belongs in time.
func (l *timeline[T]) insert(f pharos.Fact[T]) {
	i := slices.IndexFunc(l.facts, func(g pharos.Fact[T]) bool {
		return g.Span.Began.Latest.After(f.Span.Began.Latest)
	})
	if i < 0 {
		i = len(l.facts)
	}
	l.facts = slices.Insert(l.facts, i, f)
}

// cite adds what dated a fact to its evidence.
func cite[T comparable](f *pharos.Fact[T], evidence string) {
	if evidence == "" || slices.Contains(strings.Fields(f.Evidence), evidence) {
		return
	}
	f.Evidence = strings.TrimSpace(f.Evidence + " " + evidence)
}
