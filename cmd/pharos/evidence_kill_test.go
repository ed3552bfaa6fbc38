package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestKilled_Evidence kills the making of a dispute pack at random points: what
// is there afterwards is nothing or a whole pack, and the next run leaves no
// draft of a dead one behind.
func TestKilled_Evidence(t *testing.T) {
	t.Parallel()
	canKill(t)
	text, err := os.ReadFile("../../internal/cli/testdata/scenario/unexplained.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := startCloud(t, text)
	c.must("scan")
	c.must("usage", "pull")
	dir := t.TempDir()
	args := []string{"evidence", "--month", "2026-10", "--subscription", "prod", "--dir", dir}
	took := c.killedAfter(time.Hour, append(slices.Clone(args), "--zip")...)
	pack := func() string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(dir, "evidence-*-2026-10"))
		if err != nil || len(found) > 1 {
			t.Fatalf("%v: %v", err, found)
		}
		return slices.Concat(found, []string{""})[0]
	}
	for range 12 {
		c.killedAfter(rand.N(took), args...)
		if whole := pack(); whole != "" {
			c.must("evidence", "verify", whole)
			if err := os.RemoveAll(whole); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.must(args...)
	c.must("evidence", "verify", pack())
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 { // the folder, and the zip of the first run
		t.Errorf("%v", entries)
	}
}
