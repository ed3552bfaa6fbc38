package clickhouse

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

const (
	childAddress = "PHAROS_TEST_CLICKHOUSE" // makes the test binary a process that imports
	childStep    = "PHAROS_TEST_STEP"       // and dies before this step
)

func TestMain(m *testing.M) {
	if address := os.Getenv(childAddress); address != "" {
		os.Exit(childImport(address))
	}
	os.Exit(m.Run())
}

// childImport imports the second bill, and ends itself the hard way before
// the step that it was told.
func childImport(address string) int {
	l, err := Open(context.Background(), address, "")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	step, _ := strconv.Atoi(os.Getenv(childStep))
	var done atomic.Int64 // steps are done by several goroutines
	l.batchRows = 40
	l.step = func() {
		if done.Add(1) == int64(step) {
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				_ = self.Kill()
			}
			select {} // until the signal is there
		}
	}
	if _, err := l.Import(context.Background(), secondBill(), ledger.Options{Statement: wholeBill()}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

const october = pharos.Month(2026*12 + 9)

func wholeBill() *ledger.Statement { return &ledger.Statement{Currency: "EUR", Period: october} }

// part is a part of a generated bill as a file.
func part(name string, seed uint64, lines int) ledger.Source {
	file := filetest.Write("daily-csv", filetest.Bill(seed, lines, october.First().Start()))
	return ledger.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }}
}

// secondBill restates the first, one of whose parts is as it was.
func firstBill() []ledger.Source  { return []ledger.Source{part("1", 1, 50), part("2", 2, 50)} }
func secondBill() []ledger.Source { return []ledger.Source{part("1", 3, 90), part("2", 2, 50)} }

func mustImport(t *testing.T, l *Ledger, opts ledger.Options, sources ...ledger.Source) ledger.Report {
	t.Helper()
	r, err := l.Import(t.Context(), sources, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// factsOf are the facts of October as texts.
func factsOf(t *testing.T, l *Ledger) []string {
	t.Helper()
	var out []string
	for f, err := range l.Facts(t.Context(), october, nil) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%+v", f))
	}
	return out
}

// Killed before any of its steps, an import leaves the old ledger or the new
// one; the next import ends where an undisturbed one would have, and removes
// the lines that the dead one left.
func TestImport_KilledAtEveryStep(t *testing.T) {
	o := newOpener(t)
	undisturbed := o.open(t)
	mustImport(t, undisturbed, ledger.Options{Statement: wholeBill()}, firstBill()...)
	before := factsOf(t, undisturbed)
	mustImport(t, undisturbed, ledger.Options{Statement: wholeBill()}, secondBill()...)
	after := factsOf(t, undisturbed)
	kills := 0
	for step := 1; ; step++ {
		database := fmt.Sprint("killed", step)
		l := o.in(t, database)
		mustImport(t, l, ledger.Options{Statement: wholeBill()}, firstBill()...)
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childAddress+"="+o.address(database), childStep+"="+strconv.Itoa(step))
		out, err := child.CombinedOutput()
		if got := factsOf(t, l); !slices.Equal(got, before) && !slices.Equal(got, after) {
			t.Fatalf("killed at step %d: %d facts", step, len(got))
		}
		l.abandoned, l.kept = -time.Minute, -time.Minute // whatever is not at work now is dead
		mustImport(t, l, ledger.Options{Statement: wholeBill()}, secondBill()...)
		if got := factsOf(t, l); !slices.Equal(got, after) {
			t.Fatalf("killed at step %d and imported again: %d facts", step, len(got))
		}
		mustImport(t, l, ledger.Options{}) // sweeps what the last one replaced
		waitForLines(t, l, 140)
		if got := factsOf(t, l); !slices.Equal(got, after) {
			t.Fatalf("killed at step %d and swept: %d facts", step, len(got))
		}
		if err == nil {
			break // there were fewer steps
		}
		if kills++; len(out) > 0 {
			t.Fatalf("step %d: %s", step, out)
		}
	}
	if kills < 5 {
		t.Errorf("only %d steps", kills)
	}
}

// waitForLines waits until the tables have so many lines: the engine removes
// lines in its own time.
func waitForLines(t *testing.T, l *Ledger, want uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var n uint64
		if err := l.conn().QueryRow(ctx, "select count() from "+l.table("usage_line")).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == want {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d lines, want %d", n, want)
		case <-tick.C:
		}
	}
}

// An import that is interrupted leaves nothing.
func TestImport_Interrupted(t *testing.T) {
	l := newOpener(t).open(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.batchRows, l.step = 40, cancel
	_, err := l.Import(ctx, []ledger.Source{part("1", 1, 200)}, ledger.Options{})
	if pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("error %v", err)
	}
	waitForLines(t, l, 0)
	if months, err := l.Months(t.Context()); err != nil || len(months) > 0 {
		t.Errorf("months %v %v", months, err)
	}
}

// Several machines import parts of a bill at once, two of them the same part:
// each line counts once.
func TestImport_AtOnce(t *testing.T) {
	o := newOpener(t)
	whole := o.open(t)
	parts := []ledger.Source{part("1", 1, 200), part("2", 2, 200), part("3", 3, 200), part("3", 3, 200)}
	mustImport(t, whole, ledger.Options{}, parts...)
	want := factsOf(t, whole)
	first := o.in(t, "together")
	done := make(chan error, len(parts))
	for i := range parts {
		machine := o.in(t, "together")
		go func() {
			_, err := machine.Import(t.Context(), parts[i:i+1], ledger.Options{})
			done <- err
		}()
	}
	for range parts {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := factsOf(t, first); !slices.Equal(got, want) {
		t.Errorf("%d facts, want %d", len(got), len(want))
	}
}

// An import that was taken for dead while it slept does not count, and says so.
func TestImport_TakenForDead(t *testing.T) {
	o := newOpener(t)
	l, other := o.in(t, "slow"), o.in(t, "slow")
	other.abandoned = -time.Minute
	once := false
	l.step = func() {
		if !once {
			once = true
			if _, err := other.Import(t.Context(), []ledger.Source{part("other", 2, 50)}, ledger.Options{}); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := l.Import(t.Context(), []ledger.Source{part("slow", 1, 50)}, ledger.Options{})
	if pharos.CodeOf(err) != pharos.Conflict {
		t.Errorf("error %v", err)
	}
	waitForLines(t, other, 50)
	files, err := other.Files(t.Context(), october)
	if err != nil || len(files) != 1 || files[0].Name != "other" {
		t.Errorf("files %v %v", files, err)
	}
}
