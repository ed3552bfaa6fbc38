package ledger

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/pharos-pec/pharos"
)

const november = october + 1

// factsIn returns the facts of a month, one text a fact.
func factsIn(t *testing.T, l *Ledger, month pharos.Month) []string {
	t.Helper()
	var out []string
	for f, err := range l.Facts(t.Context(), month, nil) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(f.Day, f.Scope, f.Product, f.Credited, f.MeterRate, f.Lines, f.List, f.Currency))
	}
	return out
}

func mustDrop(t *testing.T, l *Ledger, months ...pharos.Month) []MonthSize {
	t.Helper()
	sizes, err := l.Drop(t.Context(), months)
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// twoMonths are sources of October and November: one has lines of both, and
// November's unbilled lines stay only as long as G1 is known to bill October.
func twoMonths() []Source {
	return []Source{
		bytesSource("invoice", header+csvLine("G1", "2026-10-05", "rg", "a", "1", 15)+csvLine("G1", "2026-10-06", "rg", "a", "2", 15)+
			csvLine("G1", "2026-11-01", "rg", "a", "3", 15)),
		bytesSource("october", header+csvLine("G1", "2026-10-07", "rg", "b", "4", 0)),
		bytesSource("november", header+csvLine("", "2026-11-01", "rg", "a", "5", 0)+csvLine("", "2026-11-02", "rg", "b", "6", 0)),
	}
}

func TestDrop(t *testing.T) {
	l := open(t)
	mustImport(t, l, Options{}, twoMonths()...)
	was, other := factsIn(t, l, october), factsIn(t, l, november)
	if len(other) != 2 || len(was) != 3 {
		t.Fatalf("facts %v and %v", was, other)
	}
	sizes := mustDrop(t, l, october, 3)
	if len(sizes) != 1 || sizes[0].Files != 2 || sizes[0].Lines != 3 || sizes[0].Bytes == 0 {
		t.Errorf("dropped %+v", sizes)
	}
	if months, err := l.Months(t.Context()); err != nil || !slices.Equal(months, []pharos.Month{november}) {
		t.Errorf("months %v, %v", months, err)
	}
	if got := factsIn(t, l, october); len(got) > 0 {
		t.Errorf("facts %v are left", got)
	}
	if got := factsIn(t, l, november); !slices.Equal(got, other) {
		t.Errorf("the other month's facts are %v and were %v", got, other)
	}
	for _, pattern := range []string{"2026-10*", "facts/2026-10*"} {
		if left, err := filepath.Glob(filepath.Join(l.dir, pattern)); err != nil || len(left) > 0 {
			t.Errorf("%v are left, %v", left, err)
		}
	}
	if v := verify(t, l); len(v.Findings)+len(v.Leftovers) > 0 {
		t.Errorf("%+v", v)
	}
	if sizes := mustDrop(t, l, october); len(sizes) > 0 {
		t.Errorf("dropped %+v once more", sizes)
	}
	// What is imported again is there again, as old as it was.
	r := mustImport(t, l, Options{}, twoMonths()...)
	if r.Files[0].DuplicateOf != "" || r.Files[2].DuplicateOf != "november" {
		t.Errorf("%+v", r.Files)
	}
	if again := factsIn(t, l, october); !slices.Equal(again, was) {
		t.Errorf("facts %v, were %v", again, was)
	}
	if got := factsIn(t, l, november); !slices.Equal(got, other) {
		t.Errorf("facts %v, were %v", got, other)
	}
	if v := verify(t, l); len(v.Findings)+len(v.Leftovers) > 0 {
		t.Errorf("%+v", v)
	}
}

// A statement that is pulled again after its month was dropped is whole again.
func TestDrop_Statement(t *testing.T) {
	l := open(t)
	mustImport(t, l, Options{Statement: statement()}, second()...)
	before := facts(t, l)
	mustDrop(t, l, october)
	mustImport(t, l, Options{Statement: statement()}, second()...)
	if got := facts(t, l); !slices.Equal(got, before) {
		t.Errorf("facts %v, were %v", got, before)
	}
	if left := strays(t, l); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	m, err := l.Manifest(t.Context())
	if err != nil || len(m.Sources) != 3 || len(m.Sources[0].Dropped) > 0 {
		t.Errorf("%+v, %v", m.Sources, err)
	}
}

// Killed before any of its steps, a drop leaves the old ledger or the new one.
func TestDrop_KilledAtEveryStep(t *testing.T) {
	kills := 0
	for step := 1; ; step++ {
		l := open(t)
		mustImport(t, l, Options{}, twoMonths()...)
		before, other := factsIn(t, l, october), factsIn(t, l, november)
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childFolder+"="+l.dir, childStep+"="+strconv.Itoa(step), childDrop+"=drop")
		out, err := child.CombinedOutput()
		if got := factsIn(t, l, october); len(got) > 0 && !slices.Equal(got, before) {
			t.Fatalf("killed at step %d: facts %v", step, got)
		}
		if got := factsIn(t, l, november); !slices.Equal(got, other) {
			t.Fatalf("killed at step %d: facts %v of the other month", step, got)
		}
		if v := verify(t, l); len(v.Findings) > 0 {
			t.Fatalf("killed at step %d: %+v", step, v)
		}
		mustDrop(t, l, october)
		if v := verify(t, l); len(v.Findings)+len(v.Leftovers) > 0 || len(v.Months) != 1 {
			t.Errorf("killed at step %d and dropped again: %+v", step, v)
		}
		if err == nil {
			break // there were fewer steps
		}
		if kills++; len(out) > 0 {
			t.Fatalf("step %d: %s", step, out)
		}
	}
	if kills < 3 {
		t.Errorf("only %d steps", kills)
	}
}

// Lines whose manifest is gone are not swept away: imports refuse, and verify
// says so.
func TestImport_ManifestGone(t *testing.T) {
	l := open(t)
	mustImport(t, l, Options{}, twoMonths()...)
	if err := os.Remove(filepath.Join(l.dir, manifestName)); err != nil {
		t.Fatal(err)
	}
	before := linesOnDisk(t, l)
	if _, err := l.Import(t.Context(), first(), Options{}); pharos.CodeOf(err) != pharos.Conflict {
		t.Errorf("error %v", err)
	}
	if _, err := l.Drop(t.Context(), []pharos.Month{october}); pharos.CodeOf(err) != pharos.Conflict {
		t.Errorf("error %v", err)
	}
	if after := linesOnDisk(t, l); !slices.Equal(before, after) {
		t.Errorf("%v, were %v", after, before)
	}
	if v := verify(t, l); len(v.Findings) != 1 || v.Findings[0].File != manifestName || v.Findings[0].Problem != Missing {
		t.Errorf("%+v", v)
	}
}

func linesOnDisk(t *testing.T, l *Ledger) []string {
	t.Helper()
	found, err := segmentFiles(l.dir)
	if err != nil || len(found) == 0 {
		t.Fatalf("%v, %v", found, err)
	}
	return found
}
