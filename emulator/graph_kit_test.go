package emulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// desk is a signed-in client of an emulator that is called without a network.
type desk struct {
	t     testing.TB
	e     *Emulator
	token string
	// next are headers of the next call only.
	next http.Header
}

// deskFor plays a scenario and signs a principal in for one service.
func deskFor(t testing.TB, scenario, tenant, principal string, svc service) *desk {
	t.Helper()
	d := &desk{t: t, e: emulateText(t, scenario)}
	d.signIn(tenant, principal, svc)
	return d
}

// signIn changes who the desk calls as.
func (d *desk) signIn(tenantName, principal string, svc service) {
	d.t.Helper()
	for _, t := range d.e.world.tenants {
		if t.name != tenantName {
			continue
		}
		p := t.byName[principal]
		if p == nil {
			p = t.guestByName[principal]
		}
		if p == nil {
			break
		}
		token, err := d.e.accessToken(p, "test", audiences(svc)[0], d.e.Now())
		if err != nil {
			d.t.Fatal(err)
		}
		d.token = token
		return
	}
	d.t.Fatalf("no principal %s in %s", principal, tenantName)
}

// answer is what a call came back with.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do makes a call and returns the answer, whatever it is.
func (d *desk) do(method, target, body string) answer {
	d.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if d.token != "" {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	for k, v := range d.next {
		r.Header[k] = v
	}
	d.next = nil
	w := httptest.NewRecorder()
	d.e.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.Bytes()}
}

// get reads JSON and checks the status.
func (d *desk) get(target string, status int) map[string]any {
	d.t.Helper()
	return d.json(d.do(http.MethodGet, target, ""), target, status)
}

func (d *desk) post(target, body string, status int) map[string]any {
	d.t.Helper()
	return d.json(d.do(http.MethodPost, target, body), target, status)
}

func (d *desk) json(a answer, target string, status int) map[string]any {
	d.t.Helper()
	if a.status != status {
		d.t.Fatalf("%s: status %d, want %d: %s", target, a.status, status, a.body)
	}
	var out map[string]any
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	if len(a.body) > 0 && decoder.Decode(&out) != nil {
		d.t.Fatalf("%s: no JSON: %s", target, a.body)
	}
	return out
}

// names collects a property of the objects of a list.
func names(list any, property string) string {
	var all []string
	objects, _ := list.([]any)
	for _, o := range objects {
		s, _ := o.(map[string]any)[property].(string)
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// code is the code of an error of Microsoft Graph.
func errorCode(body map[string]any) string {
	e, _ := body["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

// httpRequestFrom is a request of another machine.
func httpRequestFrom(remote, target string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = remote
	return r
}
