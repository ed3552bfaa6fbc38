package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// limited is the smallest scenario with limits.
func limited(t *testing.T, limits string) *Emulator {
	t.Helper()
	return emulateText(t, minimal+"limits: "+limits+"\n")
}

func left(a answered) string {
	for name, v := range a.header {
		if short, ok := strings.CutPrefix(name, "X-Ms-Ratelimit-Remaining-"); ok {
			return strings.ToLower(short) + " " + v[0]
		}
	}
	return ""
}

// TestLimits_CountDown: each principal and scope has counts of its own, which
// start where Azure's do.
func TestLimits_CountDown(t *testing.T) {
	e := emulate(t)
	robot, admin := token(t, e, "contoso-msp", "provider-automation"), token(t, e, "fabrikam", "local-admin")
	sub, dev := prod(e), string(e.world.customers[0].subs[1].id)
	const partner = "/providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01"
	const v = "?api-version=2022-12-01"
	role := sub + "/providers/Microsoft.Authorization/roleAssignments/0d8a6c3e-5f0b-4c7e-9b8a-000000000001?api-version=2022-04-01"
	for i, c := range []struct{ who, method, path, want string }{
		{robot, "GET", sub + v, "subscription-reads 11999"},
		{robot, "GET", strings.ToUpper(sub) + v, "subscription-reads 11998"},
		{admin, "GET", sub + v, "subscription-reads 11999"},
		{admin, "GET", "/subscriptions/" + dev + v, "subscription-reads 11999"},
		{admin, "PUT", role, "subscription-writes 1199"},
		{admin, "DELETE", role, "subscription-deletes 14999"},
		{admin, "DELETE", role, "subscription-deletes 14998"},
		{robot, "GET", "/subscriptions" + v, "tenant-reads 11999"},
		{robot, "PUT", partner, "tenant-writes 1199"},
		{robot, "DELETE", partner, "tenant-writes 1198"},
		{robot, "GET", "/v1.0/users", ""},
	} {
		if got := left(do(t, e, c.method, c.path, c.who, "")); got != c.want {
			t.Errorf("call %d: %s %s: got %q, want %q", i, c.method, c.path, got, c.want)
		}
	}
}

func TestLimits_Enforced(t *testing.T) {
	e := limited(t, "{enforce: true, tenantReads: 2, tenantWrites: 1}")
	call := func(method, path string) answered {
		t.Helper()
		return do(t, e, method, path+"?api-version=2022-12-01", token(t, e, "msp", "robot"), "")
	}
	for _, want := range []string{"tenant-reads 1", "tenant-reads 0"} {
		if got := call("GET", "/subscriptions"); got.status != 200 || left(got) != want {
			t.Errorf("got %d, %s, want %s", got.status, left(got), want)
		}
	}
	if err := e.SetTime(e.Now().Add(20 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	got := call("GET", "/subscriptions")
	if got.status != http.StatusTooManyRequests || got.errorCode() != "TooManyRequests" || got.header.Get("Retry-After") != "2400" ||
		left(got) != "tenant-reads 0" || !strings.Contains(got.text, "Number of read requests for tenant") ||
		!strings.Contains(got.text, "exceeded the limit of '2' for time interval '01:00:00'. Please try again after '2400' seconds.") {
		t.Errorf("got %d %v %s", got.status, got.header, got.text)
	}
	if got := do(t, e, "GET", "/v1.0/organization", token(t, e, "msp", "robot"), ""); got.status != 200 {
		t.Errorf("Graph has no such limit: %d %s", got.status, got.text)
	}
	if err := e.SetTime(e.Now().Add(40 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := call("GET", "/subscriptions"); got.status != 200 || left(got) != "tenant-reads 1" {
		t.Errorf("an hour later: got %d, %s", got.status, left(got))
	}
}

// TestLimits_StillClock: where no hour ever ends, nobody is refused unless the
// scenario wants it.
func TestLimits_StillClock(t *testing.T) {
	e := limited(t, "{tenantReads: 1}")
	raw := token(t, e, "msp", "robot")
	for i, want := range []string{"tenant-reads 0", "tenant-reads 0", "tenant-reads 0"} {
		if got := do(t, e, "GET", "/subscriptions?api-version=2022-12-01", raw, ""); got.status != 200 || left(got) != want {
			t.Errorf("call %d: got %d, %s", i, got.status, left(got))
		}
	}
	no, yes := false, true
	for _, c := range []struct {
		given      *bool
		live, want bool
	}{{nil, false, false}, {nil, true, true}, {&no, true, false}, {&yes, false, true}} {
		if got := newLimits(limitSpec{enforce: c.given}, c.live).enforce; got != c.want {
			t.Errorf("given %v, live %v: enforced %v", c.given, c.live, got)
		}
	}
}

func TestLimits_Wrong(t *testing.T) {
	_, err := ParseScenario("x.yaml", []byte(minimal+"limits: {tenantReads: -1}\n"))
	if err == nil || !strings.Contains(err.Error(), "limits.tenantReads: -1 is no number of calls") {
		t.Errorf("got %v", err)
	}
}

// TestLimits_Concurrent: calls at the same time are counted one by one.
func TestLimits_Concurrent(t *testing.T) {
	e := limited(t, "{enforce: true, tenantReads: 100}")
	raw := token(t, e, "msp", "robot")
	var refused atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 30 {
				r := httptest.NewRequest("GET", loopback+"/subscriptions?api-version=2022-12-01", nil)
				r.Header.Set("Authorization", "Bearer "+raw)
				w := httptest.NewRecorder()
				e.ServeHTTP(w, r)
				if w.Code == http.StatusTooManyRequests {
					refused.Add(1)
				}
			}
		})
	}
	all.Wait()
	if refused.Load() != 20 {
		t.Errorf("%d of 120 calls were refused, want 20", refused.Load())
	}
}
