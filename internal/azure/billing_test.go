package azure_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
)

const reports = "/v1.0/reports/partners/billing"

// exporter plays the partner billing export: two looks that say running, then
// the result inline or behind a link.
type exporter struct {
	f       *fake
	inline  bool
	looks   int
	request map[string]string
	status  string
	error   string
	blobs   map[string]http.HandlerFunc
	names   []string
}

func newExporter(t *testing.T) *exporter {
	e := &exporter{f: newFake(t), status: "succeeded", names: []string{"part-1.json.gz"}}
	start := func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&e.request); err != nil {
			t.Error(err)
		}
		w.Header().Set("Location", e.f.URL+reports+"/operations/op-1")
		w.WriteHeader(http.StatusAccepted)
	}
	e.f.mux.HandleFunc("POST "+reports+"/usage/billed/export", start)
	e.f.mux.HandleFunc("POST "+reports+"/usage/unbilled/export", start)
	e.f.mux.HandleFunc("GET "+reports+"/operations/op-1", e.operation)
	e.f.mux.HandleFunc("GET "+reports+"/manifests/m-1", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, e.manifest()) })
	blob := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("sig") != "a/b+c=" || r.Header.Get("Authorization") != "" {
			t.Errorf("got %s with token %q", r.URL, r.Header.Get("Authorization"))
		}
		e.blobs[strings.TrimPrefix(r.URL.Path, "/blobs/")](w, r)
	}
	e.f.mux.HandleFunc("GET /blobs/{name}", blob)
	e.f.mux.HandleFunc("GET /blobs/{folder}/{name}", blob)
	return e
}

func (e *exporter) operation(w http.ResponseWriter, _ *http.Request) {
	e.looks++
	if e.looks < 3 {
		w.Header().Set("Retry-After", "0")
		writeJSON(w, map[string]any{"status": []string{"notStarted", "running"}[e.looks-1], "createdDateTime": "2026-11-06T08:12:53"})
		return
	}
	answer := map[string]any{"status": e.status, "resourceLocation@odata.navigationLink": e.f.URL + reports + "/manifests/m-1"}
	if e.inline {
		answer["resourceLocation"] = e.manifest()
	}
	if e.error != "" {
		answer = map[string]any{"status": "failed", "error": map[string]any{"code": e.error, "message": "No data available"}}
	}
	writeJSON(w, answer)
}

func (e *exporter) manifest() map[string]any {
	var blobs []any
	for _, n := range e.names {
		blobs = append(blobs, map[string]string{"name": n, "partitionValue": "default"})
	}
	return map[string]any{
		"id": "m-1", "schemaVersion": "1", "dataFormat": "compressedJSON", "createdDateTime": "2026-11-06T08:12:53Z", "eTag": "tag",
		"partnerTenantId": tenant, "rootDirectory": e.f.URL + "/blobs", "sasToken": "sig=a%2Fb%2Bc%3D", "blobCount": len(e.names), "blobs": blobs,
	}
}

func (e *exporter) export(t *testing.T, x azure.Export) (azure.Manifest, error) {
	t.Helper()
	b, err := e.f.session().Billing()
	if err != nil {
		t.Fatal(err)
	}
	return b.Export(t.Context(), x)
}

// packed is data that gzip makes into some hundred kilobytes.
func packed(t *testing.T) (plain, zipped []byte) {
	t.Helper()
	var b strings.Builder
	for n := range 60_000 {
		b.WriteString(strconv.Itoa(n * 2654435761))
		b.WriteByte('\n')
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(b.String())); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String()), z.Bytes()
}

func TestExport_BothForms(t *testing.T) {
	plain, zipped := packed(t)
	for _, inline := range []bool{false, true} {
		e := newExporter(t)
		e.inline = inline
		e.blobs = map[string]http.HandlerFunc{"part-1.json.gz": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(zipped) }}
		m, err := e.export(t, azure.Export{Invoice: "G016907411"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"invoiceId": "G016907411", "attributeSet": "full"}, e.request); diff != "" {
			t.Errorf("request (-want +got)\n%s", diff)
		}
		if m.ETag != "tag" || m.Len() != 1 || m.Partner != tenant || !m.At.Equal(cloudTime()) {
			t.Errorf("got %+v", m)
		}
		for b := range m.Blobs() {
			if got := gunzip(t, b); !bytes.Equal(got, plain) {
				t.Errorf("inline %v: got %d bytes, want %d", inline, len(got), len(plain))
			}
		}
	}
}

func gunzip(t *testing.T, b azure.Blob) []byte {
	t.Helper()
	r, err := b.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // read to its end
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestExport_Requests(t *testing.T) {
	e := newExporter(t)
	e.names = nil
	for _, r := range []struct {
		export azure.Export
		want   map[string]string
	}{
		{azure.Export{Currency: "EUR"}, map[string]string{"currencyCode": "EUR", "billingPeriod": "current", "attributeSet": "full"}},
		{azure.Export{Currency: "USD", Last: true}, map[string]string{"currencyCode": "USD", "billingPeriod": "last", "attributeSet": "full"}},
	} {
		e.looks, e.request = 0, nil
		if m, err := e.export(t, r.export); err != nil || m.Len() != 0 {
			t.Fatal(m, err)
		}
		if diff := cmp.Diff(r.want, e.request); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	_, err := e.export(t, azure.Export{Currency: "euro"})
	wantError(t, err, pharos.Invalid, "euro")
	_, err = e.export(t, azure.Export{Invoice: "../x"})
	wantError(t, err, pharos.Invalid, "../x")
}

func TestExport_Failures(t *testing.T) {
	e := newExporter(t)
	e.error = "5000"
	_, err := e.export(t, azure.Export{Currency: "EUR"})
	wantError(t, err, pharos.NotFound, "unbilled usage of the current period in EUR", "No data available", "eighth")
	e.error, e.looks = "5001", 0
	_, err = e.export(t, azure.Export{Invoice: "G1"})
	wantError(t, err, pharos.Unavailable, "usage of invoice G1", "5001")
	e.error, e.status, e.looks = "", "exploded", 0
	_, err = e.export(t, azure.Export{Invoice: "G1"})
	wantError(t, err, pharos.Unavailable, "known status")
	e.status, e.looks, e.names = "completed", 0, []string{"../../etc/passwd"}
	_, err = e.export(t, azure.Export{Invoice: "G1"})
	wantError(t, err, pharos.Unavailable, "proper name")
}

// TestBlob_BrokenConnections cuts the connection every 20 kB, before a byte,
// and answers ranges or ignores them.
func TestBlob_BrokenConnections(t *testing.T) {
	plain, zipped := packed(t)
	for _, ranges := range []bool{true, false} {
		t.Run(fmt.Sprintf("ranges %v", ranges), func(t *testing.T) {
			e := newExporter(t)
			calls := 0
			e.blobs = map[string]http.HandlerFunc{"part-1.json.gz": func(w http.ResponseWriter, r *http.Request) {
				calls++
				from := 0
				w.Header().Set("ETag", `"v1"`)
				if at := r.Header.Get("Range"); at != "" && ranges {
					if _, err := fmt.Sscanf(at, "bytes=%d-", &from); err != nil || r.Header.Get("If-Match") != `"v1"` {
						t.Errorf("got range %q, match %q", at, r.Header.Get("If-Match"))
					}
					w.Header().Set("Content-Length", strconv.Itoa(len(zipped)-from))
					w.WriteHeader(http.StatusPartialContent)
				} else {
					w.Header().Set("Content-Length", strconv.Itoa(len(zipped)))
				}
				n := 20_000
				if !ranges {
					n *= calls
				}
				if from+n >= len(zipped) {
					_, _ = w.Write(zipped[from:])
					return
				}
				_, _ = w.Write(zipped[from : from+n])
				panic(http.ErrAbortHandler)
			}}
			m, err := e.export(t, azure.Export{Invoice: "G1"})
			if err != nil {
				t.Fatal(err)
			}
			for b := range m.Blobs() {
				if got := gunzip(t, b); !bytes.Equal(got, plain) {
					t.Errorf("got %d bytes, want %d", len(got), len(plain))
				}
			}
			if calls < 5 {
				t.Errorf("got %d connections", calls)
			}
		})
	}
}

// TestBlob_Damaged serves a gzip file that is cut although the answer is
// whole, and then a good one.
func TestBlob_Damaged(t *testing.T) {
	_, zipped := packed(t)
	flipped := bytes.Clone(zipped)
	flipped[len(flipped)-6] ^= 1
	e := newExporter(t)
	calls := 0
	answers := [][]byte{zipped[:len(zipped)/2], {}, flipped, zipped}
	e.blobs = map[string]http.HandlerFunc{"part-1.json.gz": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(answers[min(calls, len(answers)-1)])
		calls++
	}}
	m, err := e.export(t, azure.Export{Invoice: "G1"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for b := range m.Blobs() {
		name, err := b.Save(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, zipped) || name != filepath.Join(dir, "part-1.json.gz") {
			t.Errorf("got %s with %d bytes, %v", name, len(got), err)
		}
		calls, answers = 0, answers[:1]
		_, err = b.Save(t.Context(), dir)
		wantError(t, err, pharos.Unavailable, "part-1.json.gz", "damaged 4 times")
		if err := b.Fetch(t.Context(), func(io.Reader) error { return errors.New("mine") }); err == nil || err.Error() != "mine" {
			t.Errorf("the reader's own error: got %v", err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBlob_SaveOfTwoFolders: partitions may bear one name in several folders.
func TestBlob_SaveOfTwoFolders(t *testing.T) {
	e := newExporter(t)
	e.names = []string{"a/part-1.json", "b/part-1.json"}
	e.blobs = map[string]http.HandlerFunc{}
	for _, n := range e.names {
		e.blobs[n] = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, n) }
	}
	m, err := e.export(t, azure.Export{Invoice: "G1"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	saved := map[string]string{} // path by blob
	for b := range m.Blobs() {
		if saved[b.Name], err = b.Save(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range e.names {
		if got, err := os.ReadFile(saved[n]); err != nil || string(got) != n || filepath.Dir(saved[n]) != dir {
			t.Errorf("%s: %s holds %q, %v", n, saved[n], got, err)
		}
	}
}

func TestBlob_Refused(t *testing.T) {
	e := newExporter(t)
	status, tag := http.StatusForbidden, 0
	e.blobs = map[string]http.HandlerFunc{"part-1.json.gz": func(w http.ResponseWriter, _ *http.Request) {
		if status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		tag++
		w.Header().Set("ETag", strconv.Itoa(tag))
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("12345"))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}}
	m, err := e.export(t, azure.Export{Invoice: "G1"})
	if err != nil {
		t.Fatal(err)
	}
	for b := range m.Blobs() {
		_, err := b.Open(t.Context())
		wantError(t, err, pharos.Forbidden, "part-1.json.gz", "expired")
		status = http.StatusNotFound
		_, err = b.Open(t.Context())
		wantError(t, err, pharos.NotFound, "part-1.json.gz")
		status = http.StatusOK
		err = b.Fetch(t.Context(), func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err })
		wantError(t, err, pharos.Conflict, "changed while it was read")
		if strings.Contains(err.Error(), "sig=") {
			t.Errorf("the signature is shown: %v", err)
		}
	}
}

func TestInvoices(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /v1/invoices", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("offset") == "1" {
			_, _ = w.Write([]byte(`{"items":[{"id":"G2","invoiceDate":"2026-11-06T00:00:00Z","currencyCode":"USD"},
				{"id":"G3","invoiceDate":"2026-11-06T00:00:00Z","documentType":"adjustment_credit_note"}]}`))
			return
		}
		_, _ = w.Write([]byte(`{"items":[{"id":"D1","invoiceDate":"2026-11-06T00:00:00Z","billingPeriodStartDate":"2026-09-01T00:00:00Z","currencyCode":"EUR"}],
			"links":{"next":{"uri":"/v1/invoices?size=1&offset=1","method":"GET","headers":[]}}}`))
	})
	b, err := f.session().Billing()
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Invoices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	date := time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC)
	october := pharos.MonthOf(date) - 1
	want := []azure.Invoice{{ID: "D1", Month: october - 1, Currency: "EUR", Date: date}, {ID: "G2", Month: october, Currency: "USD", Date: date}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got[0].HasCredit() || !got[1].HasCredit() {
		t.Error("only the G invoice has credit")
	}
}

func TestLineItems(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /v1/invoices/unbilled/lineitems", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("provider") != "onetime" || q.Get("currencycode") != "eur" || q.Get("period") != "previous" || q.Get("hasPartnerEarnedCredit") != "true" {
			t.Errorf("got %s", r.URL)
		}
		if q.Get("seekOperation") == "" {
			_, _ = w.Write([]byte(`{"items":[{"a":0.10}],"links":{"next":{"headers":[{"key":"MS-ContinuationToken","value":"A"}]}}}`))
			return
		}
		_, _ = w.Write([]byte(`{"items":[{"b":2}],"links":{}}`))
	})
	b, err := f.session().Billing()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for body, err := range b.LineItems(t.Context(), azure.LineItems{Currency: "EUR", Previous: true, Credited: true}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(body))
	}
	if len(all) != 2 || !strings.Contains(all[0], `{"a":0.10}`) || !strings.Contains(all[1], `{"b":2}`) {
		t.Errorf("got %q", all)
	}
	for _, err := range b.LineItems(t.Context(), azure.LineItems{}) {
		wantError(t, err, pharos.Invalid, "currency")
	}
}
