package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// failure is the form of an error for programs.
type failure struct {
	Error failureBody `json:"error"`
}

type failureBody struct {
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint"`
}

// tell writes an error to stderr, once, in the form the user asked for.
func (e *env) tell(err error) {
	if err == nil {
		return
	}
	message, hint := err.Error(), pharos.HintOf(err)
	if !e.jsonErrors {
		e.note("pharos: %s", message)
		if hint != "" {
			e.note("hint: %s", hint)
		}
		return
	}
	b, err := json.Marshal(failure{failureBody{pharos.CodeOf(err), message, hint}})
	if err != nil { // strings always marshal; say so rather than nothing
		b = []byte(err.Error())
	}
	e.note("%s", b)
}

// note writes one line of talk. A stderr that is gone is nobody's loss.
func (e *env) note(format string, args ...any) {
	_, _ = fmt.Fprintf(e.Err, format+"\n", args...)
}

// wantsJSON looks for -o json before the flags are parsed, so that an error
// in the flags themselves comes in the right form.
func wantsJSON(args []string, getenv func(string) string) bool {
	for i, a := range args {
		if (a == "-o" || a == "--output") && i+1 < len(args) {
			return args[i+1] == formatJSON
		}
		for _, prefix := range []string{"--output=", "-o=", "-o"} {
			if v, ok := strings.CutPrefix(a, prefix); ok && slices.Contains(allFormats(), v) {
				return v == formatJSON
			}
		}
	}
	return getenv("PHAROS_OUTPUT") == formatJSON
}

// asks reports whether a person at a terminal is asked before something is
// changed. A script has agreed by running the command.
func (e *env) asks(yes bool) bool { return !yes && isTerminal(e.In) && isTerminal(e.Err) }

// confirm asks a question; all but y ends the run.
func (e *env) confirm(question string) error {
	e.note("%s [y/N]", question)
	answer, err := bufio.NewReader(e.In).ReadString('\n')
	if err != nil || !strings.EqualFold(strings.TrimSpace(answer), "y") {
		return pharos.Errorf(pharos.Interrupted, "nothing was changed")
	}
	return nil
}
