package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// readme wants every line of the first output block of a document (the one
// after a block of commands) to be in the last command's output, in order. A
// line "…" stands for what was left out.
//
//	readme README.md
func readme(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: readme FILE")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", args[0]))
	ts.Check(err)
	blocks := strings.Split(string(text), "\n```")
	if len(blocks) < 4 {
		ts.Fatalf("%s has no output block", args[0])
	}
	rest := ts.ReadFile("stdout")
	lines := 0
	for line := range strings.Lines(strings.TrimPrefix(blocks[3], "\n")) {
		if strings.TrimSpace(line) == "…" {
			continue
		}
		_, after, found := strings.Cut(rest, strings.TrimRight(line, "\n"))
		if !found {
			ts.Fatalf("%s shows what is not printed there: %s", args[0], line)
		}
		rest = after
		lines++
	}
	if lines < 10 {
		ts.Fatalf("%s shows only %d lines of output", args[0], lines)
	}
}
