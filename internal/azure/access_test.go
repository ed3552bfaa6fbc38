package azure_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

const (
	authorization = "/subscriptions/" + sub + "/providers/Microsoft.Authorization/"
	contributor   = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	owner         = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
	created       = "2026-09-01T08:00:00.1234567Z"
)

func createdAt() time.Time { return time.Date(2026, 9, 1, 8, 0, 0, 123456700, time.UTC) }

// assignmentJSON is a role assignment as Azure lists it, with its casing.
func assignmentJSON(name, scope, role, principal, kind string) string {
	return `{"id":"` + scope + `/providers/Microsoft.Authorization/roleAssignments/` + name + `","properties":{"scope":"` + scope +
		`","roleDefinitionId":"/subscriptions/` + sub + `/providers/Microsoft.Authorization/roleDefinitions/` + strings.ToUpper(role) +
		`","principalId":"` + principal + `","principalType":"` + kind + `","createdOn":"` + created + `","condition":null}}`
}

func direct(id string, scope pharos.Scope, kind pharos.GrantKind, role pharos.RoleID) pharos.Grant {
	return pharos.Grant{
		Path: pharos.Direct, ID: id, Scope: scope, Kind: kind, Role: role,
		Holder: pharos.PrincipalRef{Tenant: customer, ID: object}, HolderKind: pharos.User,
	}
}

func TestAssignments_MergesPIM(t *testing.T) {
	f := newFake(t)
	root := "/subscriptions/" + sub
	group := "/subscriptions/" + sub + "/resourceGroups/RG-Web"
	f.answer("GET "+authorization+"roleAssignments", `{"value":[`+strings.Join([]string{
		assignmentJSON("A1", root, owner, "99999999-9999-4999-8999-999999999999", "ForeignGroup"),
		assignmentJSON("A2", group, contributor, object, "User"),
		assignmentJSON("A3", root, contributor, object, "User"),
		assignmentJSON("A3", root, contributor, object, "User"), // listed twice
	}, ",")+`]}`)
	f.answer("GET "+authorization+"roleAssignmentScheduleInstances", `{"value":[{"id":"i1","properties":{"scope":"`+root+`","roleDefinitionId":"`+contributor+
		`","principalId":"`+object+`","principalType":"User","memberType":"Direct","assignmentType":"Assigned","originRoleAssignmentId":"`+root+
		`/providers/Microsoft.Authorization/roleAssignments/a3","startDateTime":"`+created+`","endDateTime":"2026-12-31T00:00:00Z"}},
		{"id":"i2","properties":{"scope":"`+group+`","roleDefinitionId":"`+contributor+`","principalId":"`+object+
		`","principalType":"User","assignmentType":"Assigned","originRoleAssignmentId":"`+group+`/providers/Microsoft.Authorization/roleAssignments/a2","endDateTime":null}}]}`)
	f.answer("GET "+authorization+"roleEligibilityScheduleInstances", `{"value":[{"id":"i3","properties":{"scope":"`+root+`","roleDefinitionId":"`+owner+
		`","principalId":"`+object+`","principalType":"User","roleEligibilityScheduleId":"/E1","startDateTime":"`+created+`"}}]}`)
	got, err := f.session().Assignments(t.Context(), visible(false))
	if err != nil {
		t.Fatal(err)
	}
	at := func(g pharos.Grant) observe.Dated[pharos.Grant] {
		return observe.Dated[pharos.Grant]{Value: g, Since: createdAt()}
	}
	web := pharos.ResourceGroupScope(sub, "rg-web")
	whole := pharos.SubscriptionScope(sub)
	want := []observe.Dated[pharos.Grant]{
		at(pharos.Grant{
			Path: pharos.AOBO, ID: strings.ToLower(root) + "/providers/microsoft.authorization/roleassignments/a1", Scope: whole, Kind: pharos.Permanent,
			Role: owner, Holder: pharos.PrincipalRef{ID: "99999999-9999-4999-8999-999999999999"}, HolderKind: pharos.ForeignGroup,
		}),
		at(direct(strings.ToLower(group)+"/providers/microsoft.authorization/roleassignments/a2", web, pharos.Permanent, contributor)),
		at(direct(strings.ToLower(root)+"/providers/microsoft.authorization/roleassignments/a3", whole, pharos.TimeBound, contributor)),
		at(direct("/e1", whole, pharos.Eligible, owner)),
	}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !got.Foreign || !got.Direct || got.Gap != nil || !got.At.Equal(cloudTime()) {
		t.Errorf("got %+v", got)
	}
}

// TestAssignments_PIMNotReadable holds that an assignment whose kind is not
// known is left out and said to be, and that a tenant without PIM has none.
func TestAssignments_PIMNotReadable(t *testing.T) {
	rows := []struct {
		status int
		code   string
		gap    bool
		items  int
	}{
		{403, "AuthorizationFailed", true, 1},
		{501, "NotImplemented", true, 1},
		{400, "AadPremiumLicenseRequired", false, 2},
	}
	for _, r := range rows {
		t.Run(r.code, func(t *testing.T) {
			f := newFake(t)
			root := "/subscriptions/" + sub
			f.answer("GET "+authorization+"roleAssignments", `{"value":[`+assignmentJSON("a1", root, owner, object, "ForeignGroup")+","+
				assignmentJSON("a2", root, owner, object, "User")+`]}`)
			f.refuse("GET "+authorization+"{pim}", r.status, r.code, "no")
			f.answer("GET /subscriptions/"+sub+"/resourcegroups", `{"value":[]}`)
			got, err := f.session().Assignments(t.Context(), visible(false))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Items) != r.items || got.Direct == r.gap || !got.Foreign || (got.Gap != nil) != r.gap {
				t.Errorf("got %+v", got)
			}
			if r.gap && !strings.Contains(got.Gap.Error(), "PIM") {
				t.Errorf("got gap %v", got.Gap)
			}
		})
	}
}

func TestAssignments_ThroughDelegation(t *testing.T) {
	f := newFake(t)
	root := "/subscriptions/" + sub
	f.answer("GET "+authorization+"roleAssignments", `{"value":[`+assignmentJSON("a1", root, owner, object, "ForeignGroup")+","+
		assignmentJSON("a2", root, owner, object, "User")+`]}`)
	got, err := f.session().Assignments(t.Context(), visible(true))
	if err != nil || len(got.Items) != 1 || !got.Foreign || got.Direct || got.Items[0].Value.Path != pharos.AOBO {
		t.Errorf("got %+v, %v", got, err)
	}
	if calls := f.calls("Schedule"); len(calls) != 0 {
		t.Errorf("PIM of the customer was asked: %v", calls)
	}
}

func TestAssignments_ResourceGroupsOnly(t *testing.T) {
	f := newFake(t)
	root := "/subscriptions/" + sub
	in := func(g string) string { return root + "/resourceGroups/" + g + "/providers/Microsoft.Authorization/" }
	f.refuse("GET "+authorization+"{any}", 403, "AuthorizationFailed", "no")
	f.answer("GET "+root+"/resourcegroups", `{"value":[{"name":"rg-a"},{"name":"rg b"},{"name":"rg-gone"}]}`)
	f.answer("GET "+in("rg-a")+"roleAssignments", `{"value":[`+assignmentJSON("a1", root+"/resourceGroups/rg-a", owner, object, "User")+`]}`)
	f.answer("GET "+in("rg-a")+"{pim}", `{"value":[]}`)
	f.refuse("GET "+in("rg-gone")+"{any}", 404, "ResourceGroupNotFound", "gone")
	f.refuse("GET "+root+"/resourceGroups/rg b/providers/", 403, "AuthorizationFailed", "no")
	got, err := f.session().Assignments(t.Context(), visible(false))
	if err != nil || len(got.Items) != 1 || got.Foreign || got.Direct {
		t.Fatalf("got %+v, %v", got, err)
	}
	f2 := newFake(t)
	f2.refuse("GET "+authorization+"{any}", 403, "AuthorizationFailed", "no")
	f2.answer("GET "+root+"/resourcegroups", `{"value":[]}`)
	_, err = f2.session().Assignments(t.Context(), visible(false))
	wantError(t, err, pharos.Forbidden, "AuthorizationFailed", "Reader")
}

func TestDelegations(t *testing.T) {
	f := newFake(t)
	base := "/subscriptions/" + sub
	definition := `"registrationDefinition":{"systemData":{"createdAt":"2026-08-01T00:00:00Z","lastModifiedAt":"2026-10-02T03:04:05Z"},"properties":{
		"registrationDefinitionName":"Contoso managed services","managedByTenantId":"` + tenant + `",
		"authorizations":[{"principalId":"` + object + `","roleDefinitionId":"` + contributor + `","principalIdDisplayName":"x"}],
		"eligibleAuthorizations":[{"principalId":"` + group + `","roleDefinitionId":"` + owner + `"}]}}`
	row := func(scope, state string) string {
		return `{"id":"` + scope + `/providers/Microsoft.ManagedServices/registrationAssignments/R1","systemData":{"createdAt":"` + created +
			`"},"properties":{"provisioningState":"` + state + `",` + definition + `}}`
	}
	f.mux.HandleFunc("GET "+base+"/providers/Microsoft.ManagedServices/registrationAssignments", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$expandRegistrationDefinition") != "true" {
			t.Errorf("not expanded: %s", r.URL)
		}
		_, _ = w.Write([]byte(`{"value":[` + row(base+"/resourcegroups/RG-Web", "Succeeded") + "," + row(base, "Failed") + `]}`))
	})
	got, err := f.session().Delegations(t.Context(), visible(true))
	if err != nil || got.Whole || !got.Own {
		t.Fatalf("got %+v, %v", got, err)
	}
	since := time.Date(2026, 10, 2, 3, 4, 5, 0, time.UTC)
	grant := pharos.Grant{
		Path: pharos.Lighthouse, ID: base + "/resourcegroups/rg-web/providers/microsoft.managedservices/registrationassignments/r1",
		Scope: pharos.ResourceGroupScope(sub, "rg-web"), Kind: pharos.Permanent, Role: contributor,
		Holder: pharos.PrincipalRef{Tenant: tenant, ID: object}, Offer: "Contoso managed services",
	}
	eligible := grant
	eligible.Kind, eligible.Role, eligible.Holder.ID = pharos.Eligible, owner, group
	want := []observe.Dated[pharos.Grant]{{Value: grant, Since: since}, {Value: eligible, Since: since}}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got, err := f.session().Delegations(t.Context(), visible(false)); err != nil || !got.Whole {
		t.Errorf("from the customer's side: got %+v, %v", got, err)
	}
}

func TestDelegations_DefinitionNotShown(t *testing.T) {
	f := newFake(t)
	f.answer("GET /subscriptions/"+sub+"/providers/Microsoft.ManagedServices/registrationAssignments",
		`{"value":[{"id":"/subscriptions/`+sub+`/providers/Microsoft.ManagedServices/registrationAssignments/r","properties":{"provisioningState":"Succeeded"}}]}`)
	_, err := f.session().Delegations(t.Context(), visible(true))
	wantError(t, err, pharos.Unavailable, "definition is not shown")
}

func TestDenials(t *testing.T) {
	f := newFake(t)
	f.answer("GET "+authorization+"denyAssignments", `{"value":[{"id":"/subscriptions/`+sub+`/X","properties":{"scope":"/Subscriptions/`+strings.ToUpper(sub)+`","createdOn":"`+created+`"}}]}`)
	got, err := f.session().Denials(t.Context(), visible(false))
	want := []observe.Dated[pharos.Denial]{{Value: pharos.Denial{ID: "/subscriptions/" + sub + "/x", Scope: pharos.SubscriptionScope(sub)}, Since: createdAt()}}
	if diff := cmp.Diff(want, got.Items); err != nil || diff != "" || !got.Whole {
		t.Errorf("%v, whole %v (-want +got)\n%s", err, got.Whole, diff)
	}
}
