package main

import (
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pharos-pec/pharos/internal/ledger/clickhouse/clickhousetest"
)

// clickHouseKey is where a script keeps its ClickHouse.
type clickHouseKey struct{}

// startClickHouse starts a ClickHouse of two nodes and puts their addresses
// into CLICKHOUSE; a node is ended by its number. The condition [clickhouse]
// tells whether the program is installed.
//
//	clickhouse
//	clickhouse kill 2
func startClickHouse(ts *testscript.TestScript, neg bool, args []string) {
	running := ts.Value(clickHouseKey{}).(*[]*clickhousetest.Cluster)
	switch {
	case neg || len(args) != 0 && (len(args) != 2 || args[0] != "kill" || len(*running) == 0):
		ts.Fatalf("usage: clickhouse [kill NODE]")
	case len(args) == 2:
		node, err := strconv.Atoi(args[1])
		ts.Check(err)
		(*running)[0].Kill(node - 1)
		return
	}
	c, err := clickhousetest.New(ts.MkAbs("clickhouse"))
	ts.Check(err)
	ts.Defer(c.Close)
	*running = append(*running, c)
	ts.Setenv("CLICKHOUSE", strings.Join(c.Addresses(), ","))
	ts.Setenv("CLICKHOUSE2", c.Addresses()[1])
}

// installed answers the conditions of scripts about programs that may be missing.
func installed(program string) (bool, error) {
	if program != "clickhouse" {
		return false, strconv.ErrSyntax
	}
	return clickhousetest.Installed(), nil
}
