package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/report"
)

func newUsage(e *env) *cobra.Command {
	return e.group(page{
		use:   "usage",
		short: "Get rated usage into the ledger, look after it, and get it out",
		long: `Rated usage is the partner's bill, line by line and day by day, with the credit that each line earned.
It is fetched from the billing API, or read from files of any supported format, and kept in the ledger. Its
lines can be looked at, and exported for Excel, Power BI and databases, each with its verdict.`,
		example: "  pharos usage pull\n  pharos usage import daily-*.csv.gz\n  pharos usage lines --day 2026-10-09 --verdict lost\n  pharos usage verify",
	}, newUsagePull(e), newUsageImport(e), newUsageLines(e), newUsageExport(e), newUsageList(e), newUsageVerify(e), newUsageCompact(e), newUsageDrop(e))
}

type usageImportOptions struct {
	output output
	month  string
}

func newUsageImport(e *env) *cobra.Command {
	var o usageImportOptions
	c := e.command(page{
		use:   "import FILE…",
		short: "Read rated usage from files",
		long: `Reads usage files, told apart by what they hold, plain, gzipped or zipped. All of them are taken or none;
a line that was imported before counts once, and a file that is cut short changes nothing.`,
		example: "  pharos usage import daily-2026-10.csv.gz\n  pharos usage import exports/*.parquet --month 2026-10 -o json",
	}, someArgs("at least one usage file"), func(c *cobra.Command, files []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.usageImport(c.Context(), &o, files)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV)
	c.Flags().StringVar(&o.month, "month", "", "refuse usage of any other `month`")
	return c
}

func (e *env) usageImport(ctx context.Context, o *usageImportOptions, files []string) error {
	month, err := monthFlag(o.month)
	if err != nil {
		return err
	}
	c, err := e.load()
	if err != nil {
		return err
	}
	l, err := e.openLedger(ctx, c)
	if err != nil {
		return err
	}
	defer l.Close()
	var sources []ledger.Source
	for _, f := range files {
		sources = append(sources, ledger.FileSource(f))
	}
	p := e.progress("reading usage")
	defer p.done()
	result, err := l.Import(ctx, sources, ledger.Options{Month: month, Progress: func(lines int64) { p.set(lines, 0, "lines") }})
	p.done()
	if err != nil {
		return err
	}
	if err := o.output.report(e, report.Import(imported(result))); err != nil {
		return err
	}
	return rejected(result)
}

// rejected is the error of an import some of whose lines could not be used.
func rejected(r ledger.Report) error {
	n, where := int64(0), ""
	for _, f := range r.Files {
		if f.RejectedCount > 0 && where == "" {
			where = f.File
		}
		n += f.RejectedCount
	}
	if n == 0 {
		return nil
	}
	return pharos.Errorf(pharos.Incomplete, "%d lines could not be used, the first in %s", n, where).
		WithHint("-o json lists each with its line number and reason; the other lines were imported")
}
