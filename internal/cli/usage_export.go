package cli

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/report"
)

const formatParquet = "parquet"

// exportFormats are the formats of an export, which are also the endings of its files.
func exportFormats() []string { return []string{formatCSV, formatXLSX, formatParquet} }

// What can be exported.
const (
	exportLines    = "lines"
	exportFacts    = "facts"
	exportVerdicts = "verdicts"
)

type usageExportOptions struct {
	pick         pickOptions
	what         string
	format       string
	out          string
	decimalComma bool
}

func newUsageExport(e *env) *cobra.Command {
	var o usageExportOptions
	c := e.command(page{
		use:   "export",
		short: "Write a month with its verdicts for Excel, Power BI or a database",
		long: `Writes a month's usage lines, or the day facts that they sum up to, or verdicts by subscription and day, to a
file of typed columns, whole or not at all. The format follows the file's name unless --format says otherwise.`,
		example: `  pharos usage export --month 2026-10 --out 2026-10.parquet
  pharos usage export --month 2026-10 --what verdicts --out october.xlsx
  pharos usage export --month 2026-10 --verdict lost --decimal-comma --out lost.csv`,
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return e.usageExport(c.Context(), &o)
	})
	o.pick.add(c)
	f := c.Flags()
	f.StringVar(&o.what, "what", exportLines, "`rows` to write: lines, facts or verdicts")
	f.StringVar(&o.format, "format", "", "format of the `file`: "+strings.Join(exportFormats(), ", ")+" (default by the file's name)")
	f.StringVar(&o.out, "out", "", "the `file` to write; one that is there is replaced")
	f.BoolVar(&o.decimalComma, "decimal-comma", false, "CSV as Excel reads it where numbers have a comma: 1,5 and semicolons between fields")
	return c
}

// check settles the format, and refuses what does not go together.
func (o *usageExportOptions) check() error {
	if o.out == "" {
		return pharos.Errorf(pharos.Invalid, "an export needs a file").WithHint("add --out FILE.csv, .xlsx or .parquet")
	}
	if o.format == "" {
		o.format = strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), ".")
	}
	all := []string{exportLines, exportFacts, exportVerdicts}
	switch {
	case !slices.Contains(exportFormats(), o.format):
		return pharos.Errorf(pharos.Invalid, "%q is no format of an export", o.format).WithHint("choose --format %s", strings.Join(exportFormats(), ", "))
	case !slices.Contains(all, o.what):
		return pharos.Errorf(pharos.Invalid, "--what %s cannot be exported", o.what).WithHint("choose one of %s", strings.Join(all, ", "))
	case o.decimalComma && o.format != formatCSV:
		return pharos.Errorf(pharos.Invalid, "--decimal-comma is for CSV").WithHint("in %s files numbers are numbers, and each program shows them as its user likes", o.format)
	case o.what == exportFacts && o.pick.resource != "":
		return pharos.Errorf(pharos.Invalid, "--resource: facts are sums of many resources").WithHint("export --what lines, or narrow by --resource-group")
	case o.what == exportVerdicts && (o.pick.resource != "" || o.pick.group != ""):
		return pharos.Errorf(pharos.Invalid, "verdicts are by subscription and day").WithHint("export --what lines or facts for a part of a subscription")
	}
	return nil
}

func (e *env) usageExport(ctx context.Context, o *usageExportOptions) error {
	b, err := e.openBooks(ctx, &o.pick.when)
	if err != nil {
		return err
	}
	defer b.close()
	k, err := e.picking(ctx, b, &o.pick)
	if err != nil {
		return err
	}
	if len(k.month.Subscriptions) == 0 {
		return pharos.Errorf(pharos.NotFound, "there are no usage lines for %s", k.month.Month).
			WithHint("fetch the bill with `pharos usage pull`, or read files with `pharos usage import`")
	}
	p := e.progress("writing " + o.out)
	defer p.done()
	rows := k.exported(ctx, o.what, p)
	to := output{file: o.out}
	if err := to.write(e, func(w io.Writer) error {
		switch o.format {
		case formatParquet:
			return rows.WriteParquet(w)
		case formatXLSX:
			return rows.WriteXLSX(w)
		default:
			return rows.WriteCSV(w, report.CSVStyle{DecimalComma: o.decimalComma})
		}
	}); err != nil {
		return err
	}
	p.done()
	e.note("%s: %s of %s", o.out, o.what, k.month.Month)
	return nil
}

// exported are the rows of an export.
func (k *picking) exported(ctx context.Context, what string, p *progress) *report.Stream {
	switch what {
	case exportFacts:
		return report.Facts(k.month.Month, counted(k.pick.Facts(credit.Facts(ctx, k.input, k.month)), p), k.input.Names)
	case exportVerdicts:
		return report.Verdicts(k.month.Month, k.pick.Days(k.month))
	default:
		return report.Lines(k.month.Month, counted(k.lines(ctx), p))
	}
}
