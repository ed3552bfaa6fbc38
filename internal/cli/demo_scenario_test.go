package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/cli"
)

// TestDemo_TellsTheTruth: what the demo reports is what its scenario planted,
// on exactly those days and to the last digit, and nothing else.
func TestDemo_TellsTheTruth(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("demo/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := &play{t: t}
	if err := yaml.Unmarshal(text, &p.expect); err != nil {
		t.Fatal(err)
	}
	if len(p.expect.Customers) != 12 || len(p.names()) < 38 {
		t.Fatalf("%d customers, %d subscriptions", len(p.expect.Customers), len(p.names()))
	}
	var out, talk bytes.Buffer
	world := cli.IO{In: strings.NewReader(""), Out: &out, Err: &talk, Getenv: func(string) string { return "" }, Now: time.Now}
	if status := cli.Main(t.Context(), []string{"demo", "--exit", "-o", "json"}, world); status != 0 {
		t.Fatalf("status %d\n%s", status, talk.Bytes())
	}
	var doc creditDoc
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %s", err, out.Bytes())
	}
	p.verify(doc)
	planted := map[pharos.Cause]bool{pharos.NotAzurePlan: true, pharos.NotBillTo: true} // of coverage only, see TestFormats
	for _, s := range doc.Subscriptions {
		for _, d := range s.Days {
			for _, c := range d.Causes {
				planted[c] = true
			}
		}
	}
	for _, c := range pharos.Causes() {
		if !planted[c] {
			t.Errorf("%s is planted nowhere", c)
		}
	}
	if len(doc.Totals) != 4 {
		t.Errorf("%d currencies, want 4", len(doc.Totals))
	}
}
