package credit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func refs(names ...pharos.PrincipalID) []pharos.PrincipalRef {
	var out []pharos.PrincipalRef
	for _, n := range names {
		out = append(out, pharos.PrincipalRef{Tenant: "t", ID: n})
	}
	return out
}

func TestWitnesses_Linked(t *testing.T) {
	for _, c := range []struct {
		name string
		days [][]pharos.PrincipalRef
		want []pharos.PrincipalRef
	}{
		{name: "nobody"},
		{name: "one alone", days: [][]pharos.PrincipalRef{refs("alice")}, want: refs("alice")},
		{name: "named twice", days: [][]pharos.PrincipalRef{refs("alice", "alice")}, want: refs("alice")},
		{name: "one of two", days: [][]pharos.PrincipalRef{refs("alice", "bob")}, want: refs("alice", "bob")},
		{name: "one of two, explained by the other", days: [][]pharos.PrincipalRef{refs("alice", "bob"), refs("bob")}, want: refs("bob")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w witnesses
			for _, d := range c.days {
				w.hear(&pharos.Coverage{State: pharos.UnknownCoverage, Unread: d, Causes: []pharos.Cause{pharos.NotLinked}})
			}
			want := map[pharos.PrincipalRef]bool{}
			for _, r := range c.want {
				want[r] = true
			}
			if diff := cmp.Diff(want, w.linked()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWitnesses_EveryCreditedDayIsExplained: whatever the days, each has a
// holder who may be linked, and their order does not matter.
func TestWitnesses_EveryCreditedDayIsExplained(t *testing.T) {
	names := []pharos.PrincipalID{"alice", "bob", "carol", "dave"}
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID), 1, 8).Draw(t, "days")
		var forth, back witnesses
		for i := range days {
			hear(&forth, days[i])
			hear(&back, days[len(days)-1-i])
		}
		linked := forth.linked()
		if diff := cmp.Diff(linked, back.linked()); diff != "" {
			t.Fatalf("order matters:\n%s", diff)
		}
		for _, d := range days {
			explained := false
			for _, r := range refs(d...) {
				explained = explained || linked[r]
			}
			if !explained {
				t.Fatalf("the day of %v is explained by nobody among %v", d, linked)
			}
		}
	})
}

func hear(w *witnesses, who []pharos.PrincipalID) {
	w.hear(&pharos.Coverage{State: pharos.None, Unread: refs(who...), Causes: []pharos.Cause{pharos.NotLinked}})
}
