package ledger_test

import (
	"testing"

	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/ledger/ledgertest"
)

// The folder passes the suite that every ledger must pass.
func TestConformance(t *testing.T) {
	ledgertest.Run(t, func(t testing.TB) ledgertest.Ledger {
		l, err := ledger.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return l
	})
}
