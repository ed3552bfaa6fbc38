package cli_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
