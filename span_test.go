package pharos_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	layout := time.DateOnly
	if len(s) > len(layout) {
		layout = time.RFC3339
	}
	v, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSpan_On(t *testing.T) {
	const ninth = "2026-10-09"
	tests := []struct {
		name                                            string
		beganEarliest, beganLatest, endedEarly, endedBy string
		want                                            pharos.Holding
	}{
		{"declared for ever", "", "", "9999-01-01", "9999-01-01", pharos.Whole},
		{"dated, the day exactly", "2026-10-09", "2026-10-09", "2026-10-10", "2026-10-10", pharos.Whole},
		{"dated, began a second late", "2026-10-09T00:00:01Z", "2026-10-09T00:00:01Z", "2026-10-12", "2026-10-12", pharos.PartOf},
		{"dated, ended a second early", "2026-10-01", "2026-10-01", "2026-10-09T23:59:59Z", "2026-10-09T23:59:59Z", pharos.PartOf},
		{"dated, over the midnight before", "2026-10-01", "2026-10-01", "2026-10-09", "2026-10-09", pharos.Never},
		{"dated, from the midnight after", "2026-10-10", "2026-10-10", "2026-10-12", "2026-10-12", pharos.Never},
		{"seen before and after, still held", "2026-10-01", "2026-10-02", "2026-10-11", "", pharos.Whole},
		{"not looked at since", "2026-10-01", "2026-10-01", "2026-10-09T12:00:00Z", "", pharos.Unseen},
		{"not looked at before", "", "2026-10-09T12:00:00Z", "2026-10-12", "2026-10-12", pharos.Unseen},
		{"went between two looks, one on the day", "2026-10-01", "2026-10-01", "2026-10-09T12:00:00Z", "2026-10-10T12:00:00Z", pharos.Disputed},
		{"went between two looks, gone by noon", "2026-10-01", "2026-10-01", "2026-10-08T12:00:00Z", "2026-10-09T12:00:00Z", pharos.PartOf},
		{"came between two looks, not there at noon", "2026-10-09T12:00:00Z", "2026-10-10T12:00:00Z", "2026-10-12", "2026-10-12", pharos.PartOf},
		{"came between two looks, there at noon", "2026-10-08T12:00:00Z", "2026-10-09T12:00:00Z", "2026-10-12", "2026-10-12", pharos.Disputed},
	}
	day, _ := pharos.ParseDay(ninth)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := pharos.Span{
				Began: pharos.Bound{Earliest: instant(t, tt.beganEarliest), Latest: instant(t, tt.beganLatest)},
				Ended: pharos.Bound{Earliest: instant(t, tt.endedEarly), Latest: instant(t, tt.endedBy)},
			}
			if got := s.On(day); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

// TestSpan_NeverLies: whatever is known of the bounds, a span never says for
// certain what the true interval contradicts.
func TestSpan_NeverLies(t *testing.T) {
	base := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		hour := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, name) }
		began := hour("began", 0, 200)
		ended := hour("ended", began, 240)
		at := func(h int) time.Time { return base.Add(time.Duration(h) * time.Hour) }
		s := pharos.Span{
			Began: pharos.Bound{Earliest: at(began - hour("before", 0, 40)), Latest: at(min(ended, began+hour("after", 0, 40)))},
			Ended: pharos.Bound{Earliest: at(max(began, ended-hour("early", 0, 40))), Latest: at(ended + hour("late", 0, 40))},
		}
		if rapid.Bool().Draw(t, "never looked before") {
			s.Began.Earliest = time.Time{}
		}
		if rapid.Bool().Draw(t, "not looked since") {
			s.Ended.Latest = time.Time{}
		}
		day := pharos.DayOf(base) + pharos.Day(hour("day", 0, 11))
		truth := pharos.SpanOf(pharos.Interval{From: at(began), To: at(ended)}).On(day)
		if began == ended {
			truth = pharos.Never
		}
		switch got := s.On(day); got {
		case pharos.Whole, pharos.Never:
			if got != truth {
				t.Fatalf("certain of %d, the truth is %d", got, truth)
			}
		case pharos.PartOf:
			if truth == pharos.Whole {
				t.Fatal("certain that it was not the whole day, and it was")
			}
		case pharos.Unseen, pharos.Disputed:
		}
	})
}

// TestSpan_AbsentOn: what takes credit away must be seen to have been there.
func TestSpan_AbsentOn(t *testing.T) {
	tests := []struct {
		name                                            string
		beganEarliest, beganLatest, endedEarly, endedBy string
		want                                            pharos.Holding
	}{
		{"all day", "2026-10-01", "2026-10-01", "2026-10-12", "2026-10-12", pharos.Never},
		{"an hour of it", "2026-10-09T10:00:00Z", "2026-10-09T10:00:00Z", "2026-10-09T11:00:00Z", "2026-10-09T11:00:00Z", pharos.PartOf},
		{"over before", "2026-10-01", "2026-10-01", "2026-10-09", "2026-10-09", pharos.Whole},
		{"came after noon or the next morning", "2026-10-09T12:00:00Z", "2026-10-10T12:00:00Z", "2026-10-12", "2026-10-12", pharos.Disputed},
		{"was there at noon", "2026-10-08T12:00:00Z", "2026-10-09T12:00:00Z", "2026-10-12", "2026-10-12", pharos.PartOf},
		{"seen the next day, not looked before", "", "2026-10-10", "2026-10-12", "2026-10-12", pharos.Unseen},
		{"seen the day before, not looked since", "2026-10-01", "2026-10-01", "2026-10-08T12:00:00Z", "", pharos.Unseen},
	}
	day, _ := pharos.ParseDay("2026-10-09")
	for _, tt := range tests {
		s := pharos.Span{
			Began: pharos.Bound{Earliest: instant(t, tt.beganEarliest), Latest: instant(t, tt.beganLatest)},
			Ended: pharos.Bound{Earliest: instant(t, tt.endedEarly), Latest: instant(t, tt.endedBy)},
		}
		if got := s.AbsentOn(day); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}
