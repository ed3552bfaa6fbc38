package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/pharos-pec/pharos/emulator"
)

// TestKilled kills scans and pulls at random points, on a cloud that throttles,
// fails and drops connections, and runs them again: what is known at the end
// is what an undisturbed run on a good cloud knows.
func TestKilled(t *testing.T) {
	t.Parallel()
	canKill(t)
	text, err := os.ReadFile("../../internal/cli/testdata/scenario/transfer-late.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := startCloud(t, text)
	good.must("scan")
	good.must("usage", "pull")

	faults := "faults: {seed: 7, throttle: 0.10, serverError: 0.05, dropConnection: 0.03, truncateBlob: 0.2}\n"
	bad := startCloud(t, append(bytes.Clone(text), faults...))
	for _, args := range [][]string{{"scan"}, {"usage", "pull"}} {
		took := bad.killedAfter(time.Hour, args...)
		for range 8 {
			bad.killedAfter(rand.N(took), args...)
		}
		bad.must(args...)
	}
	for _, args := range [][]string{
		{"credit", "--month", "2026-10", "-o", "json"},
		{"coverage", "--date", "2026-10-20", "-o", "json"},
	} {
		if want, got := good.must(args...), bad.must(args...); !bytes.Equal(want, got) {
			t.Errorf("pharos %v differs:\n%s\nwant\n%s", args, got, want)
		}
	}
}

// cloudRun is an emulator and the folder of its client.
type cloudRun struct {
	*testing.T
	config string
	azure  *emulator.Emulator
}

func startCloud(t *testing.T, text []byte) *cloudRun {
	t.Helper()
	s, err := emulator.ParseScenario("scenario.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	azure, err := emulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	server, err := azure.Listen("127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	ready, err := azure.WriteFiles(dir, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &cloudRun{t, ready.ConfigFile, azure}
}

// command is the real program, in a process of its own.
func (c *cloudRun) command(ctx context.Context, args ...string) *exec.Cmd {
	c.Helper()
	self, err := exec.LookPath("pharos") // testscript puts this very program under that name
	if err != nil {
		c.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, append(args, "--config", c.config)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGKILL) }
	return cmd
}

func (c *cloudRun) must(args ...string) []byte {
	c.Helper()
	cmd := c.command(c.Context(), args...)
	var talk bytes.Buffer
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		c.Fatalf("pharos %v: %v\n%s", args, err, talk.Bytes())
	}
	return out
}

// killedAfter runs a command that may live that long, and returns how long it
// lived. With an hour it ends by itself; on the bad cloud it must succeed.
func (c *cloudRun) killedAfter(d time.Duration, args ...string) time.Duration {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), d)
	defer cancel()
	began := time.Now()
	if err := c.command(ctx, args...).Run(); err != nil && ctx.Err() == nil {
		c.Fatalf("pharos %v: %v", args, err)
	}
	return time.Since(began)
}

// canKill skips a test that ends a process as nothing but SIGKILL does.
func canKill(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGKILL on Windows")
	}
}
