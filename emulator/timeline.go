package emulator

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// timeline is the set of instants at which something held: disjoint intervals
// in order, none of them empty. The nil timeline is never.
type timeline []pharos.Interval

// always is the timeline without beginning or end.
func always() timeline { return timeline{{}} }

// timelineOf returns the union of the intervals.
func timelineOf(parts ...pharos.Interval) timeline {
	if len(parts) == 1 { // most are
		if i := parts[0]; i.To.IsZero() || i.From.Before(i.To) {
			return timeline{i}
		}
		return nil
	}
	parts = slices.DeleteFunc(slices.Clone(parts), func(i pharos.Interval) bool {
		return !i.To.IsZero() && !i.From.Before(i.To)
	})
	slices.SortFunc(parts, func(a, b pharos.Interval) int { return a.From.Compare(b.From) })
	var out timeline
	for _, p := range parts {
		if n := len(out); n > 0 && (out[n-1].To.IsZero() || !p.From.After(out[n-1].To)) {
			if !out[n-1].To.IsZero() && (p.To.IsZero() || p.To.After(out[n-1].To)) {
				out[n-1].To = p.To
			}
			continue
		}
		out = append(out, p)
	}
	return out
}

// union returns the instants of either.
func (t timeline) union(u timeline) timeline { return timelineOf(append(slices.Clone(t), u...)...) }

// intersect returns the instants of both.
func (t timeline) intersect(u timeline) timeline {
	var out timeline
	for i, j := 0, 0; i < len(t) && j < len(u); {
		if both, ok := common(t[i], u[j]); ok {
			out = append(out, both)
		}
		if endsFirst(t[i], u[j]) {
			i++
		} else {
			j++
		}
	}
	return out
}

// without returns the instants of t that are not in u.
func (t timeline) without(u timeline) timeline {
	var gaps timeline
	var from time.Time
	for _, i := range u {
		if i.From.After(from) {
			gaps = append(gaps, pharos.Interval{From: from, To: i.From})
		}
		if i.To.IsZero() {
			return t.intersect(gaps)
		}
		from = i.To
	}
	return t.intersect(append(gaps, pharos.Interval{From: from}))
}

// at reports whether it held at instant x.
func (t timeline) at(x time.Time) bool {
	return slices.ContainsFunc(t, func(i pharos.Interval) bool { return i.Contains(x) })
}

// whole reports whether it held for the whole of day d without a break.
func (t timeline) whole(d pharos.Day) bool {
	return slices.ContainsFunc(t, func(i pharos.Interval) bool { return i.ContainsDay(d) })
}

// touches reports whether it held at an instant of day d.
func (t timeline) touches(d pharos.Day) bool {
	return slices.ContainsFunc(t, func(i pharos.Interval) bool { return i.Overlaps(d) })
}

// common returns the overlap of two intervals, if they have one.
func common(a, b pharos.Interval) (pharos.Interval, bool) {
	out := a
	if b.From.After(a.From) {
		out.From = b.From
	}
	if a.To.IsZero() || (!b.To.IsZero() && b.To.Before(a.To)) {
		out.To = b.To
	}
	return out, out.To.IsZero() || out.From.Before(out.To)
}

// endsFirst reports whether a ends before b does.
func endsFirst(a, b pharos.Interval) bool {
	return !a.To.IsZero() && (b.To.IsZero() || a.To.Before(b.To))
}
