package main

import (
	"bytes"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
)

// writeBill writes the bill of a scenario's month, as it stands at a time,
// into a file of the given format:
//
//	bill scenario.yaml 2026-10 daily-csv october.csv 2026-11-04T00:00:00Z
func writeBill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: bill SCENARIO MONTH FORMAT FILE TIME")
	}
	s, err := emulator.ReadScenario(ts.MkAbs(args[0]))
	ts.Check(err)
	at, err := time.Parse(time.RFC3339, args[4])
	ts.Check(err)
	azure, err := emulator.New(s.From(at))
	ts.Check(err)
	month, err := pharos.ParseMonth(args[1])
	ts.Check(err)
	var text bytes.Buffer
	ts.Check(azure.WriteBill(&text, month, emulator.BillFormat(args[2])))
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), text.Bytes(), 0o600))
}
