package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

// step is one import of a rule's story.
type step struct {
	statement *Statement
	files     []string // contents without the header
}

// Which lines count; see the package comment for the rules by number.
func TestImport_WhichLinesCount(t *testing.T) {
	line := func(day, vm, quantity string, percent int) string {
		return csvLine("", day, "rg", vm, quantity, percent)
	}
	billed := func(invoice, day, vm, quantity string, percent int) string {
		return csvLine(invoice, day, "rg", vm, quantity, percent)
	}
	other := func(s string) string { return strings.ReplaceAll(s, customer, "99999999-9999-4999-8999-999999999999") }
	a := line("2026-10-05", "a", "1", 0)
	current := &Statement{Currency: "EUR", Period: october}
	for _, c := range []struct {
		name  string
		steps []step
		want  string // lines, credited lines, and quantity, of the month
	}{
		{"1: the same file twice", []step{{files: []string{a}}, {files: []string{a}}}, "1 0 1"},
		{"1: the same file twice in one import", []step{{files: []string{a, a}}}, "1 0 1"},
		{"2: a line of an invoice in two files", []step{
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15)}},
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15) + billed("G1", "2026-10-05", "b", "1", 15)}},
		}, "2 2 2"},
		{"2: equal lines within a file both count", []step{
			{files: []string{strings.Repeat(billed("G1", "2026-10-05", "a", "1", 15), 3)}},
			{files: []string{strings.Repeat(billed("G1", "2026-10-05", "a", "1", 15), 2) + billed("G1", "2026-10-06", "a", "1", 0)}},
		}, "4 3 4"},
		{"2: another quantity is another line", []step{
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15)}}, {files: []string{billed("G1", "2026-10-05", "a", "2", 15)}},
		}, "2 2 3"},
		{"2: another invoice is another line", []step{
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15)}},
			{files: []string{billed("G2", "2026-10-05", "a", "-1", 15) + billed("G2", "2026-10-05", "a", "1", 15)}},
		}, "3 3 1"},
		{"3: a later day restates flag and quantity", []step{
			{files: []string{line("2026-10-05", "a", "1", 0)}},
			{files: []string{line("2026-10-05", "a", "24", 15) + line("2026-10-06", "a", "2", 0)}},
		}, "2 1 26"},
		{"3: the earlier statement imported last is not believed", []step{
			{files: []string{line("2026-10-05", "a", "24", 15) + line("2026-10-06", "a", "2", 0)}},
			{files: []string{line("2026-10-05", "a", "1", 0)}},
		}, "2 1 26"},
		{"3: of two statements that reach as far the later import", []step{
			{files: []string{line("2026-10-05", "a", "24", 0)}}, {files: []string{line("2026-10-05", "a", "24", 15)}},
		}, "1 1 24"},
		{"3: parts of a statement add up", []step{
			{files: []string{line("2026-10-05", "a", "1", 0)}}, {files: []string{line("2026-10-05", "b", "1", 0)}},
		}, "2 0 2"},
		{"4: a pull replaces the one before", []step{
			{current, []string{line("2026-10-05", "a", "1", 0), line("2026-10-05", "b", "1", 0)}},
			{current, []string{line("2026-10-05", "a", "2", 15)}},
		}, "1 1 2"},
		{"4: a pull that says the same", []step{
			{current, []string{line("2026-10-05", "a", "1", 0), line("2026-10-05", "b", "1", 0)}},
			{current, []string{line("2026-10-05", "b", "1", 0), line("2026-10-05", "a", "1", 0)}},
		}, "2 0 2"},
		{"4: parts of a pull that changed in part", []step{
			{current, []string{line("2026-10-05", "a", "1", 0), line("2026-10-05", "b", "1", 0)}},
			{current, []string{line("2026-10-05", "b", "1", 0), line("2026-10-05", "a", "3", 15)}},
		}, "2 1 4"},
		{"4: equal lines in parts of a pull both count", []step{
			{current, []string{line("2026-10-05", "a", "1", 0), line("2026-10-05", "a", "1", 0) + line("2026-10-06", "b", "1", 0)}},
		}, "3 0 3"},
		{"4: another currency's pull replaces nothing", []step{
			{current, []string{line("2026-10-05", "a", "1", 0)}},
			{&Statement{Currency: "USD", Period: october}, []string{strings.ReplaceAll(line("2026-10-05", "b", "1", 0), "EUR", "USD")}},
		}, "2 0 2"},
		{"5: an invoice replaces unbilled lines", []step{
			{files: []string{line("2026-10-05", "a", "1", 0) + line("2026-10-06", "a", "1", 0)}},
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15)}},
		}, "1 1 1"},
		{"5: in either order", []step{
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15)}},
			{files: []string{line("2026-10-05", "a", "1", 0) + line("2026-10-06", "a", "1", 0)}},
		}, "1 1 1"},
		{"5: of its customer only", []step{
			{files: []string{line("2026-10-05", "a", "1", 0) + other(line("2026-10-05", "a", "1", 0))}},
			{files: []string{billed("G1", "2026-10-05", "a", "1", 15)}},
		}, "2 1 2"},
		{"5: of its month only", []step{
			{files: []string{line("2026-10-05", "a", "1", 0)}}, {files: []string{billed("G1", "2026-09-30", "a", "1", 15)}},
		}, "1 0 1"},
		{"5: an invoice that strays into the month replaces what it bills there", []step{
			{files: []string{line("2026-10-01", "a", "1", 0) + line("2026-10-01", "b", "1", 0) + line("2026-10-05", "a", "1", 0)}},
			{files: []string{billed("G9", "2026-09-29", "a", "1", 15) + billed("G9", "2026-09-30", "a", "1", 15) + billed("G9", "2026-10-01", "a", "2", 15)}},
		}, "3 1 4"},
		{"5: so it does in either order, and in files of a month each", []step{
			{files: []string{billed("G9", "2026-10-01", "a", "2", 15)}},
			{files: []string{line("2026-10-01", "a", "1", 0) + line("2026-10-01", "b", "1", 0) + line("2026-10-05", "a", "1", 0)}},
			{files: []string{billed("G9", "2026-09-29", "a", "1", 15) + billed("G9", "2026-09-30", "a", "1", 15)}},
		}, "3 1 4"},
		{"5: what strays beside the month's own invoice replaces nothing more", []step{
			{files: []string{line("2026-10-01", "a", "1", 0) + line("2026-10-05", "a", "1", 0)}},
			{files: []string{billed("G9", "2026-09-29", "a", "1", 15) + billed("G9", "2026-09-30", "a", "1", 15) + billed("G9", "2026-10-01", "a", "2", 15)}},
			{files: []string{billed("G10", "2026-10-05", "a", "3", 15) + billed("G10", "2026-10-06", "a", "3", 15)}},
		}, "3 3 8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := open(t)
			for i, s := range c.steps {
				var sources []Source
				for j, f := range s.files {
					sources = append(sources, bytesSource(fmt.Sprintf("%d-%d.csv", i, j), header+f))
				}
				mustImport(t, l, Options{Statement: s.statement}, sources...)
			}
			if got := summary(t, l); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// summary is the lines of October that count, how many are credited, and
// their quantity; it also holds facts, lines and totals against each other.
func summary(t *testing.T, l *Ledger) string {
	t.Helper()
	var lines, credited int64
	var quantity, list pharos.Rate
	for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
		if err != nil {
			t.Fatal(err)
		}
		lines++
		if !line.Credited.IsZero() {
			credited++
		}
		quantity.Decimal = quantity.Add(line.Quantity)
		list.Decimal = list.Add(line.List())
	}
	var inFacts, inTotals int64
	for f, err := range l.Facts(t.Context(), october, nil) {
		if err != nil {
			t.Fatal(err)
		}
		inFacts += f.Lines
		list.Decimal = list.Sub(f.List)
	}
	totals, err := l.Totals(t.Context(), october)
	if err != nil {
		t.Fatal(err)
	}
	for _, total := range totals {
		inTotals += total.Lines
	}
	if inFacts != lines || inTotals != lines || !list.IsZero() {
		t.Errorf("%d lines, %d in facts, %d in totals, list differs by %s", lines, inFacts, inTotals, list)
	}
	return fmt.Sprintf("%d %d %s", lines, credited, quantity)
}

// A replaced statement's files are gone from the disk.
func TestImport_ReplacedFilesAreRemoved(t *testing.T) {
	l := open(t)
	st := &Statement{Currency: "EUR", Period: october, At: time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC)}
	mustImport(t, l, Options{Statement: st}, bytesSource("a", header+csvLine("", "2026-10-05", "rg", "a", "1", 0)))
	later := *st
	later.At = st.At.AddDate(0, 0, 1)
	mustImport(t, l, Options{Statement: &later}, bytesSource("a", header+csvLine("", "2026-10-05", "rg", "a", "2", 0)))
	files, err := filepath.Glob(filepath.Join(l.dir, "2026-10", "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("%v %v", files, err)
	}
	if s, ok, err := l.LastStatement(); err != nil || !ok || !s.At.Equal(later.At) {
		t.Errorf("%+v %v %v", s, ok, err)
	}
}

// Whatever is wrong, the error is clear and the ledger is as it was.
func TestImport_FailsWhole(t *testing.T) {
	good := header + csvLine("", "2026-10-05", "rg", "a", "1", 15)
	for _, c := range []struct {
		name string
		bad  Source
		opts Options
		want string
		code pharos.Code
	}{
		{"wrong month", bytesSource("bad", header+csvLine("", "2026-09-30", "rg", "b", "1", 15)), Options{Month: october}, "bad line 2: usage of 2026-09-30, and only 2026-10", pharos.Invalid},
		{"cut", bytesSource("bad", good[:len(good)-80]), Options{}, "bad line 2: the file is cut short", pharos.Invalid},
		{"unknown", bytesSource("bad", "hello"), Options{}, "bad: not a usage file", pharos.Invalid},
		{"not there", FileSource("no-such-file.csv"), Options{}, "no-such-file.csv", pharos.NotFound},
		{"too many months", bytesSource("bad", header+manyMonths()), Options{}, "more than 36 months", pharos.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := open(t)
			mustImport(t, l, Options{}, bytesSource("first", good))
			before := tree(t, l.dir)
			other := bytesSource("good", header+csvLine("", "2026-10-06", "rg", "c", "1", 15))
			_, err := l.Import(t.Context(), []Source{other, c.bad}, c.opts)
			if err == nil || !strings.Contains(err.Error(), c.want) || pharos.CodeOf(err) != c.code {
				t.Errorf("error %v of code %s, want %q", err, pharos.CodeOf(err), c.want)
			}
			if after := tree(t, l.dir); after != before {
				t.Errorf("the ledger changed from\n%s\nto\n%s", before, after)
			}
		})
	}
}

func manyMonths() string {
	var b strings.Builder
	for i := range 40 {
		b.WriteString(csvLine("", (october - pharos.Month(i)).First().String(), "rg", "a", "1", 0))
	}
	return b.String()
}

// tree is every file of a folder and its size.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		fmt.Fprintln(&b, path, info.Size())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Lines that are rejected are reported and do not stop the import.
func TestImport_Rejects(t *testing.T) {
	l := open(t)
	text := header + csvLine("", "2026-10-05", "rg", "a", "1", 15) + csvLine("", "2026-10-05", "rg", "b", "x", 15)
	r := mustImport(t, l, Options{}, bytesSource("a.csv", text))
	f := r.Files[0]
	if r.Lines != 1 || f.Lines != 1 || f.RejectedCount != 1 || len(f.Rejected) != 1 || f.Rejected[0].Line != 3 {
		t.Errorf("%+v", r)
	}
}
