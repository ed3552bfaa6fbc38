package observe_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// at is an instant of October 2026 in the form "09T12:00".
func at(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04", "2026-10-"+s)
	if err != nil {
		panic(err)
	}
	return t
}

func bound(from, to string) pharos.Bound {
	var b pharos.Bound
	if from != "" {
		b.Earliest = at(from)
	}
	if to != "" {
		b.Latest = at(to)
	}
	return b
}

// after is the first instant after a sighting.
func after(s, latest string) pharos.Bound {
	return pharos.Bound{Earliest: at(s).Add(1), Latest: at(latest)}
}

func complete(when string, values ...string) observe.Observation[string] {
	o := observe.Observation[string]{At: at(when)}
	for _, v := range values {
		o.Values = append(o.Values, observe.Dated[string]{Value: v})
	}
	return o
}

func (l logEntry) change() observe.Change[string] {
	return observe.Change[string]{At: at(l.at), Began: l.began, Value: l.value, Evidence: "entry-" + l.at}
}

type logEntry struct {
	at    string
	began bool
	value string
}

func withLog(o observe.Observation[string], from string, entries ...logEntry) observe.Observation[string] {
	o.Log = &observe.Log[string]{From: at(from)}
	for _, e := range entries {
		o.Log.Changes = append(o.Log.Changes, e.change())
	}
	return o
}

func since(o observe.Observation[string], when string) observe.Observation[string] {
	o.Values[len(o.Values)-1].Since = at(when)
	return o
}

func partial(o observe.Observation[string]) observe.Observation[string] {
	o.Partial = true
	return o
}

func single(o observe.Observation[string]) observe.Observation[string] {
	o.Single = true
	return o
}

// TestMerge_Bounds holds what each kind of evidence makes of a fact's begin
// and end. Every row tells the looks in order, and the span of value "a".
func TestMerge_Bounds(t *testing.T) {
	began := func(at, v string) logEntry { return logEntry{at, true, v} }
	ended := func(at, v string) logEntry { return logEntry{at, false, v} }
	rows := []struct {
		name  string
		looks []observe.Observation[string]
		want  pharos.Span
	}{
		{"first sight tells no begin", []observe.Observation[string]{complete("09T12:00", "a")},
			pharos.Span{Began: bound("", "09T12:00"), Ended: bound("09T12:00", "")}},
		{"new since the look before", []observe.Observation[string]{complete("08T12:00"), complete("09T12:00", "a")},
			pharos.Span{Began: after("08T12:00", "09T12:00"), Ended: bound("09T12:00", "")}},
		{"dated by Since", []observe.Observation[string]{since(complete("09T12:00", "a"), "03T10:00")},
			pharos.Span{Began: bound("03T10:00", "03T10:00"), Ended: bound("09T12:00", "")}},
		{"dated by the log", []observe.Observation[string]{withLog(complete("09T12:00", "a"), "01T00:00", began("05T07:00", "a"))},
			pharos.Span{Began: bound("05T07:00", "05T07:00"), Ended: bound("09T12:00", "")}},
		{"held when the log began", []observe.Observation[string]{withLog(complete("09T12:00", "a"), "01T00:00")},
			pharos.Span{Began: bound("", "01T00:00"), Ended: bound("09T12:00", "")}},
		{"seen again", []observe.Observation[string]{complete("08T12:00", "a"), complete("09T12:00", "a")},
			pharos.Span{Began: bound("", "08T12:00"), Ended: bound("09T12:00", "")}},
		{"gone", []observe.Observation[string]{complete("08T12:00", "a"), complete("09T12:00")},
			pharos.Span{Began: bound("", "08T12:00"), Ended: after("08T12:00", "09T12:00")}},
		{"gone, the log says when", []observe.Observation[string]{complete("08T12:00", "a"), withLog(complete("09T12:00"), "08T00:00", ended("08T20:00", "a"))},
			pharos.Span{Began: bound("", "08T12:00"), Ended: bound("08T20:00", "08T20:00")}},
		{"not shown by a partial look", []observe.Observation[string]{complete("08T12:00", "a"), partial(complete("09T12:00"))},
			pharos.Span{Began: bound("", "08T12:00"), Ended: bound("08T12:00", "")}},
		{"not shown by a partial look, the log has no end", []observe.Observation[string]{complete("08T12:00", "a"), withLog(partial(complete("09T12:00")), "08T00:00")},
			pharos.Span{Began: bound("", "08T12:00"), Ended: bound("09T12:00", "")}},
		{"only in the log", []observe.Observation[string]{withLog(complete("09T12:00"), "01T00:00", began("05T07:00", "a"), ended("06T07:00", "a"))},
			pharos.Span{Began: bound("05T07:00", "05T07:00"), Ended: bound("06T07:00", "06T07:00")}},
		{"ended before the first look", []observe.Observation[string]{withLog(complete("09T12:00"), "01T00:00", ended("06T07:00", "a"))},
			pharos.Span{Began: bound("", "01T00:00"), Ended: bound("06T07:00", "06T07:00")}},
		{"the entry of an end arrives a look late", []observe.Observation[string]{complete("07T12:00", "a"), complete("08T12:00"), withLog(complete("09T12:00"), "07T00:00", ended("08T09:00", "a"))},
			pharos.Span{Began: bound("", "07T12:00"), Ended: bound("08T09:00", "08T09:00")}},
		{"the entry of a begin arrives a look late", []observe.Observation[string]{withLog(complete("08T12:00", "a"), "01T00:00"), withLog(complete("09T12:00", "a"), "08T00:00", began("08T11:50", "a"))},
			pharos.Span{Began: bound("08T11:50", "08T11:50"), Ended: bound("09T12:00", "")}},
		{"a link replaced by another one", []observe.Observation[string]{complete("08T12:00", "a"), single(since(complete("09T12:00", "b"), "08T15:00"))},
			pharos.Span{Began: bound("", "08T12:00"), Ended: after("08T12:00", "08T15:00")}},
		{"an older look is ignored", []observe.Observation[string]{complete("08T12:00", "a"), complete("07T12:00")},
			pharos.Span{Began: bound("", "08T12:00"), Ended: bound("08T12:00", "")}},
		{"the clock stands still", []observe.Observation[string]{complete("08T12:00"), since(complete("08T12:00", "a"), "08T12:00")},
			pharos.Span{Began: bound("08T12:00", "08T12:00"), Ended: bound("08T12:00", "")}},
		{"it went while the clock stood still", []observe.Observation[string]{complete("08T12:00", "a"), complete("08T12:00")},
			pharos.Span{Began: bound("", "08T12:00"), Ended: bound("08T12:00", "08T12:00")}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var rec *pharos.Record[string]
			for _, o := range row.looks {
				rec = observe.Merge(rec, o)
			}
			for _, f := range rec.Facts {
				if f.Value != "a" {
					continue
				}
				if d := cmp.Diff(row.want, f.Span); d != "" {
					t.Errorf("-want +got:\n%s", d)
				}
				return
			}
			t.Errorf("no fact of a in %+v", rec)
		})
	}
}

// TestMerge_Observed holds which times count as observed.
func TestMerge_Observed(t *testing.T) {
	gap := withLog(complete("09T12:00"), "01T00:00")
	gap.Gaps = []pharos.Interval{{From: at("01T00:00"), To: at("05T00:00")}}
	rows := []struct {
		name  string
		looks []observe.Observation[string]
		want  []pharos.Interval
	}{
		{"one look", []observe.Observation[string]{complete("08T12:00")}, []pharos.Interval{{From: at("08T12:00"), To: at("08T12:00")}}},
		{"two looks", []observe.Observation[string]{complete("08T12:00"), complete("09T12:00")}, []pharos.Interval{{From: at("08T12:00"), To: at("09T12:00")}}},
		{"a log reaches back", []observe.Observation[string]{withLog(complete("09T12:00"), "01T00:00")}, []pharos.Interval{{From: at("01T00:00"), To: at("09T12:00")}}},
		{"a partial look adds nothing", []observe.Observation[string]{complete("08T12:00"), partial(complete("09T12:00"))}, []pharos.Interval{{From: at("08T12:00"), To: at("08T12:00")}}},
		{"a log carries it on", []observe.Observation[string]{complete("08T12:00"), withLog(partial(complete("09T12:00")), "08T00:00")}, []pharos.Interval{{From: at("08T12:00"), To: at("09T12:00")}}},
		{"a log that does not reach back carries nothing on", []observe.Observation[string]{complete("08T12:00"), withLog(partial(complete("09T12:00")), "08T13:00")}, []pharos.Interval{{From: at("08T12:00"), To: at("08T12:00")}}},
		{"something held and nobody knows what", []observe.Observation[string]{gap}, []pharos.Interval{{From: at("05T00:00"), To: at("09T12:00")}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var rec *pharos.Record[string]
			for _, o := range row.looks {
				rec = observe.Merge(rec, o)
			}
			if d := cmp.Diff(row.want, rec.Observed); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestMerge_LinkMadeAgain is a link that was remade between two looks: the
// break is a fact, although both looks saw the same ID.
func TestMerge_LinkMadeAgain(t *testing.T) {
	rec := observe.Merge(nil, single(since(complete("08T12:00", "a"), "02T00:00")))
	rec = observe.Merge(rec, single(since(complete("09T12:00", "a"), "09T06:00")))
	want := []pharos.Span{
		{Began: bound("02T00:00", "02T00:00"), Ended: after("08T12:00", "09T06:00")},
		{Began: bound("09T06:00", "09T06:00"), Ended: bound("09T12:00", "")},
	}
	var got []pharos.Span
	for _, f := range rec.Facts {
		got = append(got, f.Span)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
