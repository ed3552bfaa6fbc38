package evidence_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

// TestNewRequest_AnyPack: whatever a pack holds, the request can be sent: it is
// text within the bounds, quotes the checksum, and names each disputed day with
// its missing credit, or says that there is more in the pack.
func TestNewRequest_AnyPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month, err := pharos.ParseMonth("2026-10")
		if err != nil {
			t.Fatal(err)
		}
		p := &evidence.Pack{Summary: evidence.Summary{
			SubscriptionID: "59c9bc6d-a1b0-5ee6-b87f-6880b9220640", SubscriptionName: rapid.String().Draw(t, "name"), PartnerID: "4987654", Month: month,
		}}
		for d := month.First(); d <= month.Last(); d++ {
			day := evidence.Day{Date: d}
			for range rapid.IntRange(0, 3).Draw(t, "rows") {
				row := evidence.Row{
					Verdict:  rapid.SampledFrom([]pharos.Verdict{pharos.Disputable, pharos.Earned, pharos.Lost}).Draw(t, "verdict"),
					Currency: rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"), Lines: 1,
				}
				if row.Verdict == pharos.Disputable {
					row.Missing = decimal.New(rapid.Int64Range(1, 1e12).Draw(t, "missing"), -2)
					day.Disputed = true
				}
				day.Rows = append(day.Rows, row)
			}
			if day.Disputed {
				p.Summary.Days = append(p.Summary.Days, d)
			}
			p.Days = append(p.Days, day)
		}
		for range rapid.IntRange(0, 60).Draw(t, "holders") {
			p.Summary.Access = append(p.Summary.Access, evidence.Holder{Path: pharos.Direct, Name: rapid.String().Draw(t, "holder"), Days: p.Summary.Days})
		}
		r, err := evidence.NewRequest(p, sumOfManifest)
		if len(p.Summary.Days) == 0 {
			if pharos.CodeOf(err) != pharos.NotFound {
				t.Fatalf("nothing to dispute: %v", err)
			}
			return
		}
		if err != nil || len(r.Description) > 8000 || len(r.Title) > 200 || !utf8.ValidString(r.Title) || !strings.HasSuffix(r.Description, sumOfManifest) {
			t.Fatalf("%v: title of %d, description of %d bytes:\n%s", err, len(r.Title), len(r.Description), r.Description)
		}
		if strings.Contains(r.Description, "… (the rest stands in the pack)") {
			return
		}
		for _, d := range p.Days {
			missing := map[string]decimal.Decimal{}
			for _, row := range d.Rows {
				if row.Verdict == pharos.Disputable {
					missing[row.Currency] = missing[row.Currency].Add(row.Missing)
				}
			}
			for currency, sum := range missing {
				if line := "\n" + d.Date.String() + ": " + evidence.Cents(sum) + " " + currency + " missing;"; !strings.Contains(r.Description, line) {
					t.Fatalf("it lacks %q:\n%s", line, r.Description)
				}
			}
		}
	})
}
