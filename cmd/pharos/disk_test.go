package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDiskFull imports a bill into a ledger on a full disk: one line says so,
// with a hint, and the ledger is as it was.
func TestDiskFull(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("a small disk needs the right to mount one: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", disk).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	line, err := os.ReadFile("../../internal/cli/demo/legacy.csv")
	if err != nil {
		t.Fatal(err)
	}
	header, first, _ := strings.Cut(string(line), "\n")
	first, _, _ = strings.Cut(first, "\n")
	dir := t.TempDir()
	write := func(name string, lines int) string {
		var b bytes.Buffer
		fmt.Fprintln(&b, header)
		for i := range lines {
			// Names that do not compress, so that a small disk is soon full.
			fmt.Fprintln(&b, strings.Replace(first, "vm-1", fmt.Sprintf("vm-%x", uint64(i+1)*0x9e3779b97f4a7c15), 1))
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	config := filepath.Join(dir, "pharos.yaml")
	text := fmt.Sprintf("partner: {id: \"4987654\", tenant: 11111111-1111-4111-8111-111111111111}\nstore: sqlite:%s\nledger: %s\n",
		filepath.Join(dir, "pharos.db"), filepath.Join(disk, "ledger"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &cloudRun{T: t, config: config}
	c.must("usage", "import", write("small.csv", 10))
	before := c.must("credit", "--month", "2026-10", "-o", "json")

	cmd := c.command(t.Context(), "usage", "import", write("large.csv", 60_000))
	var talk bytes.Buffer
	cmd.Stderr = &talk
	err = cmd.Run()
	lines := strings.Split(strings.TrimSpace(talk.String()), "\n")
	if err == nil || cmd.ProcessState.ExitCode() != 1 || len(lines) != 2 ||
		!strings.Contains(lines[0], "no space left on device") || !strings.HasPrefix(lines[1], "hint: ") {
		t.Errorf("%v:\n%s", err, talk.Bytes())
	}
	if after := c.must("credit", "--month", "2026-10", "-o", "json"); !bytes.Equal(before, after) {
		t.Errorf("the ledger changed:\n%s\nwas\n%s", after, before)
	}
	c.must("usage", "verify")
	dropOnFullDisk(c, filepath.Join(disk, "filler"))
}

// dropOnFullDisk drops the month while there is no room for a manifest: nothing
// happens, and it says so; with room it goes.
func dropOnFullDisk(c *cloudRun, filler string) {
	c.Helper()
	f, err := os.Create(filler)
	if err != nil {
		c.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		c.Fatal(err)
	}
	if err := f.Close(); err != nil {
		c.Fatal(err)
	}
	cmd := c.command(c.Context(), "usage", "drop", "--month", "2026-10")
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 1 || !bytes.Contains(out, []byte("no space left on device")) {
		c.Errorf("%v:\n%s", err, out)
	}
	if out := c.must("usage", "verify"); !bytes.Contains(out, []byte("2026-10")) {
		c.Errorf("the month is gone:\n%s", out)
	}
	if err := os.Remove(filler); err != nil {
		c.Fatal(err)
	}
	c.must("usage", "drop", "--month", "2026-10")
	if out := c.must("usage", "verify"); bytes.Contains(out, []byte("2026-10")) {
		c.Errorf("the month is there:\n%s", out)
	}
}
