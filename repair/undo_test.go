package repair_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

func undo(t *testing.T, w *world, p *repair.Plan) []repair.Outcome {
	t.Helper()
	out, err := repair.Undo(t.Context(), p, w.deps(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestUndo takes back the links that the plan made, restores the earlier ID of
// ours, and tells the calls that take back the rest.
func TestUndo(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	for _, o := range undo(t, w, p) {
		if o.Kind == repair.Link && (o.State != repair.Done || o.Changed || !strings.Contains(o.Reason, "did not make")) {
			t.Errorf("before anything was applied: %+v", o)
		}
	}
	apply(t, w, p)
	sent := len(w.sent)
	told := map[string]string{}
	for _, o := range undo(t, w, p) {
		for _, c := range o.Calls {
			told[o.ID] = c.Method + " " + c.Path + " " + string(c.Body)
		}
		if done := o.Kind == repair.Link; done != (o.State == repair.Done) || done != o.Changed {
			t.Errorf("%+v", o)
		}
	}
	if got := fmt.Sprint(w.sent[sent:]); got != "[robot DELETE /providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01"+
		" second PATCH /providers/Microsoft.ManagementPartner/partners/4987655?api-version=2018-02-01]" {
		t.Errorf("sent %s", got)
	}
	if text := told["add-1"]; !strings.HasPrefix(text, "PUT "+definitionPath) || strings.Count(text, string(robot)) != 1 || !strings.Contains(text, string(second)) {
		t.Errorf("the authorization is taken back by %s", text)
	}
	if text := told["aobo"]; !strings.HasPrefix(text, "DELETE /subscriptions/"+string(subscription)+"/providers/Microsoft.Authorization/roleAssignments/") {
		t.Errorf("the assignment is taken back by %s", text)
	}
	if len(w.audit) != 7 || !strings.Contains(w.audit[5], "undo=true robot: 4987654 -> ") {
		t.Errorf("audit %q", w.audit)
	}
	undo(t, w, p)
	if len(w.sent) != sent+2 || len(w.audit) != 7 {
		t.Errorf("the second time it sent %q", w.sent[sent+2:])
	}
	apply(t, w, p) // and forth again
	if len(w.audit) != 9 {
		t.Errorf("audit %q", w.audit[7:])
	}
}

// TestUndo_NotOurs: a link that the plan did not make, or that somebody
// changed since, is left alone.
func TestUndo_NotOurs(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	w.resources["robot "+partnersAt] = `{"properties": {"partnerId": "4987654"}}` // somebody was quicker
	apply(t, w, p)
	w.resources["second "+partnersAt] = `{"properties": {"partnerId": "7000001"}}`
	sent := len(w.sent)
	for _, o := range undo(t, w, p) {
		switch {
		case o.ID == "link-1" && (o.State != repair.Done || o.Changed):
			t.Errorf("of somebody else: %+v", o)
		case o.ID == "link-2" && (o.State != repair.NotDone || pharos.CodeOf(o.Err) != pharos.Conflict):
			t.Errorf("changed since: %+v", o)
		}
	}
	if len(w.sent) != sent {
		t.Errorf("sent %q", w.sent[sent:])
	}
}

// TestUndo_CutAnywhere cuts the undoing of one link off at every call, and
// undoes it again, after an apply that was cut off, too.
func TestUndo_CutAnywhere(t *testing.T) {
	for _, how := range []string{"before", "after"} {
		for at := 1; at <= 40; at++ {
			w := newWorld(t)
			p := w.plan()
			runCut(t, w, p, 20, "killed after")
			first := w.calls
			w.fail = func(call int, before bool) error {
				if call-first == at && before == (how == "before") {
					w.dead = true
					return pharos.Errorf(pharos.Internal, "killed")
				}
				return nil
			}
			_, err := repair.Undo(t.Context(), p, w.deps(), []string{"link-2"})
			cut := w.dead
			w.fail, w.dead = nil, false
			if !cut && err != nil {
				t.Fatal(err)
			}
			out, err := repair.Undo(t.Context(), p, w.deps(), []string{"link-2"})
			if err != nil || out[0].State != repair.Done {
				t.Fatalf("%s %d: %+v, %v", how, at, out, err)
			}
			n := 0
			for _, line := range w.audit {
				if strings.HasPrefix(line, "link-2 undo=true") {
					n++
				}
			}
			if n != 1 || !strings.Contains(w.resources["second "+partnersAt], "4987655") {
				t.Errorf("%s %d: %d lines of the audit trail, %s", how, at, n, w.resources["second "+partnersAt])
			}
		}
	}
}

// TestCheck tells of the steps of everybody whether they are done.
func TestCheck(t *testing.T) {
	w := newWorld(t)
	p := w.plan()
	p.Steps = append(p.Steps,
		repair.Step{ID: "check-in", Kind: repair.CheckIn, Actor: repair.Colleague, Target: repair.Target{Tenant: ours, Principal: agents, PartnerID: "4987654"}},
		repair.Step{ID: "delegate", Kind: repair.Delegate, Actor: repair.Customer, Target: repair.Target{
			Principal: robot, Role: pharos.SupportRequestContributor, Scope: pharos.SubscriptionScope(subscription), Customer: theirs}},
		repair.Step{ID: "sell", Kind: repair.Sell, Actor: repair.Customer},
		repair.Step{ID: "nothing", Kind: repair.Nothing, Actor: repair.Nobody},
	)
	var checkedIn pharos.PartnerID
	check := func(want string) {
		t.Helper()
		d := w.deps()
		d.CheckedIn = func(pharos.PrincipalRef) pharos.PartnerID { return checkedIn }
		out, err := repair.Check(t.Context(), p, d, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range out {
			got = append(got, o.ID+" "+string(o.State))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("got  %s\nwant %s", text, want)
		}
	}
	check("add-2 not-done, add-1 not-done, link-1 not-done, link-2 not-done, aobo not-done, check-in unknown, delegate not-done, sell unknown")
	apply(t, w, p)
	w.grants = []pharos.Grant{{Path: pharos.AOBO, Kind: pharos.Permanent, Role: pharos.Owner, Scope: pharos.SubscriptionScope(subscription), Holder: pharos.PrincipalRef{ID: agents}}}
	sent := len(w.sent)
	check("add-2 done, add-1 done, link-1 done, link-2 done, aobo done, check-in unknown, delegate done, sell unknown")
	checkedIn = "4987655"
	check("add-2 done, add-1 done, link-1 done, link-2 done, aobo done, check-in done, delegate done, sell unknown")
	if len(w.sent) != sent {
		t.Errorf("it sent %q", w.sent[sent:])
	}
}
