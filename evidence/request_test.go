package evidence_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

const sumOfManifest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// dispute is a pack with two disputed days, one of them in two currencies.
func dispute(t *testing.T) *evidence.Pack {
	t.Helper()
	first := day(t, "2026-10-03")
	row := func(v pharos.Verdict, currency, list, missing string, lines int64) evidence.Row {
		return evidence.Row{Verdict: v, Currency: currency, List: decimal.RequireFromString(list), Missing: decimal.RequireFromString(missing), Lines: lines}
	}
	return &evidence.Pack{
		Summary: evidence.Summary{
			SubscriptionID: "59c9bc6d-a1b0-5ee6-b87f-6880b9220640", SubscriptionName: "prod", CustomerName: "Fabrikam", PartnerID: "4987654",
			Month: first.Month(), AsOf: time.Date(2026, 11, 4, 6, 0, 0, 0, time.UTC), Days: []pharos.Day{first, first + 1}, Lines: 5,
		},
		Days: []evidence.Day{
			{Date: first, Rows: []evidence.Row{row(pharos.Disputable, "EUR", "20", "3", 2), row(pharos.Disputable, "USD", "10", "1.5", 1), row(pharos.Earned, "EUR", "7", "0", 9)}},
			{Date: first + 1, Rows: []evidence.Row{row(pharos.Disputable, "EUR", "0.02", "0.003", 1), row(pharos.Disputable, "EUR", "4", "0.6", 1)}},
			{Date: first + 2, Rows: []evidence.Row{row(pharos.Lost, "EUR", "4", "0", 1)}},
		},
	}
}

func TestNewRequest(t *testing.T) {
	r, err := evidence.NewRequest(dispute(t), sumOfManifest)
	if err != nil {
		t.Fatal(err)
	}
	if want := "partner-earned-credit-2026-10-59c9bc6d-a1b0-5ee6-b87f-6880b9220640"; r.Name != want {
		t.Errorf("name: got %s", r.Name)
	}
	if want := "Partner earned credit not applied: partner ID 4987654, subscription 59c9bc6d-a1b0-5ee6-b87f-6880b9220640, 2026-10-03 to 2026-10-04"; r.Title != want {
		t.Errorf("title: got %s", r.Title)
	}
	if r.Severity != evidence.Minimal || r.Began.Format(time.RFC3339) != "2026-10-03T00:00:00Z" || r.Attachment != "evidence-59c9bc6d-a1b0-5ee6-b87f-6880b9220640-2026-10.zip" {
		t.Errorf("got %+v", r)
	}
	if want := r.Name + "-9f86d081"; r.Workspace() != want {
		t.Errorf("workspace: got %s", r.Workspace())
	}
	const want = `Missing credit day by day (UTC):
2026-10-03: 3.00 EUR missing; usage of 20.00, lines: 2
2026-10-03: 1.50 USD missing; usage of 10.00, lines: 1
2026-10-04: 0.60 EUR missing; usage of 4.02, lines: 2

Evidence: evidence-59c9bc6d-a1b0-5ee6-b87f-6880b9220640-2026-10.zip, with every line, who held which role from when to when, and the observations.
The pack lists the SHA-256 of each of its files in SHA256SUMS, whose own SHA-256 is
` + sumOfManifest
	i := strings.Index(r.Description, "Missing credit day by day")
	if i < 0 || !strings.HasPrefix(r.Description, "Partner earned credit not applied although access was in place") {
		t.Fatalf("got\n%s", r.Description)
	}
	if diff := cmp.Diff(want, r.Description[i:]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestNewRequest_Bounds: whatever the pack holds, the request has a size that
// can be read, and its end, with the checksum, is whole.
func TestNewRequest_Bounds(t *testing.T) {
	long, many := dispute(t), dispute(t)
	for i := range 400 {
		long.Summary.Access = append(long.Summary.Access, evidence.Holder{Path: pharos.Lighthouse, ID: pharos.PrincipalID(strings.Repeat("é", 40)), Days: long.Summary.Days})
		many.Days = append(many.Days, evidence.Day{Date: many.Days[0].Date + pharos.Day(i), Rows: many.Days[0].Rows})
	}
	for name, p := range map[string]*evidence.Pack{"many holders": long, "many days": many} {
		r, err := evidence.NewRequest(p, sumOfManifest)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Description) > 8000 || len(r.Title) > 200 {
			t.Errorf("%s: title %d, description %d bytes", name, len(r.Title), len(r.Description))
		}
		if !strings.Contains(r.Description, "… (the rest stands in the pack)") || !strings.HasSuffix(r.Description, sumOfManifest) {
			t.Errorf("%s: got\n%s", name, r.Description)
		}
	}
}

// TestNewRequest_Caveats: where the amounts are not final, Microsoft is told.
func TestNewRequest_Caveats(t *testing.T) {
	p := dispute(t)
	p.Bill.Rates = []evidence.RateUse{{Rate: pharos.NewRate(15), Assumed: true, Lines: 2}}
	r, err := evidence.NewRequest(p, sumOfManifest)
	if err != nil || !strings.Contains(r.Description, "does not state the rate of 2 of the disputed lines") {
		t.Errorf("got %v\n%s", err, r.Description)
	}
}

func TestNewRequest_NothingToDispute(t *testing.T) {
	p := dispute(t)
	p.Summary.Days = nil
	if _, err := evidence.NewRequest(p, sumOfManifest); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestRequest_PortalText(t *testing.T) {
	r, err := evidence.NewRequest(dispute(t), sumOfManifest)
	if err != nil {
		t.Fatal(err)
	}
	plain := r.PortalText()
	for _, part := range []string{"https://partner.microsoft.com/dashboard", r.Title, r.Description, r.Attachment, "Problem began: 2026-10-03"} {
		if !strings.Contains(plain, part) {
			t.Errorf("it lacks %q:\n%s", part, plain)
		}
	}
	if strings.Contains(plain, "Contact:") {
		t.Error("it names a contact that is not known")
	}
	r.Contact = pharos.Contact{FirstName: "Ada", LastName: "Example", Email: "ada@contoso.example"}
	if text := r.PortalText(); !strings.Contains(text, "Contact: Ada Example, ada@contoso.example") {
		t.Errorf("it lacks the contact:\n%s", text)
	}
}

func TestParseSeverity(t *testing.T) {
	for _, s := range []evidence.Severity{evidence.Minimal, evidence.Moderate, evidence.Critical} {
		if got, err := evidence.ParseSeverity(string(s)); err != nil || got != s {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	if _, err := evidence.ParseSeverity("highestcriticalimpact"); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("got %v", err)
	}
}
