package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// phase is one timed part of a program, as its child process reports it.
type phase struct {
	name    string
	lines   int64
	seconds float64
	digest  string // what came out, to hold the programs against each other
}

// result is one run of a program.
type result struct {
	phases []phase
	peak   int64 // bytes of memory at most
	cpu    time.Duration
}

// compare generates the bill if it is not there yet, runs every program on it
// and prints the median of each.
func compare(ctx context.Context, out io.Writer, bill string, s shape, times int, args []string) error {
	if err := prepare(bill, s); err != nil {
		return err
	}
	raw, err := size(bill)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d lines in %d files, %.0f MB of gzip, %s, %d processors, median of %d\n\n",
		s.Rows, s.Files, float64(raw)/1e6, runtime.Version(), runtime.NumCPU(), times)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "program\tphase\tseconds\tlines/s\tCPU s (all)\tpeak MiB (all)\toutcome")
	for _, program := range []string{"pharos", "duckdb"} {
		var runs []result
		for range times {
			r, err := child(ctx, "child-"+program, args)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
		show(w, program, runs)
	}
	return w.Flush()
}

func prepare(bill string, s shape) error {
	_, err := os.Stat(bill)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part := bill + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if _, err := generate(part, s); err != nil {
		return err
	}
	return os.Rename(part, bill)
}

// size reads every file once, so that all programs find them in memory.
func size(bill string) (int64, error) {
	files, err := billFiles(bill)
	if err != nil {
		return 0, err
	}
	var total int64
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		n, err := io.Copy(io.Discard, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func billFiles(bill string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(bill, "*.json.gz"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no files in %s", bill)
	}
	return files, err
}

// child runs this program again for one measurement.
func child(ctx context.Context, what string, args []string) (result, error) {
	c := exec.CommandContext(ctx, os.Args[0], append([]string{what}, args...)...)
	c.Stderr = os.Stderr
	text, err := c.Output()
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", what, err)
	}
	r := result{cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = usage.Maxrss << 10 // kibibytes on Linux
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var p phase
		if _, err := fmt.Sscanf(lines.Text(), "%s %d %f %s", &p.name, &p.lines, &p.seconds, &p.digest); err != nil {
			return result{}, fmt.Errorf("%s: %q: %w", what, lines.Text(), err)
		}
		r.phases = append(r.phases, p)
	}
	return r, nil
}

// show prints the medians of a program's runs.
func show(w io.Writer, program string, runs []result) {
	cpu := median(runs, func(r result) float64 { return r.cpu.Seconds() })
	peak := median(runs, func(r result) float64 { return float64(r.peak) })
	for i, p := range runs[0].phases {
		seconds := median(runs, func(r result) float64 { return r.phases[i].seconds })
		fmt.Fprintf(w, "%s\t%s\t%.1f\t%.0f\t%.1f\t%.0f\t%s\n", program, p.name, seconds, float64(p.lines)/seconds, cpu, peak/(1<<20), strings.ReplaceAll(p.digest, "_", " "))
	}
}

func median(runs []result, of func(result) float64) float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// say prints a phase for the parent.
func say(out io.Writer, name string, lines int64, start time.Time, digest string) {
	fmt.Fprintf(out, "%s %d %f %s\n", name, lines, time.Since(start).Seconds(), strings.ReplaceAll(digest, " ", "_"))
}
