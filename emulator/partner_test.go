package emulator

import (
	"net/http"
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
