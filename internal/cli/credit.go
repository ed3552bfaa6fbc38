package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/report"
)

type creditOptions struct {
	output output
	when   when
	by     string
	fail   bool
}

func newCredit(e *env) *cobra.Command {
	var o creditOptions
	c := e.command(page{
		use:   "credit",
		short: "Judge a month's bill: earned, lost and why, disputable",
		long: `Gives every line of a month's bill its verdict (earned, lost, disputable, pending, unknown, unexpected or
excluded) by the history of access, and sums the credit up by verdict, cause, subscription and day.`,
		example: "  pharos credit --month 2026-10\n  pharos credit --month 2026-10 --by customer -o xlsx --out october.xlsx",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.credit(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	o.when.addMonth(c)
	o.when.addAsOf(c)
	c.Flags().StringVar(&o.by, "by", "", "break the month down by `what`: customer, subscription, resource-group, resource or day")
	c.Flags().BoolVar(&o.fail, "fail", false, "end with status 3 when credit was lost or is disputable")
	return c
}

func (e *env) credit(ctx context.Context, o *creditOptions) error {
	var by credit.Grouping
	if o.by != "" {
		g, err := credit.ParseGrouping(o.by)
		if err != nil {
			return err
		}
		by = g
	}
	b, err := e.openBooks(ctx, &o.when)
	if err != nil {
		return err
	}
	defer b.close()
	month, err := o.when.chosenMonth(ctx, b)
	if err != nil {
		return err
	}
	judged, rows, err := e.judge(ctx, b, month, by)
	if err != nil {
		return err
	}
	r := report.Credit(judged)
	if by != "" {
		r = report.Breakdown(month, by, rows)
	}
	if err := o.output.report(e, r); err != nil {
		return err
	}
	if o.fail {
		return creditFindings(judged)
	}
	return nil
}

// judge judges the month and breaks it down where that was asked for.
func (e *env) judge(ctx context.Context, b *books, month pharos.Month, by credit.Grouping) (*credit.Month, []credit.Row, error) {
	p := e.progress("judging " + month.String())
	defer p.done()
	v, err := b.view(ctx)
	if err != nil {
		return nil, nil, err
	}
	in, err := b.monthInput(ctx, v, month)
	if err != nil {
		return nil, nil, err
	}
	judged, err := credit.Judge(ctx, in)
	if err != nil || by == "" {
		return judged, nil, err
	}
	if by == credit.ByResource {
		rows, err := credit.Resources(ctx, in, judged, credit.Query{Month: month})
		return judged, rows, err
	}
	return judged, judged.By(by), nil
}

// creditFindings is the error of a month in which credit was lost.
func creditFindings(m *credit.Month) error {
	var lost []string
	for _, t := range m.Totals {
		if t.Lost.IsPositive() || t.Disputable.IsPositive() {
			lost = append(lost, t.Lost.StringFixed(2)+" "+t.Currency+" of credit was lost and "+t.Disputable.StringFixed(2)+" is disputable")
		}
	}
	if lost == nil {
		return nil
	}
	return pharos.Errorf(pharos.Findings, "%s: %s", m.Month, strings.Join(lost, "; ")).
		WithHint("`pharos explain CODE` tells what to do about a cause")
}
