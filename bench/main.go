// Command bench measures Pharos beside its peers. It is a module of its own,
// because the peers need cgo and large downloads that the product must not.
//
//	go run . usage -dir /tmp/bill     imports a generated bill, beside DuckDB
//	go run . clickhouse -rows 1000000 asks a ledger on ClickHouse, two nodes on this machine, beside the folder
//	go run . drill -dir /tmp/bill     asks a ledger of it for a subscription's lines
//
// Each measurement runs in a child process of its own, so that peak memory
// is the measured program's and nothing else's.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/pharos-pec/pharos"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run does what the first argument names.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("say what to measure: usage, drill or clickhouse")
	}
	s := shape{First: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	f.IntVar(&s.Rows, "rows", 5_000_000, "lines of the bill")
	f.IntVar(&s.Files, "files", 16, "files it is cut into")
	f.IntVar(&s.Customers, "customers", 2_000, "customers")
	f.IntVar(&s.Subscriptions, "subscriptions", 6_000, "subscriptions")
	f.IntVar(&s.Resources, "resources", 200_000, "resources")
	f.Uint64Var(&s.Seed, "seed", 1, "seed of the bill")
	dir := f.String("dir", filepath.Join(os.TempDir(), "pharos-bench"), "folder of the bill; it is kept for the next run")
	times := f.Int("times", 3, "runs of each program")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	bill := filepath.Join(*dir, fmt.Sprintf("bill-%d-%d-%d-%d-%d-%d", s.Seed, s.Rows, s.Files, s.Customers, s.Subscriptions, s.Resources))
	month := pharos.MonthOf(s.First)
	switch args[0] {
	case "usage":
		return compare(ctx, out, bill, s, *times, args[1:])
	case "clickhouse":
		return measureClickHouse(ctx, out, bill, s, month)
	case "drill":
		if err := prepare(bill, s); err != nil {
			return err
		}
		return drill(ctx, out, bill, s)
	case "child-pharos":
		return importPharos(ctx, out, bill, month)
	case "child-duckdb":
		return importDuckDB(ctx, out, bill)
	default:
		return fmt.Errorf("nothing called %q can be measured", args[0])
	}
}
