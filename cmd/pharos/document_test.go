package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// documented wants a document to show, word for word, what was printed just
// now, as far as the line that begins with the given words:
//
//	documented docs/evidence.md 'Written to'
func documented(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: documented FILE [words that begin a line]")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", args[0]))
	ts.Check(err)
	shown := ts.ReadFile("stdout")
	if len(args) == 2 {
		before, _, found := strings.Cut(shown, "\n"+args[1])
		if !found {
			ts.Fatalf("no line of the output begins with %q", args[1])
		}
		shown = before
	}
	if shown = strings.TrimSpace(shown); shown == "" || !strings.Contains(string(text), shown+"\n") {
		ts.Fatalf("%s does not show this:\n%s", args[0], shown)
	}
}
