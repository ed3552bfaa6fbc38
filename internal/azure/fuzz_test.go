package azure

import (
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// foreign wraps bytes as an answer of the cloud.
func foreign(body []byte) *answer {
	return &answer{call: "GET /x", owner: "robot", status: http.StatusOK, header: http.Header{}, body: body}
}

// checkError holds that what a decoder refuses is an error for users.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *pharos.Error
	if !errors.As(err, &e) || strings.ContainsAny(e.Message, "\r\n") {
		t.Fatalf("got %T %q, want a pharos.Error of one line", err, err)
	}
}

// checkGrant holds that a grant that was read is in canonical form.
func checkGrant(t *testing.T, g pharos.Grant) {
	t.Helper()
	if s, err := pharos.ParseScope(string(g.Scope)); g.Scope != "" && (err != nil || s != g.Scope) {
		t.Fatalf("scope %q is not canonical", g.Scope)
	}
	for _, id := range []string{string(g.Role), string(g.Holder.ID), string(g.Holder.Tenant)} {
		if v, err := pharos.ParseGUID(id); id != "" && (err != nil || v != id) {
			t.Fatalf("id %q is not canonical", id)
		}
	}
	if g.ID != strings.ToLower(g.ID) {
		t.Fatalf("id %q is not in lower case", g.ID)
	}
}

// FuzzResourceManager feeds a page to every decoder of Resource Manager.
func FuzzResourceManager(f *testing.F) {
	f.Add([]byte(`{"value":[{"id":"/X","properties":{}}],"nextLink":""}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ans := foreign(body)
		if p, err := decode[page[wireAssignment]](ans); err == nil && p.Value != nil {
			for _, w := range *p.Value {
				checkGrant(t, w.grant("22222222-2222-4222-8222-222222222222"))
			}
		} else {
			checkError(t, err)
		}
		if p, err := decode[page[wireInstance]](ans); err == nil && p.Value != nil {
			for _, g := range (schedules{active: *p.Value, eligible: *p.Value}).others("") {
				checkGrant(t, g.Value)
			}
		}
		if p, err := decode[page[wireDelegation]](ans); err == nil && p.Value != nil {
			for _, w := range *p.Value {
				grants, _ := w.grants()
				for _, g := range grants {
					checkGrant(t, g.Value)
				}
			}
		}
		if p, err := decode[page[wireEvent]](ans); err == nil && p.Value != nil {
			for _, w := range *p.Value {
				_, g := w.grant("", true)
				checkGrant(t, g)
				if _, d, ok := w.denial(true); ok {
					checkGrant(t, pharos.Grant{ID: d.ID, Scope: d.Scope})
				}
			}
		}
		_, err := decode[page[wireSubscription]](ans)
		checkError(t, err)
		_, err = decode[wirePartner](ans)
		checkError(t, err)
	})
}

// FuzzGraph feeds a document to every decoder of Microsoft Graph.
func FuzzGraph(f *testing.F) {
	f.Add([]byte(`{"status":"succeeded","resourceLocation":{"rootDirectory":"https://x/y","blobs":[{"name":"a"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ans := foreign(body)
		if p, err := decode[page[wireObject]](ans); err == nil && p.Value != nil {
			for _, w := range *p.Value {
				_, err := w.member("")
				checkError(t, err)
			}
		}
		if p, err := decode[page[wireAudit]](ans); err == nil && p.Value != nil {
			for _, w := range *p.Value {
				if c, ok := w.change("66666666-6666-4666-8666-666666666666"); ok && c.Value == "" {
					t.Fatal("a change of nobody's membership")
				}
			}
		}
		op, err := decode[wireOperation](ans)
		checkError(t, err)
		checkError(t, op.failure("robot", Export{Currency: "EUR"}))
		w, err := decode[wireManifest](ans)
		checkError(t, err)
		m, err := (&Billing{}).build(ans, w)
		checkError(t, err)
		for b := range m.Blobs() {
			if b.at.Scheme != "https" || strings.Contains(b.Name, "..") && strings.Contains("/"+b.Name+"/", "/../") {
				t.Fatalf("blob %q at %s", b.Name, b.at)
			}
		}
	})
}

// FuzzPartnerCenter feeds a document to every decoder of Partner Center.
func FuzzPartnerCenter(f *testing.F) {
	f.Add([]byte(`{"items":[{"id":"G1","offerId":"MS-AZR-0145P"}],"links":{"next":{"uri":"/customers","headers":[{"key":"MS-ContinuationToken","value":"A"}]}}}`))
	base := &url.URL{Scheme: "https", Host: "api.example", Path: "/v1"}
	f.Fuzz(func(t *testing.T, body []byte) {
		ans := foreign(body)
		p, err := decode[seekPage[wireSold]](ans)
		checkError(t, err)
		if next, more := p.continuation(call{ref: "/customers", header: http.Header{}}); more {
			u, err := (&api{owner: "robot", base: base}).resolve(next.ref)
			checkError(t, err)
			if err == nil && (u.Host != base.Host || u.Scheme != "https") {
				t.Fatalf("%q leads to %s", next.ref, u)
			}
		}
		if p, err := decode[seekPage[wireInvoice]](ans); err == nil && p.Items != nil {
			for _, w := range *p.Items {
				w.month()
			}
		}
		_, err = decode[seekPage[wireCustomer]](ans)
		checkError(t, err)
	})
}

// FuzzWords feeds text to what reads tokens, challenges and refusals.
func FuzzWords(f *testing.F) {
	f.Add(`AADSTS7000215: Invalid client secret. Trace ID: 1`)
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = readClaims(s)
		_ = challenge(s)
		_ = firstCode(s)
		_ = homeName(s, s)
		for _, line := range []string{firstSentence(s), newFault("GET", "/x", 400, []byte(s)).Error()} {
			if strings.ContainsAny(line, "\r\n") {
				t.Fatalf("got several lines: %q", line)
			}
		}
	})
}

// TestFuzzSeeds holds that every target has checked-in seeds.
func TestFuzzSeeds(t *testing.T) {
	for _, target := range []string{"FuzzResourceManager", "FuzzGraph", "FuzzPartnerCenter", "FuzzWords"} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
		if err != nil || len(seeds) < 3 {
			t.Errorf("%s has %d seeds, %v", target, len(seeds), err)
		}
	}
}
