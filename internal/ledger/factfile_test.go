package ledger

import (
	"encoding/binary"
	"os"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

// A sum that fits 38 digits comes back as it was; one that does not is known.
func TestDecimal38(t *testing.T) {
	limit := decimal.New(1, 38-scaleOfProduct)
	rapid.Check(t, func(t *rapid.T) {
		var s wideSum
		amount := rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999)
		for range rapid.IntRange(0, 3).Draw(t, "products") {
			s.addProduct(amount.Draw(t, "a"), amount.Draw(t, "b"), rapid.Int64Range(-100_000, 100_000).Draw(t, "c"))
		}
		want := s.decimal()
		b, fits := s.decimal38()
		if fits != want.Abs().LessThan(limit) {
			t.Fatalf("%s fits: %v", want, fits)
		}
		if got := decimal38(binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])); fits && !got.Equal(want) {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// A ledger that may not be written to is answered from a folder that goes
// with the answer.
func TestFacts_OfLedgerThatIsNotWritten(t *testing.T) {
	l := open(t)
	mustImport(t, l, Options{}, bytesSource("a.csv", header+csvLine("", "2026-10-09", "rg", "vm1", "24", 15)))
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	files, err := l.passingFacts(t.Context(), october, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	files.each(t.Context(), func(f pharos.DayFact, err error) bool {
		if err != nil || f.List.String() != "2.11968" {
			t.Errorf("%+v %v", f, err)
		}
		n++
		return true
	})
	files.close()
	if left, err := os.ReadDir(temp); n != 1 || err != nil || len(left) > 0 {
		t.Errorf("%d facts; left %v, %v", n, left, err)
	}
}
