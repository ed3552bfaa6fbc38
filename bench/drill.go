package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// drill measures how long the lines of a subscription take, of a month and of
// one day of it, from a ledger of the bill, which is kept for the next run.
func drill(ctx context.Context, out io.Writer, bill string, s shape) error {
	l, err := drillLedger(ctx, bill)
	if err != nil {
		return err
	}
	month := pharos.MonthOf(s.First)
	first := time.Now() // which lines count is worked out or read once, by the first question
	if _, err := countLines(ctx, l, pharos.LineQuery{Month: month, Subscription: pharos.SubscriptionID(guid(s.Seed, 2, 0)), Day: month.First()}); err != nil {
		return err
	}
	fmt.Fprintf(out, "first question: %.0f ms\n", milliseconds(time.Since(first)))
	random := newRandom(s.Seed, 99)
	for _, day := range []pharos.Day{0, month.First() + 14} {
		var took []time.Duration
		lines := 0
		for range 21 {
			sub := pharos.SubscriptionID(guid(s.Seed, 2, random.IntN(s.Subscriptions)))
			start := time.Now()
			n, err := countLines(ctx, l, pharos.LineQuery{Month: month, Subscription: sub, Day: day})
			if err != nil {
				return err
			}
			took = append(took, time.Since(start))
			lines += n
		}
		slices.Sort(took)
		what := "month"
		if day != 0 {
			what = "day"
		}
		fmt.Fprintf(out, "subscription, %s: median %.0f ms, slowest %.0f ms, %d lines each\n",
			what, milliseconds(took[len(took)/2]), milliseconds(took[len(took)-1]), lines/len(took))
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// drillLedger is a ledger of the bill, made if it is not there.
func drillLedger(ctx context.Context, bill string) (*ledger.Ledger, error) {
	dir := bill + "-ledger"
	_, err := os.Stat(dir)
	made := errors.Is(err, fs.ErrNotExist)
	l, err := ledger.Open(dir)
	if err != nil || !made {
		return l, err
	}
	files, err := billFiles(bill)
	if err != nil {
		return nil, err
	}
	var sources []ledger.Source
	for _, f := range files {
		sources = append(sources, ledger.FileSource(f))
	}
	_, err = l.Import(ctx, sources, ledger.Options{})
	return l, err
}

func countLines(ctx context.Context, l *ledger.Ledger, q pharos.LineQuery) (n int, err error) {
	for _, err := range l.Lines(ctx, q) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
