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

// step returns a step of the plan, or the zero one.
func step(p *repair.Plan, id string) repair.Step {
	for _, s := range p.Steps {
		if s.ID == id {
			return s
		}
	}
	return repair.Step{}
}

// TestResolve: who does a step, and why not Pharos, depends on what stands.
func TestResolve(t *testing.T) {
	rows := []struct {
		name   string
		change func(*world)
		id     string
		actor  repair.Actor // "" when the step is dropped
		words  string       // of its reason, or of the note about it
	}{
		{"not linked", nil, "link-1", repair.Pharos, ""},
		{"another ID of ours", nil, "link-2", repair.Pharos, ""},
		{"linked already", func(w *world) { w.resources["robot "+partnersAt] = `{"properties": {"partnerId": 4987654}}` }, "link-1", "",
			"Step link-1 is not needed: robot is linked to 4987654 already. The history is out of date: scan again."},
		{"linked to another partner", func(w *world) { w.resources["robot "+partnersAt] = `{"properties": {"partnerId": "7000001"}}` }, "link-1", repair.Colleague,
			"It is linked to 7000001, which is none of our organisation's IDs"},
		{"authorization", nil, "add-1", repair.Pharos, ""},
		{"authorized already", func(w *world) {
			w.resources[definitionPath] = strings.Replace(w.resources[definitionPath], "acdd72a7-3385-48ef-bd42-f606fba81ae7", strings.ToUpper(string(pharos.SupportRequestContributor)), 1)
		}, "add-1", "", "Step add-1 is not needed: the delegation Contoso of subscription 99999999-9999-4999-8999-999999999999 has the authorization already"},
		{"of the Marketplace", func(w *world) {
			w.resources[definitionPath] = strings.Replace(w.resources[definitionPath], `"id"`, `"plan": {"name": "p", "publisher": "us", "product": "o", "version": "1.0"}, "id"`, 1)
		}, "add-1", repair.Colleague, "publish a new version of the plan"},
		{"delegation gone", func(w *world) { delete(w.resources, definitionPath) }, "add-1", repair.Customer, "could not be read: no credential is shown the delegation"},
		{"assigned already", func(w *world) {
			w.grants = []pharos.Grant{{Kind: pharos.Permanent, Role: pharos.Owner, Scope: "/", Holder: pharos.PrincipalRef{ID: agents}}}
		}, "aobo", "", "admin sees the role assigned already"},
		{"assigned for a time", func(w *world) {
			w.grants = []pharos.Grant{{Kind: pharos.TimeBound, Role: pharos.Owner, Scope: "/", Holder: pharos.PrincipalRef{ID: agents}}}
		}, "aobo", repair.Pharos, ""},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld(t)
			if r.change != nil {
				r.change(w)
			}
			p := w.plan()
			s := step(p, r.id)
			if s.Actor != r.actor || !strings.Contains(s.Why+strings.Join(p.Notes, " "), r.words) {
				t.Errorf("%q, why %q, notes %q", s.Actor, s.Why, p.Notes)
			}
			if mine := s.Actor == repair.Pharos; mine != (len(s.Writes) > 0) || mine != (s.Credential != "") || mine != (s.As != pharos.PrincipalRef{}) {
				t.Errorf("of %s: credential %q (%v), writes %v", s.Actor, s.Credential, s.As, s.Writes)
			}
			for _, other := range p.Steps {
				for _, need := range other.Needs {
					if step(p, need).ID == "" {
						t.Errorf("step %s needs %s, which is not in the plan", other.ID, need)
					}
				}
			}
		})
	}
}

// silent is a hand that gets no answers.
type silent struct{ *hand }

func (silent) Delegations(context.Context, pharos.SubscriptionID) ([]repair.Delegation, error) {
	return nil, pharos.Errorf(pharos.Unavailable, "no answer")
}

func (silent) May(context.Context, pharos.Scope, ...string) (bool, error) {
	return false, pharos.Errorf(pharos.Unavailable, "no answer")
}

// refused is a hand that may not sign in.
type refused struct{ *hand }

func (refused) Principal(context.Context) (pharos.Principal, error) {
	return pharos.Principal{}, pharos.Errorf(pharos.Unauthenticated, "the secret has ended")
}

func (refused) Look(context.Context, string) (json.RawMessage, time.Time, error) {
	return nil, time.Time{}, pharos.Errorf(pharos.Unauthenticated, "the secret has ended")
}

// TestResolve_Faults: what could not be read is said, its steps are left to
// others, and the rest of the plan is good.
func TestResolve_Faults(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	d := w.deps()
	d.Hands[2] = silent{d.Hands[2].(*hand)}
	err := repair.Resolve(t.Context(), p, d)
	if pharos.CodeOf(err) != pharos.Incomplete || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("got %v", err)
	}
	if step(p, "add-1").Actor != repair.Customer || step(p, "link-1").Actor != repair.Pharos {
		t.Errorf("%+v", p.Steps)
	}
	d = w.deps()
	d.Hands[0] = refused{d.Hands[0].(*hand)}
	p = w.plan()
	if err := repair.Resolve(t.Context(), p, d); err != nil {
		t.Error(err)
	}
	if step(p, "link-1").Actor != repair.Colleague || len(p.Notes) != 1 || p.Notes[0] != "The credential robot could not sign in: the secret has ended" {
		t.Errorf("notes %q, %+v", p.Notes, step(p, "link-1"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := repair.Resolve(ctx, p, w.deps()); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}

// TestResolve_Same: two steps that come to the same are one.
func TestResolve_Same(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	twin := step(p, "add-1")
	twin.ID, twin.Kind = "twin", repair.AddAuthorization
	p.Steps = append(p.Steps, twin)
	if err := repair.Resolve(t.Context(), p, w.deps()); err != nil {
		t.Fatal(err)
	}
	if s := step(p, "twin"); s.ID != "" || !strings.Contains(strings.Join(p.Notes, " "), "another step of the plan does the same") {
		t.Errorf("%+v, notes %q", s, p.Notes)
	}
}
