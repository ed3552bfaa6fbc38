package cli_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
)

// TestFormats: files of all formats that hold the same bill give the same
// verdicts and totals, to the last digit; so does the billing API.
func TestFormats(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("demo/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := startPlay(t, text)
	p.moveTo(p.end)
	p.ok("scan")
	p.ok("usage", "pull", "--month", "2026-10")
	want := p.judged()
	if len(want["subscriptions"].([]any)) < 30 {
		t.Fatalf("%d subscriptions", len(want["subscriptions"].([]any)))
	}
	for date, cause := range map[string]string{"2026-10-05": `"not-bill-to"`, "2026-10-20": `"not-azure-plan"`} {
		if out := p.ok("coverage", "--date", date, "-o", "json"); !bytes.Contains(out, []byte(cause)) {
			t.Errorf("no scope is %s on %s", cause, date)
		}
	}
	formats := 0
	for _, f := range emulator.BillFormats() {
		if f == emulator.ReconCSV {
			continue // sums of a month, no day to judge
		}
		formats++
		t.Run(string(f), func(t *testing.T) {
			q := *p
			q.t = t
			file := q.file(f)
			ledger := filepath.Join(t.TempDir(), "ledger")
			q.ok("usage", "import", file, "--ledger", ledger)
			if diff := cmp.Diff(want, q.judged("--ledger", ledger)); diff != "" {
				t.Errorf("not the same as from the billing API:\n%.2000s", diff)
			}
			q.ok("usage", "import", file, "--ledger", ledger)
			if diff := cmp.Diff(want, q.judged("--ledger", ledger)); diff != "" {
				t.Errorf("imported twice it is not the same:\n%.2000s", diff)
			}
		})
	}
	if formats < 5 {
		t.Errorf("%d formats", formats)
	}
}

// TestRecon: the monthly reconciliation file of the same bill agrees with the
// daily lines; one of another bill is warned of.
func TestRecon(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/scenario/no-access.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := startPlay(t, text)
	p.moveTo(p.end)
	p.ok("usage", "import", p.file(emulator.DailyCSV), p.file(emulator.ReconCSV))
	if w := p.credit().Warnings; len(w) != 0 {
		t.Errorf("warnings %v", w)
	}
	dear := startPlay(t, bytes.ReplaceAll(text, []byte(`unitPrice: "0.50"`), []byte(`unitPrice: "0.60"`)))
	dear.moveTo(dear.end)
	out := p.ok("credit", "--month", "2026-10", "-o", "json", "--ledger", p.other(dear))
	if !bytes.Contains(out, []byte(`"recon-off"`)) {
		t.Errorf("no warning in %s", out)
	}
}

// other makes a ledger of this bill's lines and the other's reconciliation.
func (p *play) other(dear *play) string {
	p.t.Helper()
	ledger := filepath.Join(p.t.TempDir(), "ledger")
	p.ok("usage", "import", p.file(emulator.DailyCSV), dear.file(emulator.ReconCSV), "--ledger", ledger)
	return ledger
}

// TestImportAlone: with a bill and no history, the report still says whose
// each subscription is, and no line that was not credited is called lost.
func TestImportAlone(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/scenario/no-access.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := startPlay(t, text)
	p.moveTo(p.end)
	p.ok("usage", "import", p.file(emulator.DailyCSV))
	var doc struct {
		Subscriptions []struct {
			CustomerName, SubscriptionName string
			Days                           []struct{ Verdict pharos.Verdict }
		}
	}
	if err := json.Unmarshal(p.ok("credit", "--month", "2026-10", "-o", "json"), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Subscriptions) != 1 || doc.Subscriptions[0].CustomerName != "fabrikam" || doc.Subscriptions[0].SubscriptionName != "prod" {
		t.Fatalf("got %+v", doc.Subscriptions)
	}
	for _, d := range doc.Subscriptions[0].Days {
		if d.Verdict != pharos.Earned && d.Verdict != pharos.UnknownVerdict {
			t.Errorf("a day is %s", d.Verdict)
		}
	}
}

// file writes the month's bill, compressed, under a name that tells nothing.
func (p *play) file(f emulator.BillFormat) string {
	p.t.Helper()
	october, _ := pharos.ParseMonth("2026-10")
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if err := p.azure.WriteBill(z, october, f); err != nil {
		p.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.t.TempDir(), "bill")
	if err := os.WriteFile(file, zipped.Bytes(), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return file
}

// judged is the whole document of `pharos credit`, but for its warnings.
func (p *play) judged(flags ...string) map[string]any {
	p.t.Helper()
	out := p.ok(append([]string{"credit", "--month", "2026-10", "-o", "json"}, flags...)...)
	var doc map[string]any
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		p.t.Fatal(err)
	}
	delete(doc, "warnings")
	return doc
}
