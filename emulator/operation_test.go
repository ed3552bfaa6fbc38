package emulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestOperation: the outcome of a change is told to whoever asked for it, even
// when that took the access away, and to those who may read there; for a day.
func TestOperation(t *testing.T) {
	e := emulate(t)
	const v = "?api-version=2022-10-01"
	d := e.world.customers[0].subs[0].delegations[0]
	gone := do(t, e, "DELETE", d.armID()+v, token(t, e, "fabrikam", "local-admin"), "")
	address := strings.TrimPrefix(gone.header.Get("Location"), loopback)
	if gone.status != http.StatusAccepted || address == "" || gone.header.Get("Retry-After") != "1" {
		t.Fatalf("got %d %v", gone.status, gone.header)
	}
	other := strings.Replace(address, prod(e), "/subscriptions/"+string(e.world.customers[0].subs[1].id), 1)
	unknown := address[:strings.Index(address, "operationStatuses/")] + "operationStatuses/e30" + v
	for _, c := range []struct {
		what, tenant, who, path string
		status                  int
	}{
		{"who asked for it", "fabrikam", "local-admin", address, 200},
		{"a reader there", "fabrikam", "reader", address, 200},
		{"who was shut out", "contoso-msp", "provider-automation", address, 401},
		{"a stranger", "tailspin", "watcher", address, 401},
		{"a reader, at another subscription", "fabrikam", "reader", other, 404},
		{"no such operation", "fabrikam", "local-admin", unknown, 404},
	} {
		if got := do(t, e, "GET", c.path, token(t, e, c.tenant, c.who), ""); got.status != c.status || (c.status == 200 && got.text != `{"status":"Succeeded"}`) {
			t.Errorf("%s: got %d %s, want %d", c.what, got.status, got.text, c.status)
		}
	}
	if err := e.SetTime(e.Now().Add(operationLife - time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := do(t, e, "GET", address, token(t, e, "fabrikam", "local-admin"), ""); got.status != 200 {
		t.Errorf("within the day: %d", got.status)
	}
	if err := e.SetTime(e.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := do(t, e, "GET", address, token(t, e, "fabrikam", "local-admin"), ""); got.status != 404 {
		t.Errorf("after a day: %d", got.status)
	}
}

// TestOperation_Failed: a failure is told with its error, and old operations
// are forgotten when another begins.
func TestOperation_Failed(t *testing.T) {
	e := emulate(t)
	admin := principalOf(t, e, "fabrikam", "local-admin")
	c := &call{emulator: e, world: e.world, now: e.Now(), caller: &caller{principal: admin, tenant: admin.tenant}}
	id := c.begin(target{}, "x", conflict("Conflict", "it is in use"))
	got, err := c.outcome(id, "x/read")
	body, _ := got.body.(map[string]any)
	if err != nil || body["status"] != "Failed" || body["error"].(map[string]any)["code"] != "Conflict" {
		t.Errorf("got %v %v", got, err)
	}
	c.now = c.now.Add(operationLife)
	if next := c.begin(target{}, "x", nil); len(e.operations.byID) != 1 || next == id {
		t.Errorf("%d operations are kept", len(e.operations.byID))
	}
}

// TestOperation_OfADeployment: an operation tells of the deployment it was
// begun for, though the name was deployed to again.
func TestOperation_OfADeployment(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	put := func(output string) answered {
		t.Helper()
		got := do(t, e, "PUT", prod(e)+deploymentsPath+"/again?api-version=2021-04-01", admin,
			`{"location":"westeurope","properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",`+
				`"contentVersion":"1.0.0.0","resources":[],"outputs":{"x":{"type":"string","value":"`+output+`"}}}}}`)
		if got.status != http.StatusCreated && got.status != http.StatusOK {
			t.Fatal(got.text)
		}
		return got
	}
	first := put("1")
	if done := wait(t, e, admin, first); done.text != `{"status":"Succeeded"}` {
		t.Errorf("the first: %s", done.text)
	}
	second := put("2")
	address := strings.TrimPrefix(first.header.Get("Azure-AsyncOperation"), loopback)
	if first.header.Get("Azure-AsyncOperation") == second.header.Get("Azure-AsyncOperation") {
		t.Error("both deployments have one operation")
	}
	if got := do(t, e, "GET", address, admin, ""); got.text != `{"status":"Succeeded"}` {
		t.Errorf("the first, after the second began: %s", got.text)
	}
	other := do(t, e, "GET", address, token(t, e, "fabrikam", "reader"), "")
	if other.status != 200 {
		t.Errorf("a reader of the subscription: %d %s", other.status, other.text)
	}
}
