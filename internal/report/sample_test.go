package report

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/link"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/golden/<test name>.<ext>. A file that is not
// there fails the test, unless -update writes it.
func golden(t *testing.T, ext, got string) {
	t.Helper()
	name := filepath.Join("testdata", "golden", strings.ReplaceAll(t.Name(), "/", "_")+"."+ext)
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func write(t *testing.T, r *Report, f Format, s Style) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b, f, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The ids of the sample: two customers, three subscriptions.
const (
	fabrikam pharos.TenantID       = "22222222-2222-4222-8222-222222222222"
	tailspin pharos.TenantID       = "33333333-3333-4333-8333-333333333333"
	prod     pharos.SubscriptionID = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	lab      pharos.SubscriptionID = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
	shop     pharos.SubscriptionID = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
	robot    pharos.PrincipalID    = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
	alice    pharos.PrincipalID    = "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"
)

// sampleHistory has the names of the sample. One customer's name is what an
// attacker, or a spreadsheet, would like it to be.
func sampleHistory() *pharos.History {
	h := pharos.NewHistory()
	h.Customers[fabrikam] = pharos.Customer{ID: fabrikam, Name: "Fabrikam Müller & Söhne GmbH"}
	h.Customers[tailspin] = pharos.Customer{ID: tailspin, Name: `=HYPERLINK("https://x.example","Tailspin|Toys")`}
	for id, s := range map[pharos.SubscriptionID]pharos.Subscription{
		prod: {Customer: fabrikam, Name: "fabrikam-prod"}, lab: {Customer: fabrikam, Name: "fabrikam-lab"}, shop: {Customer: tailspin, Name: "<shop>"},
	} {
		s.ID = id
		h.Subscriptions[id] = s
	}
	for id, p := range map[pharos.PrincipalID]pharos.Principal{
		robot: {Name: "provider-automation", Identity: "app-1"}, alice: {Name: "alice", Identity: "alice@contosomsp.example"},
	} {
		p.PrincipalRef = pharos.PrincipalRef{Tenant: fabrikam, ID: id}
		h.Principals[p.PrincipalRef] = p
	}
	return h
}

// facts is a ledger of day facts alone.
type facts []pharos.DayFact

func (f facts) Facts(context.Context, pharos.Month, []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	return func(yield func(pharos.DayFact, error) bool) {
		for _, x := range f {
			if !yield(x, nil) {
				return
			}
		}
	}
}

func (f facts) Lines(context.Context, credit.Query) iter.Seq2[pharos.UsageLine, error] {
	return func(func(pharos.UsageLine, error) bool) {}
}

func (f facts) Months(context.Context) ([]pharos.Month, error) { return nil, nil }

// sampleAccess covers fabrikam-prod, except for two days, and nothing else.
type sampleAccess struct{}

func (sampleAccess) Fine() []pharos.Scope { return nil }

func (sampleAccess) On(s pharos.Scope, d pharos.Day) pharos.Coverage {
	c := pharos.Coverage{Scope: s, Day: d, State: pharos.None}
	switch {
	case s.Subscription() == shop:
		c.Causes, c.Notes = []pharos.Cause{pharos.RoleNotEligible, pharos.NotLinked}, []string{"provider-automation is Reader", "nobody of Readers is linked"}
	case s.Subscription() == lab:
		c.State = pharos.UnknownCoverage
		c.Causes, c.Notes = []pharos.Cause{pharos.NotLinked}, []string{"alice holds Contributor, and nobody read her link"}
		c.Unread = []pharos.PrincipalRef{{Tenant: fabrikam, ID: alice}}
	case d.String() == "2026-10-09":
		c.Causes, c.Notes = []pharos.Cause{pharos.NoAccess}, []string{"nobody of ours holds any role here"}
	default:
		c.State, c.Path = pharos.Full, pharos.Lighthouse
		c.Earning = []pharos.EarningPrincipal{{
			PrincipalRef: pharos.PrincipalRef{Tenant: fabrikam, ID: robot}, Name: "provider-automation",
			Role: pharos.SupportRequestContributor, Linked: true,
		}}
	}
	return c
}

// sampleMonth is a small October with most verdicts and two currencies.
func sampleMonth(t *testing.T) *credit.Month {
	t.Helper()
	first := must(pharos.ParseMonth("2026-10")).First()
	var f facts
	add := func(sub pharos.SubscriptionID, d int, list string, credited int64, product pharos.Cause) {
		x := pharos.DayFact{
			Day: first + pharos.Day(d-1), Customer: fabrikam, Subscription: sub, Scope: pharos.ResourceGroupScope(sub, "rg-web"),
			Currency: "EUR", Lines: 12, List: must(decimal.NewFromString(list)), Product: product,
			Credited: pharos.NewRate(credited), MeterRate: pharos.NewRate(15),
		}
		if sub == shop {
			x.Customer, x.Currency = tailspin, "USD"
		}
		f = append(f, x)
	}
	for d := 1; d <= 31; d++ {
		rate := int64(15)
		if d == 9 || d == 20 {
			rate = 0
		}
		add(prod, d, "1234.5678", rate, "")
		add(shop, d, "98.7654321", 0, "")
	}
	add(prod, 1, "250", 0, pharos.ExcludedReservation)
	add(lab, 3, "40", 0, "")
	h := sampleHistory()
	m, err := credit.Judge(t.Context(), credit.Input{
		Month: must(pharos.ParseMonth("2026-10")), Ledger: f, Access: sampleAccess{},
		Names: credit.Names{Customers: h.Customers, Subscriptions: h.Subscriptions},
		AsOf:  time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Warnings = append(m.Warnings, credit.Warning{Code: credit.TotalsOff, Message: "EUR: the billed totals differ from list price less credit by more than rounding"})
	return m
}

func sampleCoverage() *Report {
	h := sampleHistory()
	d := must(pharos.ParseDay("2026-11-06"))
	var scopes []pharos.Coverage
	for _, s := range []pharos.Scope{
		pharos.SubscriptionScope(prod), pharos.ResourceGroupScope(prod, "rg-web"), pharos.SubscriptionScope(lab), pharos.SubscriptionScope(shop),
	} {
		scopes = append(scopes, sampleAccess{}.On(s, d))
	}
	return Coverage(d, scopes, explain.NamesOf(h))
}

func sampleLinks() *Report {
	since := time.Date(2026, 9, 1, 8, 30, 0, 0, time.UTC)
	seen := time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)
	return Links([]link.Status{
		{Credential: "provider-automation", Tenant: fabrikam, Principal: robot, Name: "provider-automation", PartnerID: "4987654", State: link.Linked, Since: since, ObservedAt: seen, Source: pharos.Seen},
		{Credential: "second-robot", Tenant: tailspin, Principal: alice, State: link.NotLinked, ObservedAt: seen, Source: pharos.Seen},
		{Credential: "third-robot", Tenant: tailspin, Principal: alice, PartnerID: "7000001", State: link.LinkedToOther, Since: since, ObservedAt: seen, Source: pharos.Seen},
		{Credential: "old-robot", State: link.Unreachable, Source: pharos.Seen, Problem: &link.Problem{Code: pharos.Unauthenticated, Message: "the secret has expired", Hint: "make a new one"}},
		{Tenant: fabrikam, Principal: alice, Name: "alice", PartnerID: "4987654", State: link.Linked, Since: since, Source: pharos.CheckIn},
	})
}

func sampleImport() *Report {
	var rejected []Rejected
	for n := int64(7); n < 14; n++ {
		rejected = append(rejected, Rejected{Line: n, Reason: "UsageDate: \"31.10.26\" is not a date"})
	}
	return Import(Imported{
		Files: []ImportedFile{
			{File: "daily-rated-usage-2026-10.csv.gz", Format: "daily-csv", Lines: 1234567, Rejected: rejected, RejectedCount: 4711},
			{File: "again.csv", Format: "daily-csv", DuplicateOf: "daily-rated-usage-2026-10.csv.gz"},
		},
		Lines: 1234567, Months: []pharos.Month{must(pharos.ParseMonth("2026-10"))},
	})
}

func sampleStore() *Report {
	october := must(pharos.ParseMonth("2026-10"))
	return Store(Stored{
		Lines: 2469134, Bytes: 98765432,
		Files: []StoredFile{
			{File: "unbilled/part-0001.json.gz", Formats: []string{"graph-jsonl"}, SHA256: strings.Repeat("0f", 32), Lines: 1234567, Bytes: 49382716,
				Months: []pharos.Month{october}, Statement: &StoredPull{Currency: "EUR", Month: "2026-10", At: time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)}},
			{File: "daily-rated-usage.csv.gz", Formats: []string{"daily-csv"}, SHA256: strings.Repeat("1e", 32), Lines: 1234567, Rejected: 3, Bytes: 49382716,
				Months: []pharos.Month{october}, Dropped: []pharos.Month{october - 1}, Restated: []pharos.Month{october - 2}},
		},
	})
}

func sampleDropped() *Report {
	return Dropped([]MonthSize{{must(pharos.ParseMonth("2024-11")), 16, 5000000, 161061273}, {must(pharos.ParseMonth("2024-12")), 1, 1234567, 49382716}})
}

func sampleLedgerVerification() *Report {
	october := must(pharos.ParseMonth("2026-10"))
	return LedgerVerification(Verified{
		Months: []MonthSize{{october - 1, 1, 1234567, 49382716}, {october, 2, 2469134, 98765432}}, Unsigned: 1,
		Findings: []LedgerFinding{
			{Problem: "altered", File: "2026-10/0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f.parquet", Month: "2026-10", Source: "unbilled/part-0001.json.gz",
				Message: "its checksum is not the one that it was written with"},
			{Problem: "foreign", File: "notes.txt", Message: "no import wrote this file"},
		},
		Leftovers: []string{"tmp/2026-10-1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e.parquet"},
	})
}

func sampleScan() *Report {
	return Scan(Scanned{
		At: time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC), Customers: 12, Subscriptions: 41, Grants: 1204, Denials: 1, Principals: 88, Links: 5,
		Changes: []Changed{{At: time.Date(2026, 11, 5, 9, 14, 0, 0, time.UTC), Scope: "/subscriptions/" + string(prod), What: "AOBO of AdminAgents ended"}},
		Unread:  []Unread{{What: "the role assignments of fabrikam-lab", Reason: "provider-automation is not allowed to", Hint: "give it Reader on the subscription"}},
	})
}

func samplePage(t *testing.T) *Report {
	t.Helper()
	p, err := explain.Of(pharos.EligibleOnly)
	if err != nil {
		t.Fatal(err)
	}
	return Page(p)
}

func sampleTrace(s pharos.SubscriptionID) *Report {
	c := sampleAccess{}.On(pharos.SubscriptionScope(s), must(pharos.ParseDay("2026-11-06")))
	return Trace(explain.Trace(c, explain.NamesOf(sampleHistory())))
}

// samples are all reports by name.
func samples(t *testing.T) map[string]*Report {
	t.Helper()
	m := sampleMonth(t)
	out := map[string]*Report{
		"credit": Credit(m), "coverage": sampleCoverage(), "links": sampleLinks(), "import": sampleImport(), "store": sampleStore(), "dropped": sampleDropped(), "compacted": Compacted([]MonthSize{{must(pharos.ParseMonth("2026-10")), 29, 72500000, 2335338458}}), "ledger-verification": sampleLedgerVerification(), "scan": sampleScan(),
		"deployment": sampleDeployment(), "whatif": Deployment(sampleDeployed(), true),
		"request": Request(sampleFiled()), "filed": Filed(sampleFiled()), "there": sampleThere(), "portal": samplePortal(),
		"tickets": Tickets([]evidence.Ticket{sampleTicket()}), "no-tickets": Tickets(nil),
		"without": sampleWithout(), "bus-factor": sampleBusFactors(),
		"evidence": Evidence(sampleEvidence(t), samplePlace()), "disputable": Disputable(m, nil), "verification": sampleVerification(),
		"plan": Plan(samplePlan()), "plan-step": sampleStep(), "applied": sampleApplied(), "undone": sampleUndone(),
		"page": samplePage(t), "pages": Pages(must(explain.Pages())),
		"trace-full": sampleTrace(prod), "trace-unread": sampleTrace(lab), "trace-none": sampleTrace(shop),
	}
	for _, g := range credit.Groupings() {
		out["by-"+string(g)] = Breakdown(m.Month, g, m.By(g))
	}
	return out
}

// TestSamples_Goldens holds every report in every textual format to its file.
func TestSamples_Goldens(t *testing.T) {
	all := samples(t)
	if len(all) == 0 {
		t.Fatal("no samples")
	}
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			for _, f := range r.Formats() {
				ext := map[Format]string{Table: "txt", JSON: "json", CSV: "csv", HTML: "html", Markdown: "md"}[f]
				if f != XLSX && (f != JSON || name != "pages") { // pages say in JSON what each page says
					golden(t, ext, write(t, r, f, Style{}))
				}
			}
		})
	}
}

// TestCredit_Widths: no line is wider than the terminal, narrow or wide.
func TestSamples_Widths(t *testing.T) {
	for name, r := range samples(t) {
		for _, width := range []int{80, 100, 120} {
			for i, line := range strings.Split(write(t, r, Table, Style{Width: width}), "\n") {
				if n := len([]rune(line)); n > width && !strings.Contains(line, "https://") {
					t.Errorf("%s at %d: line %d has %d columns: %s", name, width, i+1, n, line)
				}
			}
		}
	}
}

func TestCredit_Colours(t *testing.T) {
	r := Credit(sampleMonth(t))
	golden(t, "txt", write(t, r, Table, Style{Colour: true, Width: 80}))
	if strings.Contains(write(t, r, Table, Style{}), "\x1b") {
		t.Error("colours that nobody asked for")
	}
}

func ExampleReport_Formats() {
	fmt.Println(sampleLinks().Formats(), sampleScan().Formats())
	// Output: [table json csv xlsx html md] [table json html md]
}

func sampleNames() explain.Names { return explain.NamesOf(sampleHistory()) }
