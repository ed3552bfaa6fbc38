package ledger

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

func bill(seed uint64, n int) []filetest.Line {
	return filetest.Bill(seed, n, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
}

// Every format gives the same facts, and those are what a plain sum over the
// lines gives.
func TestFacts_EveryFormat(t *testing.T) {
	lines := bill(1, 1500)
	var want []string
	for _, format := range filetest.Formats() {
		l := open(t)
		mustImport(t, l, Options{}, bytesSource("bill", string(filetest.Write(format, lines))))
		got := sorted(facts(t, l))
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

// The same bill in one format after the other counts once.
func TestImport_SameLinesInEveryFormat(t *testing.T) {
	lines := bill(2, 300)
	l := open(t)
	var want []string
	for _, format := range filetest.Formats() {
		mustImport(t, l, Options{}, bytesSource("bill-"+format, string(filetest.Write(format, lines))))
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
func plainFacts(t testing.TB, l *Ledger) []string {
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

// Whatever the order, the split, the packing and the repetitions, the same
// lines give the same facts.
func TestImport_OrderSplitAndRepetition(t *testing.T) {
	lines := bill(3, 60)
	whole := open(t)
	mustImport(t, whole, Options{}, bytesSource("whole", string(filetest.Write("daily-csv", lines))))
	want := sorted(facts(t, whole))
	rapid.Check(t, func(rt *rapid.T) {
		l, err := Open(t.TempDir())
		if err != nil {
			rt.Fatal(err)
		}
		order := rapid.Permutation(index(len(lines))).Draw(rt, "order")
		cut := rapid.IntRange(0, len(lines)).Draw(rt, "cut")
		parts := [][]filetest.Line{pick(lines, order[:cut]), pick(lines, order[cut:])}
		for i, times := range rapid.SliceOfN(rapid.IntRange(0, 1), 2, 6).Draw(rt, "imports") {
			part := times
			if i < 2 {
				part = i // each part at least once
			}
			format := rapid.SampledFrom(filetest.Formats()).Draw(rt, "format")
			file := filetest.Write(format, parts[part])
			if rapid.Bool().Draw(rt, "gzip") {
				file = gzipped(file)
			}
			if len(parts[part]) == 0 {
				continue
			}
			if _, err := l.Import(t.Context(), []Source{bytesSource(fmt.Sprint(i), string(file))}, Options{}); err != nil {
				rt.Fatal(err)
			}
		}
		if got := sorted(facts(t, l)); !slices.Equal(got, want) {
			rt.Fatalf("%d facts, want %d", len(got), len(want))
		}
	})
}

func index(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func pick(lines []filetest.Line, which []int) []filetest.Line {
	out := make([]filetest.Line, len(which))
	for i, w := range which {
		out[i] = lines[w]
	}
	return out
}

func sorted(s []string) []string { slices.Sort(s); return s }

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// Sums are exact whatever the sizes and signs.
func TestWideSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s, parts wideSum
		want := decimal.Zero
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			amount := rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999)
			a, b, c := amount.Draw(t, "a"), amount.Draw(t, "b"), amount.Draw(t, "c")
			want = want.Add(decimal.New(a, -10).Mul(decimal.New(b, -10)).Mul(decimal.New(c, -10)))
			if rapid.Bool().Draw(t, "apart") {
				parts.addProduct(a, b, c)
			} else {
				s.addProduct(a, b, c)
			}
		}
		s.merge(&parts)
		if got := s.decimal(); !got.Equal(want) {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}
