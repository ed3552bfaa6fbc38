package observe_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// epoch is where the timelines of the properties begin.
var epoch = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// length is how many minutes they last.
const length = 6 * 24 * 60

func minute(m int) time.Time { return epoch.Add(time.Duration(m) * time.Minute) }

// run is one time over which a value held. A run that no look and no log ever
// showed cannot be known: two looks before and after it agree.
type run struct {
	pharos.Interval
	witnessed bool
}

// truth is what really happened to a set of values: the runs of each.
type truth map[int][]run

// drawTruth draws up to four values. With returns a value may hold several
// times; without, once: no look can tell that an undated value was away
// between two looks.
func drawTruth(t *rapid.T, returns bool) truth {
	w := truth{}
	for v := range rapid.IntRange(1, 4).Draw(t, "values") {
		changes := 2
		if returns {
			changes = 2 * rapid.IntRange(1, 3).Draw(t, "runs")
		}
		at := rapid.SliceOfNDistinct(drawMinute(), changes, changes, rapid.ID).Draw(t, "changes")
		slices.Sort(at)
		for i := 0; i < len(at); i += 2 {
			w[v] = append(w[v], run{Interval: pharos.Interval{From: minute(at[i]), To: minute(at[i+1])}})
		}
	}
	return w
}

// drawMinute prefers midnights, where days are decided.
func drawMinute() *rapid.Generator[int] {
	return rapid.OneOf(
		rapid.IntRange(-2000, length),
		rapid.Map(rapid.IntRange(0, 6), func(d int) int { return d * 24 * 60 }),
		rapid.Map(rapid.IntRange(0, 6), func(d int) int { return d*24*60 + 1 }),
	)
}

// look is the observation of the truth at one time.
func (w truth) look(t *rapid.T, at time.Time, dated, partial bool, from *time.Time) observe.Observation[int] {
	obs := observe.Observation[int]{At: at, Partial: partial}
	if from != nil {
		obs.Log = &observe.Log[int]{From: *from}
	}
	for v := range len(w) {
		for i := range w[v] {
			r := &w[v][i]
			if r.Contains(at) && (!partial || rapid.Bool().Draw(t, "shown")) {
				r.witnessed = true
				d := observe.Dated[int]{Value: v}
				if dated {
					d.Since = r.From
				}
				obs.Values = append(obs.Values, d)
			}
			if obs.Log != nil {
				changes := logged(v, r.Interval, *from, at)
				r.witnessed = r.witnessed || len(changes) > 0
				obs.Log.Changes = append(obs.Log.Changes, changes...)
			}
		}
	}
	return obs
}

func logged(v int, r pharos.Interval, from, to time.Time) []observe.Change[int] {
	var cs []observe.Change[int]
	for _, c := range []observe.Change[int]{{At: r.From, Began: true, Value: v, Evidence: "b" + r.From.Format(time.RFC3339)}, {At: r.To, Value: v, Evidence: "e" + r.To.Format(time.RFC3339)}} {
		if !c.At.Before(from) && !c.At.After(to) {
			cs = append(cs, c)
		}
	}
	return cs
}

// on is what really held on a day, by the runs that were witnessed: Whole,
// PartOf or Never.
func (w truth) on(v int, d pharos.Day) pharos.Holding {
	held := pharos.Never
	for _, r := range w[v] {
		switch {
		case !r.witnessed:
		case r.ContainsDay(d):
			return pharos.Whole
		case r.Overlaps(d):
			held = pharos.PartOf
		}
	}
	return held
}

// best is what the record says of a value on a day.
func best(rec *pharos.Record[int], v int, d pharos.Day) pharos.Holding {
	b := pharos.Never
	for _, f := range rec.Facts {
		if f.Value == v {
			b = max(b, f.Span.On(d))
		}
	}
	return b
}

func drawTimes(t *rapid.T) []time.Time {
	var at []time.Time
	for _, m := range rapid.SliceOfN(rapid.IntRange(0, length), 1, 6).Draw(t, "looks") {
		at = append(at, minute(m))
	}
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// checkTruth fails when the record says something certain that is not so.
func checkTruth(t *rapid.T, w truth, rec *pharos.Record[int]) {
	for d := pharos.DayOf(epoch) - 2; d <= pharos.DayOf(minute(length)); d++ {
		for v := range len(w) {
			got, want := best(rec, v, d), w.on(v, d)
			known := rec.Knows(d) == pharos.Whole
			switch {
			case got == pharos.Whole && want != pharos.Whole,
				known && got == pharos.Never && want != pharos.Never,
				known && got == pharos.PartOf && want == pharos.Whole:
				t.Fatalf("value %d on %s: the record says %d, the truth is %d\ntruth %v\nrecord %+v", v, d, got, want, w[v], *rec)
			}
		}
	}
}

// loosen makes the dates of some looks those of a later renewal.
func loosen(t *rapid.T, obs *observe.Observation[int]) {
	obs.Latest = rapid.Bool().Draw(t, "latest")
	for i := range obs.Values {
		d := &obs.Values[i]
		if obs.Latest && !d.Since.IsZero() {
			d.Since = d.Since.Add(time.Duration(rapid.IntRange(0, int(obs.At.Sub(d.Since).Minutes())).Draw(t, "renewed")) * time.Minute)
		}
	}
}

// TestMerge_NeverContradictsTheTruth looks at values that do not return, with
// and without Since, logs of any length, and partial looks.
func TestMerge_NeverContradictsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t, false)
		var rec *pharos.Record[int]
		for _, at := range drawTimes(t) {
			var from *time.Time
			if rapid.Bool().Draw(t, "log") {
				f := minute(rapid.IntRange(-2000, int(at.Sub(epoch).Minutes())).Draw(t, "from"))
				from = &f
			}
			obs := w.look(t, at, rapid.Bool().Draw(t, "dated"), rapid.Bool().Draw(t, "partial"), from)
			loosen(t, &obs)
			rec = observe.Merge(rec, obs)
			checkTruth(t, w, rec)
		}
	})
}

// TestMerge_ReturningValuesAreDated looks at values that come and go, each
// time with the date since when they hold.
func TestMerge_ReturningValuesAreDated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t, true)
		var rec *pharos.Record[int]
		for _, at := range drawTimes(t) {
			rec = observe.Merge(rec, w.look(t, at, true, false, nil))
			checkTruth(t, w, rec)
		}
	})
}

// TestMerge_FullLogsAreExact reads logs that reach back to the look before:
// then every day observed is told exactly.
func TestMerge_FullLogsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t, true)
		var rec *pharos.Record[int]
		start := minute(rapid.IntRange(-1000, 0).Draw(t, "from"))
		from := start
		var last time.Time
		for _, at := range drawTimes(t) {
			f := from.Add(-time.Duration(rapid.IntRange(0, 300).Draw(t, "overlap")) * time.Minute)
			if last.IsZero() || f.Before(start) {
				f = start
			}
			rec = observe.Merge(rec, w.look(t, at, rapid.Bool().Draw(t, "dated"), rapid.Bool().Draw(t, "partial") && !last.IsZero(), &f))
			from, last = at, at
		}
		checkTruth(t, w, rec)
		for d := pharos.DayOf(start); d <= pharos.DayOf(last); d++ {
			if !(pharos.Interval{From: start, To: last}).ContainsDay(d) {
				continue
			}
			if rec.Knows(d) != pharos.Whole {
				t.Fatalf("%s is not observed: %v", d, rec.Observed)
			}
			for v := range len(w) {
				if got, want := best(rec, v, d), w.on(v, d); got != want {
					t.Fatalf("value %d on %s: got %d, want %d\ntruth %v\nrecord %+v", v, d, got, want, w[v], *rec)
				}
			}
		}
	})
}

// TestMerge_TwiceIsOnce merges every observation twice, and an old one again.
func TestMerge_TwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t, rapid.Bool().Draw(t, "returns"))
		var rec *pharos.Record[int]
		var first *observe.Observation[int]
		for _, at := range drawTimes(t) {
			var from *time.Time
			if rapid.Bool().Draw(t, "log") {
				f := minute(rapid.IntRange(-2000, int(at.Sub(epoch).Minutes())).Draw(t, "from"))
				from = &f
			}
			obs := w.look(t, at, rapid.Bool().Draw(t, "dated"), rapid.Bool().Draw(t, "partial"), from)
			rec = observe.Merge(rec, obs)
			if d := cmp.Diff(rec, observe.Merge(rec, obs)); d != "" {
				t.Fatalf("the second merge changed it (-once +twice):\n%s", d)
			}
			if first == nil {
				first = &obs
			}
		}
		if rec.LastObserved().After(first.At) {
			if d := cmp.Diff(rec, observe.Merge(rec, *first)); d != "" {
				t.Fatalf("an old observation changed it:\n%s", d)
			}
		}
	})
}

// TestMerge_LosesNothing holds that every value ever seen keeps a fact, that
// observed time only grows, and that the input is left alone.
func TestMerge_LosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t, true)
		rec := &pharos.Record[int]{}
		for _, at := range drawTimes(t) {
			f := minute(rapid.IntRange(-2000, int(at.Sub(epoch).Minutes())).Draw(t, "from"))
			old := &pharos.Record[int]{Observed: slices.Clone(rec.Observed), Facts: slices.Clone(rec.Facts)}
			merged := observe.Merge(rec, w.look(t, at, rapid.Bool().Draw(t, "dated"), rapid.Bool().Draw(t, "partial"), &f))
			if d := cmp.Diff(old, rec); d != "" {
				t.Fatalf("Merge changed its input:\n%s", d)
			}
			checkGrown(t, rec, merged)
			rec = merged
		}
	})
}

func checkGrown(t *rapid.T, old, rec *pharos.Record[int]) {
	count := map[int]int{}
	for _, f := range rec.Facts {
		count[f.Value]++
		if b := f.Span.Began; !b.Earliest.IsZero() && b.Latest.Before(b.Earliest) {
			t.Fatalf("the begin is bounded the wrong way round: %+v", f)
		}
		if e := f.Span.Ended; !e.Latest.IsZero() && e.Latest.Before(e.Earliest) {
			t.Fatalf("the end is bounded the wrong way round: %+v", f)
		}
	}
	for _, f := range old.Facts {
		if count[f.Value] == 0 {
			t.Fatalf("value %d is forgotten", f.Value)
		}
	}
	for _, i := range old.Observed {
		if !slices.ContainsFunc(rec.Observed, func(j pharos.Interval) bool { return !j.From.After(i.From) && !j.To.Before(i.To) }) {
			t.Fatalf("observed time shrank: %v -> %v", old.Observed, rec.Observed)
		}
	}
}
