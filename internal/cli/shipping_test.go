package cli

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos/onboard"
)

// TestShipping_Commands: the action and the hooks use commands and flags that
// there are.
func TestShipping_Commands(t *testing.T) {
	var action struct {
		Runs struct {
			Using string
			Steps []struct{ Uses, Run, Shell string }
		}
		Inputs map[string]struct{ Description string }
	}
	var hooks []struct{ ID, Name, Entry, Language, Files string }
	readYAML(t, "../../action.yml", &action)
	readYAML(t, "../../.pre-commit-hooks.yaml", &hooks)
	var lines []string
	for _, s := range action.Runs.Steps {
		if s.Run != "" && s.Shell == "" {
			t.Errorf("a step of a composite action needs a shell: %q", s.Run)
		}
		for _, l := range strings.Split(s.Run, "\n") {
			if l = strings.TrimSpace(l); strings.HasPrefix(l, "pharos ") {
				lines = append(lines, l)
			}
		}
	}
	if action.Runs.Using != "composite" || len(lines) == 0 || len(hooks) == 0 {
		t.Fatalf("the action is %q with %d commands, there are %d hooks", action.Runs.Using, len(lines), len(hooks))
	}
	for _, h := range hooks {
		if _, err := regexp.Compile(h.Files); err != nil || h.ID == "" || h.Name == "" || h.Language != "golang" {
			t.Errorf("hook %+v: %v", h, err)
		}
		lines = append(lines, h.Entry)
	}
	for _, l := range lines {
		checkCommand(t, l)
	}
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var flagOf = regexp.MustCompile(`(?:^|\s|\+)(--?[a-z][a-z-]*)`)

func checkCommand(t *testing.T, line string) {
	t.Helper()
	world, _, _ := world(nil)
	var c *cobra.Command = newRoot(&env{IO: world})
	for _, word := range strings.Fields(line)[1:] {
		next, _, err := c.Find([]string{word})
		if err != nil || next == c {
			break
		}
		c = next
	}
	if !c.Runnable() || c.CommandPath() != "pharos onboard lint" {
		t.Fatalf("%q is no command: found %q", line, c.CommandPath())
	}
	for _, m := range flagOf.FindAllStringSubmatch(line, -1) {
		long, isLong := strings.CutPrefix(m[1], "--")
		if isLong && c.Flags().Lookup(long) == nil || !isLong && c.Flags().ShorthandLookup(m[1][1:]) == nil {
			t.Errorf("%q: there is no flag %s", line, m[1])
		}
	}
}

// TestShipping_RulesTable holds the table of docs/onboarding.md against the
// rules.
func TestShipping_RulesTable(t *testing.T) {
	const file, begin, end = "../../docs/onboarding.md", "<!-- rules: begin -->\n", "<!-- rules: end -->"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(data), begin)
	table, tail, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no %q … %q", file, begin, end)
	}
	var want strings.Builder
	want.WriteString("| rule | severity | what is wrong | `--fix` | source |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range onboard.Rules() {
		fix := ""
		if r.Fixable {
			fix = "where certain"
		}
		fmt.Fprintf(&want, "| %s | %s | %s | %s | [%s](%s) |\n", r.ID, r.Severity, r.Title, fix, r.Source[strings.LastIndexByte(r.Source, '/')+1:], r.Source)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(head+begin+want.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want.String(), table); d != "" {
		t.Errorf("run the test with -update; -want +got\n%s", d)
	}
}
