package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/ledger/clickhouse"
	"github.com/pharos-pec/pharos/internal/ledger/clickhouse/clickhousetest"
	"github.com/pharos-pec/pharos/internal/ledger/ledgertest"
)

// measureClickHouse imports a bill into a cluster of two nodes on this machine
// and into a folder, asks both the same, and holds the answers against each other.
func measureClickHouse(ctx context.Context, out io.Writer, bill string, s shape, month pharos.Month) error {
	files, err := generate(bill, s)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(bill), "clickhouse-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cluster, err := clickhousetest.New(filepath.Join(dir, "cluster"))
	if err != nil {
		return err
	}
	defer cluster.Close()
	far, err := clickhouse.Open(ctx, "clickhouse://"+strings.Join(cluster.Addresses(), ",")+"/bench", "")
	if err != nil {
		return err
	}
	defer far.Close()
	near, err := ledger.Open(filepath.Join(dir, "folder"))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| ledger | what | seconds | answer |\n| --- | --- | --- | --- |\n")
	first, err := ask(ctx, out, "clickhouse", far, files, month)
	if err != nil {
		return err
	}
	second, err := ask(ctx, out, "folder", near, files, month)
	if err != nil {
		return err
	}
	if first != second {
		return fmt.Errorf("the answers differ:\n%s\n%s", first, second)
	}
	return weigh(out, cluster, filepath.Join(dir, "cluster"), filepath.Join(dir, "folder"))
}

// ask imports the bill and asks a ledger everything once; facts twice.
func ask(ctx context.Context, out io.Writer, name string, l ledgertest.Ledger, files []string, month pharos.Month) (string, error) {
	var sources []ledger.Source
	for _, f := range files {
		sources = append(sources, ledger.FileSource(f))
	}
	var busiest pharos.SubscriptionID
	facts := func() (string, error) {
		var n, lines, most int64
		var list decimal.Decimal
		for f, err := range l.Facts(ctx, month, nil) {
			if err != nil {
				return "", err
			}
			n, lines, list = n+1, lines+f.Lines, list.Add(f.List)
			if f.Lines > most {
				most, busiest = f.Lines, f.Subscription
			}
		}
		return fmt.Sprintf("%d facts of %d lines, list %s", n, lines, list), nil
	}
	answers := ""
	for _, q := range []struct {
		what string
		ask  func() (string, error)
	}{
		{"import", func() (string, error) {
			r, err := l.Import(ctx, sources, ledger.Options{})
			return fmt.Sprintf("%d lines", r.Lines), err
		}},
		{"facts", facts},
		{"facts again", facts},
		{"lines of a subscription", func() (string, error) {
			n := 0
			for _, err := range l.Lines(ctx, pharos.LineQuery{Month: month, Subscription: busiest}) {
				if err != nil {
					return "", err
				}
				n++
			}
			return fmt.Sprintf("%d lines", n), nil
		}},
		{"names", func() (string, error) {
			customers, subs, err := l.Names(ctx, month)
			return fmt.Sprintf("%d customers, %d subscriptions", len(customers), len(subs)), err
		}},
	} {
		start := time.Now()
		answer, err := q.ask()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(out, "| %s | %s | %.2f | %s |\n", name, q.what, time.Since(start).Seconds(), answer)
		answers += answer + "\n"
	}
	return answers, nil
}

// weigh says what the nodes took of memory at their highest, and of the disk.
func weigh(out io.Writer, c *clickhousetest.Cluster, folders ...string) error {
	for i, pid := range c.PIDs() {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return err
		}
		_, peak, _ := strings.Cut(string(status), "VmHWM:")
		peak, _, _ = strings.Cut(peak, "kB")
		kib, err := strconv.Atoi(strings.TrimSpace(peak))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "node %d: %d MiB of memory at its highest\n", i+1, kib/1024)
	}
	for _, dir := range folders {
		var size int64
		err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err == nil {
				size += info.Size()
			}
			return nil // what a merge has just removed counts no more
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d MiB on the disk\n", filepath.Base(dir), size>>20)
	}
	return nil
}
