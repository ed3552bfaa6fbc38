// Package clickhousetest starts a ClickHouse of two shards on this machine,
// for tests: the program clickhouse-server, twice, with a configuration, ports
// and folders of its own, ended with the test.
package clickhousetest
