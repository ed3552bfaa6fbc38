package azure_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/observe"
)

// scenarioID is the id that a scenario gives an object without one.
func scenarioID(kind, owner, name string) string {
	space := uuid.MustParse("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
	return uuid.NewSHA1(space, []byte(kind+"/"+owner+"/"+name)).String()
}

func october(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, time.UTC) }

// seenBy returns what a credential sees of the scenario's only customer.
func seenBy(t *testing.T, s *azure.Session) observe.Visible {
	t.Helper()
	subs, err := s.Subscriptions(t.Context())
	if err != nil || len(subs.Items) != 1 {
		t.Fatalf("got %+v, %v", subs, err)
	}
	return subs.Items[0]
}

// short writes a grant as path kind role scope holder, for tables.
func short(d observe.Dated[pharos.Grant]) string {
	g := d.Value
	scope := strings.TrimPrefix(string(g.Scope), "/subscriptions/"+string(g.Scope.Subscription()))
	return strings.Join([]string{string(g.Path), string(g.Kind), pharos.Roles().Lookup(g.Role).Name, scope, nameOf(g.Holder.ID), d.Since.Format("01-02")}, "|")
}

// nameOf turns an id of the scenario back into a name.
func nameOf(id pharos.PrincipalID) string {
	for _, p := range []struct{ kind, owner, name string }{
		{"servicePrincipal", "contoso-msp", "provider-automation"}, {"servicePrincipal", "contoso-msp", "helper"}, {"user", "contoso-msp", "bob"},
		{"group", "contoso-msp", "ops"}, {"group", "contoso-msp", "agents"}, {"user", "fabrikam", "alice"}, {"user", "contoso-msp", "alice"}, {"servicePrincipal", "fabrikam", "reader"},
	} {
		if string(id) == scenarioID(p.kind, p.owner, p.name) {
			return p.name
		}
	}
	return string(id)
}

func grants(items []observe.Dated[pharos.Grant]) []string {
	var out []string
	for _, d := range items {
		out = append(out, short(d))
	}
	return out
}

func TestMonth_FromTheManagingTenant(t *testing.T) {
	e := emulate(t, "month", "")
	s := e.session("provider-automation")
	self, err := s.Self(t.Context())
	if err != nil || self.Kind != pharos.ServicePrincipal || self.Tenant != tenant || !self.At.Equal(e.Now()) || nameOf(self.ID) != "provider-automation" {
		t.Fatalf("got %+v, %v", self, err)
	}
	v := seenBy(t, s)
	if !v.Projected || v.ID != pharos.SubscriptionID(scenarioID("subscription", "fabrikam", "fabrikam-prod")) || v.Name != "fabrikam-prod" {
		t.Errorf("got %+v", v)
	}
	as, err := s.Assignments(t.Context(), v)
	if err != nil || !as.Foreign || as.Direct || len(as.Items) != 0 { // the AOBO assignment is gone
		t.Errorf("got %+v, %v", as, err)
	}
	ds, err := s.Delegations(t.Context(), v)
	if err != nil || ds.Whole || !ds.Own {
		t.Errorf("got %+v, %v", ds, err)
	}
	want := []string{
		"lighthouse|permanent|Support Request Contributor||provider-automation|10-12",
		"lighthouse|permanent|Reader||provider-automation|10-12",
		"lighthouse|eligible|Contributor||ops|10-12",
		"lighthouse|permanent|Reader|/resourceGroups/rg-web|helper|10-01",
	}
	if diff := cmp.Diff(want, grants(ds.Items)); diff != "" {
		t.Errorf("delegations (-want +got)\n%s", diff)
	}
	dn, err := s.Denials(t.Context(), v)
	if err != nil || len(dn.Items) != 1 || dn.Items[0].Value.Scope.ResourceGroup() != "rg-data" || !dn.Items[0].Since.Equal(october(15, 0)) {
		t.Errorf("got %+v, %v", dn, err)
	}
	access, err := s.AccessLog(t.Context(), v, october(2, 0))
	denied := access.Denials
	if err != nil || len(denied.Changes) != 1 || !denied.Changes[0].Began || denied.Changes[0].Value != dn.Items[0].Value || !denied.Changes[0].At.Equal(october(15, 0)) {
		t.Errorf("got %+v, %v", denied, err)
	}
	logged, err := s.DelegationLog(t.Context(), october(1, 0))
	if err != nil || len(logged.Changes) != 1 || !logged.Changes[0].At.Equal(october(12, 8)) || logged.Changes[0].Value.ID != ds.Items[0].Value.ID {
		t.Errorf("got %+v, %v", logged, err)
	}
	l, err := s.Link(t.Context())
	if err != nil || l.PartnerID != "4987654" || !l.Since.Equal(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestMonth_FromTheCustomersSide(t *testing.T) {
	e := emulate(t, "month", "")
	s := e.session("reader")
	v := seenBy(t, s)
	as, err := s.Assignments(t.Context(), v)
	if err != nil || !as.Foreign || !as.Direct || as.Gap != nil || v.Projected {
		t.Errorf("got %+v, %v", as, err)
	}
	want := []string{
		"direct|permanent|Reader||reader|10-01",
		"direct|timeBound|Contributor|/resourceGroups/rg-web|alice|10-05",
		"direct|eligible|Owner||alice|10-01",
	}
	if diff := cmp.Diff(want, grants(as.Items)); diff != "" {
		t.Errorf("assignments (-want +got)\n%s", diff)
	}
	ds, err := s.Delegations(t.Context(), v)
	if err != nil || !ds.Whole || len(ds.Items) != 4 {
		t.Errorf("got %+v, %v", ds, err)
	}
	logged, err := s.AccessLog(t.Context(), v, october(2, 0))
	if err != nil {
		t.Fatal(err)
	}
	var changes []string
	for _, c := range logged.Grants.Changes {
		verb := map[bool]string{true: "began ", false: "ended "}[c.Began]
		changes = append(changes, verb+short(observe.Dated[pharos.Grant]{Value: c.Value, Since: c.At}))
	}
	wantLog := []string{
		"ended direct|permanent|Contributor|/resourceGroups/rg-data|alice|10-25",
		"ended aobo|permanent|Owner||" + scenarioID("group", "contoso-msp", "AdminAgents") + "|10-10",
		"began direct|permanent|Contributor|/resourceGroups/rg-data|alice|10-05",
		"began direct|timeBound|Contributor|/resourceGroups/rg-web|alice|10-05",
	}
	if groups, err := e.session("provider-automation").AgentGroups(t.Context()); err != nil || len(groups.Items) != 2 {
		t.Errorf("got %+v, %v", groups, err)
	} else {
		wantLog[1] = "ended aobo|permanent|Owner||" + nameOf(groups.Items[0].ID) + "|10-10"
	}
	if diff := cmp.Diff(wantLog, changes); diff != "" {
		t.Errorf("log (-want +got)\n%s", diff)
	}
}

func TestMonth_ThroughAResourceGroupOnly(t *testing.T) {
	e := emulate(t, "month", "")
	s := e.session("helper")
	v := seenBy(t, s)
	ds, err := s.Delegations(t.Context(), v)
	if err != nil || ds.Whole || ds.Own || len(ds.Items) != 1 || ds.Items[0].Value.Offer != "Web only" {
		t.Errorf("got %+v, %v", ds, err)
	}
	_, err = s.AgentGroups(t.Context())
	wantError(t, err, pharos.Forbidden, "helper", "Authorization_RequestDenied", "admin consent")
	_, err = s.DelegationLog(t.Context(), october(1, 0))
	wantError(t, err, pharos.Forbidden, "helper", "Monitoring Reader")
	_, err = s.Commerce("4987654").Customers(t.Context())
	wantError(t, err, pharos.Forbidden, "helper", "Partner Center")
	b, err := s.Billing()
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Export(t.Context(), azure.Export{Currency: "EUR"})
	wantError(t, err, pharos.Forbidden, "helper", "PartnerBilling.Read.All")
}

func TestMonth_Directory(t *testing.T) {
	e := emulate(t, "month", "")
	s := e.session("provider-automation")
	ops := pharos.PrincipalID(scenarioID("group", "contoso-msp", "ops"))
	got, err := s.Members(t.Context(), ops)
	if err != nil || len(got.Items) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for _, m := range got.Items {
		if want := nameOf(m.ID) == "alice"; m.Enabled != want || m.Identity != nameOf(m.ID)+"@contosomsp.example" || m.Guest {
			t.Errorf("got %+v", m)
		}
	}
	logged, err := s.MemberLog(t.Context(), ops, october(20, 0))
	if err != nil || len(logged.Changes) != 1 || !logged.Changes[0].Began || nameOf(logged.Changes[0].Value) != "alice" {
		t.Errorf("got %+v, %v", logged, err)
	}
	guest := pharos.PrincipalID(scenarioID("user", "fabrikam", "alice"))
	found, err := e.session("reader").Principals(t.Context(), []pharos.PrincipalID{guest, ops})
	if err != nil || len(found.Items) != 1 || !found.Items[0].Guest || found.Items[0].Identity != "alice@contosomsp.example" {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestMonth_Commerce(t *testing.T) {
	e := emulate(t, "month", "")
	pc := e.session("provider-automation").Commerce(e.config.Partner.ID)
	customers, err := pc.Customers(t.Context())
	if err != nil || len(customers.Items) != 2 || !customers.At.Equal(e.Now()) {
		t.Fatalf("got %+v, %v", customers, err)
	}
	programme, err := pc.Programme(t.Context())
	if err != nil || !programme.Signed {
		t.Errorf("got %+v, %v", programme, err)
	}
	want := []struct {
		name   string
		sold   observe.SoldSubscription
		signed bool
	}{
		{"fabrikam", observe.SoldSubscription{Sale: pharos.Sale{Plan: pharos.AzurePlan}}, true},
		{"tailspin", observe.SoldSubscription{Sale: pharos.Sale{Plan: pharos.LegacyPlan}}, false},
	}
	for i, w := range want {
		c := customers.Items[i]
		sales, err := pc.Sales(t.Context(), c.ID)
		if err != nil || c.Name != w.name || len(sales.Items) != 1 || sales.Items[0].Sale != w.sold.Sale || sales.Items[0].Since.IsZero() {
			t.Errorf("%s: got %+v, %v", c.Name, sales, err)
		}
		a, err := pc.Agreement(t.Context(), c.ID)
		if err != nil || a.Signed != w.signed {
			t.Errorf("%s: got %+v, %v", c.Name, a, err)
		}
	}
	if _, err := pc.Sales(t.Context(), object); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("a stranger: got %v", err)
	}
}

// TestMonth_LineItems reads the older API page by page.
func TestMonth_LineItems(t *testing.T) {
	e := emulate(t, "month", "")
	b, err := e.session("provider-automation").Billing()
	if err != nil {
		t.Fatal(err)
	}
	items := 0
	for body, err := range b.LineItems(t.Context(), azure.LineItems{Currency: "EUR"}) {
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		items += len(page.Items)
	}
	if want := 2 * 5; items != want { // two resources on the five days that are over
		t.Errorf("got %d items, want %d", items, want)
	}
}

func TestMonth_Links(t *testing.T) {
	e := emulate(t, "month", "")
	accounts := []link.Account{e.session("provider-automation").Account(), e.session("helper").Account(), e.session("reader").Account()}
	run := func(p pharos.Partner, o link.Options) ([]link.Status, []link.Outcome) {
		t.Helper()
		seen, err := link.Observe(t.Context(), accounts, p)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := link.NewPlan(seen, p, o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := link.Apply(t.Context(), plan, accounts)
		if err != nil {
			t.Fatal(err)
		}
		return seen, out
	}
	us := e.config.Partner
	seen, out := run(us, link.Options{})
	for i, want := range []link.State{link.Linked, link.LinkedToOther, link.NotLinked} {
		if seen[i].State != want {
			t.Errorf("%s: got %s, want %s", seen[i].Credential, seen[i].State, want)
		}
	}
	wantError(t, link.Failure(out), pharos.Incomplete, "1 of 3", "helper", "left alone")
	if out[2].Err != nil || out[2].Seen.ID != us.ID {
		t.Errorf("got %+v", out[2])
	}
	us.ID = "4987655"
	if _, out = run(us, link.Options{ReplaceOther: true}); link.Failure(out) != nil {
		t.Fatal(link.Failure(out))
	}
	us.ID = "4987653"
	_, out = run(us, link.Options{ReplaceOther: true})
	for _, o := range out {
		wantError(t, o.Err, pharos.Invalid, "4987653", "global account ID", "4987654")
	}
	seen, err := link.Observe(t.Context(), accounts, us)
	if err != nil {
		t.Fatal(err)
	}
	out, err = link.Apply(t.Context(), link.NewRemoval(seen, us, link.Options{}), accounts)
	if err != nil || link.Failure(out) != nil {
		t.Fatal(err, link.Failure(out))
	}
	if l, err := e.session("helper").Link(t.Context()); err != nil || l.PartnerID != "" {
		t.Errorf("after removal: got %+v, %v", l, err)
	}
}

// TestMonth_ClockMoves holds that a session outlives its token, as the
// emulator's clock counts.
func TestMonth_ClockMoves(t *testing.T) {
	e := emulate(t, "month", "")
	s := e.session("provider-automation")
	seenBy(t, s)
	later := e.Now().Add(30 * time.Hour)
	if err := e.SetTime(later); err != nil {
		t.Fatal(err)
	}
	l, err := s.Link(t.Context())
	if err != nil || !l.At.Equal(later) {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestMonth_WrongCredentials(t *testing.T) {
	e := emulate(t, "month", "")
	c := e.credential("helper")
	c.Secret = func() ([]byte, error) { return []byte(secret), nil }
	_, err := e.sessionAs(c).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "helper", "AADSTS7000215", "client secret is wrong")
	c = e.credential("helper")
	c.ClientID = object
	_, err = e.sessionAs(c).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "AADSTS700016", "does not know the application")
	c = e.credential("helper")
	c.Tenant = object
	_, err = e.sessionAs(c).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "AADSTS90002", "tenant does not exist")
}
