package azure_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// broken is a customer whose delegation earns nothing, whose AOBO is gone, and
// whose own administrator is one of our credentials.
const broken = `
version: 1
name: broken
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-07T06:00:00Z}
partner:
  tenant: {name: contoso, domain: contoso.example, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  organisation: ["4987654", "4987655"]
  globalId: "4987653"
  kind: direct-bill
  agreement: {signed: true}
  principals:
    - {name: robot, kind: servicePrincipal, secret: s3cret}
    - {name: ops, kind: group}
  adminAgents: ops
otherPartners:
  - {name: rival, partnerId: "7000001", tenant: {name: rival}}
customers:
  - name: fabrikam
    domain: fabrikam.example
    country: DE
    currency: EUR
    exchangeRate: "0.5"
    agreement: {mca: true}
    plan: azure-plan
    billTo: us
    principals:
      - {name: admin, kind: servicePrincipal, secret: s3cret2}
      - {name: looker, kind: servicePrincipal, secret: s3cret3}
    subscriptions:
      - name: prod
        id: 59c9bc6d-a1b0-5ee6-b87f-6880b9220640
        delegations:
          - offer: Contoso
            scope: subscription
            via: template
            authorizations:
              - {principal: robot, role: Reader}
        roleAssignments:
          - {principal: admin, role: Owner, scope: subscription}
          - {principal: looker, role: Contributor, scope: subscription}
        resources:
          - {name: vm, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: hour, quantity: 10}
meters:
  - {id: hour, name: Hour, category: Virtual Machines, subcategory: Test, unit: 1 Hour, unitPrice: "2", credit: 15}
`

const prod = pharos.SubscriptionID("59c9bc6d-a1b0-5ee6-b87f-6880b9220640")

// principal signs a hand in.
func principal(t *testing.T, h repair.Hand) pharos.Principal {
	t.Helper()
	p, err := h.Principal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func delegation(t *testing.T, h repair.Hand) repair.Delegation {
	t.Helper()
	all, err := h.Delegations(t.Context(), prod)
	if err != nil || len(all) != 1 || all[0].Offer != "Contoso" {
		t.Fatalf("delegations: %+v, %v", all, err)
	}
	return all[0]
}

func TestHand_May(t *testing.T) {
	e := emulateText(t, broken)
	const definitions, assignments = "Microsoft.ManagedServices/registrationDefinitions/write", "microsoft.authorization/roleassignments/write"
	scope := pharos.SubscriptionScope(prod)
	for _, r := range []struct {
		hand    string
		scope   pharos.Scope
		actions []string
		want    bool
	}{
		{"admin", scope, []string{definitions, assignments}, true},
		{"admin", pharos.ResourceGroupScope(prod, "rg-web"), []string{assignments}, true},
		{"admin", "/subscriptions/99999999-9999-4999-8999-999999999999", []string{assignments}, false},
		{"looker", scope, []string{definitions}, true},               // Contributor: * but for access
		{"looker", scope, []string{definitions, assignments}, false}, // left out by notActions
		{"robot", scope, []string{assignments}, false},               // Reader
	} {
		got, err := e.session(r.hand).Hand().May(t.Context(), r.scope, r.actions...)
		if err != nil || got != r.want {
			t.Errorf("%s at %s, %v: %t, %v, want %t", r.hand, r.scope, r.actions, got, err, r.want)
		}
	}
}

// resolved is a plan of all that Pharos can do for the broken customer.
func resolved(t *testing.T, e *emulated) (*repair.Plan, repair.Deps) {
	t.Helper()
	robot, admin := e.session("robot").Hand(), e.session("admin").Hand()
	us, them := principal(t, robot), principal(t, admin)
	partner := pharos.Partner{ID: "4987654", Organisation: []pharos.PartnerID{"4987654", "4987655"}, Tenant: us.Tenant}
	scope := pharos.SubscriptionScope(prod)
	agents := pharos.PrincipalID(scenarioID("group", "contoso", "ops"))
	p := &repair.Plan{Version: repair.Version, PartnerID: partner.ID, Tenant: partner.Tenant, Steps: []repair.Step{
		{ID: "link-1", Kind: repair.Link, Actor: repair.Pharos, Target: repair.Target{Tenant: us.Tenant, Principal: us.ID, PartnerID: partner.ID}},
		{ID: "add-1", Kind: repair.AddAuthorization, Needs: []string{"link-1"}, Target: repair.Target{
			Principal: us.ID, PrincipalName: "robot", Role: pharos.SupportRequestContributor, Scope: scope, Delegation: delegation(t, robot).Assignment}},
		{ID: "standing-1", Kind: repair.MakeStanding, Target: repair.Target{
			Principal: agents, PrincipalName: "ops", Role: pharos.Contributor, Scope: scope, Delegation: delegation(t, robot).Assignment}},
		{ID: "aobo-1", Kind: repair.RestoreAOBO, Target: repair.Target{
			Principal: agents, PrincipalKind: pharos.ForeignGroup, Role: pharos.Owner, Scope: scope}},
	}}
	d := repair.Deps{Hands: []repair.Hand{robot, admin}, Partner: partner, TenantOf: func(pharos.SubscriptionID) pharos.TenantID { return them.Tenant }}
	return p, d
}

// TestHand_Resolve: each step finds the credential that may do it, and its
// exact calls; steps at one definition follow each other.
func TestHand_Resolve(t *testing.T) {
	e := emulateText(t, broken)
	p, d := resolved(t, e)
	if err := repair.Resolve(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"link-1 pharos robot PUT /providers/Microsoft.ManagementPartner/partners/4987654",
		"add-1 pharos admin PUT " + strings.ToLower(delegation(t, d.Hands[0]).Definition),
		"standing-1 pharos admin PUT " + strings.ToLower(delegation(t, d.Hands[0]).Definition),
		"aobo-1 pharos admin PUT /subscriptions/" + string(prod) + "/providers/Microsoft.Authorization/roleAssignments/",
	}
	for i, s := range p.Steps {
		if len(s.Writes) != 1 {
			t.Fatalf("%s: %s, %d writes, %s", s.ID, s.Actor, len(s.Writes), s.Why)
		}
		if got := fmt.Sprintf("%s %s %s %s %s", s.ID, s.Actor, s.Credential, s.Writes[0].Method, s.Writes[0].Path); !strings.HasPrefix(got, want[i]) {
			t.Errorf("got  %s\nwant %s…", got, want[i])
		}
	}
	if s := p.Steps[2]; len(s.Needs) != 1 || s.Needs[0] != "add-1" || string(s.Before[0].State) != string(p.Steps[1].After[0].State) {
		t.Errorf("the second change of the definition is not made from the first: %+v", s)
	}
	if p.Made.IsZero() || p.ID == "" {
		t.Errorf("made %v, id %q", p.Made, p.ID)
	}
}

// TestHand_ResolveWithoutCustomer: where only the managing tenant's credential
// is at hand, the customer is asked, with what the definition is to be.
func TestHand_ResolveWithoutCustomer(t *testing.T) {
	e := emulateText(t, broken)
	p, d := resolved(t, e)
	d.Hands = d.Hands[:1]
	if err := repair.Resolve(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps[1:] {
		if s.Actor != repair.Customer || s.Credential != "" || s.Writes != nil || !strings.Contains(s.Why, "no credential of that tenant is configured") {
			t.Errorf("%s: %+v", s.ID, s)
		}
		wanted, err := s.Wanted()
		if err != nil || len(wanted) != 1 || !strings.Contains(string(wanted[0].State), string(s.Target.Principal)) {
			t.Errorf("%s: wanted %+v, %v", s.ID, wanted, err)
		}
	}
}

// TestHand_Send makes the calls of a plan, and finds that a plan made again
// has nothing to do.
func TestHand_Send(t *testing.T) {
	e := emulateText(t, broken)
	p, d := resolved(t, e)
	if err := repair.Resolve(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps {
		for _, h := range d.Hands {
			if h.Name() == s.Credential {
				if err := h.Send(t.Context(), s.Writes[0]); err != nil {
					t.Fatalf("%s: %v", s.ID, err)
				}
			}
		}
	}
	again, d := resolved(t, e)
	if err := repair.Resolve(t.Context(), again, d); err != nil {
		t.Fatal(err)
	}
	if len(again.Steps) != 0 || len(again.Notes) != 4 {
		t.Errorf("left: %+v, notes %q", again.Steps, again.Notes)
	}
}

// TestHand_SendWaits: a change that goes on is waited for, a failed one is an
// error, and a principal that the directory does not know yet is tried again.
func TestHand_SendWaits(t *testing.T) {
	f := newFake(t)
	looks := 0
	f.mux.HandleFunc("PUT /slow", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Azure-AsyncOperation", f.URL+"/operation")
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusCreated)
	})
	f.mux.HandleFunc("GET /operation", func(w http.ResponseWriter, _ *http.Request) {
		looks++
		w.Header().Set("Retry-After", "0")
		writeJSON(w, map[string]string{"status": []string{"Running", "Running", "Succeeded"}[min(looks-1, 2)]})
	})
	f.mux.HandleFunc("PUT /failing", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", f.URL+"/failed")
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusAccepted)
	})
	f.answer("GET /failed", `{"status":"Failed","error":{"code":"Conflict","message":"no"}}`)
	tries := 0
	f.mux.HandleFunc("PUT /newcomer", func(w http.ResponseWriter, _ *http.Request) {
		tries++
		if tries < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]any{"error": map[string]string{"code": "PrincipalNotFound", "message": "not yet"}})
		}
	})
	h := f.session().Hand()
	if err := h.Send(t.Context(), repair.Write{Method: "PUT", Path: "/slow?api-version=1"}); err != nil || looks != 3 {
		t.Errorf("slow: %v after %d looks", err, looks)
	}
	wantError(t, h.Send(t.Context(), repair.Write{Method: "PUT", Path: "/failing?api-version=1"}), pharos.Conflict, "PUT /failing", "Failed", "Conflict: no")
	if err := h.Send(t.Context(), repair.Write{Method: "PUT", Path: "/newcomer?api-version=1"}); err != nil || tries != 3 {
		t.Errorf("newcomer: %v after %d tries", err, tries)
	}
}

// TestHand_LookUnseen: what is in a subscription that the credential does not
// see is not known; it is not said to be absent.
func TestHand_LookUnseen(t *testing.T) {
	f := newFake(t)
	f.refuse("GET /subscriptions/s/x", http.StatusNotFound, "SubscriptionNotFound", "none such")
	f.refuse("GET /subscriptions/s/y", http.StatusNotFound, "RoleAssignmentNotFound", "none such")
	h := f.session().Hand()
	_, _, err := h.Look(t.Context(), "/subscriptions/s/x?api-version=1")
	wantError(t, err, pharos.NotFound, "SubscriptionNotFound")
	resource, at, err := h.Look(t.Context(), "/subscriptions/s/y?api-version=1")
	if resource != nil || err != nil || !at.Equal(cloudTime()) {
		t.Errorf("got %s at %v, %v", resource, at, err)
	}
}
