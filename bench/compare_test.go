package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Both programs must come to the same facts, lines and list cost, or the
// times say nothing.
func TestPrograms_Agree(t *testing.T) {
	s := shape{Rows: 5_000, Files: 2, Customers: 20, Subscriptions: 60, Resources: 200, Seed: 3, First: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	bill := filepath.Join(t.TempDir(), "bill")
	if err := prepare(bill, s); err != nil {
		t.Fatal(err)
	}
	var ours, duck bytes.Buffer
	if err := importPharos(t.Context(), &ours, bill, pharos.MonthOf(s.First)); err != nil {
		t.Fatal(err)
	}
	if err := importDuckDB(t.Context(), &duck, bill); err != nil {
		t.Fatal(err)
	}
	a, b := outcome(t, ours.String()), outcome(t, duck.String())
	if judged := strings.Fields(ours.String())[8:]; len(judged) != 8 || judged[3] != judged[7] || judged[1] != "5000" || !strings.Contains(judged[3], "earned_") {
		t.Errorf("judged %q", judged)
	}
	if a.text != b.text || !a.list.Equal(b.list) {
		t.Errorf("pharos %s %s\nduckdb %s %s", a.text, a.list, b.text, b.list)
	}
}

type facts struct {
	text string // lines and facts
	list decimal.Decimal
}

// outcome reads the digests of a program's phases.
func outcome(t *testing.T, printed string) facts {
	t.Helper()
	f := strings.Fields(strings.ReplaceAll(printed, "_", " "))
	// import N seconds N lines facts N seconds N facts, list L, and what ours is judged as
	if len(f) < 12 {
		t.Fatalf("%q", printed)
	}
	list, err := decimal.NewFromString(f[11])
	if err != nil {
		t.Fatal(err)
	}
	return facts{text: f[1] + " " + f[6] + " " + f[8], list: list}
}

// The same shape gives the same bill.
func TestGenerate_Repeats(t *testing.T) {
	s := shape{Rows: 500, Files: 1, Customers: 5, Subscriptions: 10, Resources: 20, Seed: 1, First: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	var lines [2]bytes.Buffer
	for i := range lines {
		resources := s.resources()
		s.line(&lines[i], resources, 7, newRandom(s.Seed, 7))
	}
	if !bytes.Equal(lines[0].Bytes(), lines[1].Bytes()) || lines[0].Len() < 1000 {
		t.Errorf("%s\n%s", &lines[0], &lines[1])
	}
}
