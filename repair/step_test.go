package repair_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// TestApply_NeedsOthers: a step that needs one of somebody else is done when
// our credentials see that it was, and waits when they do not.
func TestApply_NeedsOthers(t *testing.T) {
	rows := []struct {
		name   string
		before repair.Step
		state  repair.State
		reason string
	}{
		{"done", repair.Step{ID: "other", Kind: repair.AddAuthorization, Actor: repair.Customer, Target: repair.Target{
			Principal: robot, Role: "acdd72a7-3385-48ef-bd42-f606fba81ae7", Scope: pharos.SubscriptionScope(subscription), Delegation: delegationAt}}, repair.Done, ""},
		{"not done", repair.Step{ID: "other", Kind: repair.Assign, Actor: repair.Customer, Target: repair.Target{
			Principal: robot, Role: pharos.Contributor, Scope: pharos.SubscriptionScope(subscription)}}, repair.NotDone, "it needs the step other of the customer, which is not done yet"},
		{"unknown", repair.Step{ID: "other", Kind: repair.JoinGroup, Actor: repair.Colleague}, repair.NotDone, "it needs the step other of the colleague, of which nobody here can tell whether it is done"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.plan()
			p.Steps = append(p.Steps, r.before)
			for i := range p.Steps {
				if p.Steps[i].ID == "link-1" {
					p.Steps[i].Needs = []string{"other"}
				}
			}
			out := apply(t, w, p, "link-1")
			if len(out) != 1 || out[0].State != r.state || out[0].Reason != r.reason {
				t.Errorf("%+v", out)
			}
		})
	}
}

// meddling is a hand that calls a function before its next look but n.
type meddling struct {
	*hand
	looks  *int
	meddle func()
}

func (m meddling) Look(ctx context.Context, path string) (json.RawMessage, time.Time, error) {
	*m.looks--
	if *m.looks == 0 {
		m.meddle()
	}
	return m.hand.Look(ctx, path)
}

// TestApply_ChangedBetween: somebody changes a link between the first look at
// everything and the step's own. It is left alone.
func TestApply_ChangedBetween(t *testing.T) {
	w := newWorld(t)
	p, d := w.plan(), w.deps()
	looks := 2
	d.Hands[0] = meddling{d.Hands[0].(*hand), &looks, func() { w.resources["robot "+partnersAt] = `{"properties": {"partnerId": "7000001"}}` }}
	out, err := repair.Apply(t.Context(), p, d, []string{"link-1"})
	if err != nil || pharos.CodeOf(out[0].Err) != pharos.Conflict || !strings.Contains(out[0].Err.Error(), "now 7000001, and was none") {
		t.Errorf("%+v, %v", out, err)
	}
	if len(w.sent) != 0 || len(w.journal) != 0 {
		t.Errorf("sent %q", w.sent)
	}
}

// forgetful is a hand whose calls are taken and come to nothing.
type forgetful struct{ *hand }

func (forgetful) Send(context.Context, repair.Write) error { return nil }

// TestApply_Forgotten: a good answer is not believed. The next run tries again.
func TestApply_Forgotten(t *testing.T) {
	w := newWorld(t)
	p, d := w.plan(), w.deps()
	d.Hands[0] = forgetful{d.Hands[0].(*hand)}
	out, err := repair.Apply(t.Context(), p, d, []string{"link-1"})
	if err != nil || out[0].State != repair.NotDone || !strings.Contains(out[0].Err.Error(), "the cloud took the change and does not show it") || len(w.audit) != 0 {
		t.Errorf("%+v, %v, audit %q", out, err, w.audit)
	}
	if err := repair.Failure(out); pharos.CodeOf(err) != pharos.Conflict {
		t.Error(err)
	}
	if out := apply(t, w, p, "link-1"); out[0].State != repair.Done || !out[0].Changed || len(w.audit) != 1 {
		t.Errorf("%+v, audit %q", out, w.audit)
	}
}

// TestApply_Unresolved: a plan that nobody looked at the cloud for is refused,
// and steps that need each other are.
func TestApply_Unresolved(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	p.Steps[0].Before = nil
	if _, err := repair.Apply(t.Context(), p, w.deps(), nil); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), "without a look") {
		t.Errorf("without a look: %v", err)
	}
	p = w.plan()
	p.Steps[0].Needs, p.Steps[1].Needs = []string{p.Steps[1].ID}, []string{p.Steps[0].ID}
	if _, err := repair.Apply(t.Context(), p, w.deps(), nil); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), "needs itself") {
		t.Errorf("in a ring: %v", err)
	}
	if len(w.sent) != 0 {
		t.Errorf("sent %q", w.sent)
	}
}

// TestWanted: what a step of others comes to is known where it follows from
// its target alone, and else where somebody could read what stands.
func TestWanted(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	aobo, add := step(p, "aobo"), step(p, "add-1")
	want, err := aobo.Wanted()
	if err != nil || len(want) != 1 {
		t.Fatal(want, err)
	}
	aobo.Before, aobo.After = nil, nil
	got, err := aobo.Wanted()
	if err != nil || len(got) != 1 || got[0].Path != want[0].Path || string(got[0].State) != string(want[0].State) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	add.Before, add.After = nil, nil
	if _, err := add.Wanted(); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("a definition that nobody read: %v", err)
	}
}
