package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/report"
)

func newUsageCompact(e *env) *cobra.Command {
	var out output
	var month string
	c := e.command(page{
		use:   "compact",
		short: "Remove lines that can never count again",
		long: `Removes the lines of imported files of which each stands in a newer one, as when a bill is imported every day.
No figure changes, now or later, and such a file is still known when it is imported again. Pulled statements are left alone.`,
		example: "  pharos usage compact\n  pharos usage compact --month 2026-10 -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := out.resolve(e); err != nil {
			return err
		}
		return e.usageCompact(c.Context(), &out, month)
	})
	out.add(c, formatTable, formatJSON, formatCSV)
	c.Flags().StringVar(&month, "month", "", "compact this `month` alone")
	return c
}

func (e *env) usageCompact(ctx context.Context, out *output, only string) error {
	month, err := monthFlag(only)
	if err != nil {
		return err
	}
	l, err := e.openFolder("pharos usage compact")
	if err != nil {
		return err
	}
	defer l.Close()
	months, err := l.Months(ctx)
	if err != nil {
		return err
	}
	if month != 0 {
		months = []pharos.Month{month}
	}
	removed, err := l.Compact(ctx, months)
	if err != nil {
		return err
	}
	return out.report(e, report.Compacted(monthSizes(removed)))
}
