package ledgertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// step is one import of a rule's story.
type step struct {
	statement *ledger.Statement
	files     []string // contents without the header
}

// story is what imports of a rule come to.
type story struct {
	name  string
	steps []step
	want  string // lines, credited lines, and quantity, of the month
}

// line is an unbilled line, billed one on an invoice.
func line(day, vm, quantity string, percent int) string {
	return csvLine("", day, "rg", vm, quantity, percent)
}

func billed(invoice, day, vm, quantity string, percent int) string {
	return csvLine(invoice, day, "rg", vm, quantity, percent)
}

// sameLineStories are about rules 1 to 3 of package ledger.
func sameLineStories() []story {
	a := line("2026-10-05", "a", "1", 0)
	return []story{
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
		{"3: the newest is believed where it has the line fewer times", []step{
			{files: []string{strings.Repeat(a, 3)}}, {files: []string{a + line("2026-10-06", "a", "1", 0)}},
		}, "2 0 2"},
		{"3: parts of a statement add up", []step{
			{files: []string{line("2026-10-05", "a", "1", 0)}}, {files: []string{line("2026-10-05", "b", "1", 0)}},
		}, "2 0 2"},
	}
}

// statementStories are about rule 4.
func statementStories() []story {
	current := &ledger.Statement{Currency: "EUR", Period: october}
	return []story{
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
			{&ledger.Statement{Currency: "USD", Period: october}, []string{strings.ReplaceAll(line("2026-10-05", "b", "1", 0), "EUR", "USD")}},
		}, "2 0 2"},
	}
}

// invoiceStories are about rule 5.
func invoiceStories() []story {
	other := func(s string) string { return strings.ReplaceAll(s, customer, "99999999-9999-4999-8999-999999999999") }
	return []story{
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
	}
}

// whichLinesCount tells the story of each rule; see the comment of package ledger for them by number.
func whichLinesCount(t *testing.T, open Open) {
	for _, c := range slices.Concat(sameLineStories(), statementStories(), invoiceStories()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			for i, s := range c.steps {
				var sources []ledger.Source
				for j, f := range s.files {
					sources = append(sources, source(fmt.Sprintf("%d-%d.csv", i, j), header+f))
				}
				mustImport(t, l, ledger.Options{Statement: s.statement}, sources...)
			}
			if got := summary(t, l); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// summary is the lines of October that count, how many are credited, and
// their quantity; it also holds facts, lines and totals against each other.
func summary(t *testing.T, l Ledger) string {
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
