package onboard_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

func TestFirstDay(t *testing.T) {
	at := func(day, hour, second int) time.Time { return time.Date(2026, 10, day, hour, 0, second, 0, time.UTC) }
	robot := func(access, link time.Time) onboard.Earner {
		return onboard.Earner{Name: "robot", Since: access, Linked: onboard.Yes, LinkedSince: link}
	}
	unlinked := onboard.Earner{Name: "robot", Since: at(7, 0, 0), Linked: onboard.No}
	unknown := onboard.Earner{Principal: "a", Since: at(7, 0, 0), Linked: onboard.Unknown}
	disabled := robot(at(7, 0, 0), at(7, 0, 0))
	disabled.Disabled = true
	for _, x := range []struct {
		name    string
		earners []onboard.Earner
		want    string
		why     string
	}{
		{"in the middle of a day", []onboard.Earner{robot(at(7, 9, 0), at(1, 0, 0))}, "2026-10-08", ""},
		{"linked later", []onboard.Earner{robot(at(7, 9, 0), at(9, 23, 59))}, "2026-10-10", ""},
		{"long since", []onboard.Earner{robot(at(7, 9, 0), time.Time{})}, "2026-10-08", ""},
		{"at midnight", []onboard.Earner{robot(at(7, 0, 0), at(7, 0, 0))}, "2026-10-07", ""},
		{"a second after midnight", []onboard.Earner{robot(at(7, 0, 1), at(7, 0, 0))}, "2026-10-08", ""},
		{"at the end of a month", []onboard.Earner{robot(at(31, 9, 0), at(1, 0, 0))}, "2026-11-01", ""},
		{"the earlier of two", []onboard.Earner{robot(at(9, 9, 0), at(1, 0, 0)), robot(at(7, 9, 0), at(1, 0, 0))}, "2026-10-08", ""},
		{"one of two is linked", []onboard.Earner{unlinked, robot(at(7, 9, 0), at(1, 0, 0)), unknown}, "2026-10-08", ""},
		{"nobody earns", nil, "none", "no principal holds an earning role"},
		{"not linked", []onboard.Earner{unlinked}, "none", "robot is not linked"},
		{"disabled", []onboard.Earner{disabled}, "none", "robot is disabled"},
		{"nobody could read it", []onboard.Earner{unlinked, unknown, disabled}, "unknown", "whether a is linked"},
	} {
		got := onboard.FirstDay(x.earners)
		if got.String() != x.want || !strings.Contains(got.Why, x.why) || (got.Why == "") != (x.why == "") {
			t.Errorf("%s: got %s, %q", x.name, got, got.Why)
		}
		if text, err := got.MarshalText(); err != nil || string(text) != x.want {
			t.Errorf("%s: written as %s, %v", x.name, text, err)
		}
	}
}

// TestFirstDay_Whole: access and link both hold on the whole of the day named,
// and not on the whole of the day before it.
func TestFirstDay_Whole(t *testing.T) {
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond")).UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		e := onboard.Earner{Linked: onboard.Yes, Since: instant.Draw(t, "access"), LinkedSince: instant.Draw(t, "link")}
		d := onboard.FirstDay([]onboard.Earner{e}).Day
		holds := func(d pharos.Day) bool {
			return pharos.Interval{From: e.Since}.ContainsDay(d) && pharos.Interval{From: e.LinkedSince}.ContainsDay(d)
		}
		if !holds(d) || holds(d-1) {
			t.Errorf("%s for access since %s and a link since %s", d, e.Since, e.LinkedSince)
		}
	})
}
