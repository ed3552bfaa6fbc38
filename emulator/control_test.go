package emulator

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

func TestClock(t *testing.T) {
	e := emulate(t)
	for _, c := range []struct {
		body   string
		status int
		now    string
	}{
		{`{"now":"2026-11-07T00:00:00Z"}`, 200, "2026-11-07T00:00:00Z"},
		{`{"advance":"24h"}`, 200, "2026-11-08T00:00:00Z"},
		{`{"now":"2026-11-07T00:00:00Z"}`, 409, "2026-11-08T00:00:00Z"},
		{`{"advance":"-1h"}`, 409, "2026-11-08T00:00:00Z"},
		{`{"advance":"soon"}`, 400, "2026-11-08T00:00:00Z"},
		{`{}`, 400, "2026-11-08T00:00:00Z"},
		{`{"now":"2026-11-09T00:00:00Z","advance":"1h"}`, 400, "2026-11-08T00:00:00Z"},
		{`nonsense`, 400, "2026-11-08T00:00:00Z"},
	} {
		if got := do(t, e, "POST", "/emulator/clock", "", c.body); got.status != c.status {
			t.Errorf("%s: got %d %s, want %d", c.body, got.status, got.text, c.status)
		}
		got := do(t, e, "GET", "/emulator/clock", "", "")
		if got.body["now"] != c.now || got.header.Get("Date") != e.Now().Format(http.TimeFormat) {
			t.Errorf("%s: the clock stands at %v, Date %s; want %s", c.body, got.body["now"], got.header.Get("Date"), c.now)
		}
	}
	r := httptest.NewRequest("POST", loopback+"/emulator/clock", strings.NewReader(`{"advance":"1h"}`))
	r.RemoteAddr = "203.0.113.7:4711"
	if got := send(t, e, r); got.status != 403 {
		t.Errorf("from another machine: got %d, want 403", got.status)
	}
}

func TestLiveClock(t *testing.T) {
	text := strings.Replace(minimal, "start: 2026", "live: true, start: 2026", 1)
	s, err := ParseScenario("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(s); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("without a time to run by: %v", err)
	}
	real := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	e, err := New(s, WithTime(func() time.Time { return real }))
	if err != nil {
		t.Fatal(err)
	}
	real = real.Add(90 * time.Minute)
	if want := at(t, "2026-11-01T01:30:00Z"); !e.Now().Equal(want) {
		t.Errorf("after 90 minutes it is %v, want %v", e.Now(), want)
	}
	if err := e.SetTime(at(t, "2026-12-01T00:00:00Z")); err != nil {
		t.Fatal(err)
	}
	real = real.Add(time.Minute)
	if want := at(t, "2026-12-01T00:01:00Z"); !e.Now().Equal(want) {
		t.Errorf("it is %v, want %v", e.Now(), want)
	}
}

// faulty is the contoso scenario with faults.
func faulty(t *testing.T, faults string) *Emulator {
	t.Helper()
	return emulateText(t, minimal+"faults: "+faults+"\n")
}

func TestFaults_AreDrawnFromTheSeed(t *testing.T) {
	const calls = 400
	draw := func() (statuses []int) {
		e := faulty(t, "{seed: 7, throttle: 0.2, serverError: 0.1}")
		raw := token(t, e, "msp", "robot")
		for range calls {
			got := do(t, e, "GET", "/subscriptions?api-version=2022-12-01", raw, "")
			if got.status == 429 && (got.header.Get("Retry-After") != "1" || got.errorCode() != "TooManyRequests") {
				t.Fatalf("throttled without saying how long: %v %s", got.header, got.text)
			}
			statuses = append(statuses, got.status)
			if clock := do(t, e, "GET", "/emulator/clock", "", ""); clock.status != 200 {
				t.Fatalf("the emulator's own calls have faults: %d", clock.status)
			}
		}
		return statuses
	}
	first, again := draw(), draw()
	count := map[int]int{}
	for i := range first {
		count[first[i]]++
		if first[i] != again[i] {
			t.Fatalf("call %d: %d, then %d of the same seed", i, first[i], again[i])
		}
	}
	if count[429] < calls/10 || count[429] > calls*3/10 || count[503] < calls/25 || count[503] > calls*4/25 {
		t.Errorf("got %v of %d", count, calls)
	}
}

func TestFaults_DroppedConnection(t *testing.T) {
	e := faulty(t, "{dropConnection: 1}")
	server := httptest.NewServer(e)
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/subscriptions?api-version=2022-12-01")
	if err == nil {
		t.Fatalf("got %d, want a broken connection", errors.Join(res.Body.Close(), errors.New(res.Status)))
	}
}

func TestBodies_MayBePacked(t *testing.T) {
	e := emulate(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(`{"advance":"1h"}`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", loopback+"/emulator/clock", &packed)
	r.Header.Set("Content-Encoding", "gzip")
	if got := send(t, e, r); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.text)
	}
	r = httptest.NewRequest("POST", loopback+"/emulator/clock", strings.NewReader("no gzip"))
	r.Header.Set("Content-Encoding", "gzip")
	if got := send(t, e, r); got.status != 400 {
		t.Errorf("broken: got %d %s", got.status, got.text)
	}
}

func TestHeaders(t *testing.T) {
	e := emulate(t)
	r := httptest.NewRequest("GET", loopback+"/subscriptions?api-version=2022-12-01", nil)
	r.Header.Set("Authorization", "Bearer "+token(t, e, "contoso-msp", "provider-automation"))
	r.Header.Set("x-ms-correlation-request-id", "0d8a6c3e-5f0b-4c7e-9b8a-000000000001")
	h := send(t, e, r).header
	for name, want := range map[string]string{
		"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1", "X-Content-Type-Options": "nosniff",
		"Content-Type": "application/json; charset=utf-8", "x-ms-ratelimit-remaining-tenant-reads": "11999",
		"x-ms-correlation-request-id": "0d8a6c3e-5f0b-4c7e-9b8a-000000000001",
		"Strict-Transport-Security":   "max-age=31536000; includeSubDomains",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
