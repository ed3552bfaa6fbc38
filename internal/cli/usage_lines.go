package cli

import (
	"context"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/report"
)

// shownLines is how many lines a table has unless --limit says otherwise.
const shownLines = 100

type usageLinesOptions struct {
	output output
	pick   pickOptions
}

func newUsageLines(e *env) *cobra.Command {
	var o usageLinesOptions
	c := e.command(page{
		use:   "lines",
		short: "Show usage lines with their verdicts and causes",
		long: `Shows the lines behind a month's amounts: what was used, list price and credit, the verdict, its causes and the
line of the file it was read from. Flags narrow them down. A table has the first 100, other formats have all.`,
		example: `  pharos usage lines --month 2026-10 --subscription fabrikam-prod --day 2026-10-09
  pharos usage lines --month 2026-10 --verdict lost,disputable -o csv --out lost.csv`,
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		if o.output.format == formatTable && !c.Flags().Changed("limit") {
			o.pick.limit = shownLines
		}
		return e.usageLines(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX)
	o.pick.add(c)
	c.Flags().IntVar(&o.pick.limit, "limit", 0, "at most this many `lines`; 0 is all (default 100 in a table, else all)")
	return c
}

func (e *env) usageLines(ctx context.Context, o *usageLinesOptions) error {
	b, err := e.openBooks(ctx, &o.pick.when)
	if err != nil {
		return err
	}
	defer b.close()
	k, err := e.picking(ctx, b, &o.pick)
	if err != nil {
		return err
	}
	p := e.progress("reading usage lines")
	defer p.done()
	if o.output.format == formatTable {
		return e.lineTable(ctx, &o.output, k, p)
	}
	lines := report.Lines(k.month.Month, counted(k.lines(ctx), p))
	return o.output.write(e, func(w io.Writer) error {
		switch o.output.format {
		case formatCSV:
			return lines.WriteCSV(w, report.CSVStyle{})
		case formatXLSX:
			return lines.WriteXLSX(w)
		default:
			return lines.WriteJSON(w)
		}
	})
}

// lineTable shows lines to people, who are told when there are more.
func (e *env) lineTable(ctx context.Context, o *output, k *picking, p *progress) error {
	limit := k.pick.Limit
	if limit > 0 {
		k.pick.Limit++
	}
	var lines []credit.Line
	for l, err := range counted(k.lines(ctx), p) {
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	p.done()
	more := limit > 0 && len(lines) > limit
	if more {
		lines = lines[:limit]
	}
	return o.report(e, report.LineTable(k.month, lines, more))
}

// lines are the lines that are picked, in the order of the ledger.
func (k *picking) lines(ctx context.Context) iter.Seq2[credit.Line, error] {
	return k.pick.Lines(credit.Lines(ctx, k.input, k.month, k.pick.Ask()))
}

// counted tells the progress how many of seq have passed.
func counted[T any](seq iter.Seq2[T, error], p *progress) iter.Seq2[T, error] {
	const step = 4096
	return func(yield func(T, error) bool) {
		n := int64(0)
		for x, err := range seq {
			if n++; n%step == 0 {
				p.set(n, 0, "rows")
			}
			if !yield(x, err) {
				return
			}
		}
	}
}
