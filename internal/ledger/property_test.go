package ledger

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

func bill(seed uint64, n int) []filetest.Line {
	return filetest.Bill(seed, n, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
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
