// Package cli is the command line of Pharos and the one place that knows
// every part: it reads the configuration, wires adapters to verbs (wire.go),
// and prints.
//
// A command is a constructor in a file of its own, an options struct and a
// run function; root.go lists them all. The rules of conversation:
//
//   - stdout carries data, stderr talk: progress, notes and errors.
//   - Colours and progress bars appear on a terminal only, and NO_COLOR is honoured.
//   - An error is one line, "pharos: what went wrong", and where there is
//     something to do a second, "hint: …"; with -o json it is an object.
//   - exit.go maps the code of an error to the exit status, once.
package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"
)

// IO is the world of one run. All fields are required.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	// Now is this machine's clock. It judges nothing that was observed in a
	// cloud: such facts bear the cloud's own time.
	Now func() time.Time
}

// Main runs one command line and returns its exit status.
func Main(ctx context.Context, args []string, world IO) int {
	e := &env{IO: world, jsonErrors: wantsJSON(args, world.Getenv)}
	root := newRoot(e)
	root.SetArgs(args)
	root.SetIn(e.In)
	root.SetOut(e.Out)
	root.SetErr(e.Err)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil {
		err = interrupted(err)
	}
	e.tell(err)
	return status(err)
}

// env is what every command of a run shares.
type env struct {
	IO
	options    globalOptions
	jsonErrors bool // errors are written as an object
}

// globalOptions are the flags that every command has.
type globalOptions struct {
	config  string
	store   string
	ledger  string
	memory  string
	verbose bool
}

// log returns the logger for what only a curious user wants to read.
func (e *env) log() *slog.Logger {
	if !e.options.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(e.Err, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// isTerminal reports whether stream is a terminal, with a person at it.
func isTerminal(stream any) bool {
	_, ok := terminal(stream)
	return ok
}

// terminal returns the descriptor of stream when it is a terminal.
func terminal(stream any) (int, bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// colour reports whether w may carry colours (https://no-color.org).
func (e *env) colour(w io.Writer) bool {
	return isTerminal(w) && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}
