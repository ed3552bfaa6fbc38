package emulator

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// exported asks for an export, waits for it and returns the lines of all its
// blobs, joined.
func exported(d *desk, kind, body string) (lines string, blobs int) {
	d.t.Helper()
	m := finished(d, kind, body)["resourceLocation"].(map[string]any)
	for _, b := range m["blobs"].([]any) {
		lines += string(d.blob(m, b.(map[string]any)["name"].(string), http.StatusOK))
		blobs++
	}
	return lines, blobs
}

// finished asks for an export and returns its operation when it is done.
func finished(d *desk, kind, body string) map[string]any {
	d.t.Helper()
	r := d.do(http.MethodPost, "/v1.0/reports/partners/billing/usage/"+kind+"/export", body)
	if r.status != http.StatusAccepted {
		d.t.Fatalf("export: %d", r.status)
	}
	operation := r.header.Get("Location")
	running := d.do(http.MethodGet, operation, "")
	if first := d.json(running, operation, 200); first["status"] != "running" || running.header.Get("Retry-After") == "" {
		d.t.Errorf("at first: %v, Retry-After %q", first["status"], running.header.Get("Retry-After"))
	}
	return d.get(operation, 200)
}

// blob fetches a blob without a token and unpacks it.
func (d *desk) blob(manifest map[string]any, name string, status int) []byte {
	d.t.Helper()
	token := d.token
	d.token = ""
	defer func() { d.token = token }()
	r := d.do(http.MethodGet, manifest["rootDirectory"].(string)+"/"+name+"?"+manifest["sasToken"].(string), "")
	if r.status != status {
		d.t.Fatalf("%s: status %d, want %d: %.200s", name, r.status, status, r.body)
	}
	if status != http.StatusOK {
		return r.body
	}
	z, err := gzip.NewReader(bytes.NewReader(r.body))
	if err != nil {
		d.t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		d.t.Fatal(err)
	}
	return text
}

// several is a scenario of several customers in two currencies.
func several() string {
	c := billCase{access: []string{`aobo: [{partner: us}]`}, now: "2026-11-05T23:59:59Z"}
	text := c.yaml()
	for _, more := range []struct{ name, currency string }{{"contoso", "EUR"}, {"tailspin", "EUR"}, {"wingtip", "USD"}} {
		text += "  - {name: " + more.name + ", currency: " + more.currency + ", subscriptions: [{name: s, resources: [" +
			"{name: vm, group: rg, type: Microsoft.Compute/virtualMachines, meter: vm-d4s-v5, quantity: 3}]}]}\n"
	}
	return text
}

func TestExport_Unbilled(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	full, blobs := exported(d, "unbilled", `{"currencyCode":"EUR","billingPeriod":"last","attributeSet":"full"}`)
	if n := strings.Count(full, "\n"); n != 3*31 || blobs != 3 {
		t.Errorf("%d lines in %d blobs, want 93 in 3", n, blobs)
	}
	var want bytes.Buffer
	if err := writeLines(&want, d.e.world.billOf(october, d.e.Now()).in("EUR").lines(), GraphJSONL); err != nil {
		t.Fatal(err)
	}
	got, all := strings.Split(full, "\n"), strings.Split(want.String(), "\n")
	slices.Sort(got)
	slices.Sort(all)
	if !slices.Equal(got[len(got)-93:], all[len(all)-93:]) {
		t.Error("the blobs together are not the bill")
	}
	if !strings.Contains(full, `"PartnerEarnedCreditPercentage":15`) {
		t.Error("full has no credit")
	}
	basicSet, _ := exported(d, "unbilled", `{"currencyCode":"eur","billingPeriod":"last","attributeSet":"basic"}`)
	if strings.Contains(basicSet, "PartnerEarnedCredit") || strings.Count(basicSet, "\n") != 93 {
		t.Error("basic has the credit, or other lines")
	}
	if current, _ := exported(d, "unbilled", `{"currencyCode":"USD","billingPeriod":"current"}`); strings.Count(current, "\n") != 4 {
		t.Errorf("USD in November so far: %s", current)
	}
	for _, body := range []string{`{"currencyCode":"GBP","billingPeriod":"last"}`} {
		failed := finished(d, "unbilled", body)
		if e, _ := failed["error"].(map[string]any); failed["status"] != "failed" || e["code"] != "5000" {
			t.Errorf("%s: %v", body, failed)
		}
	}
}

// From the 6th on, October is an invoice for each currency and unbilled no more.
func TestExport_Billed(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	number := invoiceNumber(october, "EUR")
	d.post("/v1.0/reports/partners/billing/usage/billed/export", `{"invoiceId":"`+number+`"}`, 404)
	if err := d.e.SetTime(at(t, "2026-11-06T00:00:00Z")); err != nil {
		t.Fatal(err)
	}
	lines, _ := exported(d, "billed", `{"invoiceId":"`+number+`"}`)
	if strings.Count(lines, `"InvoiceNumber":"`+number+`"`) != 93 {
		t.Errorf("%d lines bear the invoice's number, want 93", strings.Count(lines, number))
	}
	if status := finished(d, "unbilled", `{"currencyCode":"EUR","billingPeriod":"last"}`)["status"]; status != "failed" {
		t.Errorf("unbilled after the invoice: %v", status)
	}
}

func TestExport_Refusals(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	path := "/v1.0/reports/partners/billing/usage/"
	for _, body := range []string{
		`{"billingPeriod":"last"}`, `{"currencyCode":"EURO","billingPeriod":"last"}`, `{"currencyCode":"EUR"}`,
		`{"currencyCode":"EUR","billingPeriod":"previous"}`, `{"currencyCode":"EUR","billingPeriod":"last","attributeSet":"all"}`, `{`,
	} {
		d.post(path+"unbilled/export", body, 400)
	}
	d.post(path+"billed/export", `{}`, 400)
	d.get("/v1.0/reports/partners/billing/operations/"+objectID("x", "", ""), 404)
	d.post("/v1.0/reports/partners/billing/reconciliation/billed/export", `{}`, 501)
	d.signIn("msp", "alice", graph)
	d.post(path+"unbilled/export", `{"currencyCode":"EUR","billingPeriod":"last"}`, 403)
}

// A blob opens with its signature only, and only for some hours.
func TestBlob_Signature(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	m := finished(d, "unbilled", `{"currencyCode":"EUR","billingPeriod":"last"}`)["resourceLocation"].(map[string]any)
	name := m["blobs"].([]any)[0].(map[string]any)["name"].(string)
	sas := m["sasToken"].(string)
	d.blob(m, name, http.StatusOK)
	m["sasToken"] = strings.Replace(sas, "se=2026", "se=2027", 1)
	d.blob(m, name, http.StatusForbidden)
	m["sasToken"] = ""
	d.blob(m, name, http.StatusForbidden)
	m["sasToken"] = sas
	if got := d.blob(m, "part-00099-x.json.gz", http.StatusNotFound); !bytes.Contains(got, []byte("BlobNotFound")) {
		t.Errorf("no such blob: %s", got)
	}
	if err := d.e.SetTime(d.e.Now().Add(sasLife)); err != nil {
		t.Fatal(err)
	}
	d.blob(m, name, http.StatusForbidden)
}

// A client goes on where its connection broke.
func TestBlob_Range(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	m := finished(d, "unbilled", `{"currencyCode":"EUR","billingPeriod":"last"}`)["resourceLocation"].(map[string]any)
	target := m["rootDirectory"].(string) + "/" + m["blobs"].([]any)[0].(map[string]any)["name"].(string) + "?" + m["sasToken"].(string)
	whole := d.do(http.MethodGet, target, "").body
	for _, c := range []struct {
		asked  string
		status int
		want   []byte
	}{
		{"bytes=0-", 206, whole}, {"bytes=100-", 206, whole[100:]}, {"bytes=5-9", 206, whole[5:10]},
		{"bytes=5-99999999", 206, whole[5:]}, {"bytes=99999999-", 416, nil}, {"lines=1-", 400, nil},
	} {
		d.next = http.Header{"Range": {c.asked}}
		r := d.do(http.MethodGet, target, "")
		if r.status != c.status || (c.want != nil && !bytes.Equal(r.body, c.want)) {
			t.Errorf("%s: status %d, %d bytes; want %d, %d", c.asked, r.status, len(r.body), c.status, len(c.want))
		}
	}
}

// A fault cuts a blob in the middle: the client is told a longer length.
func TestBlob_Truncated(t *testing.T) {
	d := deskFor(t, several()+"faults: {truncateBlob: 1}\n", "msp", "robot", graph)
	m := finished(d, "unbilled", `{"currencyCode":"EUR","billingPeriod":"last"}`)["resourceLocation"].(map[string]any)
	name := m["blobs"].([]any)[0].(map[string]any)["name"].(string)
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Error("the answer was not cut")
		}
	}()
	d.blob(m, name, http.StatusOK)
}

// What was exported is the bill as of then, whenever it is fetched.
func TestExport_StaysAsOf(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	m := finished(d, "unbilled", `{"currencyCode":"USD","billingPeriod":"current"}`)["resourceLocation"].(map[string]any)
	name := m["blobs"].([]any)[0].(map[string]any)["name"].(string)
	before := d.blob(m, name, http.StatusOK)
	if err := d.e.SetTime(d.e.Now().Add(3 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if after := d.blob(m, name, http.StatusOK); !bytes.Equal(before, after) {
		t.Error("the blob changed")
	}
}

func TestReadBill(t *testing.T) {
	d := deskFor(t, several(), "msp", "robot", graph)
	d.token = ""
	for _, f := range BillFormats() {
		got := d.do(http.MethodGet, "/emulator/bill?month=2026-10&format="+string(f), "").body
		var want bytes.Buffer
		if err := d.e.WriteBill(&want, october, f); err != nil || !bytes.Equal(got, want.Bytes()) || len(got) == 0 {
			t.Errorf("%s: %d bytes, want %d (%v)", f, len(got), want.Len(), err)
		}
	}
	d.get("/emulator/bill?month=2026-13", 400)
	d.get("/emulator/bill?format=xls", 400)
	r := httpRequestFrom("203.0.113.9:4711", "/emulator/bill")
	w := newRecorder()
	d.e.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("from another machine: %d", w.Code)
	}
}
