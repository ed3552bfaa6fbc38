package emulator

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

// timelines draws intervals on whole hours of a few days, some of them open.
func timelines() *rapid.Generator[timeline] {
	hour := func(n int) time.Time {
		if n == 0 {
			return time.Time{}
		}
		return time.Date(2026, 10, 1, n, 0, 0, 0, time.UTC)
	}
	one := rapid.Custom(func(t *rapid.T) pharos.Interval {
		return pharos.Interval{From: hour(rapid.IntRange(0, 60).Draw(t, "from")), To: hour(rapid.IntRange(0, 60).Draw(t, "to"))}
	})
	return rapid.Map(rapid.SliceOfN(one, 0, 5), func(list []pharos.Interval) timeline { return timelineOf(list...) })
}

func TestTimeline_IsAlgebraOfInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := timelines().Draw(t, "a"), timelines().Draw(t, "b")
		x := time.Date(2026, 10, 1, 0, rapid.IntRange(0, 64*60).Draw(t, "minute"), 0, 0, time.UTC)
		for name, c := range map[string]struct {
			got  timeline
			want bool
		}{
			"union":     {a.union(b), a.at(x) || b.at(x)},
			"intersect": {a.intersect(b), a.at(x) && b.at(x)},
			"without":   {a.without(b), a.at(x) && !b.at(x)},
		} {
			if c.got.at(x) != c.want {
				t.Fatalf("%s of %v and %v at %v: got %v", name, a, b, x, c.got.at(x))
			}
			for i, span := range c.got {
				if !span.To.IsZero() && !span.From.Before(span.To) || i > 0 && !c.got[i-1].To.Before(span.From) {
					t.Fatalf("%s is not in order: %v", name, c.got)
				}
			}
		}
	})
}

func TestTimeline_WholeDay(t *testing.T) {
	d := day(t, "2026-10-02")
	joined := timelineOf(
		pharos.Interval{From: d.Start().Add(12 * time.Hour), To: d.End()},
		pharos.Interval{From: d.Start(), To: d.Start().Add(12 * time.Hour)},
	)
	broken := timelineOf(
		pharos.Interval{From: d.Start(), To: d.Start().Add(11 * time.Hour)},
		pharos.Interval{From: d.Start().Add(12 * time.Hour), To: d.End()},
	)
	if !joined.whole(d) || broken.whole(d) || !broken.touches(d) || !always().whole(d) || timeline(nil).touches(d) {
		t.Errorf("joined %v, broken %v", joined, broken)
	}
}

func TestRoles(t *testing.T) {
	roles := loadRoles()
	if len(roles.all) < 900 {
		t.Fatalf("%d built-in roles", len(roles.all))
	}
	for _, row := range pharos.Roles().All() {
		if roles.byID[row.ID] == nil {
			t.Errorf("%s %s is no built-in role", row.ID, row.Name)
		}
		if d := roles.find(row.Name); d == nil || d.ID != row.ID {
			t.Errorf("%q is not found by its name", row.Name)
		}
	}
	for _, c := range []struct {
		role   pharos.RoleID
		action string
		want   bool
	}{
		{pharos.Reader, "Microsoft.Compute/virtualMachines/read", true},
		{pharos.Reader, "microsoft.compute/virtualmachines/WRITE", false},
		{pharos.Contributor, "Microsoft.Compute/virtualMachines/write", true},
		{pharos.Contributor, "Microsoft.Authorization/roleAssignments/write", false},
		{pharos.Contributor, "Microsoft.Authorization/roleAssignments/read", true},
		{pharos.Owner, "Microsoft.Authorization/roleAssignments/delete", true},
		{pharos.SupportRequestContributor, "Microsoft.Support/supportTickets/write", true},
		{pharos.SupportRequestContributor, "Microsoft.ManagedServices/registrationAssignments/read", false},
	} {
		if got := roles.byID[c.role].allows(c.action); got != c.want {
			t.Errorf("%s may %s: got %v", c.role, c.action, got)
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "a/b", true}, {"*/read", "a/b/read", true}, {"*/read", "read", false}, {"a/*/c", "a/b/c", true}, {"a/*/c", "a/c", false},
		{"a/*", "a/", true}, {"a/*/b/*", "a/x/b/y", true}, {"a", "ab", false}, {"*a*a", "a", false},
	} {
		if got := wildcard(c.pattern, c.text); got != c.want {
			t.Errorf("wildcard(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}
