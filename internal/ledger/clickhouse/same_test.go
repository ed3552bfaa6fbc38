package clickhouse

import (
	"fmt"
	"testing"

	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/ledger/ledgertest"
)

// Whatever is imported in whatever order, ClickHouse and the folder give the
// same answers.
func TestSameAsFolder(t *testing.T) {
	o := newOpener(t)
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			folder, err := ledger.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			ledgertest.Same(t, seed, folder, o.open(t))
		})
	}
}
