package repair

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// anyInput draws a realm with denials, agreements, disabled people, rivals'
// links, unread records, past AOBO and configured credentials.
func anyInput(t *rapid.T) Input {
	r := anyRealm(t)
	in := r.input()
	h := in.History
	draw := func(what string, of int) bool { return rapid.IntRange(0, of).Draw(t, what) == 0 }
	for _, sub := range slices.Sorted(maps.Keys(h.Subscriptions)) {
		if draw("denied", 4) {
			scope := rapid.SampledFrom([]pharos.Scope{"/subscriptions/" + pharos.Scope(sub), pharos.ResourceGroupScope(sub, "web")}).Draw(t, "denial")
			h.Denials[sub].Facts = []pharos.Fact[pharos.Denial]{{Value: pharos.Denial{ID: "d", Scope: scope}, Span: pharos.Always()}}
		}
		switch rapid.IntRange(0, 6).Draw(t, "sale") {
		case 0:
			h.Sales[sub] = only(pharos.Sale{Plan: pharos.LegacyPlan})
		case 1:
			h.Sales[sub] = only[pharos.Sale]()
		default:
			h.Sales[sub] = only(pharos.Sale{Plan: pharos.AzurePlan})
		}
		if draw("not looked at", 9) {
			delete(h.Grants, pharos.GrantKey{Subscription: sub, Path: rapid.SampledFrom([]pharos.Path{pharos.AOBO, pharos.Lighthouse}).Draw(t, "unseen")})
		}
		if draw("no usage", 3) {
			in.Rows = slices.DeleteFunc(slices.Clone(in.Rows), func(r credit.Row) bool { return r.Subscription == sub })
		}
	}
	for _, ref := range sortedRefs(h) {
		switch rapid.IntRange(0, 12).Draw(t, "fate") {
		case 0:
			h.Disabled[ref] = only(pharos.Disabled{})
		case 1:
			h.Links[ref] = only(rival)
		case 2, 3:
			in.Credentials = append(in.Credentials, Credential{Name: string(ref.ID), Principal: ref, Link: draw("to be linked", 1)})
		}
	}
	if draw("unsigned customer", 3) {
		h.Agreements["c1"] = signed()
	}
	if draw("unsigned partner", 5) {
		h.Programme = signed()
	}
	if draw("no agents known", 3) {
		strangers(h)
	}
	return in
}

func sortedRefs(h *pharos.History) []pharos.PrincipalRef {
	var out []pharos.PrincipalRef
	for ref, p := range h.Principals {
		if p.Kind != pharos.Group {
			out = append(out, ref)
		}
	}
	slices.SortFunc(out, func(a, b pharos.PrincipalRef) int {
		return strings.Compare(string(a.Tenant+"/")+string(a.ID), string(b.Tenant+"/")+string(b.ID))
	})
	return out
}

// TestPropose_Proved: after all steps that change access or the sale, every
// scope that one of them mends earns, and none of them did before; each scope
// is mended once; and every cent that was lost stands at exactly one place.
func TestPropose_Proved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		p := newPlanner(&in)
		for _, s := range p.sites() {
			p.mend(s)
		}
		plan, err := p.plan()
		if err != nil {
			t.Fatal(err)
		}
		billed, known := p.billed, p.known
		for _, s := range plan.Steps {
			for _, r := range p.drafts[s.ID].edits {
				billed, known = billed.with(r.edit(billed)), known.with(r.edit(known))
			}
		}
		mended := map[pharos.Scope]string{}
		for _, s := range plan.Steps {
			if s.Kind == Dispute || s.Kind == Observe || s.Kind == Nothing {
				continue
			}
			for _, m := range s.Mends {
				before, after := p.known, known
				if slices.ContainsFunc(in.Rows, func(r credit.Row) bool { return r.Key == string(m.Scope) && !r.CanEarn().IsZero() }) {
					before, after = p.billed, billed
				}
				if c := before.access.On(m.Scope, p.day); c.State == pharos.Full {
					t.Fatalf("%s mends %s, which earns", s.ID, m.Scope)
				}
				if c := after.access.On(m.Scope, p.day); c.State != pharos.Full {
					t.Fatalf("%s does not mend %s: %s %v", s.ID, m.Scope, c.State, c.Notes)
				}
				if other := mended[m.Scope]; other != "" {
					t.Fatalf("%s is mended by %s and %s", m.Scope, other, s.ID)
				}
				mended[m.Scope] = s.ID
			}
		}
		checkSums(t, &in, plan)
		checkNeeds(t, plan)
	})
}

// checkSums: what was lost is what the steps bring back, what is past, and
// what cannot be mended.
func checkSums(t *rapid.T, in *Input, plan *Plan) {
	lost, hopeless := decimal.Zero, map[string]bool{}
	for _, s := range plan.Steps {
		for _, m := range s.Mends {
			hopeless[string(m.Scope)] = hopeless[string(m.Scope)] || s.Kind == Observe || s.Kind == Nothing
		}
		for _, a := range s.Money {
			lost = lost.Add(a.Lost)
		}
	}
	for _, a := range plan.Past {
		lost = lost.Add(a.Lost)
	}
	want := decimal.Zero
	for _, r := range in.Rows {
		if !hopeless[r.Key] {
			want = want.Add(r.Lost)
		}
	}
	if !lost.Equal(want) {
		t.Fatalf("the plan accounts for %s of %s that was lost", lost, want)
	}
	totals := decimal.Zero
	for _, a := range append(slices.Clone(plan.Totals), plan.Past...) {
		totals = totals.Add(a.Lost)
	}
	if !totals.Equal(want) {
		t.Fatalf("the totals are %s, the steps %s", totals, want)
	}
}

// checkNeeds: a step stands behind those it needs, and no id stands twice.
func checkNeeds(t *rapid.T, plan *Plan) {
	seen := map[string]bool{}
	for _, s := range plan.Steps {
		for _, id := range s.Needs {
			if !seen[id] {
				t.Fatalf("%s needs %s, which is not before it", s.ID, id)
			}
		}
		if seen[s.ID] {
			t.Fatalf("%s stands twice", s.ID)
		}
		seen[s.ID] = true
	}
}

// TestPropose_Same: the same input has the same plan, in whatever order maps
// and rows come.
func TestPropose_Same(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		first, err := Propose(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		in.Rows = slices.Clone(in.Rows)
		slices.Reverse(in.Rows)
		slices.Reverse(in.Credentials)
		again, err := Propose(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("another plan of the same (-first +again)\n%s", diff)
		}
	})
}
