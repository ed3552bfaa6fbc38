// Command emulator measures the emulator: how many calls one processor
// answers, beside Azurite, Microsoft's emulator of Azure Storage; how long a
// large scenario takes to load; and how soon the demo's answers.
//
//	go run ./emulator
//
// Azurite is installed by npm, at one version, into a folder that is kept.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what is measured, and how.
type bench struct {
	dir           string // of programs and files, kept for the next run
	pharos        string // the program
	azurite       string // its version; empty: left out
	seconds       time.Duration
	connections   int
	subscriptions int
	starts        int
	out           io.Writer
}

func run(ctx context.Context, args []string, out io.Writer) error {
	b := bench{out: out}
	f := flag.NewFlagSet("emulator", flag.ContinueOnError)
	f.StringVar(&b.dir, "dir", filepath.Join(os.TempDir(), "pharos-bench-emulator"), "folder of programs and files; it is kept for the next run")
	f.StringVar(&b.azurite, "azurite", "3.37.0", "version of Azurite; empty leaves it out")
	f.DurationVar(&b.seconds, "for", 5*time.Second, "how long each call is made")
	f.IntVar(&b.connections, "connections", 8, "connections that make it")
	f.IntVar(&b.subscriptions, "subscriptions", 10_000, "subscriptions of the large scenario")
	f.IntVar(&b.starts, "starts", 5, "how often each scenario is started")
	module := f.String("module", "..", "folder of Pharos' own module")
	if err := f.Parse(args); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	dir, err := filepath.Abs(b.dir)
	if err != nil {
		return err
	}
	b.dir, b.pharos = dir, filepath.Join(dir, "pharos")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.pharos, "./cmd/pharos")
	build.Dir = *module
	build.Stderr, build.Env = os.Stderr, append(os.Environ(), "CGO_ENABLED=0")
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	fmt.Fprintf(out, "%s, %d processors, %d connections, %s each, load average %s before\n\n",
		runtime.Version(), runtime.NumCPU(), b.connections, b.seconds, loadAverage())
	for _, measure := range []func(context.Context) error{b.measureStarts, b.measureCalls} {
		if err := measure(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\nload average %s after\n", loadAverage())
	return nil
}

// loadAverage says how busy the machine is, where the system tells it.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:2], " ")
}
