package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is a run's surroundings in a test: buffers, an environment of its
// own, and a clock that stands still.
func world(env map[string]string) (IO, *bytes.Buffer, *bytes.Buffer) {
	var out, errs bytes.Buffer
	return IO{
		In: strings.NewReader(""), Out: &out, Err: &errs,
		Getenv: func(name string) string { return env[name] },
		Now:    func() time.Time { return time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC) },
	}, &out, &errs
}

// TestHelp holds the help page of every command against its golden file.
func TestHelp(t *testing.T) {
	world, _, _ := world(nil)
	seen := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		seen++
		name := strings.ReplaceAll(c.CommandPath(), " ", "_")
		t.Run(name, func(t *testing.T) { checkHelp(t, strings.Fields(c.CommandPath())[1:], name) })
		for _, child := range c.Commands() {
			walk(child)
		}
	}
	walk(newRoot(&env{IO: world}))
	goldens, err := filepath.Glob("testdata/help/*.txt")
	if err != nil || len(goldens) != seen {
		t.Errorf("%d golden pages for %d commands: %v", len(goldens), seen, err)
	}
}

func checkHelp(t *testing.T, path []string, name string) {
	t.Helper()
	world, out, errs := world(nil)
	if got := Main(context.Background(), append(path, "--help"), world); got != 0 || errs.Len() > 0 {
		t.Fatalf("status %d, stderr %q", got, errs)
	}
	for _, part := range []string{"Examples:", "Exit status:", "--config"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the page has no %q", part)
		}
	}
	golden := filepath.Join("testdata", "help", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v; run the test with -update", err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
