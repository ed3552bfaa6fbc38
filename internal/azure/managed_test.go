package azure_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
)

// TestManagedIdentity signs in as the identity of an App Service, whose
// endpoint and header the environment names (Microsoft Learn, "How to use
// managed identities for App Service and Azure Functions").
func TestManagedIdentity(t *testing.T) {
	f := newFake(t)
	m := &management{id: "4987654", state: "Active"}
	m.serve(f)
	const header = "5ecret-header"
	token := jwt(map[string]any{"tid": tenant, "oid": object, "appid": client, "idtyp": "app"})
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.Header.Get("X-Identity-Header") != header || q.Get("resource") == "":
			w.WriteHeader(http.StatusUnauthorized)
		case q.Get("client_id") != client:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."}`)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_on":"4102444800","resource":%q,"token_type":"Bearer","client_id":%q}`, token, q.Get("resource"), client)
		}
	}))
	defer endpoint.Close()
	t.Setenv("IDENTITY_ENDPOINT", endpoint.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", header)

	s := f.open(azure.Credential{Name: "machine", Tenant: tenant, ClientID: client, Method: azure.ManagedIdentity}, quick())
	self, err := s.Self(t.Context())
	if err != nil || self.ID != object || self.Kind != pharos.ServicePrincipal {
		t.Fatalf("got %+v, %v", self, err)
	}
	if l, err := s.Link(t.Context()); err != nil || l.PartnerID != "4987654" {
		t.Errorf("got %+v, %v", l, err)
	}
	_, err = f.open(azure.Credential{Name: "other", Tenant: tenant, ClientID: object, Method: azure.ManagedIdentity}, quick()).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "other", "Azure resource that has it")
}
