package cli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// The plan of the demo, and the page that shows it.
const (
	planGolden = "testdata/plan/demo.json"
	planPage   = "../../docs/repair.md"
)

// TestPlan_Demo plays the demo's month and holds the plan against its golden
// file, and the page's examples against what people see. With -update both are
// written anew.
func TestPlan_Demo(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("demo/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := startPlay(t, text)
	p.ok("link", "apply", "--yes")
	p.scanDaily()
	p.ok("usage", "pull", "--month", "2026-10")
	p.ok("usage", "import", "demo/legacy.csv")

	got := p.ok("plan", "--month", "2026-10", "--offline", "-o", "json")
	page := readExamples(t)
	page.hold("plan of the demo", p.ok("plan", "--month", "2026-10"))
	page.hold("bus factor of the demo", p.ok("plan", "--month", "2026-10", "--bus-factor"))
	page.hold("without of the demo", p.ok("plan", "--month", "2026-10", "--without", "principal:provider-automation"))
	page.write()
	if updating() {
		writeGolden(t, planGolden, got)
		return
	}
	want, err := os.ReadFile(planGolden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("the plan (-want +got):\n%s", cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")))
	}
}

func writeGolden(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// examples is the page, whose examples stand between marks of their name.
type examples struct {
	t    *testing.T
	text string
}

func readExamples(t *testing.T) *examples {
	t.Helper()
	text, err := os.ReadFile(planPage)
	if err != nil {
		t.Fatal(err)
	}
	return &examples{t, string(text)}
}

// hold compares an example with what people see; with -update it is replaced.
func (x *examples) hold(name string, shown []byte) {
	x.t.Helper()
	begin, end := "<!-- "+name+": begin -->\n\n```text\n", "\n```\n\n<!-- "+name+": end -->"
	before, rest, begun := strings.Cut(x.text, begin)
	example, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		x.t.Fatalf("%s has no marks around the %s", planPage, name)
	}
	want := strings.TrimSpace(string(shown))
	x.text = before + begin + want + end + after
	if updating() {
		return
	}
	if diff := cmp.Diff(example, want); diff != "" {
		x.t.Errorf("%s shows another %s (-page +code):\n%s", planPage, name, diff)
	}
}

func (x *examples) write() {
	x.t.Helper()
	if updating() {
		writeGolden(x.t, planPage, []byte(x.text))
	}
}

func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// TestScenarios_Plan: whatever is planted in a scenario, a plan made after one
// look at its end names a remedy that fits each cause, and never gives up on
// access that somebody could give.
func TestScenarios_Plan(t *testing.T) {
	link := []repair.Kind{repair.Link, repair.CheckIn}
	give := []repair.Kind{repair.AddAuthorization, repair.MakeStanding, repair.Assign, repair.Delegate, repair.RestoreAOBO}
	fitting := map[pharos.Cause][]repair.Kind{
		pharos.NotLinked: link, pharos.LinkedToOther: link, pharos.LinkedWrongTenant: link,
		pharos.LinkedNotMember: {repair.JoinGroup, repair.Link}, pharos.PrincipalDisabled: {repair.AddAuthorization, repair.Enable},
		pharos.EligibleOnly: {repair.MakeStanding}, pharos.RoleNotEligible: give, pharos.RoleUnlisted: give, pharos.ScopeTooNarrow: give,
		pharos.NoAccess: {repair.Delegate, repair.RestoreAOBO}, pharos.AOBOOfOther: give, pharos.UnrelatedPartner: give,
		pharos.DenyAssignment: {repair.LiftDenial}, pharos.NoCustomerAgreement: {repair.Sell}, pharos.NotAzurePlan: {repair.Sell},
		pharos.ProgrammeInactive: {repair.Sell}, pharos.NotBillTo: {repair.Nothing}, pharos.Unexplained: {repair.Dispute}, pharos.NotObserved: {repair.Observe},
	}
	var steps atomic.Int64
	t.Cleanup(func() {
		if !t.Failed() && steps.Load() < 20 {
			t.Errorf("only %d steps of all scenarios", steps.Load())
		}
	})
	eachScenario(t, func(p *play) {
		p.moveTo(p.end)
		p.ok("scan")
		p.ok("usage", "pull")
		var plan repair.Plan
		if err := json.Unmarshal(p.ok("plan", "--offline", "-o", "json"), &plan); err != nil {
			p.t.Fatal(err)
		}
		for _, s := range plan.Steps {
			steps.Add(1)
			for _, m := range s.Mends {
				if !slices.ContainsFunc(m.Causes, func(c pharos.Cause) bool { return slices.Contains(fitting[c], s.Kind) }) {
					p.t.Errorf("%s for %v of %s: %s", s.Kind, m.Causes, m.Scope, s.Why)
				}
			}
		}
	})
}
