package cli

import (
	"context"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/report"
)

func newUsageVerify(e *env) *cobra.Command {
	var out output
	c := e.command(page{
		use:   "verify",
		short: "Tell whether the ledger is as it was written",
		long: `Holds every file of the ledger against what was noted when it was imported: its checksum, its lines, days and
sums. Says what is missing, altered, unreadable or foreign, and ends with status 3 when anything is. Imports wait meanwhile.`,
		example: "  pharos usage verify\n  pharos usage verify -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := out.resolve(e); err != nil {
			return err
		}
		return e.usageVerify(c.Context(), &out)
	})
	out.add(c, formatTable, formatJSON, formatCSV)
	return c
}

func (e *env) usageVerify(ctx context.Context, out *output) error {
	l, err := e.openFolder("pharos usage verify")
	if err != nil {
		return err
	}
	defer l.Close()
	p := e.progress("verifying")
	defer p.done()
	var read atomic.Int64
	v, err := l.Verify(ctx, func(lines int64) { p.set(read.Add(lines), 0, "lines") })
	p.done()
	if err != nil {
		return err
	}
	if err := out.report(e, report.LedgerVerification(verified(v))); err != nil {
		return err
	}
	if len(v.Findings) == 0 {
		return nil
	}
	return pharos.Errorf(pharos.Findings, "the ledger is not as it was written: %s", v.Findings[0].Message).
		WithHint("restore its folder from a copy, or import the named usage files into a new ledger")
}

// verified lays a verification out for a report.
func verified(v ledger.Verification) report.Verified {
	out := report.Verified{Unsigned: v.Unsigned, Leftovers: v.Leftovers, Months: monthSizes(v.Months)}
	for _, f := range v.Findings {
		finding := report.LedgerFinding{Problem: string(f.Problem), File: f.File, Source: f.Source, Message: f.Message}
		if f.Month != 0 {
			finding.Month = f.Month.String()
		}
		out.Findings = append(out.Findings, finding)
	}
	return out
}

func monthSizes(months []ledger.MonthSize) []report.MonthSize {
	var out []report.MonthSize
	for _, m := range months {
		out = append(out, report.MonthSize(m))
	}
	return out
}
