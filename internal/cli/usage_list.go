package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/report"
)

func newUsageList(e *env) *cobra.Command {
	var out output
	c := e.command(page{
		use:   "list",
		short: "List the usage files in the ledger",
		long: `Lists every file that was imported or pulled: its months, its lines, what it takes, and of which pull it is.
Lines are those that are kept; which of them count is decided when they are read.`,
		example: "  pharos usage list\n  pharos usage list -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := out.resolve(e); err != nil {
			return err
		}
		return e.usageList(c.Context(), &out)
	})
	out.add(c, formatTable, formatJSON, formatCSV, formatXLSX)
	return c
}

func (e *env) usageList(ctx context.Context, out *output) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	l, err := e.openLedger(ctx, c)
	if err != nil {
		return err
	}
	defer l.Close()
	m, err := l.Manifest(ctx)
	if err != nil {
		return err
	}
	return out.report(e, report.Store(stored(m)))
}

// stored lays a ledger's manifest out for a report.
func stored(m ledger.Manifest) report.Stored {
	var out report.Stored
	for _, s := range m.Sources {
		f := report.StoredFile{
			File: s.Name, SHA256: s.SHA256, Lines: s.Lines, Rejected: s.Rejected,
			Months: monthsOf(s.Segments), Dropped: monthsOf(s.Dropped), Restated: monthsOf(s.Restated), Statement: pulledAs(s.Statement),
		}
		for _, format := range s.Formats {
			f.Formats = append(f.Formats, string(format))
		}
		for _, p := range s.Segments {
			f.Bytes += p.Bytes
		}
		for _, p := range slices.Concat(s.Dropped, s.Restated) {
			f.Lines -= p.Lines
		}
		out.Files = append(out.Files, f)
		out.Lines, out.Bytes = out.Lines+f.Lines, out.Bytes+f.Bytes
	}
	return out
}

func monthsOf(parts []ledger.Part) []pharos.Month {
	var out []pharos.Month
	for _, p := range parts {
		out = append(out, p.Month)
	}
	return out
}

func pulledAs(s *ledger.Statement) *report.StoredPull {
	if s == nil {
		return nil
	}
	p := &report.StoredPull{Invoice: s.Invoice, Currency: s.Currency, At: s.At}
	if s.Period != 0 {
		p.Month = s.Period.String()
	}
	return p
}
