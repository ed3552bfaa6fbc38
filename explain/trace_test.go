package explain

import (
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestConditions_EveryLossHasAPlace: each cause of a loss breaks exactly one
// condition of the chain.
func TestConditions_EveryLossHasAPlace(t *testing.T) {
	count := map[pharos.Cause]int{}
	for _, k := range conditions() {
		for _, c := range k.causes {
			count[c]++
		}
	}
	for _, c := range pharos.Causes() {
		want := 0
		if verdictOf(c) == pharos.Lost {
			want = 1
		}
		if count[c] != want {
			t.Errorf("%s stands in %d conditions, want %d", c, count[c], want)
		}
	}
}

func names() Names {
	h := pharos.NewHistory()
	h.Customers["t"] = pharos.Customer{ID: "t", Name: "Fabrikam"}
	h.Subscriptions["s"] = pharos.Subscription{ID: "s", Customer: "t", Name: "prod"}
	alice := pharos.PrincipalRef{Tenant: "t", ID: "a"}
	h.Principals[alice] = pharos.Principal{PrincipalRef: alice, Name: "alice"}
	return NamesOf(h)
}

func TestTrace(t *testing.T) {
	alice := pharos.PrincipalRef{Tenant: "t", ID: "a"}
	for _, c := range []struct {
		name     string
		coverage pharos.Coverage
		answer   string
		broken   []string // cause: answer
	}{
		{name: "earns by AOBO", coverage: pharos.Coverage{State: pharos.Full, Path: pharos.AOBO}, answer: "by AOBO"},
		{name: "earns by delegation", coverage: pharos.Coverage{State: pharos.Full, Path: pharos.Lighthouse}, answer: "Lighthouse"},
		{name: "earns directly", coverage: pharos.Coverage{State: pharos.Full, Path: pharos.Direct}, answer: "role assignment"},
		{name: "none", answer: "does not earn: eligible-only, not-linked.", broken: []string{"eligible-only no", "not-linked no"},
			coverage: pharos.Coverage{State: pharos.None, Causes: []pharos.Cause{pharos.EligibleOnly, pharos.NotLinked}}},
		{name: "nobody", answer: "does not earn: no-access.", broken: []string{"no-access no"},
			coverage: pharos.Coverage{State: pharos.None, Causes: []pharos.Cause{pharos.NoAccess}}},
		{name: "unread", answer: "only if a holder", broken: []string{"not-linked unknown"},
			coverage: pharos.Coverage{State: pharos.UnknownCoverage, Causes: []pharos.Cause{pharos.NotLinked}, Unread: []pharos.PrincipalRef{alice}}},
		{name: "agreement not signed at first sight", answer: "Nobody knows", broken: []string{"programme-inactive unknown"},
			coverage: pharos.Coverage{State: pharos.UnknownCoverage, Causes: []pharos.Cause{pharos.ProgrammeInactive}}},
		{name: "disputed", answer: "The bill decides", broken: []string{"partial-day unknown"},
			coverage: pharos.Coverage{State: pharos.Partial, Disputed: true, Causes: []pharos.Cause{pharos.PartialDay}}},
		{name: "dated", answer: "part of the day", broken: []string{"partial-day no"},
			coverage: pharos.Coverage{State: pharos.Partial, Causes: []pharos.Cause{pharos.PartialDay}}},
		{name: "part of the scope", answer: "Only a part of it earns", broken: []string{"scope-too-narrow no"},
			coverage: pharos.Coverage{State: pharos.Partial, Causes: []pharos.Cause{pharos.ScopeTooNarrow}}},
		{name: "not observed", answer: "Nobody knows", coverage: pharos.Coverage{State: pharos.UnknownCoverage, Causes: []pharos.Cause{pharos.NotObserved}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.coverage.Scope = "/subscriptions/s"
			for range c.coverage.Causes {
				c.coverage.Notes = append(c.coverage.Notes, "the note")
			}
			got := Trace(c.coverage, names())
			if !strings.Contains(got.Answer, c.answer) || got.CustomerName != "Fabrikam" || got.Subscription != "prod" {
				t.Errorf("got %q of %s %s", got.Answer, got.CustomerName, got.Subscription)
			}
			var broken []string
			for _, s := range got.Steps {
				if s.Cause != "" {
					broken = append(broken, string(s.Cause)+" "+string(s.Answer))
					if s.Detail != "the note" || s.Fix == "" {
						t.Errorf("%s: detail %q, fix %q", s.Cause, s.Detail, s.Fix)
					}
				} else if want := unbroken(c.name, s.Condition); s.Answer != want {
					t.Errorf("%s: got %s, want %s", s.Condition, s.Answer, want)
				}
			}
			if strings.Join(broken, ";") != strings.Join(c.broken, ";") {
				t.Errorf("broken: got %v, want %v", broken, c.broken)
			}
		})
	}
}

// unbroken is the answer of a condition that no cause breaks, in each case.
func unbroken(name, condition string) Answer {
	switch {
	case name == "not observed":
		return NotSeen
	case name == "nobody" && !strings.Contains(condition, "billed to us"):
		return Moot
	default:
		return Fine
	}
}

func TestTrace_Holders(t *testing.T) {
	alice := pharos.PrincipalRef{Tenant: "t", ID: "a"}
	bob := pharos.PrincipalRef{Tenant: "t", ID: "b"}
	got := Trace(pharos.Coverage{
		Scope: "/subscriptions/s", State: pharos.Full, Path: pharos.Direct,
		Earning: []pharos.EarningPrincipal{
			{PrincipalRef: alice, Role: pharos.Contributor, Linked: true},
			{PrincipalRef: bob, Name: "robot", Role: "11111111-2222-3333-4444-555555555555"},
		},
		Unread: []pharos.PrincipalRef{bob},
	}, names())
	want := []Holder{
		{ID: "a", Tenant: "t", Name: "alice", Role: "Contributor", Linked: true},
		{ID: "b", Tenant: "t", Name: "robot", Role: "11111111-2222-3333-4444-555555555555"},
	}
	if len(got.Through) != 2 || got.Through[0] != want[0] || got.Through[1] != want[1] {
		t.Errorf("got %+v", got.Through)
	}
	if len(got.Unread) != 1 || got.Unread[0].Name != "b" {
		t.Errorf("unread: %+v", got.Unread)
	}
}
