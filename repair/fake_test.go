package repair_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// The fake world: our tenant with two robots, and a customer's with an admin,
// an assignment by another name, and one delegation.
const (
	ours, theirs   = pharos.TenantID("11111111-1111-4111-8111-111111111111"), pharos.TenantID("22222222-2222-4222-8222-222222222222")
	robot          = pharos.PrincipalID("aaaaaaaa-0000-4000-8000-000000000001")
	second         = pharos.PrincipalID("aaaaaaaa-0000-4000-8000-000000000002")
	admin          = pharos.PrincipalID("aaaaaaaa-0000-4000-8000-000000000003")
	agents         = pharos.PrincipalID("aaaaaaaa-0000-4000-8000-000000000004")
	subscription   = pharos.SubscriptionID("99999999-9999-4999-8999-999999999999")
	partnersAt     = "/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01"
	definitionAt   = "/subscriptions/99999999-9999-4999-8999-999999999999/providers/microsoft.managedservices/registrationdefinitions/d"
	delegationAt   = "/subscriptions/99999999-9999-4999-8999-999999999999/providers/microsoft.managedservices/registrationassignments/a"
	definitionPath = definitionAt + "?api-version=2022-10-01"
)

func partner() pharos.Partner {
	return pharos.Partner{ID: "4987654", Organisation: []pharos.PartnerID{"4987654", "4987655"}, Tenant: ours}
}

// world is what the fake hands read and write.
type world struct {
	t *testing.T

	mu        sync.Mutex
	now       time.Time
	resources map[string]string // by credential and path for links, else by path
	grants    []pharos.Grant
	sent      []string // every call that was sent, by whom
	effective []string // those that changed something
	journal   map[string]repair.Record
	audit     []string

	calls int
	dead  bool // the process was killed: nothing that it calls has an effect
	// fail is asked before and after every call, by its number: an error is
	// answered, before the call is made or after.
	fail func(call int, before bool) error
}

func newWorld(t *testing.T) *world {
	return &world{t: t, now: time.Date(2026, 10, 7, 6, 0, 0, 0, time.UTC), journal: map[string]repair.Record{}, resources: map[string]string{
		"second " + partnersAt: `{"properties": {"partnerId": "4987655", "state": "Active"}}`,
		definitionPath: `{"id": "x", "properties": {"registrationDefinitionName": "Contoso", "managedByTenantId": "` + string(ours) + `", "provisioningState": "Succeeded",
			"authorizations": [{"principalId": "` + string(robot) + `", "principalIdDisplayName": "robot", "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}]}}`,
	}}
}

// step brackets a call: it can be cut off before and after.
func (w *world) step(do func() error) error {
	w.mu.Lock()
	w.calls++
	n, fail := w.calls, w.fail
	w.mu.Unlock()
	if fail != nil {
		if err := fail(n, true); err != nil {
			return err
		}
	}
	w.mu.Lock()
	if w.dead {
		w.mu.Unlock()
		return pharos.Errorf(pharos.Internal, "the process is dead")
	}
	w.now = w.now.Add(time.Second)
	err := do()
	w.mu.Unlock()
	if fail != nil && err == nil {
		err = fail(n, false)
	}
	return err
}

// hand is a credential of the fake world.
type hand struct {
	*world
	name string
	id   pharos.PrincipalRef
	may  bool
}

func (w *world) hands() []repair.Hand {
	return []repair.Hand{
		&hand{w, "robot", pharos.PrincipalRef{Tenant: ours, ID: robot}, false},
		&hand{w, "second", pharos.PrincipalRef{Tenant: ours, ID: second}, false},
		&hand{w, "admin", pharos.PrincipalRef{Tenant: theirs, ID: admin}, true},
	}
}

func (w *world) deps() repair.Deps {
	return repair.Deps{
		Hands: w.hands(), Partner: partner(), Journal: w, Parallel: 1,
		TenantOf: func(pharos.SubscriptionID) pharos.TenantID { return theirs },
	}
}

func (h *hand) Name() string { return h.name }

func (h *hand) Principal(context.Context) (p pharos.Principal, err error) {
	return pharos.Principal{PrincipalRef: h.id, Name: h.name}, h.step(func() error { return nil })
}

func (h *hand) May(context.Context, pharos.Scope, ...string) (bool, error) {
	return h.may, h.step(func() error { return nil })
}

func (h *hand) key(path string) string {
	if strings.Contains(path, "ManagementPartner") {
		return h.name + " " + partnersAt
	}
	return path
}

func (h *hand) Look(_ context.Context, path string) (out json.RawMessage, at time.Time, err error) {
	err = h.step(func() error {
		at = h.now
		if text, ok := h.resources[h.key(path)]; ok {
			out = json.RawMessage(text)
		}
		return nil
	})
	return out, at, err
}

func (h *hand) Delegations(context.Context, pharos.SubscriptionID) ([]repair.Delegation, error) {
	return []repair.Delegation{{Assignment: delegationAt, Definition: definitionAt, Offer: "Contoso"}}, h.step(func() error { return nil })
}

func (h *hand) Assignments(context.Context, pharos.SubscriptionID, pharos.TenantID) (out []pharos.Grant, err error) {
	if !h.may {
		return nil, pharos.Errorf(pharos.Forbidden, "no")
	}
	err = h.step(func() error { out = append(out, h.grants...); return nil })
	return out, err
}

// Send makes a call as Azure does: what is told comes back in other forms.
func (h *hand) Send(_ context.Context, w repair.Write) error {
	return h.step(func() error {
		h.sent = append(h.sent, h.name+" "+w.Method+" "+w.Path)
		was := h.resources[h.key(w.Path)]
		switch {
		case strings.Contains(w.Path, "ManagementPartner"):
			id := strings.TrimSuffix(strings.TrimPrefix(w.Path, "/providers/Microsoft.ManagementPartner/partners/"), "?api-version=2018-02-01")
			state := "Active"
			switch {
			case w.Method == "PUT" && strings.Contains(was, "Active"):
				return pharos.Errorf(pharos.Conflict, "another is linked")
			case w.Method != "PUT" && !strings.Contains(was, "Active"):
				return pharos.Errorf(pharos.NotFound, "none is linked")
			case w.Method == "DELETE":
				state = "Deleted"
			}
			h.resources[h.key(w.Path)] = fmt.Sprintf(`{"properties": {"partnerId": %s, "state": %q}}`, id, state)
		case !h.may:
			return pharos.Errorf(pharos.Forbidden, "%s may not", h.name)
		case w.Method == "DELETE":
			delete(h.resources, w.Path)
		default:
			h.resources[w.Path] = strings.Replace(string(w.Body), `"properties":{`, `"properties":{"provisioningState":"Succeeded","createdOn":"2026-10-07",`, 1)
		}
		if h.resources[h.key(w.Path)] != was {
			h.effective = append(h.effective, h.name+" "+w.Method+" "+w.Path)
		}
		return nil
	})
}

// The journal of the fake world.

func (w *world) Records(_ context.Context, plan string) (out map[string]repair.Record, err error) {
	out = map[string]repair.Record{}
	err = w.step(func() error {
		for id, r := range w.journal {
			if r.Plan == plan {
				out[id] = r
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Begin(_ context.Context, r repair.Record) error {
	return w.step(func() error { w.journal[r.Step] = r; return nil })
}

func (w *world) End(_ context.Context, r repair.Record) error {
	return w.step(func() error {
		if old := w.journal[r.Step]; !old.Open() {
			return nil
		}
		w.journal[r.Step] = r
		if r.Changed {
			w.audit = append(w.audit, fmt.Sprintf("%s undo=%t %s: %s -> %s", r.Step, r.Undo, r.Actor, r.Before, r.After))
		}
		return nil
	})
}

// plan is a plan of everything that Pharos can do, resolved in the world.
func (w *world) plan() *repair.Plan {
	w.t.Helper()
	scope := pharos.SubscriptionScope(subscription)
	link := func(id string, who pharos.PrincipalID) repair.Step {
		return repair.Step{ID: id, Kind: repair.Link, Actor: repair.Pharos, Target: repair.Target{Tenant: ours, Principal: who, PartnerID: "4987654"}}
	}
	p := &repair.Plan{Version: repair.Version, PartnerID: "4987654", Tenant: ours, Steps: []repair.Step{
		{ID: "add-2", Kind: repair.AddAuthorization, Actor: repair.Customer, Needs: []string{"link-2"}, Target: repair.Target{
			Principal: second, PrincipalName: "second", Role: pharos.SupportRequestContributor, Scope: scope, Delegation: delegationAt}},
		{ID: "add-1", Kind: repair.MakeStanding, Actor: repair.Customer, Needs: []string{"link-1"}, Target: repair.Target{
			Principal: robot, PrincipalName: "robot", Role: pharos.SupportRequestContributor, Scope: scope, Delegation: delegationAt}},
		link("link-1", robot),
		link("link-2", second),
		{ID: "aobo", Kind: repair.RestoreAOBO, Actor: repair.Customer, Target: repair.Target{
			Principal: agents, PrincipalName: "AdminAgents", PrincipalKind: pharos.ForeignGroup, Role: pharos.Owner, Scope: scope}},
	}}
	if err := repair.Resolve(w.t.Context(), p, w.deps()); err != nil {
		w.t.Fatal(err)
	}
	return p
}
