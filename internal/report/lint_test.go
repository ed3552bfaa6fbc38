package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos/onboard"
)

// sampleLint is a file with two findings, one of them in its parameters file.
func sampleLint() *Report {
	return Lint([]onboard.Report{{File: "delegation.json", Earns: onboard.No, Findings: []onboard.Finding{
		{
			Rule: "PH103", Severity: onboard.Error, Place: onboard.Place{Line: 31, Path: "resources[0].properties.eligibleAuthorizations[0]"},
			Message: "Contributor would earn, but only as a permanent authorization: just in time it earns nothing",
			Fix:     "add a permanent authorization with a role that earns",
		},
		{
			Rule: "PH208", Severity: onboard.Error, Place: onboard.Place{File: "values,1.json", Line: 7, Path: "resources[0].properties.authorizations[0].principalId"},
			Message: "\"50%\" is not a GUID", Fix: "write the object id",
		},
	}}}, "1.2.3")
}

// TestLint_Annotations: what would end a workflow command is escaped.
func TestLint_Annotations(t *testing.T) {
	got := write(t, sampleLint(), Annotations, Style{})
	want := "::error file=delegation.json,line=31,title=PH103::Contributor would earn, but only as a permanent authorization: just in time it earns nothing. " +
		"To mend it, add a permanent authorization with a role that earns\n" +
		"::error file=values%2C1.json,line=7,title=PH208::\"50%25\" is not a GUID. To mend it, write the object id\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestLint_SARIF: every result names a rule of the log, by id and by index, and
// the place where it was found.
func TestLint_SARIF(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal([]byte(write(t, sampleLint(), SARIF, Style{})), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != 2 {
		t.Fatalf("got version %s, %d runs", log.Version, len(log.Runs))
	}
	run := log.Runs[0]
	if len(run.Tool.Driver.Rules) != len(onboard.Rules()) || run.Tool.Driver.Version != "1.2.3" {
		t.Errorf("got %d rules of version %s", len(run.Tool.Driver.Rules), run.Tool.Driver.Version)
	}
	for i, want := range []struct {
		file string
		line int
	}{{"delegation.json", 31}, {"values,1.json", 7}} {
		r := run.Results[i]
		at := r.Locations[0].Physical
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || at.Artifact.URI != want.file || at.Region.StartLine != want.line {
			t.Errorf("result %d is %+v, want %s line %d", i, r, want.file, want.line)
		}
	}
}

// TestLint_Table: people see the answer, the place and the remedy.
func TestLint_Table(t *testing.T) {
	got := strings.Join(strings.Fields(write(t, sampleLint(), Table, Style{})), " ")
	for _, want := range []string{"Earns: no.", "delegation.json:31: error PH103:", "values,1.json:7: error PH208:", "To mend it, write the object id"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}
