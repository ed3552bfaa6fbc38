package report

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/shopspring/decimal"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
)

// sampleEvidenceHistory is the sample's, with what a pack tells of access. The
// robot's name is one that a page must escape.
func sampleEvidenceHistory() *pharos.History {
	h := sampleHistory()
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, time.UTC) }
	automation := pharos.PrincipalRef{Tenant: fabrikam, ID: robot}
	h.Principals[automation] = pharos.Principal{PrincipalRef: automation, Kind: pharos.ServicePrincipal, Name: "provider-automation"}
	ops := pharos.PrincipalRef{Tenant: fabrikam, ID: "ffffffff-ffff-4fff-8fff-ffffffffffff"}
	h.Principals[ops] = pharos.Principal{PrincipalRef: ops, Kind: pharos.Group, Name: "<script>Ops</script>"}
	scope := pharos.SubscriptionScope(prod)
	still := pharos.Bound{Earliest: at(31, 6)}
	grant := func(holder pharos.PrincipalRef, kind pharos.GrantKind, role pharos.RoleID, span pharos.Span, evidence string) pharos.Fact[pharos.Grant] {
		g := pharos.Grant{Path: pharos.Lighthouse, ID: string(scope) + "/providers/microsoft.managedservices/registrationassignments/edff6015-36f4-54ca-b8bd-c7c90027a33b", Scope: scope, Kind: kind, Role: role, Holder: holder, HolderKind: pharos.ServicePrincipal}
		return pharos.Fact[pharos.Grant]{Value: g, Span: span, Source: pharos.Logged, Evidence: evidence}
	}
	looked := []pharos.Interval{{From: at(-10, 6), To: at(31, 6)}}
	h.Grants[pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}] = &pharos.Record[pharos.Grant]{Observed: looked, Facts: []pharos.Fact[pharos.Grant]{
		grant(automation, pharos.Permanent, pharos.SupportRequestContributor, pharos.Span{Began: pharos.At(at(-15, 8)), Ended: pharos.At(at(8, 24))}, "5f0c6f7e-0001"),
		grant(automation, pharos.Permanent, pharos.SupportRequestContributor, pharos.Span{Began: pharos.At(at(10, 0)), Ended: still}, "5f0c6f7e-0002"),
		grant(ops, pharos.Eligible, pharos.Contributor, pharos.Span{Began: pharos.Bound{Earliest: at(12, 6), Latest: at(13, 6)}, Ended: still}, ""),
	}}
	h.Links[automation] = &pharos.Record[pharos.PartnerID]{Observed: looked, Facts: []pharos.Fact[pharos.PartnerID]{
		{Value: "4987654", Span: pharos.Span{Began: pharos.Bound{Latest: at(-10, 6)}, Ended: still}, Source: pharos.Seen},
	}}
	h.Agreements[fabrikam] = &pharos.Record[pharos.Signed]{Facts: []pharos.Fact[pharos.Signed]{{Span: pharos.Always(), Source: pharos.Declared}}}
	return h
}

// sampleEvidence is the pack of fabrikam-prod of the sample month: a day that
// is disputed, one that was lost, and the rest.
func sampleEvidence(t *testing.T) *evidence.Pack {
	t.Helper()
	seat := evidence.Eye{Name: "provider-automation", Principal: pharos.PrincipalRef{Tenant: fabrikam, ID: robot}}
	p, err := evidence.New(evidence.Input{
		Partner:      pharos.Partner{ID: "4987654", Organisation: []pharos.PartnerID{"4987654"}, Tenant: "11111111-1111-4111-8111-111111111111"},
		Subscription: prod, Month: sampleMonth(t), History: sampleEvidenceHistory(), Access: sampleAccess{}, AsOf: time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC),
		Scans: []evidence.Scan{
			{At: time.Date(2026, 10, 9, 6, 0, 0, 0, time.UTC), Eyes: []evidence.Eye{seat}},
			{At: time.Date(2026, 10, 9, 18, 0, 0, 0, time.UTC), Eyes: []evidence.Eye{seat}, Problems: []evidence.Problem{
				{Subject: string(pharos.SubscriptionScope(prod)), Reading: "deny assignments", Code: pharos.Forbidden, Message: "not allowed"},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Bill = evidence.Bill{
		Lines: 384, Invoices: []evidence.Invoice{{Number: "G012345678", Lines: 12}}, Rates: []evidence.RateUse{{Rate: pharos.NewRate(15), Lines: 12}},
		Files: []evidence.UsageFile{{Name: "october.csv.gz", SHA256: strings.Repeat("0a", 32), Lines: 384}},
	}
	return p
}

// smallEvidence has the disputed day alone, and one of each other thing.
func smallEvidence(t *testing.T) *evidence.Pack {
	t.Helper()
	p := sampleEvidence(t)
	p.Days, p.Grants, p.Scans, p.Observed, p.Causes = p.Days[19:20], p.Grants[1:2], p.Scans[1:], p.Observed[1:2], p.Causes[1:2]
	return p
}

func samplePlace() WrittenPack {
	return WrittenPack{Path: "evidence-" + string(prod) + "-2026-10", Digest: strings.Repeat("b5", 32)}
}

func sampleVerification() *Report {
	return Verification(&evidence.Verification{Digest: strings.Repeat("b5", 32), Files: []evidence.Checked{
		{File: evidence.SumsFile, State: evidence.Intact}, {File: evidence.LinesFile, State: evidence.Altered},
		{File: evidence.ManifestFile, State: evidence.Intact}, {File: "note.txt", State: evidence.Added}, {File: evidence.PageFile, State: evidence.Missing},
	}})
}

// TestEvidencePage holds the page to its golden file, and to what a page that
// is handed out must be: self-contained, without script, and escaped.
func TestEvidencePage(t *testing.T) {
	var b strings.Builder
	if err := EvidencePage(&b, sampleEvidence(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "html", b.String())
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("script, link, img, iframe, [src], [onclick]").Length(); n > 0 {
		t.Errorf("%d elements run or load something", n)
	}
	if strings.Contains(b.String(), "url(") || strings.Contains(b.String(), "@import") {
		t.Error("the style loads something")
	}
	for what, want := range map[string]int{".month div": 31, "tr.disputed": 1, ".strip": 5, ".strip i": 5 * 31, ".figure.missing": 1} {
		if n := doc.Find(what).Length(); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
	if text := doc.Find(".figure.missing strong").Text(); text != "185.19" {
		t.Errorf("missing %s", text)
	}
}

// TestEvidencePDF: the same pack gives the same file, with all its days and
// the font that they are written in; what the font lacks is said.
func TestEvidencePDF(t *testing.T) {
	pdf := func(p *evidence.Pack) string {
		var b strings.Builder
		if err := EvidencePDF(&b, p); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	one := pdf(sampleEvidence(t))
	if !strings.HasPrefix(one, "%PDF-1.") || !strings.Contains(one, "(D:20261106120000") {
		t.Error("this is no PDF of the pack's own time")
	}
	for range 5 {
		if pdf(sampleEvidence(t)) != one {
			t.Fatal("the same pack gives another file")
		}
	}
	other := sampleEvidence(t)
	other.Summary.CustomerName = "株式会社 😀 Ω"
	if pdf(other) == one {
		t.Error("another pack gives the same file")
	}
}

// TestPaper_Clean: what the font lacks is replaced, and that is remembered.
func TestPaper_Clean(t *testing.T) {
	for in, want := range map[string]string{
		"Müller & Söhne – “Ω” Ж": "Müller & Söhne – “Ω” Ж", "株式会社 😀": "???? ?", "": "",
	} {
		p := &paper{font: must(sfnt.Parse(goregular.TTF))}
		if p.clean("a\nb\x00"); p.lacking {
			t.Error("a control character is no lack of the font")
		}
		if got := p.clean(in); got != want || p.lacking != (in != want) {
			t.Errorf("%q: got %q, lacking %v", in, got, p.lacking)
		}
	}
}

// TestEvidencePage_Nothing: a month of which nothing is disputable says so.
func TestEvidencePage_Nothing(t *testing.T) {
	p := sampleEvidence(t)
	p.Summary.Days, p.Summary.Amounts, p.Summary.Access = nil, nil, nil
	var b strings.Builder
	if err := EvidencePage(&b, p); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "Nothing to dispute.") || strings.Contains(b.String(), "By whom access was held") {
		t.Error("the page claims something")
	}
}

// TestEvidenceLines: a line with all that finds it again, exact and defused;
// an error among the lines is not swallowed.
func TestEvidenceLines(t *testing.T) {
	lost := errors.New("the disk is gone")
	lines := func(failing bool) iter.Seq2[credit.Line, error] {
		return func(yield func(credit.Line, error) bool) {
			l := credit.Line{
				UsageLine: pharos.UsageLine{
					Source: pharos.LineSource{File: "/home/ada/bills/october.zip!a.csv", Line: 7}, Day: must(pharos.ParseDay("2026-10-20")), Invoice: "G012345678",
					Customer: fabrikam, CustomerName: "=Fabrikam", Subscription: prod, SubName: "fabrikam-prod", ResourceGroup: "rg-web",
					Resource: pharos.ResourceGroupScope(prod, "rg-web") + "/providers/microsoft.compute/virtualmachines/vm", Meter: pharos.Meter{ID: "m-1", Name: "D2s v5"},
					Quantity: decimal.New(24, 0), UnitPrice: must(decimal.NewFromString("0.0960000001")), ExchangeRate: must(decimal.NewFromString("0.9")),
					PricingCurrency: "USD", BillingCurrency: "EUR",
				},
				Verdict: pharos.Disputable, Causes: []pharos.Cause{pharos.Unexplained}, Rate: pharos.NewRate(15),
			}
			l.Credit = l.Rate.Of(l.List())
			if yield(l, nil) && failing {
				yield(credit.Line{}, lost)
			}
		}
	}
	var b strings.Builder
	if err := EvidenceLines(&b, lines(false)); err != nil {
		t.Fatal(err)
	}
	golden(t, "csv", b.String())
	if err := EvidenceLines(&b, lines(true)); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
}
