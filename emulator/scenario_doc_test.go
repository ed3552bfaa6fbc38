package emulator

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestScenarioKeysAreDocumented holds the parser and docs/scenario.md together.
func TestScenarioKeysAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "scenario.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("scenario_*.go")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`(?m)^\s*(?:return n\.object\(fields\{)?"(\w+)":\s+|f\["(\w+)"\] =|fields\{"(\w+)": func`)
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range key.FindAllStringSubmatch(string(source), -1) {
			name := m[1] + m[2] + m[3]
			found++
			if !regexp.MustCompile(`\b` + name + `\b`).Match(page) {
				t.Errorf("%s reads the key %q, of which docs/scenario.md says nothing", file, name)
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d keys were found in the parser: the pattern is out of date", found)
	}
}
