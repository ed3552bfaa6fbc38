package link_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/link"
)

func TestPlan_EveryState(t *testing.T) {
	refused := pharos.Errorf(pharos.Unauthenticated, "the secret has expired").WithHint("renew it")
	rows := []struct {
		name    string
		account account
		options link.Options
		state   link.State
		link    link.Action
		remove  link.Action
	}{
		{"none", account{}, link.Options{}, link.NotLinked, link.Create, link.Keep},
		{"ours", account{id: "4987654", since: t0}, link.Options{}, link.Linked, link.Keep, link.Unlink},
		{"our other", account{id: "4987655", since: t0}, link.Options{}, link.Linked, link.Change, link.Unlink},
		{"other", account{id: "7000001", since: t0}, link.Options{}, link.LinkedToOther, link.Refuse, link.Refuse},
		{"other, agreed", account{id: "7000001", since: t0}, link.Options{ReplaceOther: true}, link.LinkedToOther, link.Replace, link.Unlink},
		{"no sign-in", account{signIn: refused}, link.Options{}, link.Unreachable, link.Skip, link.Skip},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			r.account.name = "robot"
			seen := observe(t, &r.account)
			if seen[0].State != r.state {
				t.Errorf("state: got %s, want %s", seen[0].State, r.state)
			}
			plan, err := link.NewPlan(seen, partner, r.options)
			if err != nil {
				t.Fatal(err)
			}
			if got := plan.Steps[0]; got.Action != r.link || got.To != "4987654" || got.Reason == "" {
				t.Errorf("plan: got %+v, want action %s", got, r.link)
			}
			removal := link.NewRemoval(seen, partner, r.options)
			if got := removal.Steps[0]; got.Action != r.remove || got.To != "" || got.Reason == "" {
				t.Errorf("removal: got %+v, want action %s", got, r.remove)
			}
			if len(r.account.calls) != 0 {
				t.Errorf("planning wrote to the cloud: %v", r.account.calls)
			}
		})
	}
}

func TestPlan_MalformedIDReachesNoCloud(t *testing.T) {
	for _, id := range []pharos.PartnerID{"", "12345", "12345678901", "49876S4", "4987654;--"} {
		a := &account{name: "robot"}
		if _, err := link.NewPlan(observe(t, a), pharos.Partner{ID: id}, link.Options{}); pharos.CodeOf(err) != pharos.Invalid {
			t.Errorf("%q: got %v, want code invalid", id, err)
		}
		forged := link.Plan{Steps: []link.Step{{Credential: "robot", Tenant: "tenant", Principal: "object-robot", Action: link.Create, To: id}}}
		out, err := link.Apply(t.Context(), forged, []link.Account{a})
		if err != nil || pharos.CodeOf(out[0].Err) != pharos.Invalid || len(a.calls) != 0 {
			t.Errorf("%q in a saved plan: got %v, calls %v", id, out[0].Err, a.calls)
		}
	}
}

func TestApply_TwiceIsOnce(t *testing.T) {
	accounts := []link.Account{
		&account{name: "new"}, &account{name: "done", id: "4987654"},
		&account{name: "moved", id: "4987655"}, &account{name: "rival", id: "7000001"},
	}
	plan, err := link.NewPlan(observe(t, accounts...), partner, link.Options{ReplaceOther: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Changes(); got != 3 {
		t.Errorf("changes: got %d, want 3", got)
	}
	for range 2 {
		out, err := link.Apply(t.Context(), plan, accounts)
		if err != nil || link.Failure(out) != nil {
			t.Fatal(err, link.Failure(out))
		}
		for _, o := range out {
			if !o.Done {
				t.Errorf("%s is not done", o.Credential)
			}
		}
	}
	want := [][]string{{"create 4987654"}, nil, {"change 4987654"}, {"change 4987654"}}
	for i, a := range accounts {
		if diff := cmp.Diff(want[i], a.(*account).calls); diff != "" {
			t.Errorf("%s: calls (-want +got)\n%s", a.Name(), diff)
		}
	}
	again, err := link.NewPlan(observe(t, accounts...), partner, link.Options{})
	if err != nil || again.Changes() != 0 {
		t.Errorf("a plan after apply still changes %d links, err %v", again.Changes(), err)
	}
}

func TestApply_Remove(t *testing.T) {
	a := &account{name: "robot", id: "4987655"}
	out, err := link.Apply(t.Context(), link.NewRemoval(observe(t, a), partner, link.Options{}), []link.Account{a})
	if err != nil || link.Failure(out) != nil || a.id != "" || !out[0].Changed {
		t.Fatalf("got %+v, link %q, err %v", out, a.id, err)
	}
}

// TestApply_Failures has one row for each way in which a step must not be
// believed done.
func TestApply_Failures(t *testing.T) {
	bad := pharos.Errorf(pharos.Invalid, "400 BadRequest: partner ID is not valid")
	rows := []struct {
		name    string
		account *account
		meddle  func(*account)
		code    pharos.Code
		text    string
		hint    string
		calls   int
		changed bool // written, or nobody knows
	}{
		{"other is left alone", &account{id: "7000001"}, nil, pharos.Conflict, "left alone", "allow it to be replaced", 0, false},
		{"global ID", &account{refuse: bad}, nil, pharos.Invalid, "refuses the partner ID 4987654", "here 4987655", 1, false},
		{"changed meanwhile", &account{}, func(a *account) { a.id = "7000001" }, pharos.Conflict, "from none to 7000001", "new plan", 0, false},
		{"accepted, not done", &account{blind: true}, nil, pharos.Conflict, "answers that none is linked", "", 1, true},
		{"throttled for ever", &account{refuse: pharos.Errorf(pharos.Unavailable, "429")}, nil, pharos.Unavailable, "429", "", 1, true},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			r.account.name = "robot"
			plan, err := link.NewPlan(observe(t, r.account), partner, link.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.meddle != nil {
				r.meddle(r.account)
			}
			out, err := link.Apply(t.Context(), plan, []link.Account{r.account})
			if err != nil {
				t.Fatal(err)
			}
			failure := link.Failure(out)
			if pharos.CodeOf(failure) != r.code || !strings.Contains(failure.Error(), r.text) || !strings.Contains(pharos.HintOf(failure), r.hint) {
				t.Errorf("got %s %q, hint %q", pharos.CodeOf(failure), failure, pharos.HintOf(failure))
			}
			if out[0].Done || out[0].Changed != r.changed || out[0].Problem == nil || len(r.account.calls) != r.calls {
				t.Errorf("got %+v after calls %v", out[0], r.account.calls)
			}
		})
	}
}

func TestApply_SavedPlanOfAnotherConfiguration(t *testing.T) {
	a := &account{name: "robot"}
	step := link.Step{Credential: "robot", Tenant: "tenant", Principal: "somebody", Action: link.Create, To: "4987654"}
	gone := step
	gone.Credential = "gone"
	odd := step
	odd.Action = "format"
	out, err := link.Apply(t.Context(), link.Plan{Steps: []link.Step{step, gone, odd}}, []link.Account{a})
	if err != nil {
		t.Fatal(err)
	}
	want := []pharos.Code{pharos.Conflict, pharos.Invalid, pharos.Invalid}
	for i, o := range out {
		if pharos.CodeOf(o.Err) != want[i] {
			t.Errorf("step %d: got %v, want code %s", i, o.Err, want[i])
		}
	}
	if err := link.Failure(out); pharos.CodeOf(err) != pharos.Incomplete || len(a.calls) != 0 {
		t.Errorf("got %v, calls %v", err, a.calls)
	}
}

func TestObserve_Interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := link.Observe(ctx, []link.Account{&account{}}, partner); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("got %v, want code interrupted", err)
	}
	plan := link.Plan{Steps: []link.Step{{Action: link.Keep}}}
	if _, err := link.Apply(ctx, plan, nil); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("got %v, want code interrupted", err)
	}
}

func TestStatus_JSON(t *testing.T) {
	seen := observe(t, &account{name: "robot", id: "4987654", since: t0})
	got, err := json.Marshal(seen[0])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"credential":"robot","tenantId":"tenant","principalId":"object-robot","name":"robot","partnerId":"4987654",` +
		`"state":"linked","since":"2026-10-01T00:00:00Z","observedAt":"2026-10-01T01:00:00Z","source":"observed"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRegister(t *testing.T) {
	alice := &account{name: "alice", id: "4987654", since: t0}
	e, err := link.CheckIn(t.Context(), alice)
	if err != nil {
		t.Fatal(err)
	}
	r := link.Register{}.Add(e).Add(e)
	if len(r) != 1 {
		t.Errorf("checking in twice: got %d entries, want 1", len(r))
	}
	alice.id, alice.since = "7000001", t0.Add(48*time.Hour)
	e2, err := link.CheckIn(t.Context(), alice)
	if err != nil {
		t.Fatal(err)
	}
	r = r.Add(e2)
	states := map[time.Duration]link.State{-time.Hour: link.NotLinked, time.Hour: link.Linked, 48 * time.Hour: link.LinkedToOther}
	for after, want := range states {
		got := r.Statuses(partner, t0.Add(after))
		if len(got) != 1 || got[0].State != want || got[0].Source != pharos.CheckIn {
			t.Errorf("after %v: got %+v, want one %s", after, got, want)
		}
	}
	day := pharos.DayOf(t0)
	if got := r[0].Fact().Span.On(day); got != pharos.Whole {
		t.Errorf("the first link on its first day: got %v, want whole", got)
	}
	if got := r[0].Fact().Span.On(day + 2); got != pharos.Never {
		t.Errorf("the first link after its end: got %v, want never", got)
	}
	undated := e
	undated.PartnerID, undated.Held, undated.At = "4987655", pharos.Interval{}, t0.Add(72*time.Hour)
	r = r.Add(undated)
	if got := r[1].Held.To; !got.Equal(undated.At) {
		t.Errorf("before a link of no date: ends %v, want the check-in's %v", got, undated.At)
	}
	if _, err := link.CheckIn(t.Context(), &account{name: "bob"}); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("checking in without a link: got %v, want code not-found", err)
	}
}
