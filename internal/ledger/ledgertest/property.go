package ledgertest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// everyFormat: every format gives the same facts, and those are what a plain
// sum over the lines gives.
func everyFormat(t *testing.T, open Open) {
	lines := bill(1, 1500)
	var want []string
	for _, format := range filetest.Formats() {
		l := open(t)
		mustImport(t, l, ledger.Options{}, source("bill", string(filetest.Write(format, lines))))
		got := facts(t, l)
		if plain := plainFacts(t, l); !slices.Equal(got, plain) {
			t.Fatalf("%s: facts\n%s\nthe lines say\n%s", format, strings.Join(got, "\n"), strings.Join(plain, "\n"))
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s differs from %s", format, filetest.Formats()[0])
		}
	}
	if len(want) < 100 {
		t.Errorf("only %d facts", len(want))
	}
}

// sameLines: the same bill in one format after the other counts once.
func sameLines(t *testing.T, open Open) {
	lines := bill(2, 300)
	l := open(t)
	var want []string
	for _, format := range filetest.Formats() {
		mustImport(t, l, ledger.Options{}, source("bill-"+format, string(filetest.Write(format, lines))))
		got := facts(t, l)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %s: %d facts, had %d", format, len(got), len(want))
		}
	}
}

// plainFacts adds up the lines one by one, with decimals.
func plainFacts(t testing.TB, l Ledger) []string {
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
	sums := map[string]decimal.Decimal{}
	counts := map[string]int{}
	for _, line := range lines {
		scope := pharos.SubscriptionScope(line.Subscription)
		if line.ResourceGroup != "" {
			scope = pharos.ResourceGroupScope(line.Subscription, line.ResourceGroup)
		}
		key := fmt.Sprintf("%s %s %s %s/%s %%d %%s %s", line.Day, strings.TrimPrefix(string(scope), "/subscriptions/"+subscription), line.Product, line.Credited, rates[line.Meter.ID], line.BillingCurrency)
		key += "\x00" + string(line.Reseller)
		sums[key] = sums[key].Add(line.List())
		counts[key]++
	}
	var out []string
	for key, sum := range sums {
		text, _, _ := strings.Cut(key, "\x00")
		out = append(out, fmt.Sprintf(text, counts[key], sum))
	}
	slices.Sort(out)
	return out
}

// orders is how many orders, splits and repetitions of a bill are tried.
const orders = 10

// anyOrder: whatever the order, the split, the packing and the repetitions,
// the same lines give the same facts.
func anyOrder(t *testing.T, open Open) {
	lines := bill(3, 60)
	whole := open(t)
	mustImport(t, whole, ledger.Options{}, source("whole", string(filetest.Write("daily-csv", lines))))
	want := facts(t, whole)
	for seed := range uint64(orders) {
		r := rand.New(rand.NewPCG(seed, 5)) // #nosec G404 -- the same for everybody
		l := open(t)
		order, cut := r.Perm(len(lines)), 1+r.IntN(len(lines)-1)
		parts := [][]filetest.Line{pick(lines, order[:cut]), pick(lines, order[cut:])}
		for i := range 2 + r.IntN(5) {
			part := r.IntN(2)
			if i < 2 {
				part = i // each part at least once
			}
			file := filetest.Write(filetest.Formats()[r.IntN(len(filetest.Formats()))], parts[part])
			if r.IntN(2) == 0 {
				file = gzipped(file)
			}
			mustImport(t, l, ledger.Options{}, source(fmt.Sprint(i), string(file)))
		}
		if got := facts(t, l); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d facts, want %d", seed, len(got), len(want))
		}
	}
}

// extremes: sums are exact whatever the sizes and signs of what is added up.
func extremes(t *testing.T, open Open) {
	amounts := []string{
		"99999999.9999999999", "-99999999.9999999999", "0.0000000001", "-0.0000000001", "0.000000000001", "999999999999999999",
		"12345678.9012345678", "-87654321.0987654321", "1", "-1", "0", "79.2281625142", "0.1073741824", "-0.1073741824", "123456789012.123456789012345678",
	}
	r := rand.New(rand.NewPCG(7, 7)) // #nosec G404 -- the same for everybody
	lines := bill(4, 400)
	for i := range lines {
		l := &lines[i]
		l.Quantity, l.UnitPrice, l.Rate = amounts[r.IntN(len(amounts))], amounts[r.IntN(len(amounts))], amounts[r.IntN(6)+6]
		l.PreTax = amounts[r.IntN(len(amounts))]
	}
	l := open(t)
	mustImport(t, l, ledger.Options{}, source("extremes", string(filetest.Write("daily-csv", lines))))
	if got, plain := facts(t, l), plainFacts(t, l); !slices.Equal(got, plain) {
		t.Errorf("facts\n%s\nthe lines say\n%s", strings.Join(got, "\n"), strings.Join(plain, "\n"))
	}
	want, got := decimal.Zero, decimal.Zero
	for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
		if err != nil {
			t.Fatal(err)
		}
		want = want.Add(line.BillingPreTaxTotal)
	}
	totals, err := l.Totals(t.Context(), october)
	if err != nil {
		t.Fatal(err)
	}
	for _, total := range totals {
		got = got.Add(total.Billed)
	}
	if !got.Equal(want) {
		t.Errorf("totals %s, the lines say %s", got, want)
	}
}

func pick(lines []filetest.Line, which []int) []filetest.Line {
	out := make([]filetest.Line, len(which))
	for i, w := range which {
		out[i] = lines[w]
	}
	return out
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}
