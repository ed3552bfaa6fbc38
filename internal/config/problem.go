package config

import (
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Problem is one thing wrong with a configuration.
type Problem struct {
	File    string // or the flag or variable that set the value
	Line    int    // 0 when the problem is of no line
	Key     string // path of the key, for example credentials[0].secret
	Message string
}

// String returns "file:line: key: message" without the parts that are unknown.
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, p.Line)
	}
	if p.Key != "" {
		s += ": " + p.Key
	}
	return strings.TrimPrefix(s+": "+p.Message, ": ")
}

// Problems are all problems of a configuration; never empty when returned.
type Problems []Problem

// Error returns the problems, one on each line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// failure turns problems into the error that users see: one line for a
// single problem, else a line that counts them and one line for each.
func (ps Problems) failure() error {
	text := "%w"
	if len(ps) > 1 {
		text = fmt.Sprintf("%d problems with the configuration\n%%w", len(ps))
	}
	return pharos.Errorf(pharos.Invalid, text, ps).
		WithHint("docs/configuration.md lists every key; `pharos config check` shows what was read")
}
