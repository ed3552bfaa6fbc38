package clickhouse

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/ledger/clickhouse"
	"github.com/pharos-pec/pharos/internal/ledger/ledgertest"
)

// config names the one shard of the cluster: this process.
const config = `<clickhouse><tcp_port>9000</tcp_port><remote_servers><pharos><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></pharos></remote_servers></clickhouse>`

// TestCurrent holds the ledger's SQL on the current ClickHouse to what the folder answers.
func TestCurrent(t *testing.T) {
	library := os.Getenv("PHAROS_CHDB")
	if library == "" {
		t.Skip("PHAROS_CHDB is not set: the ledger is not tested on the current ClickHouse; `make clickhouse-current` installs it")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.xml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := start(library, "--path="+filepath.Join(dir, "data"), "--config-file="+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.close) // before the folder is removed
	version, err := e.run("select version()", "TSV")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ClickHouse %s", version)
	databases := 0
	open := func(t testing.TB) ledgertest.Ledger {
		t.Helper()
		databases++
		l, err := clickhouse.OpenOn(t.Context(), fmt.Sprintf("clickhouse://127.0.0.1:9000/bill%d", databases), conn{engine: e})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	ledgertest.Run(t, open)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			folder, err := ledger.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			ledgertest.Same(t, seed, folder, open(t))
		})
	}
}
