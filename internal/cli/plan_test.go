package cli_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The plan of the demo, and the page that shows it between two marks.
const (
	planGolden = "testdata/plan/demo.json"
	planPage   = "../../docs/repair.md"
	planBegin  = "<!-- plan of the demo: begin -->\n\n```text\n"
	planEnd    = "\n```\n\n<!-- plan of the demo: end -->"
)

// TestPlan_Demo plays the demo's month and holds the plan against its golden
// file, and the page's example against what people see. With -update both are
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
	shown := strings.TrimSpace(string(p.ok("plan", "--month", "2026-10")))
	page, err := os.ReadFile(planPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(page), planBegin)
	example, after, ended := strings.Cut(rest, planEnd)
	if !begun || !ended {
		t.Fatalf("%s has no marks around the plan", planPage)
	}
	if flag.Lookup("update").Value.String() == "true" {
		writeGolden(t, planGolden, got)
		writeGolden(t, planPage, []byte(before+planBegin+shown+planEnd+after))
		return
	}
	want, err := os.ReadFile(planGolden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("the plan (-want +got):\n%s", cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")))
	}
	if diff := cmp.Diff(example, shown); diff != "" {
		t.Errorf("%s shows another plan (-page +plan):\n%s", planPage, diff)
	}
}

func writeGolden(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
