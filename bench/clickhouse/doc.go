// Package clickhouse runs the ledger's SQL on the current ClickHouse, in this
// process: libchdb, which npm has as @chdb/lib-linux-x64-gnu. Its test is the
// suite that every ledger passes; PHAROS_CHDB names the library.
package clickhouse
