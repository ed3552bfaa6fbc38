package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// importPharos imports the bill into a new ledger, reduces it to day facts and
// judges it: once when only the facts are kept, and once when everything is.
func importPharos(ctx context.Context, out io.Writer, bill string, month pharos.Month) error {
	files, err := billFiles(bill)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(bill+"/..", "ledger-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l, err := ledger.Open(dir)
	if err != nil {
		return err
	}
	var sources []ledger.Source
	for _, f := range files {
		sources = append(sources, ledger.FileSource(f))
	}
	start := time.Now()
	report, err := l.Import(ctx, sources, ledger.Options{})
	if err != nil {
		return err
	}
	say(out, "import", report.Lines, start, fmt.Sprintf("%d lines", report.Lines))
	start = time.Now()
	var facts, lines int64
	var list decimal.Decimal
	for f, err := range l.Facts(ctx, month, nil) {
		if err != nil {
			return err
		}
		facts++
		lines += f.Lines
		list = list.Add(f.List)
	}
	say(out, "facts", lines, start, fmt.Sprintf("%d facts, list %s", facts, list))
	for _, phase := range []string{"judge", "judge-again"} {
		if err := judgePharos(ctx, out, phase, dir, month); err != nil {
			return err
		}
	}
	return nil
}
