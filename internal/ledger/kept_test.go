package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// plainFacts adds up the lines of October one by one, with decimals.
func plainFacts(t *rapid.T, l *Ledger, fine []pharos.Scope) []string {
	t.Helper()
	var lines []pharos.UsageLine
	rates := map[string]pharos.Rate{}
	for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
		if line.Credited.GreaterThan(rates[line.Meter.ID].Decimal) {
			rates[line.Meter.ID] = line.Credited
		}
	}
	sums, counts := map[pharos.DayFact]decimal.Decimal{}, map[pharos.DayFact]int64{}
	for i := range lines {
		f := factOf(&lines[i], rates, newFineScopes(fine))
		sums[f] = sums[f].Add(lines[i].List())
		counts[f]++
	}
	var out []string
	for f, sum := range sums {
		f.List, f.Lines = sum, counts[f]
		out = append(out, factText(f))
	}
	slices.Sort(out)
	return out
}

// factOf is the fact that a line belongs to; rates are shared, so that equal ones
// compare as equal.
func factOf(line *pharos.UsageLine, rates map[string]pharos.Rate, fine FineScopes) pharos.DayFact {
	scope := pharos.SubscriptionScope(line.Subscription)
	if line.ResourceGroup != "" {
		scope = pharos.ResourceGroupScope(line.Subscription, line.ResourceGroup)
	}
	if s := fine.Covering(line.Resource); s != "" {
		scope = s
	}
	shared := func(r pharos.Rate) pharos.Rate {
		if _, ok := rates[r.String()]; !ok {
			rates[r.String()] = r
		}
		return rates[r.String()]
	}
	return pharos.DayFact{
		Day: line.Day, Customer: line.Customer, Subscription: line.Subscription, Scope: scope, Product: line.Product,
		Credited: shared(line.Credited), MeterRate: shared(rates[line.Meter.ID]), Currency: line.BillingCurrency, Reseller: line.Reseller,
	}
}

func factText(f pharos.DayFact) string {
	return fmt.Sprint(f.Day, f.Customer, f.Subscription, f.Scope, f.Product, " ", f.Credited, " ", f.MeterRate, " ", f.Currency, f.Reseller, " ", f.Lines, " ", f.List)
}

func keptTexts(t *rapid.T, l *Ledger, fine []pharos.Scope) []string {
	t.Helper()
	var out []string
	for f, err := range l.Facts(t.Context(), october, fine) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, factText(f))
	}
	slices.Sort(out)
	return out
}

// Whatever was imported, restated, billed, asked before and lost since, the
// facts are those of the lines.
func TestFacts_KeptAreThoseOfTheLines(t *testing.T) {
	all := bill(6, 120)
	var scopes []pharos.Scope
	for _, l := range all {
		if l.Resource != "" {
			scopes = append(scopes, pharos.Scope(strings.ToLower(l.Resource)))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "pharos-kept-")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		for step := range rapid.IntRange(1, 4).Draw(t, "steps") {
			l, err := Open(dir) // as another process would
			if err != nil {
				t.Fatal(err)
			}
			few := rapid.SampledFrom([]int{4, 1 << 20})
			l.sizes = sizes{groupRows: 16, compared: few.Draw(t, "compared"), heldFacts: few.Draw(t, "held")}
			source := bytesSource(fmt.Sprint("import ", step), string(filetest.Write("daily-csv", someLines(t, all))))
			if _, err := l.Import(t.Context(), []Source{source}, Options{Statement: someStatement(t)}); err != nil {
				t.Fatal(err)
			}
			spoil(t, dir)
			for range rapid.IntRange(0, 2).Draw(t, "questions") {
				fine := rapid.SliceOfNDistinct(rapid.SampledFrom(scopes), 0, 4, rapid.ID).Draw(t, "fine")
				if got, want := keptTexts(t, l, fine), plainFacts(t, l, fine); !slices.Equal(got, want) {
					t.Fatalf("facts\n%s\nthe lines say\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				sameSums(t, l)
			}
		}
	})
}

// sameSums holds what else is kept of October to what its lines say now.
func sameSums(t *rapid.T, l *Ledger) {
	t.Helper()
	v, err := l.view(t.Context(), october)
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	fresh, err := resolve(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range v.segments {
		if !slices.Equal(s.dropped, fresh[i]) {
			t.Fatalf("lines of segment %d are dropped: %x, kept were %x", i, fresh[i], s.dropped)
		}
	}
	wantNames, err1 := readNames(t.Context(), v)
	wantBilled, err2 := readBilled(t.Context(), v)
	wantTotals, err3 := readTotals(t.Context(), v)
	customers, subscriptions, err4 := l.Names(t.Context(), october)
	totals, err5 := l.Totals(t.Context(), october)
	var billed []pharos.BilledSum
	for b, err := range l.Billed(t.Context(), october) {
		if err != nil {
			t.Fatal(err)
		}
		billed = append(billed, b)
	}
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(customers, subscriptions, billed, totals), fmt.Sprint(wantNames.Customers, wantNames.Subscriptions, wantBilled, wantTotals); got != want {
		t.Fatalf("kept\n%s\nthe lines say\n%s", got, want)
	}
}

// someLines draws lines, on an invoice or not, with credit and quantities as another
// statement might have them.
func someLines(t *rapid.T, all []filetest.Line) []filetest.Line {
	first := rapid.IntRange(0, len(all)-1).Draw(t, "first")
	lines := slices.Clone(all[first:min(len(all), first+rapid.IntRange(1, 80).Draw(t, "lines"))])
	invoiced, credited := rapid.Bool().Draw(t, "invoiced"), rapid.SampledFrom([]string{"", "0", "15", "20"}).Draw(t, "credited")
	for i := range lines {
		if !invoiced {
			lines[i].Invoice = ""
		}
		if credited != "" {
			lines[i].Percent = credited
		}
	}
	return lines
}

func someStatement(t *rapid.T) *Statement {
	return rapid.SampledFrom([]*Statement{nil, {Currency: "EUR", Period: october}, {Invoice: "G016907411"}}).Draw(t, "statement")
}

// spoil damages or removes one of the kept files, or the list of them, now
// and then.
func spoil(t *rapid.T, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, factsFolder, "2026-*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 || !rapid.Bool().Draw(t, "spoil") {
		return
	}
	file := rapid.SampledFrom(files).Draw(t, "file")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		err = os.Remove(file)
	case 1:
		err = os.WriteFile(file, b[:len(b)/2], 0o644)
	default:
		if filepath.Base(file) != indexName(october) { // which is small, replaced as a whole, and names checksums
			b[len(b)/2] ^= 1
		}
		err = os.WriteFile(file, b, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kept lists the files of facts.
func kept(t *testing.T, l *Ledger) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(l.dir, factsFolder, "*"+extension))
	if err != nil || len(found) == 0 {
		t.Fatal("nothing is kept", err)
	}
	return found
}

// Only the file of a subscription whose lines or fine scopes changed is made
// again, and the one it replaces is removed.
func TestFacts_OnlyWhatChangedIsMade(t *testing.T) {
	l := open(t)
	lines := bill(7, 300)
	mustImport(t, l, Options{}, bytesSource("a", string(filetest.Write("daily-csv", lines))))
	facts(t, l)
	before := kept(t, l)
	shard := shardOf(lines[0].Subscription)
	changed := func(what string) {
		t.Helper()
		after := kept(t, l)
		if len(after) != len(before) {
			t.Fatalf("%s: %d files, %d before", what, len(after), len(before))
		}
		for i := range after {
			is := strings.HasPrefix(filepath.Base(after[i]), fmt.Sprintf("2026-10-%02d-", shard))
			if (after[i] != before[i]) != is {
				t.Errorf("%s of shard %d: %s before, %s after", what, shard, before[i], after[i])
			}
		}
		before = after
	}
	facts(t, l, pharos.Scope("/subscriptions/"+lines[0].Subscription+"/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines/vm1"))
	changed("a fine scope")
	facts(t, l)
	changed("no fine scope")
	more := lines[0]
	more.Tags = `{"more":"1"}`
	mustImport(t, l, Options{}, bytesSource("b", string(filetest.Write("daily-csv", []filetest.Line{more}))))
	facts(t, l)
	changed("a new line")
}
