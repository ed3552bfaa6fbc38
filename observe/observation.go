package observe

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// skew is how far apart two datings of the same change may lie: the cloud's
// Date header has whole seconds, and an Activity log entry is written when the
// request ends, a moment after the resource's createdOn.
const skew = 5 * time.Second

// Observation is what one look at the cloud told about one subject.
type Observation[T comparable] struct {
	// At is the cloud's time of the look.
	At time.Time
	// Values are what was seen: the whole set, unless Partial.
	Values []Dated[T]
	// Partial says that there may be values which the look did not show.
	// Nothing is then known to be absent, and the time counts as observed only
	// where a log carries an earlier complete reading on.
	Partial bool
	// Covers says for which values absence from Values proves that they do not
	// hold. Nil means all of them, or none when Partial.
	Covers func(T) bool
	// Log is what a change log told, nil when none could be read.
	Log *Log[T]
	// Gaps are times of which the log tells that something held and not what.
	Gaps []pharos.Interval
	// Unlogged says whose changes this log never shows. Nil means nobody's.
	Unlogged func(T) bool
	// Carries says that the log shows every change that matters to whether the
	// set is known, in spite of Unlogged.
	Carries bool
	// Latest says that a Since is when the value held at the latest, not when
	// it began: what is dated may have been written again while it held.
	Latest bool
	// Single says that at most one value holds at a time, as of a link.
	Single bool
	// Source is how it became known; "" means pharos.Seen.
	Source pharos.Source
}

// provesAbsent reports whether v, not being among the values, does not hold.
func (o *Observation[T]) provesAbsent(v T) bool {
	if o.Covers != nil {
		return o.Covers(v)
	}
	return !o.Partial
}

// logs reports whether a log was read that shows every change of v.
func (o *Observation[T]) logs(v T) bool {
	return o.Log != nil && (o.Unlogged == nil || !o.Unlogged(v))
}

// changes sorts the log's changes up to At by value, each value's oldest
// first and each change once.
func (o *Observation[T]) changes() map[T][]Change[T] {
	by := map[T][]Change[T]{}
	if o.Log == nil {
		return by
	}
	for _, c := range o.Log.Changes {
		c.At = c.At.UTC()
		if !c.At.After(o.At) && !slices.Contains(by[c.Value], c) {
			by[c.Value] = append(by[c.Value], c)
		}
	}
	for _, cs := range by {
		slices.SortStableFunc(cs, func(a, b Change[T]) int { return a.At.Compare(b.At) })
	}
	return by
}
