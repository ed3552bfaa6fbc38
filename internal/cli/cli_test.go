package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

func TestStatus(t *testing.T) {
	for code, want := range map[pharos.Code]int{
		pharos.Invalid: 2, pharos.Findings: 3, pharos.Unauthenticated: 4, pharos.Forbidden: 4, pharos.Incomplete: 5,
		pharos.Interrupted: 130, pharos.NotFound: 1, pharos.Conflict: 1, pharos.Unavailable: 1, pharos.Unsupported: 1, pharos.Internal: 1,
	} {
		if got := status(pharos.Errorf(code, "x")); got != want {
			t.Errorf("%s: got %d, want %d", code, got, want)
		}
	}
	if got := status(nil); got != 0 {
		t.Errorf("no error: got %d, want 0", got)
	}
	if got := status(errors.New("x")); got != 1 {
		t.Errorf("a foreign error: got %d, want 1", got)
	}
}

func TestMain_Errors(t *testing.T) {
	const noConfig = "no configuration: looked for pharos.yaml"
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		want       []string
	}{
		{"unknown command", "credits", nil, []string{`pharos: unknown command "credits" for pharos`, "\nhint: "}},
		{"near command", "versio", nil, []string{"hint: did you mean version?"}},
		{"unknown flag", "version --loud", nil, []string{"pharos: unknown flag: --loud\nhint: `pharos version --help`"}},
		{"extra argument", "version now", nil, []string{`pharos: pharos version takes no argument, got "now"`}},
		{"group alone", "config", nil, []string{"pharos: pharos config needs a command\nhint: one of check;"}},
		{"unknown format", "version -o xml", nil, []string{"pharos: -o xml is not offered here\nhint: choose one of table, json"}},
		{"unknown shell", "completion tcsh", nil, []string{`pharos: no completion for the shell "tcsh"`}},
		{"no configuration", "config check", nil, []string{"pharos: " + noConfig, "\nhint: "}},
		{"as an object", "config check -o json", nil, []string{`{"error":{"code":"invalid","message":"` + noConfig}},
		{"flags as an object", "config check --loud --output=json", nil, []string{`{"error":{"code":"invalid","message":"unknown flag: --loud"`}},
		{"by variable", "config check", map[string]string{"PHAROS_OUTPUT": "json"}, []string{`{"error":{`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			world, out, errs := world(tt.env)
			if got := Main(context.Background(), strings.Fields(tt.args), world); got != 2 {
				t.Errorf("status: got %d, want 2", got)
			}
			if out.Len() > 0 {
				t.Errorf("an error wrote to stdout: %q", out)
			}
			for _, want := range tt.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("got %q, want %q in it", errs, want)
				}
			}
		})
	}
}

func TestMain_Interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	world, _, errs := world(nil)
	if got := Main(ctx, []string{"version"}, world); got != 130 || !strings.HasPrefix(errs.String(), "pharos: stopped") {
		t.Errorf("got %d, %q", got, errs)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		world, out, _ := world(nil)
		if got := Main(context.Background(), []string{"completion", shell}, world); got != 0 || !strings.Contains(out.String(), "pharos") {
			t.Errorf("%s: status %d, %d bytes", shell, got, out.Len())
		}
	}
}

func TestCreditFindings(t *testing.T) {
	amounts := func(lost, disputable int64) credit.Sums {
		return credit.Sums{Lost: decimal.NewFromInt(lost), Disputable: decimal.NewFromInt(disputable)}
	}
	m := &credit.Month{Month: 2026*12 + 9, Totals: []credit.Total{
		{Currency: "CHF", Sums: amounts(0, 2)}, {Currency: "EUR", Sums: amounts(0, 0)}, {Currency: "USD", Sums: amounts(7, 0)},
	}}
	err := creditFindings(m)
	const want = "2026-10: 0.00 CHF of credit was lost and 2.00 is disputable; 7.00 USD of credit was lost and 0.00 is disputable"
	if pharos.CodeOf(err) != pharos.Findings || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	m.Totals = m.Totals[1:2]
	if err := creditFindings(m); err != nil {
		t.Errorf("nothing was lost, and got %v", err)
	}
}

// TestImported_CountsEveryReject: a report keeps the first rejected lines of a
// file, and counts them all.
func TestImported_CountsEveryReject(t *testing.T) {
	got := imported(ledger.Report{Files: []ledger.FileReport{{
		File: "a.csv", Rejected: []usagefile.Reject{{Line: 7, Reason: "no date"}}, RejectedCount: 5000,
	}}})
	if f := got.Files[0]; f.RejectedCount != 5000 || len(f.Rejected) != 1 {
		t.Errorf("got %+v", f)
	}
}
