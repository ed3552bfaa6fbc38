package report

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/onboard"
)

const jsonDocument = "../../docs/json-output.md"

// examples are the reports that docs/json-output.md shows, by their mark.
func examples(t *testing.T) map[string]*Report {
	t.Helper()
	m := smallMonth(t)
	h := sampleHistory()
	d := must(pharos.ParseDay("2026-10-09"))
	scopes := []pharos.Coverage{
		sampleAccess{}.On(pharos.SubscriptionScope(prod), d+1),
		sampleAccess{}.On(pharos.SubscriptionScope(prod), d),
	}
	scopes[1].Scope = pharos.ResourceGroupScope(prod, "rg-data")
	page := must(explain.Of(pharos.LinkedNotMember))
	return map[string]*Report{
		"credit":       Credit(m),
		"breakdown":    Breakdown(m.Month, credit.ByCustomer, m.By(credit.ByCustomer)),
		"coverage":     Coverage(d, scopes, explain.NamesOf(h)),
		"links":        sampleLinks(),
		"import":       sampleImport(),
		"store":        sampleStore(),
		"dropped":      sampleDropped(),
		"ledger":       sampleLedgerVerification(),
		"scan":         sampleScan(),
		"plan":         Plan(smallPlan()),
		"applied":      sampleApplied(),
		"page":         Page(page),
		"without":      sampleWithout(),
		"bus":          sampleBusFactors(),
		"lint":         sampleLint(),
		"lines":        {others: map[Format]func(io.Writer) error{JSON: Lines(october(), sampleLines()).WriteJSON}},
		"deploy":       sampleDeployment(),
		"filed":        Filed(sampleFiled()),
		"rule":         Rule("PH103", onboard.PageOf("PH103")),
		"evidence":     Evidence(smallEvidence(t), samplePlace()),
		"pack":         {document: smallEvidence(t)},
		"disputable":   Disputable(sampleMonth(t), nil),
		"verification": sampleVerification(),
		"trace":        Trace(explain.Trace(scopes[1], explain.NamesOf(h))),
	}
}

// smallMonth is two days of one subscription.
func smallMonth(t *testing.T) *credit.Month {
	t.Helper()
	first := must(pharos.ParseMonth("2026-10")).First()
	var f facts
	for _, d := range []pharos.Day{8, 9} {
		x := pharos.DayFact{
			Day: first + d - 1, Customer: fabrikam, Subscription: prod, Scope: pharos.ResourceGroupScope(prod, "rg-web"),
			Currency: "EUR", Lines: 12, MeterRate: pharos.NewRate(15),
		}
		if d == 8 {
			x.Credited = pharos.NewRate(15)
		}
		x.List = must(decimal.NewFromString("8.4096"))
		f = append(f, x)
	}
	h := sampleHistory()
	m, err := credit.Judge(t.Context(), credit.Input{
		Month: must(pharos.ParseMonth("2026-10")), Ledger: f, Access: sampleAccess{},
		Names: credit.Names{Customers: h.Customers, Subscriptions: h.Subscriptions}, AsOf: time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDocument_ExamplesAreTrue: what docs/json-output.md shows is what the
// code prints. With -update the examples are written anew.
func TestDocument_ExamplesAreTrue(t *testing.T) {
	text, err := os.ReadFile(jsonDocument)
	if err != nil {
		t.Fatal(err)
	}
	all := examples(t)
	mark := regexp.MustCompile("<!-- example: ([a-z]+) -->\n(?:\n```json\n(?s:.*?)\n```\n)?")
	seen := map[string]bool{}
	got := mark.ReplaceAllStringFunc(string(text), func(found string) string {
		name := mark.FindStringSubmatch(found)[1]
		r := all[name]
		if r == nil {
			t.Errorf("the document has a mark %q of no example", name)
			return found
		}
		seen[name] = true
		return "<!-- example: " + name + " -->\n\n```json\n" + strings.TrimSpace(write(t, r, JSON, Style{})) + "\n```\n"
	})
	for name := range all {
		if !seen[name] {
			t.Errorf("the document has no mark for the example %q", name)
		}
	}
	if *update {
		if err := os.WriteFile(jsonDocument, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(got, string(text)); diff != "" {
		t.Errorf("the examples are not what the code prints (-code +document):\n%s", diff)
	}
}
