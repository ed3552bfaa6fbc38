package azure_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
	"github.com/pharos-pec/pharos/internal/azure"
)

// faulty is a cloud on a bad day; latency and Retry-After of the emulator stay
// as they are, so the share of throttling is what costs time.
const faulty = `
faults: {seed: 7, throttle: 0.1, serverError: 0.05, dropConnection: 0.05, truncateBlob: 0.5}
`

// readings are everything an eye can see, as text, for a comparison.
func readings(t *testing.T, s *azure.Session) []string {
	t.Helper()
	v := seenBy(t, s)
	var out []string
	note := func(name string, reading any, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		out = append(out, fmt.Sprintf("%s %+v", name, reading))
	}
	as, err := s.Assignments(t.Context(), v)
	note("assignments", as, err)
	ds, err := s.Delegations(t.Context(), v)
	note("delegations", ds, err)
	dn, err := s.Denials(t.Context(), v)
	note("denials", dn, err)
	gl, err := s.AccessLog(t.Context(), v, october(2, 0))
	note("log", gl, err)
	l, err := s.Link(t.Context())
	note("link", l, err)
	ag, err := s.AgentGroups(t.Context())
	note("agents", ag, err)
	return out
}

// TestFaults_NothingLostNothingDoubled reads the same month from a good and a
// bad cloud.
func TestFaults_NothingLostNothingDoubled(t *testing.T) {
	t.Parallel()
	want := readings(t, emulate(t, "month", "").session("provider-automation"))
	bad := emulate(t, "month", faulty)
	for range 2 {
		if diff := cmp.Diff(want, readings(t, bad.session("provider-automation"))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// TestFaults_Export pulls the running month and October's invoice through
// throttling, errors, drops and cut blobs, and compares them with what the
// emulator says they are.
func TestFaults_Export(t *testing.T) {
	t.Parallel()
	e := emulate(t, "month", faulty)
	b, err := e.session("provider-automation").Billing()
	if err != nil {
		t.Fatal(err)
	}
	invoices, err := b.Invoices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := slices.IndexFunc(invoices, func(i azure.Invoice) bool { return i.Month == pharos.MonthOf(october(1, 0)) && i.HasCredit() })
	if found < 0 || invoices[found].Currency != "EUR" {
		t.Fatalf("got invoices %+v", invoices)
	}
	for month, export := range map[pharos.Month]azure.Export{
		pharos.MonthOf(e.Now()): {Currency: "EUR"},
		invoices[found].Month:   {Invoice: invoices[found].ID},
	} {
		var bill strings.Builder
		if err := e.WriteBill(&bill, month, emulator.GraphJSONL); err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(strings.Lines(bill.String()))
		m, err := b.Export(t.Context(), export)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for blob := range m.Blobs() {
			name, err := blob.Save(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, linesOf(t, name)...)
		}
		slices.Sort(got)
		if len(want) == 0 {
			t.Fatal("the bill is empty")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%.2000s", export, diff)
		}
	}
}

// linesOf reads the lines of a gzip file.
func linesOf(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(string(text)))
}
