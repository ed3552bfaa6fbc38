package emulator

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pages that come from the code anew")

// TestCoverage holds GET /emulator/coverage to the routes: every one is
// listed, and says on what evidence it answers.
func TestCoverage(t *testing.T) {
	e := emulate(t)
	got := do(t, e, "GET", "/emulator/coverage", "", "")
	implemented, _ := got.body["implemented"].([]any)
	missing, _ := got.body["notImplemented"].([]any)
	heads := 0
	for _, r := range e.router.routes {
		if r.head && r.handle != nil {
			heads++
		}
		if r.faith == unstated {
			t.Errorf("%s %s does not say how faithful it is", r.method, r.pattern)
		}
		anyProvider := strings.Contains(r.pattern, "/{namespace}/{type}/") // each has versions of its own
		if r.service == arm && r.handle != nil && len(r.versions) == 0 && needsToken(arm, &r) && !anyProvider {
			t.Errorf("%s %s has no api-versions", r.method, r.pattern)
		}
		if want, is := r.faith == own, r.service == control; want != is {
			t.Errorf("%s %s is %s and of service %s", r.method, r.pattern, r.faith, r.service)
		}
	}
	if len(implemented)+len(missing) != len(e.router.routes)+heads || len(implemented) < 50 {
		t.Errorf("%d + %d calls are listed, the router has %d", len(implemented), len(missing), len(e.router.routes)+heads)
	}
}

// TestCoveragePage holds the page to the routes; -update writes it.
func TestCoveragePage(t *testing.T) {
	var page bytes.Buffer
	if err := emulate(t).router.writeCoverage(&page); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "docs", "emulator-coverage.md")
	if *update {
		if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(kept, page.Bytes()) {
		return
	}
	old := strings.Split(string(kept), "\n")
	for i, line := range strings.Split(page.String(), "\n") {
		if i >= len(old) || old[i] != line {
			t.Fatalf("%s is out of date (run make docs), first at line %d:\n%s", file, i+1, line)
		}
	}
	t.Fatalf("%s is longer than the routes say (run make docs)", file)
}
