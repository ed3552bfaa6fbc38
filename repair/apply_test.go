package repair_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

func apply(t *testing.T, w *world, p *repair.Plan, only ...string) []repair.Outcome {
	t.Helper()
	out, err := repair.Apply(t.Context(), p, w.deps(), only)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestApply does everything in the order of the needs, once, and nothing the
// second time.
func TestApply(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	out := apply(t, w, p)
	var order []string
	for _, o := range out {
		if o.State != repair.Done || !o.Changed || o.Err != nil || o.At.IsZero() {
			t.Errorf("%+v", o)
		}
		order = append(order, o.ID)
	}
	if got := strings.Join(order, " "); got != "link-2 add-2 link-1 add-1 aobo" {
		t.Errorf("order %s", got)
	}
	for _, who := range []pharos.PrincipalID{robot, second} {
		if !strings.Contains(w.resources[definitionPath], `"`+string(who)+`","principalIdDisplayName"`) {
			t.Errorf("the definition has no authorization of %s: %s", who, w.resources[definitionPath])
		}
	}
	if len(w.sent) != 5 || len(w.audit) != 5 || repair.Failure(out) != nil {
		t.Errorf("sent %q, audit %q", w.sent, w.audit)
	}
	for _, o := range apply(t, w, p) {
		if o.State != repair.Done || o.Changed {
			t.Errorf("the second time: %+v", o)
		}
	}
	if len(w.sent) != 5 || len(w.audit) != 5 {
		t.Errorf("the second time it sent %q", w.sent[5:])
	}
}

// cuts are the ways in which a run ends at a call.
var cuts = []string{"error", "lost answer", "killed before", "killed after", "interrupted"}

// runCut applies the plan and cuts it off at a call; it reports whether it got
// as far as that.
func runCut(t *testing.T, w *world, p *repair.Plan, at int, how string) (cut bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := w.calls
	w.fail = func(call int, before bool) error {
		if call-first != at {
			return nil
		}
		cut = true
		switch {
		case how == "error" && before, how == "lost answer" && !before:
			return pharos.Errorf(pharos.Unavailable, "connection lost")
		case how == "killed before" && before, how == "killed after" && !before:
			w.dead = true
			return pharos.Errorf(pharos.Internal, "killed")
		case how == "interrupted":
			cancel()
		}
		return nil
	}
	defer func() { w.fail, w.dead = nil, false }()
	if _, err := repair.Apply(ctx, p, w.deps(), nil); how == "interrupted" && err != nil && pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("cut at %d: %v", at, err)
	}
	return cut
}

// finished holds what must be so however often a run was cut off.
func (w *world) finished(t interface{ Errorf(string, ...any) }, want *world, name string) {
	if !maps.Equal(w.resources, want.resources) {
		t.Errorf("%s: the world is\n%v\nwant\n%v", name, w.resources, want.resources)
	}
	if got := slices.Sorted(slices.Values(w.effective)); !slices.Equal(got, slices.Sorted(slices.Values(want.effective))) {
		t.Errorf("%s: what changed something is %q, want %q", name, w.effective, want.effective)
	}
	if got := slices.Sorted(slices.Values(w.audit)); !slices.Equal(got, slices.Sorted(slices.Values(want.audit))) {
		t.Errorf("%s: the audit trail is %q, want %q", name, w.audit, want.audit)
	}
}

// TestApply_CutAnywhere cuts a run off at every call, in every way, and runs
// it again: the plan is done, each change was made once, and is told once.
func TestApply_CutAnywhere(t *testing.T) {
	want := newWorld(t)
	plan := want.plan()
	began := want.calls
	apply(t, want, plan)
	total := want.calls - began
	if total < 20 {
		t.Fatalf("only %d calls", total)
	}
	for _, how := range cuts {
		for at := 1; at <= total; at++ {
			w := newWorld(t)
			p := w.plan()
			name := fmt.Sprintf("%s at call %d", how, at)
			if !runCut(t, w, p, at, how) {
				t.Fatalf("%s: it was not cut", name)
			}
			if err := repair.Failure(apply(t, w, p)); err != nil {
				t.Errorf("%s: run again: %v", name, err)
			}
			w.finished(t, want, name)
		}
	}
}

// TestApply_CutOften cuts several runs off one after the other.
func TestApply_CutOften(t *testing.T) {
	want := newWorld(t)
	apply(t, want, want.plan())
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		p := w.plan()
		name := ""
		for range rapid.IntRange(1, 6).Draw(r, "cuts") {
			at, how := rapid.IntRange(1, 30).Draw(r, "at"), rapid.SampledFrom(cuts).Draw(r, "how")
			name += fmt.Sprintf("%s at %d; ", how, at)
			runCut(t, w, p, at, how)
		}
		if err := repair.Failure(apply(t, w, p)); err != nil {
			r.Fatalf("%s: run again: %v", name, err)
		}
		w.finished(r, want, name)
	})
}

// TestApply_Changed: somebody changed the world since the plan. Nothing is
// sent, and it is said what changed.
func TestApply_Changed(t *testing.T) {
	rows := []struct {
		name   string
		change func(*world)
		words  []string
	}{
		{"link to another", func(w *world) { w.resources["robot "+partnersAt] = `{"properties": {"partnerId": "7000001"}}` },
			[]string{"the partner link of robot", "the link is now 7000001, and was none"}},
		{"link removed", func(w *world) { delete(w.resources, "second "+partnersAt) }, []string{"the link is now none, and was 4987655"}},
		{"delegation gone", func(w *world) { delete(w.resources, definitionPath) }, []string{"the delegation Contoso of", "it is not there any more"}},
		{"authorization changed", func(w *world) {
			w.resources[definitionPath] = strings.Replace(w.resources[definitionPath], "acdd72a7-3385-48ef-bd42-f606fba81ae7", string(pharos.Contributor), 1)
		}, []string{"the authorization of robot with Reader was removed", "the authorization of robot with Contributor was added"}},
		{"renamed", func(w *world) {
			w.resources[definitionPath] = strings.Replace(w.resources[definitionPath], `"Contoso"`, `"Fabrikam"`, 1)
		}, []string{`its name is now "Fabrikam", and was "Contoso"`}},
		{"described", func(w *world) {
			w.resources[definitionPath] = strings.Replace(w.resources[definitionPath], `"properties": {`, `"properties": {"description": "x",`, 1)
		}, []string{"its description changed"}},
		{"two changes", func(w *world) { delete(w.resources, definitionPath); delete(w.resources, "second "+partnersAt) }, []string{"more are not as the plan found them"}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.plan()
			r.change(w)
			_, err := repair.Apply(t.Context(), p, w.deps(), nil)
			if pharos.CodeOf(err) != pharos.Conflict || pharos.HintOf(err) == "" {
				t.Fatalf("got %v", err)
			}
			for _, words := range r.words {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q does not say %q", err, words)
				}
			}
			if len(w.sent) != 0 || len(w.audit) != 0 || len(w.journal) != 0 {
				t.Errorf("sent %q", w.sent)
			}
		})
	}
}

// TestApply_OtherConfiguration: a plan for somebody else is refused.
func TestApply_OtherConfiguration(t *testing.T) {
	rows := map[string]func(*repair.Deps){
		"partner ID":       func(d *repair.Deps) { d.Partner.ID = "4987655" },
		"managing tenant":  func(d *repair.Deps) { d.Partner.Tenant = theirs },
		"not in the conf":  func(d *repair.Deps) { d.Hands = d.Hands[1:] },
		"another principa": func(d *repair.Deps) { d.Hands[0].(*hand).id.ID = admin },
	}
	for words, change := range rows {
		w := newWorld(t)
		p, d := w.plan(), w.deps()
		change(&d)
		if _, err := repair.Apply(t.Context(), p, d, nil); err == nil || !strings.Contains(err.Error(), words) || len(w.sent) != 0 {
			t.Errorf("%s: %v, sent %q", words, err, w.sent)
		}
	}
}

// TestApply_Failing: a step that fails stops those that need it, and no other.
func TestApply_Failing(t *testing.T) {
	w := newWorld(t)
	p, d := w.plan(), w.deps()
	d.Hands[0] = refusing{d.Hands[0].(*hand)}
	out, err := repair.Apply(t.Context(), p, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range out {
		got = append(got, o.ID+" "+string(o.State))
	}
	if text := strings.Join(got, ", "); text != "link-2 done, add-2 done, link-1 not-done, add-1 not-done, aobo done" {
		t.Error(text)
	}
	if err := repair.Failure(out); pharos.CodeOf(err) != pharos.Incomplete || !strings.Contains(err.Error(), "2 of 5 steps are not done, the first: nobody may") {
		t.Error(err)
	}
	if out[3].Reason != "it needs the step link-1, which is not done" || len(w.audit) != 3 {
		t.Errorf("%+v, audit %q", out[3], w.audit)
	}
}

// refusing is a hand that may not write.
type refusing struct{ *hand }

func (refusing) Send(context.Context, repair.Write) error {
	return pharos.Errorf(pharos.Forbidden, "nobody may")
}

// TestApply_Only does the steps that are named.
func TestApply_Only(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	if _, err := repair.Apply(t.Context(), p, w.deps(), []string{"add-1"}); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), "needs step") {
		t.Errorf("without what it needs: %v", err)
	}
	if _, err := repair.Apply(t.Context(), p, w.deps(), []string{"none"}); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("a step that is not there: %v", err)
	}
	if out := apply(t, w, p, "link-1"); len(out) != 1 || len(w.sent) != 1 {
		t.Errorf("%+v, sent %q", out, w.sent)
	}
	if err := repair.Failure(apply(t, w, p)); err != nil || len(w.sent) != 5 || len(w.audit) != 5 {
		t.Errorf("the rest: %v, sent %q", err, w.sent)
	}
}

// TestApply_AssignedElsewhere: a role that somebody assigned meanwhile under
// another name is there; Azure refuses a second assignment.
func TestApply_AssignedElsewhere(t *testing.T) {
	w := newWorld(t)
	p, d := w.plan(), w.deps()
	w.grants = []pharos.Grant{{Path: pharos.AOBO, Kind: pharos.Permanent, Role: pharos.Owner, Scope: pharos.SubscriptionScope(subscription), Holder: pharos.PrincipalRef{ID: agents}}}
	d.Hands[2] = conflicting{d.Hands[2].(*hand)}
	out, err := repair.Apply(t.Context(), p, d, []string{"aobo"})
	if err != nil || out[0].State != repair.Done || out[0].Changed || len(w.audit) != 0 {
		t.Errorf("%+v, %v, audit %q", out, err, w.audit)
	}
}

type conflicting struct{ *hand }

func (conflicting) Send(context.Context, repair.Write) error {
	return pharos.Errorf(pharos.Conflict, "RoleAssignmentExists")
}
