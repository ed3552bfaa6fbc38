package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/report"
)

type coverageOptions struct {
	output output
	when   when
	fail   bool
}

func newCoverage(e *env) *cobra.Command {
	var o coverageOptions
	c := e.command(page{
		use:   "coverage",
		short: "Show which scope earns on a day, and why not",
		long: `Says for every subscription known, and for each scope below it at which access was ever given or denied,
whether it earns on the day, through whom, and if not, why and what would mend it.`,
		example: "  pharos coverage\n  pharos coverage --date 2026-10-09 --fail -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.coverage(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	o.when.addDate(c)
	o.when.addAsOf(c)
	c.Flags().BoolVar(&o.fail, "fail", false, "end with status 3 when a scope does not earn all day")
	return c
}

func (e *env) coverage(ctx context.Context, o *coverageOptions) error {
	v, day, err := e.lookAt(ctx, &o.when)
	if err != nil {
		return err
	}
	all := v.coverage(day)
	if err := o.output.report(e, report.Coverage(day, all, explain.NamesOf(v.history))); err != nil {
		return err
	}
	n := 0
	for _, s := range all {
		if s.State != pharos.Full {
			n++
		}
	}
	if o.fail && n > 0 {
		return pharos.Errorf(pharos.Findings, "%d of %d scopes do not earn on %s", n, len(all), day).
			WithHint("`pharos explain SCOPE` shows why and what to do")
	}
	return nil
}
