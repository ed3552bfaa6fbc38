package web

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/report"
)

// The API's documents are the command line's, byte for byte.
func TestAPI_SameAsCommandLine(t *testing.T) {
	b := sample()
	s, _ := server(t, b)
	scopes, err := b.Coverage(t.Context(), day(9))
	if err != nil {
		t.Fatal(err)
	}
	page, err := explain.Of(pharos.NotLinked)
	if err != nil {
		t.Fatal(err)
	}
	for path, of := range map[string]*report.Report{
		"/api/v1/credit?month=2026-10":     report.Credit(b.judged[october]),
		"/api/v1/credit":                   report.Credit(b.judged[october]),
		"/api/v1/coverage?date=2026-10-09": report.Coverage(day(9), scopes, b.names),
		"/api/v1/explain/not-linked":       report.Page(page),
	} {
		var want bytes.Buffer
		if err := of.Write(&want, report.JSON, report.Style{}); err != nil {
			t.Fatal(err)
		}
		w := get(t, s, path)
		if w.Code != 200 || w.Body.String() != want.String() {
			t.Errorf("%s: status %d, %d bytes, want those of the report", path, w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("%s: type %q", path, got)
		}
	}
}

// The fields of the contract are there by name.
func TestAPI_Credit_Fields(t *testing.T) {
	s, _ := server(t, sample())
	var doc struct {
		Month  string
		Totals []struct{ Currency, Earned, Lost, Excluded string }
		Causes []struct {
			Code, Verdict, Currency, Credit string
			Subscriptions, Days             int
		}
		Subscriptions []struct {
			SubscriptionID, CustomerID, CustomerName, Currency string
			Days                                               []struct {
				Date, Verdict, List, Credit string
				Causes                      []string
				Lines                       int
			}
		}
		Warnings []struct{ Code, Message string }
	}
	if err := json.Unmarshal(get(t, s, "/api/v1/credit?month=2026-10").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Month != "2026-10" || len(doc.Totals) != 2 || len(doc.Subscriptions) != 6 || len(doc.Warnings) != 1 {
		t.Fatalf("document %+v", doc)
	}
	if !strings.HasPrefix(doc.Totals[0].Lost, "8824.59") {
		t.Errorf("lost %s", doc.Totals[0].Lost)
	}
	// The 9th has two rows, a row for each verdict.
	if d := doc.Subscriptions[0].Days[16]; d.Date != "2026-10-09" || d.Verdict != "lost" || len(d.Causes) != 1 || d.Causes[0] != "no-access" || d.Lines != 240 {
		t.Errorf("the 9th: %+v", d)
	}
}
