package delegationfile_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

// TestRules holds every rule against its fixtures in testdata/rule/ID: files
// whose names say fires must have a finding of the rule, those that say passes
// must not, and there are edge cases. surroundings.json is what is known beside
// the files. A rule without fixtures or without a page fails.
func TestRules(t *testing.T) {
	rules := onboard.Rules()
	if len(rules) == 0 {
		t.Fatal("there is no rule")
	}
	for _, r := range rules {
		t.Run(r.ID, func(t *testing.T) {
			if p := onboard.PageOf(r.ID); p.Title == "" || p.Fix == "" || p.Meaning == "" || !strings.Contains(p.Markdown, r.Source) {
				t.Errorf("page/%s.md is missing, or has no title, fix, meaning or no link to %s", r.ID, r.Source)
			}
			dir := filepath.Join("testdata", "rule", r.ID)
			seen := map[string]bool{}
			for _, file := range fixtures(t, dir) {
				name := strings.TrimSuffix(filepath.Base(file), ".json")
				seen[strings.SplitN(name, "-", 2)[0]] = true
				found := finds(t, file, r.ID, surroundings(t, dir))
				if want := strings.Contains(name, "fires"); found != want {
					t.Errorf("%s: found %v, want %v", file, found, want)
				}
			}
			for _, want := range []string{"fires", "passes", "edge"} {
				if !seen[want] {
					t.Errorf("%s has no fixture %s", dir, want)
				}
			}
		})
	}
}

func fixtures(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return filepath.Base(f) == "surroundings.json" })
}

// finds reports whether linting a file finds the rule, with a line.
func finds(t *testing.T, file, rule string, s onboard.Surroundings) bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := delegationfile.Read(delegationfile.File{Name: file, Data: data}, delegationfile.File{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := onboard.Lint(p, s)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range report.Findings {
		if f.Rule == rule {
			found = true
			if f.Line == 0 || f.Message == "" || f.Fix == "" {
				t.Errorf("%s: a finding without line, message or fix: %+v", file, f)
			}
		}
	}
	return found
}

// directory is a directory of fixtures.
type directory map[pharos.PrincipalID]onboard.Known

func (d directory) Principal(id pharos.PrincipalID) (onboard.Known, error) { return d[id], nil }

func surroundings(t *testing.T, dir string) onboard.Surroundings {
	t.Helper()
	var s struct {
		Customer, Manager pharos.TenantID
		CSP               bool
		Directory         directory
		Standing          []onboard.Standing
	}
	data, err := os.ReadFile(filepath.Join(dir, "surroundings.json"))
	if os.IsNotExist(err) {
		return onboard.Surroundings{}
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := onboard.Surroundings{Customer: s.Customer, Manager: s.Manager, CSP: s.CSP, Standing: s.Standing}
	if s.Directory != nil {
		out.Directory = s.Directory
	}
	return out
}
