package clickhousetest_test

import (
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/pharos-pec/pharos/internal/ledger/clickhouse/clickhousetest"
)

// Both nodes answer and know each other.
func TestStart(t *testing.T) {
	c := clickhousetest.Start(t)
	for i, address := range c.Addresses() {
		conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{address}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		var shards, own uint64
		err = conn.QueryRow(t.Context(), "select count(), sumIf(shard_num, is_local = 1) from system.clusters where cluster = ?", clickhousetest.ClusterName).Scan(&shards, &own)
		if err != nil || shards != 2 || own != uint64(i+1) {
			t.Errorf("%s: %d shards, is shard %d, %v", address, shards, own, err)
		}
	}
}
