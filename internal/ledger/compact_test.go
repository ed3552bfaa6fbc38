package ledger

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

func mustCompact(t *testing.T, l *Ledger) []MonthSize {
	t.Helper()
	sizes, err := l.Compact(t.Context(), []pharos.Month{october, november})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// daily are the files of a bill that is downloaded every day: each has what the
// ones before had, restated, and a day more.
func daily() []Source {
	var out []Source
	for last := 5; last <= 8; last++ {
		var text strings.Builder
		for day := 5; day <= last; day++ {
			text.WriteString(csvLine("", fmt.Sprintf("2026-10-%02d", day), "rg", "a", fmt.Sprint(last-day+1), 15))
		}
		out = append(out, bytesSource(fmt.Sprint(last), header+text.String()))
	}
	return out
}

func TestCompact(t *testing.T) {
	l := open(t)
	for _, s := range daily() {
		mustImport(t, l, Options{}, s)
	}
	before := facts(t, l)
	sizes := mustCompact(t, l)
	if len(sizes) != 1 || sizes[0].Files != 3 || sizes[0].Lines != 6 || sizes[0].Bytes == 0 {
		t.Errorf("removed %+v", sizes)
	}
	if got := facts(t, l); !slices.Equal(got, before) {
		t.Errorf("facts %v, were %v", got, before)
	}
	if files := linesOnDisk(t, l); len(files) != 1 {
		t.Errorf("%v are left", files)
	}
	if v := verify(t, l); len(v.Findings)+len(v.Leftovers) > 0 {
		t.Errorf("%+v", v)
	}
	if r := mustImport(t, l, Options{}, daily()...); r.Lines != 0 {
		t.Errorf("read %d lines again", r.Lines)
	}
	if sizes := mustCompact(t, l); len(sizes) > 0 {
		t.Errorf("removed %+v once more", sizes)
	}
	// Dropped with the file that restates them, they are no longer restated.
	mustDrop(t, l, october)
	mustImport(t, l, Options{}, daily()[0])
	if got := facts(t, l); len(got) != 1 {
		t.Errorf("facts %v", got)
	}
}

// What may count again stays: lines that a statement restates, and lines that
// an invoice replaces.
func TestCompact_LeavesWhatMayCountAgain(t *testing.T) {
	l := open(t)
	mustImport(t, l, Options{}, bytesSource("file", header+csvLine("", "2026-10-05", "rg", "a", "1", 0)))
	mustImport(t, l, Options{Statement: statement()}, bytesSource("pull", header+csvLine("", "2026-10-05", "rg", "a", "2", 0)))
	mustImport(t, l, Options{}, bytesSource("invoice", header+csvLine("G1", "2026-10-05", "rg", "b", "2", 0)))
	if sizes := mustCompact(t, l); len(sizes) > 0 {
		t.Errorf("removed %+v", sizes)
	}
}

// Killed before any of its steps, a compaction changes no fact and leaves what
// the next one ends.
func TestCompact_KilledAtEveryStep(t *testing.T) {
	for step := 1; ; step++ {
		l := open(t)
		for _, s := range daily() {
			mustImport(t, l, Options{}, s)
		}
		before := facts(t, l)
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childFolder+"="+l.dir, childStep+"="+strconv.Itoa(step), childDrop+"=compact")
		out, err := child.CombinedOutput()
		if v := verify(t, l); len(v.Findings) > 0 {
			t.Fatalf("killed at step %d: %+v", step, v)
		}
		if got := facts(t, l); !slices.Equal(got, before) {
			t.Fatalf("killed at step %d: facts %v, were %v", step, got, before)
		}
		mustCompact(t, l)
		if got := facts(t, l); !slices.Equal(got, before) {
			t.Fatalf("killed at step %d and compacted again: facts %v, were %v", step, got, before)
		}
		if files := linesOnDisk(t, l); len(files) != 1 {
			t.Errorf("killed at step %d and compacted again: %v", step, files)
		}
		if err == nil {
			if step < 4 {
				t.Errorf("only %d steps", step-1)
			}
			return // there were fewer steps
		}
		if len(out) > 0 {
			t.Fatalf("step %d: %s", step, out)
		}
	}
}

// pair are a ledger that is compacted now and then, and one that never is.
type pair struct{ compacted, whole *Ledger }

func (p *pair) each(do func(*Ledger) error) error {
	if err := do(p.compacted); err != nil {
		return err
	}
	return do(p.whole)
}

// Whatever is imported, pulled, dropped and imported again afterwards, a ledger
// that was compacted says what it would have said.
func TestCompact_ChangesNothing(t *testing.T) {
	all := bill(8, 60)
	removed := 0
	rapid.Check(t, func(t *rapid.T) {
		p := pair{newLedger(t), newLedger(t)}
		defer func() { _ = os.RemoveAll(p.compacted.dir); _ = os.RemoveAll(p.whole.dir) }()
		take := func(text []byte, st *Statement) {
			err := p.each(func(l *Ledger) error {
				_, err := l.Import(t.Context(), []Source{bytesSource("file", string(text))}, Options{Statement: st})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var texts [][]byte
		for _, n := range []int{10, 30} { // of which the second restates the first
			texts = append(texts, filetest.Write("daily-csv", asOf(all, n, "15", false)))
			take(texts[len(texts)-1], nil)
		}
		for step := range 5 {
			switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
			case what == 9:
				if err := p.each(func(l *Ledger) error { _, err := l.Drop(t.Context(), []pharos.Month{october}); return err }); err != nil {
					t.Fatal(err)
				}
			case what > 6 || step%3 == 2:
				sizes, err := p.compacted.Compact(t.Context(), []pharos.Month{october})
				if err != nil {
					t.Fatal(err)
				}
				removed += len(sizes)
			default:
				var st *Statement
				if rapid.IntRange(0, 3).Draw(t, "again") > 0 {
					texts = append(texts, filetest.Write("daily-csv", growing(t, all)))
					st = rapid.SampledFrom([]*Statement{nil, {Currency: "EUR", Period: october}}).Draw(t, "statement")
				}
				text := rapid.SampledFrom(texts[max(0, len(texts)-1):]).Draw(t, "text")
				if st == nil {
					text = rapid.SampledFrom(texts).Draw(t, "any text")
				}
				take(text, st)
			}
			if step == 2 || step == 4 {
				p.same(t)
			}
		}
	})
	if removed == 0 {
		t.Error("nothing was ever removed")
	}
}

// growing draws lines as of some day: often all that an earlier one had, with other
// credit.
func growing(t *rapid.T, all []filetest.Line) []filetest.Line {
	if rapid.IntRange(0, 4).Draw(t, "any") == 4 {
		return someLines(t, all)
	}
	n, percent := rapid.SampledFrom([]int{10, 20, 30, 40, 50, 60}).Draw(t, "lines"), rapid.SampledFrom([]string{"0", "15", "20"}).Draw(t, "percent")
	return asOf(all, n, percent, rapid.IntRange(0, 3).Draw(t, "invoiced") == 3)
}

// asOf is the beginning of a bill with other credit, on its invoices or none.
func asOf(all []filetest.Line, n int, percent string, invoiced bool) []filetest.Line {
	lines := slices.Clone(all[:n])
	for i := range lines {
		if lines[i].Percent = percent; !invoiced {
			lines[i].Invoice = ""
		}
	}
	return lines
}

func newLedger(t *rapid.T) *Ledger {
	dir, err := os.MkdirTemp("", "pharos-compact-")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// same holds both ledgers to the same facts, lines, totals and sums.
func (p *pair) same(t *rapid.T) {
	said := func(l *Ledger) string {
		var b strings.Builder
		for f, err := range l.Facts(t.Context(), october, nil) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%+v\n", f)
		}
		for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%+v\n", line)
		}
		for sum, err := range l.Billed(t.Context(), october) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%+v\n", sum)
		}
		totals, err := l.Totals(t.Context(), october)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%+v\n", totals)
		return b.String()
	}
	if got, want := said(p.compacted), said(p.whole); got != want {
		t.Fatalf("compacted it says\n%s\nand whole\n%s", got, want)
	}
}
