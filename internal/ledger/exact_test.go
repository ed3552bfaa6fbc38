package ledger

import (
	"bytes"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// amountText draws a decimal of up to 18 digits at any scale, written plainly
// or with an exponent.
func amountText(t *rapid.T, label string, least int64) string {
	digits := rapid.OneOf(
		rapid.Int64Range(least, 999),
		rapid.Int64Range(least*1_000_000_000_000_000, 999_999_999_999_999_999),
		rapid.SampledFrom([]int64{max(0, least), 1, 999_999_999_999_999_999, max(least, -1) * 999_999_999_999_999_999}),
	).Draw(t, label)
	scale := rapid.IntRange(0, 12).Draw(t, label+" scale")
	if rapid.Bool().Draw(t, label+" with exponent") {
		return fmt.Sprintf("%dE-%02d", digits, scale)
	}
	sign, text := "", fmt.Sprint(digits)
	if digits < 0 {
		sign, text = "-", text[1:]
	}
	if scale == 0 {
		return sign + text
	}
	text = strings.Repeat("0", max(0, scale+1-len(text))) + text
	return sign + text[:len(text)-scale] + "." + text[len(text)-scale:]
}

// extremeBill draws lines of two years that are all different: quantities of
// either sign, tiers of one meter, prices down to 1e-12, rates that change from
// line to line. One customer is billed by invoice, another is not yet.
func extremeBill(t *rapid.T) []filetest.Line {
	lines := make([]filetest.Line, rapid.IntRange(1, 60).Draw(t, "lines"))
	for i := range lines {
		if i > 0 && rapid.IntRange(0, 4).Draw(t, "tier") == 0 {
			lines[i] = lines[i-1] // the same meter and resource on the same day, at another price
			lines[i].Quantity, lines[i].UnitPrice = amountText(t, "quantity", -999), fmt.Sprintf("0.00%04d", i+1)
			continue
		}
		customer := rapid.IntRange(0, 1).Draw(t, "customer")
		subscription := fmt.Sprintf("33333333-3333-4333-8%03d-%012d", customer, rapid.IntRange(0, 1).Draw(t, "subscription"))
		group := rapid.SampledFrom([]string{"rg-web", "RG-Data"}).Draw(t, "group")
		lines[i] = filetest.Line{
			Day:      rapid.SampledFrom([]string{"2025-12-30", "2025-12-31", "2026-01-01", "2026-10-09", "2026-10-31"}).Draw(t, "day"),
			Customer: fmt.Sprintf("22222222-2222-4222-8222-%012d", customer), CustomerName: "Customer", Subscription: subscription, SubscriptionName: "sub",
			Invoice: []string{"G016907411", ""}[customer], Group: group,
			Resource: fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Compute/virtualMachines/vm%d", subscription, group, i),
			Meter:    "44444444-4444-4444-8444-444444444444", MeterName: "D2s v5", Publisher: "Microsoft",
			Quantity: amountText(t, "quantity", -999), UnitPrice: amountText(t, "price", 0), Effective: "0.1",
			Currency: rapid.SampledFrom([]string{"EUR", "USD", "JPY"}).Draw(t, "currency"), Rate: amountText(t, "rate", 1),
			PreTax: amountText(t, "total", -999), Percent: rapid.SampledFrom([]string{"0", "15"}).Draw(t, "percent"),
		}
	}
	return lines
}

// rational adds the product of literals to a sum.
func rational(sums map[string]*big.Rat, key string, literals ...string) {
	product := big.NewRat(1, 1)
	for _, s := range literals {
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			panic("no number: " + s)
		}
		product.Mul(product, r)
	}
	if sums[key] == nil {
		sums[key] = new(big.Rat)
	}
	sums[key].Add(sums[key], product)
}

// oracle adds up what the ledger must say, with nothing but the texts of the
// lines and big rationals: list cost by day, place, rate and currency, list
// and total before tax by currency, and totals by customer, currency and month.
func oracle(lines []filetest.Line) map[string]*big.Rat {
	sums := map[string]*big.Rat{}
	for _, l := range lines {
		place := fmt.Sprintf("%s %s/%s %s %s", l.Day, l.Subscription, strings.ToLower(l.Group), l.Percent, l.Currency)
		rational(sums, "list "+place, l.Quantity, l.UnitPrice, l.Rate)
		rational(sums, "lines "+place, "1")
		rational(sums, "manifest list "+l.Currency, l.Quantity, l.UnitPrice, l.Rate)
		rational(sums, "manifest total "+l.Currency, l.PreTax)
		rational(sums, fmt.Sprintf("billed %s %s %.7s", l.Customer, l.Currency, l.Day), l.PreTax)
	}
	return sums
}

// answers is what the ledger says of the same.
func answers(t *rapid.T, l *Ledger) map[string]*big.Rat {
	sums := map[string]*big.Rat{}
	months, err := l.Months(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, month := range months {
		for f, err := range l.Facts(t.Context(), month, nil) {
			if err != nil {
				t.Fatal(err)
			}
			place := fmt.Sprintf("%s %s/%s %s %s", f.Day, f.Subscription, f.Scope.ResourceGroup(), f.Credited, f.Currency)
			rational(sums, "list "+place, f.List.String())
			rational(sums, "lines "+place, fmt.Sprint(f.Lines))
		}
		totals, err := l.Totals(t.Context(), month)
		if err != nil {
			t.Fatal(err)
		}
		for _, total := range totals {
			rational(sums, fmt.Sprintf("billed %s %s %s", total.Customer, total.Currency, month), total.Billed.String())
		}
	}
	m, err := l.Manifest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.Sources {
		for _, p := range s.Segments {
			for _, sum := range p.Sums {
				rational(sums, "manifest list "+sum.Currency, sum.List.String())
				rational(sums, "manifest total "+sum.Currency, sum.PreTax.String())
			}
		}
	}
	return sums
}

// texts are the facts and the lines of a ledger, without the files and numbers
// by which the lines were told apart.
func texts(t *rapid.T, l *Ledger) []string {
	months, err := l.Months(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, month := range months {
		for f, err := range l.Facts(t.Context(), month, nil) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("fact %+v", f))
		}
		for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: month}) {
			if err != nil {
				t.Fatal(err)
			}
			line.Source = pharos.LineSource{}
			out = append(out, fmt.Sprintf("line %+v", line))
		}
	}
	slices.Sort(out)
	return out
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// split imports the lines in any number of files, any order, any format that
// says all of a line, and any number of imports.
func split(t *rapid.T, l *Ledger, lines []filetest.Line) {
	files := make([][]filetest.Line, rapid.IntRange(1, 5).Draw(t, "files"))
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	for _, i := range rapid.Permutation(order).Draw(t, "order") {
		to := rapid.IntRange(0, len(files)-1).Draw(t, "file")
		files[to] = append(files[to], lines[i])
	}
	var sources []Source
	for i, part := range files {
		if len(part) == 0 {
			continue
		}
		text := filetest.Write(rapid.SampledFrom([]string{"daily-csv", "graph-jsonl", "v1-json"}).Draw(t, "format"), part)
		if rapid.Bool().Draw(t, "gzip") {
			text = packed(text)
		}
		sources = append(sources, bytesSource(fmt.Sprint(i), string(text)))
	}
	for len(sources) > 0 {
		n := rapid.IntRange(1, len(sources)).Draw(t, "at once")
		if _, err := l.Import(t.Context(), sources[:n], Options{}); err != nil {
			t.Fatal(err)
		}
		sources = sources[n:]
	}
}

// Every sum is exact to the last digit, and the same lines give the same facts
// and lines, however they were split, in whatever order they came, and with any
// number of workers.
func TestExact_AnySplitAnyOrderAnyWorkers(t *testing.T) {
	workers := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(workers) })
	rapid.Check(t, func(rt *rapid.T) {
		lines := extremeBill(rt)
		want := oracle(lines)
		var first []string
		for range 2 {
			l, err := Open(t.TempDir())
			if err != nil {
				rt.Fatal(err)
			}
			l.groupRows = rapid.IntRange(1, 40).Draw(rt, "rows of a group")
			runtime.GOMAXPROCS(rapid.IntRange(1, 4).Draw(rt, "workers"))
			split(rt, l, lines)
			compareSums(rt, answers(rt, l), want)
			if v, err := l.Verify(rt.Context(), nil); err != nil || len(v.Findings) > 0 {
				rt.Fatalf("%+v, %v", v, err)
			}
			got := texts(rt, l)
			if first == nil {
				first = got
			}
			if !slices.Equal(got, first) {
				rt.Fatalf("otherwise split, the ledger says\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(first, "\n"))
			}
		}
	})
}

func compareSums(t *rapid.T, got, want map[string]*big.Rat) {
	for key, w := range want {
		if g := got[key]; g == nil || g.Cmp(w) != 0 {
			t.Errorf("%s is %v, must be %s", key, g, w.RatString())
		}
	}
	for key, g := range got {
		if want[key] == nil {
			t.Errorf("%s is %s, and there is none", key, g.RatString())
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}
