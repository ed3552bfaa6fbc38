package clickhouse

import (
	"os"
	"testing"

	"github.com/pharos-pec/pharos/internal/ledger/clickhouse/clickhousetest"
)

// Where everything must be tested, ClickHouse is there.
func TestInstalled(t *testing.T) {
	if os.Getenv("CI") == "true" && !clickhousetest.Installed() {
		t.Error("clickhouse-server is not installed, and the ledger on it was not tested")
	}
}
