package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/report"
)

type usageDropOptions struct {
	output        output
	month, before string
	yes           bool
}

func newUsageDrop(e *env) *cobra.Command {
	var o usageDropOptions
	c := e.command(page{
		use:   "drop",
		short: "Remove whole months from the ledger",
		long: `Removes the usage lines of a month, or of all months before one, after asking on a terminal. The history of access
stays; verdicts on these months cannot be given any more, unless their files are imported or pulled again.`,
		example: "  pharos usage drop --before 2025-01\n  pharos usage drop --month 2024-10 --yes",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.usageDrop(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV)
	c.Flags().StringVar(&o.month, "month", "", "drop this `month`")
	c.Flags().StringVar(&o.before, "before", "", "drop all months before this `month`")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask before removing something")
	return c
}

// wanted returns which months the flags mean.
func (o *usageDropOptions) wanted() (func(pharos.Month) bool, error) {
	if (o.month == "") == (o.before == "") {
		return nil, pharos.Errorf(pharos.Invalid, "one of --month and --before says what is dropped").
			WithHint("`pharos usage drop --before 2025-01` keeps January 2025 and what follows")
	}
	if o.month != "" {
		month, err := monthFlag(o.month)
		return func(m pharos.Month) bool { return m == month }, err
	}
	before, err := pharos.ParseMonth(o.before)
	if err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "--before: %w", err).WithHint("%s", pharos.HintOf(err))
	}
	return func(m pharos.Month) bool { return m < before }, nil
}

func (e *env) usageDrop(ctx context.Context, o *usageDropOptions) error {
	wanted, err := o.wanted()
	if err != nil {
		return err
	}
	l, err := e.openFolder("pharos usage drop")
	if err != nil {
		return err
	}
	defer l.Close()
	m, err := l.Manifest(ctx)
	if err != nil {
		return err
	}
	sizes := m.Sizes(wanted)
	if len(sizes) > 0 && e.asks(o.yes) {
		if err := e.confirm(dropQuestion(sizes)); err != nil {
			return err
		}
	}
	var months []pharos.Month
	for _, s := range sizes {
		months = append(months, s.Month)
	}
	dropped, err := l.Drop(ctx, months)
	if err != nil {
		return err
	}
	return o.output.report(e, report.Dropped(monthSizes(dropped)))
}

// dropQuestion asks whether the months may go.
func dropQuestion(sizes []ledger.MonthSize) string {
	var lines int64
	for _, s := range sizes {
		lines += s.Lines
	}
	months := sizes[0].Month.String()
	if len(sizes) > 1 {
		months += " to " + sizes[len(sizes)-1].Month.String()
	}
	return fmt.Sprintf("Remove %d usage lines of %s from the ledger?", lines, months)
}
