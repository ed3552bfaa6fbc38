package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

const partnersPath = "/providers/Microsoft.ManagementPartner/partners"

func TestManagementPartner_Life(t *testing.T) {
	e := emulate(t)
	robot := principalOf(t, e, "contoso-msp", "backup-automation")
	step := func(method, id string) answered {
		t.Helper()
		raw, err := e.accessToken(robot, robot.appID, loopback, e.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := e.SetTime(e.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		return do(t, e, method, partnersPath+id+"?api-version=2018-02-01", raw, "")
	}
	for i, c := range []struct {
		method, id string
		status     int
		code       string
		version    float64
	}{
		{"GET", "", 404, "NotFound", 0},
		{"PATCH", "/4987654", 404, "NotFound", 0},
		{"DELETE", "/4987654", 404, "NotFound", 0},
		{"PUT", "/4987653", 400, "BadRequest", 0}, // the global ID
		{"PUT", "/1234567", 400, "BadRequest", 0}, // nobody's
		{"PUT", "/robot", 400, "BadRequest", 0},
		{"PUT", "/4987654", 200, "", 1},
		{"PUT", "/4987654", 200, "", 1},
		{"PUT", "/4987655", 409, "Conflict", 0},
		{"GET", "", 200, "", 1},
		{"GET", "/4987655", 404, "NotFound", 0},
		{"PATCH", "/4987655", 200, "", 2},
		{"DELETE", "/4987654", 404, "NotFound", 0},
		{"DELETE", "/4987655", 200, "", 0},
		{"GET", "", 404, "NotFound", 0},
		{"PUT", "/7000001", 200, "", 4}, // removal counts too
	} {
		got := step(c.method, c.id)
		if got.status != c.status || got.errorCode() != c.code {
			t.Errorf("step %d, %s %s: got %d %s, want %d %s", i, c.method, c.id, got.status, got.text, c.status, c.code)
		}
		if c.version > 0 && (got.body["etag"] != c.version || got.body["properties"].(map[string]any)["version"] != c.version) {
			t.Errorf("step %d, %s %s: etag %v, want %v", i, c.method, c.id, got.body["etag"], c.version)
		}
		if c.method == http.MethodDelete && c.status == 200 && (got.text != "" || got.header.Get("Content-Length") != "0") {
			t.Errorf("step %d: the answer to a removal is empty, got %q", i, got.text)
		}
	}
	made := e.world.links[robot.ref()].times[0].during.From
	got := step("GET", "")
	if p := got.body["properties"].(map[string]any); p["createdTime"] != shortStamp(made) {
		t.Errorf("createdTime %v, want the first link's, %v", p["createdTime"], shortStamp(made))
	}
}

// TestManagementPartner_BillSees: what a call links is linked in the world.
func TestManagementPartner_BillSees(t *testing.T) {
	e := emulate(t)
	robot := principalOf(t, e, "contoso-msp", "backup-automation")
	from := e.Now()
	do(t, e, "PUT", partnersPath+"/4987655?api-version=2018-02-01", token(t, e, "contoso-msp", "backup-automation"), "")
	linked := e.world.linkedTimes(robot, e.world.us.owns)
	if !linked.at(from) || linked.at(from.Add(-time.Second)) {
		t.Errorf("linked at %v, want from %v", linked, from)
	}
}

func TestLinkRecord_LaterScenarioLinkTakesOver(t *testing.T) {
	when := func(h int) time.Time { return time.Date(2026, 10, 1, h, 0, 0, 0, time.UTC) }
	r := &linkRecord{times: []linkTime{{id: "7000001", during: pharos.Interval{From: when(10)}}}}
	r.begin(linkTime{id: "4987654", during: pharos.Interval{From: when(5)}})
	if r.active(when(9)) != 0 || r.times[1].id != "7000001" || !r.times[0].during.To.Equal(when(10)) {
		t.Errorf("got %+v", r.times)
	}
	if n, updated := r.version(when(11)); n != 2 || !updated.Equal(when(10)) {
		t.Errorf("version %d at %v, want 2: a change is one step", n, updated)
	}
}

// TestManagementPartner_StandingClock: the counter goes on by one with every
// change, also when no time passes between them, and createdTime stays.
func TestManagementPartner_StandingClock(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "contoso-msp", "backup-automation")
	want, created := 0.0, any(nil)
	for _, step := range []struct{ method, id string }{
		{"PUT", "4987654"}, {"DELETE", "4987654"}, {"PUT", "4987655"}, {"PATCH", "4987654"}, {"DELETE", "4987654"}, {"PUT", "4987654"},
	} {
		want++
		got := do(t, e, step.method, partnersPath+"/"+step.id+"?api-version=2018-02-01", raw, `{"partnerId":"`+step.id+`"}`)
		if got.status != 200 {
			t.Fatalf("%s %s: %d %s", step.method, step.id, got.status, got.text)
		}
		if step.method == "DELETE" {
			continue
		}
		if created == nil {
			created = property(t, got.body, "createdTime")
		}
		if got.body["etag"] != want || property(t, got.body, "version") != want || property(t, got.body, "createdTime") != created {
			t.Errorf("%s %s: %s, want version %v of %v", step.method, step.id, got.text, want, created)
		}
		if got.body["id"] != "/providers/microsoft.managementpartner/partners/"+step.id || got.body["name"] != step.id || got.body["type"] != "Microsoft.ManagementPartner/partners" {
			t.Errorf("%s %s: %s", step.method, step.id, got.text)
		}
	}
}

// TestManagementPartner_PerPrincipalAndTenant: a guest's link is not that of
// its home account, nor anybody else's.
func TestManagementPartner_PerPrincipalAndTenant(t *testing.T) {
	e := emulate(t)
	own := func(tenant, name string) string {
		t.Helper()
		got := do(t, e, "GET", partnersPath+"/?api-version=2018-02-01", token(t, e, tenant, name), "")
		if got.status == 404 {
			return ""
		}
		p := principalOf(t, e, tenant, name)
		if property(t, got.body, "objectId") != string(p.id) || property(t, got.body, "tenantId") != string(p.tenant.id) {
			t.Errorf("%s in %s: %s", name, tenant, got.text)
		}
		return got.body["name"].(string)
	}
	if own("fabrikam", "alice") != "4987654" || own("contoso-msp", "alice") != "" {
		t.Errorf("alice is linked to %q as a guest and to %q at home", own("fabrikam", "alice"), own("contoso-msp", "alice"))
	}
	do(t, e, "PUT", partnersPath+"/4987655?api-version=2018-02-01", token(t, e, "contoso-msp", "alice"), "")
	if own("fabrikam", "alice") != "4987654" || own("contoso-msp", "alice") != "4987655" || own("contoso-msp", "backup-automation") != "" {
		t.Error("a link at home changed another")
	}
}

// TestManagementPartner_Errors: code and message stand in the error and
// beside it, and writes are counted, removals among them.
func TestManagementPartner_Errors(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "contoso-msp", "backup-automation")
	for i, c := range []struct {
		method, id string
		status     int
		code       string
	}{
		{"DELETE", "4987654", 404, "NotFound"}, {"PUT", "4987653", 400, "BadRequest"}, {"PUT", "4987654", 200, ""}, {"PUT", "4987655", 409, "Conflict"},
	} {
		got := do(t, e, c.method, partnersPath+"/"+c.id+"?api-version=2018-02-01", raw, "")
		if left := got.header.Get("x-ms-ratelimit-remaining-tenant-writes"); left != strconv.Itoa(1199-i) {
			t.Errorf("%s %s: %q writes are left, want %d", c.method, c.id, left, 1199-i)
		}
		if got.status != c.status {
			t.Fatalf("%s %s: %d %s", c.method, c.id, got.status, got.text)
		}
		if c.code == "" {
			continue
		}
		nested, _ := got.body["error"].(map[string]any)
		if got.body["code"] != c.code || nested["code"] != c.code || got.body["message"] != nested["message"] || nested["message"] == "" {
			t.Errorf("%s %s: %s", c.method, c.id, got.text)
		}
	}
}

func TestManagementPartner_Operations(t *testing.T) {
	e := emulate(t)
	got := do(t, e, "GET", "/providers/Microsoft.ManagementPartner/operations?api-version=2018-02-01", token(t, e, "contoso-msp", "backup-automation"), "")
	var names []string
	for _, o := range got.values() {
		names = append(names, strings.TrimPrefix(o.(map[string]any)["name"].(string), "Microsoft.ManagementPartner/partners/"))
	}
	if strings.Join(names, " ") != "read write action delete" {
		t.Errorf("operations %v", names)
	}
}
