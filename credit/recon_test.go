package credit

import (
	"context"
	"errors"
	"testing"

	"github.com/pharos-pec/pharos"
)

// reconciled gives fixed sums.
type reconciled struct {
	sums []pharos.ReconSum
	err  error
}

func (r reconciled) Reconciled(context.Context, pharos.Month) ([]pharos.ReconSum, error) {
	return r.sums, r.err
}

// TestCheckRecon holds the room that rounding has, to the last digit and on
// both sides: a cent, and a cent of the pricing currency, for each daily line.
func TestCheckRecon(t *testing.T) {
	for _, c := range []struct {
		name         string
		recon, daily string
		rate         string
		lines        int64
		off          bool
	}{
		{"equal", "10", "10", "1", 1, false},
		{"as far as a line's rounding goes", "10", "10.02", "1", 1, false},
		{"a hair further", "10", "10.0200001", "1", 1, true},
		{"the file is higher", "10.02", "10", "1", 1, false},
		{"the file is higher by more", "10.03", "10", "1", 1, true},
		{"each line has its own room", "10", "10.2", "1", 10, false},
		{"a cent of the pricing currency is dearer here", "10", "10.11", "10", 1, false},
		{"refunds", "-10", "-10.02", "1", 1, false},
		{"no daily lines at all", "10", "0", "0", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			sum := pharos.ReconSum{Invoice: "G1", Customer: "t", Currency: "EUR", Recon: dec(c.recon), Daily: dec(c.daily), Lines: c.lines, ExchangeRate: dec(c.rate)}
			got, err := checkRecon(t.Context(), Input{Reconciled: reconciled{sums: []pharos.ReconSum{sum}}})
			if err != nil || (len(got) == 1) != c.off || len(got) > 0 && got[0].Code != ReconOff {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := Judge(t.Context(), Input{Month: october, Ledger: &memory{}, Access: access{}, AsOf: settledAt, Reconciled: reconciled{err: broken}}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
