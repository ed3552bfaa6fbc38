package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// replace rewrites what a pattern matches in a file; \n in the text is a new line:
//
//	replace file 'pattern' 'text'
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE PATTERN TEXT")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	old := ts.ReadFile(args[0])
	if !pattern.MatchString(old) {
		ts.Fatalf("%s has no %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(pattern.ReplaceAllString(old, strings.ReplaceAll(args[2], `\n`, "\n"))), 0o600))
}

// remember puts what a pattern found in the last command's output into a
// variable: the pattern's first group.
//
//	remember ACCOUNT '"principalId": "(.+)"'
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: remember NAME PATTERN")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("the last output has no %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// fetch waits until a server that was started in the background answers, and
// prints the page:
//
//	fetch http://127.0.0.1:18461/
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fetch URL")
	}
	var page []byte
	poll(ts, args[0]+" answers", func() bool {
		resp, err := http.Get(args[0])
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }() // it was read whole
		page, err = io.ReadAll(resp.Body)
		return err == nil && resp.StatusCode == http.StatusOK
	})
	_, err := ts.Stdout().Write(page)
	ts.Check(err)
}

// waitFor waits until a program that runs in the background has made a file:
//
//	waitfor dir/file
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor FILE")
	}
	poll(ts, args[0]+" is made", func() bool {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil
	})
}

// poll looks until done is true, and fails the script when it takes too long.
func poll(ts *testscript.TestScript, what string, done func() bool) {
	const limit = 30 * time.Second
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !done() {
		select {
		case <-look.C:
		case <-deadline.C:
			ts.Fatalf("waited %s in vain until %s", limit, what)
		}
	}
}
