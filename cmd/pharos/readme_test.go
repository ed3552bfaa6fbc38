package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// readme wants the first output block of a document (the one after a block of
// commands) to be what the demo printed just now: the totals, the causes, and
// the first few remedies. With -update it writes the block anew.
//
//	readme README.md
func readme(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: readme FILE")
	}
	file := filepath.Join("..", "..", args[0])
	text, err := os.ReadFile(file)
	ts.Check(err)
	const fence = "\n```"
	blocks := strings.Split(string(text), fence)
	if len(blocks) < 4 {
		ts.Fatalf("%s has no output block", args[0])
	}
	want := "\n" + excerpt(ts, ts.ReadFile("stdout"))
	if *update {
		blocks[3] = want
		ts.Check(os.WriteFile(file, []byte(strings.Join(blocks, fence)), 0o644))
		return
	}
	if diff := cmp.Diff(want, blocks[3]); diff != "" {
		ts.Fatalf("%s shows something else than is printed (make golden): -printed +shown\n%s", args[0], diff)
	}
}

// excerpt is the part of the demo's output that the document has room for.
func excerpt(ts *testscript.TestScript, out string) string {
	totals, rest, found := strings.Cut(out, "\nSubscriptions that lose most\n")
	_, remedies, mended := strings.Cut(rest, "\nHow to mend it\n")
	lines := strings.SplitN(remedies, "\n", 5)
	if !found || !mended || len(lines) < 5 {
		ts.Fatalf("the output has no subscriptions or no remedies")
	}
	return totals + "…\nHow to mend it\n" + strings.Join(lines[:4], "\n") + "\n  …"
}
