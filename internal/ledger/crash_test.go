package ledger

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

const (
	childFolder = "PHAROS_TEST_LEDGER" // makes the test binary a process that imports
	childStep   = "PHAROS_TEST_STEP"   // and dies before this step
	childDrop   = "PHAROS_TEST_DROP"   // "drop" or "compact": it does that to October instead
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		os.Exit(childImport(dir))
	}
	os.Exit(m.Run())
}

// childImport imports the second bill into dir, and ends itself the hard way
// before the step that it was told.
func childImport(dir string) int {
	l, err := Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	step, _ := strconv.Atoi(os.Getenv(childStep))
	var done atomic.Int64 // steps are done by several goroutines
	l.step = func() {
		if done.Add(1) == int64(step) {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				_ = self.Kill()
			}
			select {} // until the signal is there
		}
	}
	switch what := os.Getenv(childDrop); what {
	case "":
		_, err = l.Import(context.Background(), second(), Options{Statement: statement()})
	case "compact":
		_, err = l.Compact(context.Background(), []pharos.Month{october})
	default:
		_, err = l.Drop(context.Background(), []pharos.Month{october})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func statement() *Statement { return &Statement{Currency: "EUR", Period: october} }

func first() []Source {
	return []Source{bytesSource("1", header+csvLine("", "2026-10-05", "rg", "a", "1", 0)), bytesSource("2", header+csvLine("", "2026-10-05", "rg", "b", "1", 0))}
}

// second restates the first bill, in three parts and two months.
func second() []Source {
	return []Source{
		bytesSource("1", header+csvLine("", "2026-10-05", "rg", "a", "5", 15)),
		bytesSource("2", header+csvLine("", "2026-10-05", "rg", "b", "1", 0)),
		bytesSource("3", header+csvLine("", "2026-10-06", "rg", "c", "1", 0)+csvLine("", "2026-11-01", "rg", "c", "1", 0)),
	}
}

// Killed before any of its steps, an import leaves the old ledger or the new
// one, and the next import ends where an undisturbed one would have.
func TestImport_KilledAtEveryStep(t *testing.T) {
	undisturbed := open(t)
	mustImport(t, undisturbed, Options{Statement: statement()}, first()...)
	before := facts(t, undisturbed)
	mustImport(t, undisturbed, Options{Statement: statement()}, second()...)
	after := facts(t, undisturbed)
	kills := 0
	for step := 1; ; step++ {
		l := open(t)
		mustImport(t, l, Options{Statement: statement()}, first()...)
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childFolder+"="+l.dir, childStep+"="+strconv.Itoa(step))
		out, err := child.CombinedOutput()
		got := facts(t, l)
		if !slices.Equal(got, before) && !slices.Equal(got, after) {
			t.Fatalf("killed at step %d: facts %v", step, got)
		}
		mustImport(t, l, Options{Statement: statement()}, second()...)
		if got := facts(t, l); !slices.Equal(got, after) {
			t.Fatalf("killed at step %d and imported again: facts %v", step, got)
		}
		if left := strays(t, l); len(left) > 0 {
			t.Errorf("killed at step %d and imported again: %v are left", step, left)
		}
		if err == nil {
			break // there were fewer steps
		}
		if kills++; len(out) > 0 {
			t.Fatalf("step %d: %s", step, out)
		}
	}
	if kills < 8 {
		t.Errorf("only %d steps", kills)
	}
}

// strays are files that the manifest does not name.
func strays(t *testing.T, l *Ledger) []string {
	t.Helper()
	m, err := readManifest(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	named := m.files()
	for _, pattern := range []string{"tmp/*", "????-??/*" + extension} {
		found, err := filepath.Glob(filepath.Join(l.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if short, _ := filepath.Rel(l.dir, f); !named[short] {
				out = append(out, short)
			}
		}
	}
	return out
}

// Two imports at once both count; one that will not wait is told why.
func TestImport_TakeTurns(t *testing.T) {
	l := open(t)
	release, err := acquire(t.Context(), l.dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), first(), Options{NoWait: true}); pharos.CodeOf(err) != pharos.Conflict {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Import(ctx, first(), Options{}); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("error %v", err)
	}
	done := make(chan error, 2)
	for i := range 2 {
		go func() {
			other, err := Open(l.dir) // as another process would
			if err == nil {
				_, err = other.Import(t.Context(), first()[i:i+1], Options{})
			}
			done <- err
		}()
	}
	release()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := facts(t, l); len(got) != 1 || !strings.Contains(got[0], " 2 ") {
		t.Errorf("facts %v, want one of both lines", got)
	}
}

// An import that is interrupted leaves nothing.
func TestImport_Interrupted(t *testing.T) {
	l := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.step = cancel
	_, err := l.Import(ctx, []Source{bytesSource("a", string(filetest.Write("daily-csv", bill(4, 100))))}, Options{})
	if pharos.CodeOf(err) != pharos.Interrupted {
		t.Fatalf("error %v", err)
	}
	if left := strays(t, l); len(left) > 0 {
		t.Errorf("left %s", left)
	}
	if m, err := readManifest(l.dir); err != nil || len(m.files()) > 0 {
		t.Errorf("the manifest names %v, %v", m.files(), err)
	}
}
