package azure_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

func TestMembers(t *testing.T) {
	f := newFake(t)
	row := func(n int, kind, more string) string {
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.%s","id":"00000000-0000-4000-8000-%012d","displayName":"p%d"%s}`, kind, n, n, more)
	}
	f.answer("GET /v1.0/groups/"+group+"/transitiveMembers", `{"value":[`+strings.Join([]string{
		row(1, "user", `,"userPrincipalName":"Alice@Contoso.example","accountEnabled":true`),
		row(2, "user", `,"userPrincipalName":"bob_under_score_home.example#EXT#@fabrikam.example","accountEnabled":false,"userType":"Guest"`),
		row(3, "user", `,"userPrincipalName":"carol@fabrikam.example","mail":"Carol@Home.example","userType":"Guest","accountEnabled":true`),
		row(4, "servicePrincipal", `,"appId":"`+strings.ToUpper(client)+`","accountEnabled":true`),
		row(5, "group", ``),
		row(6, "device", ``),
	}, ",")+`],"@odata.nextLink":"{{url}}/v1.0/next"}`)
	f.answer("GET /v1.0/next", `{"value":[`+row(7, "user", `,"userPrincipalName":"d@e.example","accountEnabled":true`)+`]}`)
	got, err := f.session().Members(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	p := func(n int, kind pharos.PrincipalKind, identity string, guest, enabled bool) observe.Member {
		return observe.Member{Enabled: enabled, Principal: pharos.Principal{
			PrincipalRef: pharos.PrincipalRef{Tenant: tenant, ID: pharos.PrincipalID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n))},
			Kind:         kind, Name: fmt.Sprintf("p%d", n), Identity: identity, Guest: guest,
		}}
	}
	want := []observe.Member{
		p(1, pharos.User, "alice@contoso.example", false, true),
		p(2, pharos.User, "bob_under_score@home.example", true, false),
		p(3, pharos.User, "carol@home.example", true, true),
		p(4, pharos.ServicePrincipal, client, false, true),
		p(5, pharos.Group, "", false, true),
		p(6, "", "", false, true),
		p(7, pharos.User, "d@e.example", false, true),
	}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMembers_HiddenState holds that a state a mixed list does not show is
// asked for, and that one nobody shows is an error.
func TestMembers_HiddenState(t *testing.T) {
	f := newFake(t)
	f.answer("GET /v1.0/groups/"+group+"/transitiveMembers", `{"value":[{"@odata.type":"#microsoft.graph.user","id":"`+object+`"},
		{"@odata.type":"#microsoft.graph.servicePrincipal","id":"`+client+`"}]}`)
	shown := `"accountEnabled":false`
	f.mux.HandleFunc("GET /v1.0/users", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("$filter"); got != "id in ('"+object+"')" {
			t.Errorf("got filter %q", got)
		}
		_, _ = fmt.Fprintf(w, `{"value":[{"id":"%s",%s}]}`, object, shown)
	})
	f.answer("GET /v1.0/servicePrincipals", `{"value":[{"id":"`+client+`","accountEnabled":true}]}`)
	got, err := f.session().Members(t.Context(), group)
	if err != nil || len(got.Items) != 2 || got.Items[0].Enabled || !got.Items[1].Enabled {
		t.Errorf("got %+v, %v", got, err)
	}
	shown = `"accountEnabled":null`
	_, err = f.session().Members(t.Context(), group)
	wantError(t, err, pharos.Forbidden, "robot", object, "Directory.Read.All")
}

func TestPrincipals_InBatches(t *testing.T) {
	f := newFake(t)
	var sizes []int
	f.mux.HandleFunc("POST /v1.0/directoryObjects/getByIds", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			IDs   []string `json:"ids"`
			Types []string `json:"types"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Types) != 3 {
			t.Errorf("got body %+v, %v", body, err)
		}
		sizes = append(sizes, len(body.IDs))
		writeJSON(w, map[string]any{"value": []any{map[string]any{
			"@odata.type": "#microsoft.graph.servicePrincipal", "id": body.IDs[0], "appId": client, "accountEnabled": true,
		}}})
	})
	ids := []pharos.PrincipalID{object, object}
	for n := range 1500 {
		ids = append(ids, pharos.PrincipalID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)))
	}
	got, err := f.session().Principals(t.Context(), ids)
	if err != nil || len(got.Items) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if diff := cmp.Diff([]int{1000, 501}, sizes); diff != "" {
		t.Errorf("batches (-want +got)\n%s", diff)
	}
	none, err := f.session().Principals(t.Context(), nil)
	if err != nil || len(none.Items) != 0 || !none.At.Equal(cloudTime()) {
		t.Errorf("got %+v, %v", none, err)
	}
}

func TestAgentGroups(t *testing.T) {
	twice := false
	f := newFake(t)
	f.mux.HandleFunc("GET /v1.0/groups", func(w http.ResponseWriter, r *http.Request) {
		filter := r.URL.Query().Get("$filter")
		switch {
		case filter == "displayName eq 'AdminAgents'" && twice:
			_, _ = w.Write([]byte(`{"value":[{"id":"` + group + `","displayName":"AdminAgents"},{"id":"` + object + `","displayName":"AdminAgents","securityEnabled":true}]}`))
		case filter == "displayName eq 'AdminAgents'":
			_, _ = w.Write([]byte(`{"value":[{"id":"` + group + `","displayName":"AdminAgents","securityEnabled":true},{"id":"` + object + `","displayName":"AdminAgents","securityEnabled":false}]}`))
		default:
			_, _ = w.Write([]byte(`{"value":[]}`))
		}
	})
	got, err := f.session().AgentGroups(t.Context())
	want := []pharos.Principal{{PrincipalRef: pharos.PrincipalRef{Tenant: tenant, ID: group}, Kind: pharos.Group, Name: "AdminAgents"}}
	if diff := cmp.Diff(want, got.Items); err != nil || diff != "" {
		t.Fatalf("%v (-want +got)\n%s", err, diff)
	}
	twice = true
	_, err = f.session().AgentGroups(t.Context())
	wantError(t, err, pharos.Conflict, "2 security groups named AdminAgents")
}
