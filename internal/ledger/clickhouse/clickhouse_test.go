package clickhouse

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pharos-pec/pharos/internal/ledger/clickhouse/clickhousetest"
	"github.com/pharos-pec/pharos/internal/ledger/ledgertest"
)

// opener opens new ledgers on one cluster, each in a database of its own.
type opener struct {
	cluster   *clickhousetest.Cluster
	databases atomic.Int64
}

func newOpener(t testing.TB) *opener {
	t.Helper()
	return &opener{cluster: clickhousetest.Start(t)}
}

func (o *opener) address(database string) string {
	return "clickhouse://" + strings.Join(o.cluster.Addresses(), ",") + "/" + database
}

// in opens the ledger in a database.
func (o *opener) in(t testing.TB, database string) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), o.address(database), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func (o *opener) open(t testing.TB) *Ledger {
	t.Helper()
	return o.in(t, fmt.Sprintf("bill%d", o.databases.Add(1)))
}

// ClickHouse passes the suite that every ledger must pass.
func TestConformance(t *testing.T) {
	o := newOpener(t)
	ledgertest.Run(t, func(t testing.TB) ledgertest.Ledger { return o.open(t) })
}
