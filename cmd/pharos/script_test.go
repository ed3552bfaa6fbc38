package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pharos-pec/pharos/internal/ledger/clickhouse/clickhousetest"
)

var update = flag.Bool("update", false, "write what the programs print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"pharos":  func() { os.Exit(run()) },
		"play-az": func() { os.Exit(playAz()) },
	})
}

const scripts = "testdata/script"

// TestScript plays the stories: sessions of a user with the real program.
func TestScript(t *testing.T) {
	found, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no scripts in %s: %v", scripts, err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			e.Values[clickHouseKey{}] = &[]*clickhousetest.Cluster{}
			return nil
		},
		Condition: installed,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   status,
			"emulator": startEmulator,
			"clock":    moveClock,
			"person":   asPerson,
			"waitfor":  waitFor,
			"bill":     writeBill,
			"replace":  replace,
			"fetch":    fetch,
			"remember": remember,
			"readme":   readme,

			"clickhouse": startClickHouse,
			"documented": documented,
			"pipeline":   playPipeline,
		},
	})
}

// status runs pharos and wants it to end with the status that stands first:
//
//	status 2 credit --month never
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: status N [argument of pharos…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec("pharos", args[1:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
