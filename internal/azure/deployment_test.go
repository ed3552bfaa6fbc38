package azure_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/onboard"
)

const (
	deployments = "/subscriptions/" + sub + "/providers/Microsoft.Resources/deployments"
	operation   = deployments + "/d/operationStatuses/1"
)

func aDeployment() onboard.Deployment {
	return onboard.Deployment{Name: "d", Subscription: sub, Location: "westeurope", Template: []byte(`{"resources":[]}`), Parameters: []byte(`{"a":{"value":1}}`)}
}

// reply is one answer of a fake: a status, headers as "Name: value" and a body.
type reply struct {
	status  int
	headers []string
	body    string
}

// inTurn serves one answer after the other; the last one goes on.
func (f *fake) inTurn(pattern string, replies ...reply) {
	var mu sync.Mutex
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		r := replies[0]
		if len(replies) > 1 {
			replies = replies[1:]
		}
		mu.Unlock()
		for _, h := range r.headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, strings.ReplaceAll(value, "{{url}}", f.URL))
		}
		w.WriteHeader(r.status)
		_, _ = fmt.Fprint(w, r.body) // the client sees what is missing
	})
}

func state(s string) reply {
	return reply{200, []string{"Retry-After: 0"}, `{"location":"westeurope","properties":{"provisioningState":"` + s + `"}}`}
}

// TestDeploy_Waits: the operation is asked until it has ended.
func TestDeploy_Waits(t *testing.T) {
	f := newFake(t)
	running := reply{200, []string{"Retry-After: 0"}, `{"status":"Running"}`}
	f.inTurn("PUT "+deployments+"/d", reply{201, []string{"Azure-AsyncOperation: {{url}}" + operation, "Retry-After: 0"}, `{"properties":{"provisioningState":"Accepted"}}`})
	f.inTurn("GET "+operation, running, running, reply{200, nil, `{"status":"Succeeded"}`})
	f.inTurn("GET "+deployments+"/d", state("Succeeded"))
	if err := f.session().Deployer(sub).Deploy(t.Context(), aDeployment()); err != nil {
		t.Fatal(err)
	}
	if n := len(f.calls("GET " + operation)); n != 3 {
		t.Errorf("asked %d times", n)
	}
}

// TestDeploy_Active: a deployment of the name that is under way is waited for,
// as after a try whose answer was lost.
func TestDeploy_Active(t *testing.T) {
	f := newFake(t)
	f.refuse("PUT "+deployments+"/d", http.StatusConflict, "DeploymentActive", "it is still active")
	f.inTurn("GET "+deployments+"/d", state("Running"), state("Running"), state("Succeeded"))
	if err := f.session().Deployer(sub).Deploy(t.Context(), aDeployment()); err != nil {
		t.Fatal(err)
	}
}

func TestAwait(t *testing.T) {
	for name, x := range map[string]struct {
		states []reply
		want   bool
	}{
		"none":          {[]reply{{404, nil, `{"error":{"code":"DeploymentNotFound","message":"no"}}`}}, false},
		"ended":         {[]reply{state("Failed")}, false},
		"running":       {[]reply{state("Accepted"), state("Running"), state("Failed")}, true},
		"gone meantime": {[]reply{state("Running"), {404, nil, `{}`}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.inTurn("GET "+deployments+"/d", x.states...)
			if got, err := f.session().Deployer(sub).Await(t.Context(), "d"); err != nil || got != x.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestDeploy_Fails: what failed is told whole, with the provider's own error
// that stands in the deployment's as text.
func TestDeploy_Fails(t *testing.T) {
	failed := reply{200, nil, `{"properties":{"provisioningState":"Failed","error":{"code":"DeploymentFailed","message":"At least one failed.",
		"details":[{"code":"BadRequest","message":"{\r\n \"error\": {\"code\": \"InvalidRole\", \"message\": \"the role\\r\\n is bad\"}}"}]}}}`}
	operations := func(code string) reply {
		return reply{200, nil, `{"value":[{"properties":{"provisioningState":"Succeeded","targetResource":{"resourceType":"T","resourceName":"fine"}}},
			{"properties":{"provisioningState":"Failed","targetResource":{"resourceType":"T","resourceName":"n"},
			"statusMessage":{"error":{"code":"` + code + `","message":"not so"}}}}]}`}
	}
	for name, x := range map[string]struct {
		state, operations reply
		code              pharos.Code
		want              []string
	}{
		"a resource":                {failed, operations("InvalidRole"), pharos.Conflict, []string{"the deployment d is failed: T n: InvalidRole: not so", "mend the template"}},
		"a guest":                   {failed, operations("InsufficientPrivilegesForManagedServiceResource"), pharos.Forbidden, []string{"guest"}},
		"operations cannot be read": {failed, reply{403, nil, `{"error":{"code":"AuthorizationFailed"}}`}, pharos.Conflict, []string{"(InvalidRole: the role is bad)", "AuthorizationFailed"}},
		"a text":                    {failed, reply{200, nil, `{"value":[{"properties":{"provisioningState":"Failed","targetResource":{"resourceType":"T","resourceName":"n"},"statusMessage":"gate\nway"}}]}`}, pharos.Conflict, []string{"T n: gate way"}},
		"cancelled":                 {state("Canceled"), reply{200, nil, `{"value":[]}`}, pharos.Conflict, []string{"the deployment d is canceled"}},
		"gone":                      {reply{404, nil, `{}`}, reply{200, nil, `{"value":[]}`}, pharos.Conflict, []string{"is gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.inTurn("PUT "+deployments+"/d", reply{200, []string{"Azure-AsyncOperation: {{url}}" + operation, "Retry-After: 0"}, `{}`})
			f.inTurn("GET "+operation, reply{200, nil, `{"status":"Failed"}`})
			f.inTurn("GET "+deployments+"/d", x.state)
			f.inTurn("GET "+deployments+"/d/operations", x.operations)
			wantError(t, f.session().Deployer(sub).Deploy(t.Context(), aDeployment()), x.code, x.want...)
		})
	}
}

// TestDeploy_Interrupted: Azure goes on, and the user learns where to look.
func TestDeploy_Interrupted(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.inTurn("PUT "+deployments+"/d", reply{201, []string{"Azure-AsyncOperation: {{url}}" + operation, "Retry-After: 0"}, `{}`})
	f.mux.HandleFunc("GET "+operation, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "9")
		_, _ = fmt.Fprint(w, `{"status":"Running"}`) // the client sees what is missing
		cancel()
	})
	err := f.session().Deployer(sub).Deploy(ctx, aDeployment())
	wantError(t, err, pharos.Interrupted, "az deployment sub show --name d --subscription "+sub)
}

func TestValidate(t *testing.T) {
	const broken = `{"error":{"code":"InvalidTemplateDeployment","message":"See inner errors for details.","details":[{"code":"ResourceGroupNotFound","message":"no group"}]}}`
	accepted := reply{202, []string{"Location: {{url}}/subscriptions/" + sub + "/operationresults/1", "Retry-After: 0"}, ""}
	for name, x := range map[string]struct {
		first, later reply
		code         pharos.Code
		want         []string
	}{
		"taken":            {reply{200, nil, `{"properties":{}}`}, reply{}, "", nil},
		"taken later":      {accepted, reply{200, nil, `{"properties":{}}`}, "", nil},
		"refused":          {reply{400, nil, broken}, reply{}, pharos.Invalid, []string{"Azure refuses the template: InvalidTemplateDeployment: See inner errors for details (ResourceGroupNotFound: no group)"}},
		"refused later":    {accepted, reply{400, nil, broken}, pharos.Invalid, []string{"ResourceGroupNotFound: no group"}},
		"refused with 200": {reply{200, nil, broken}, reply{}, pharos.Invalid, []string{"ResourceGroupNotFound: no group"}},
		"not allowed":      {reply{403, nil, `{"error":{"code":"AuthorizationFailed","message":"no"}}`}, reply{}, pharos.Forbidden, []string{"AuthorizationFailed: no", "Owner"}},
		"a proxy's page":   {reply{403, nil, `<html>`}, reply{}, pharos.Forbidden, []string{"403"}},
		"no Location":      {reply{202, nil, ``}, reply{}, pharos.Unavailable, []string{"Location"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.inTurn("POST "+deployments+"/d/validate", x.first)
			if x.later.status != 0 {
				f.inTurn("GET /subscriptions/"+sub+"/operationresults/1", reply{202, []string{"Retry-After: 0"}, ""}, x.later)
			}
			err := f.session().Deployer(sub).Validate(t.Context(), aDeployment())
			if x.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, x.code, x.want...)
		})
	}
}

// TestLocation: a deployment keeps its location, because Azure refuses another;
// a new one is kept where most resource groups are.
func TestLocation(t *testing.T) {
	f := newFake(t)
	f.inTurn("GET "+deployments+"/old", state("Succeeded"))
	f.refuse("GET "+deployments+"/new", http.StatusNotFound, "DeploymentNotFound", "no")
	f.answer("GET /subscriptions/"+sub+"/resourcegroups", `{"value":[{"location":"uksouth"},{"location":"eastus"},{"location":"francecentral"},{"location":"eastus"}]}`)
	d := f.session().Deployer(sub)
	for name, want := range map[string]string{"old": "westeurope", "new": "eastus"} {
		if got, err := d.Location(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestTenantOf(t *testing.T) {
	const other = "/subscriptions/77777777-7777-4777-8777-777777777777"
	f := newFake(t)
	challenge := `WWW-Authenticate: Bearer authorization_uri="https://login.example/` + strings.ToUpper(customer) + `", error="invalid_token"`
	f.inTurn("GET /subscriptions/"+sub, reply{401, []string{challenge}, `{}`})
	f.inTurn("GET "+other, reply{404, nil, `{"error":{"code":"SubscriptionNotFound"}}`})
	got, err := azure.TenantOf(t.Context(), f.cloud(), quick(), sub)
	if err != nil || got != customer || f.issued != 0 {
		t.Errorf("got %q, %v, after %d tokens", got, err, f.issued)
	}
	_, err = azure.TenantOf(t.Context(), f.cloud(), quick(), "77777777-7777-4777-8777-777777777777")
	wantError(t, err, pharos.NotFound, "knows no subscription 77777777")
	f.Close()
	_, err = azure.TenantOf(t.Context(), f.cloud(), quick(), sub)
	wantError(t, err, pharos.Unavailable, "the tenant of the subscription")
}
