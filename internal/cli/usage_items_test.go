package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// TestPull_LineItems: an invoice of before September 2022 is in Partner
// Center's line items only, and holds the same bill.
func TestPull_LineItems(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/scenario/earned-aobo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		"2026-10-01": "2022-07-01", "2026-11-06": "2022-08-10", "2026-09-01": "2022-06-01", "2026-01-01": "2022-01-01",
	} {
		text = bytes.ReplaceAll(text, []byte(from), []byte(to))
	}
	p := startPlay(t, text)
	p.moveTo(p.end)
	p.ok("scan")
	var pulled struct {
		Files []struct{ Format string }
		Lines int
	}
	if err := json.Unmarshal(p.ok("usage", "pull", "--month", "2022-07", "-o", "json"), &pulled); err != nil {
		t.Fatal(err)
	}
	if len(pulled.Files) != 1 || pulled.Files[0].Format != "v1-json" || pulled.Lines != 31 {
		t.Errorf("pulled %+v, want the 31 lines of one invoice as v1-json", pulled)
	}
	var doc creditDoc
	if err := json.Unmarshal(p.ok("credit", "--month", "2022-07", "-o", "json"), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Totals) != 1 || doc.Totals[0]["earned"] != "50.22" {
		t.Errorf("got %v, want 50.22 earned", doc.Totals)
	}
}
