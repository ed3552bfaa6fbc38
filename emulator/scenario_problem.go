package emulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// problem is one thing wrong with a scenario.
type problem struct {
	position
	message string
}

// problems gathers what is wrong, so that all of it is told at once.
type problems []problem

// maxProblems bounds what one message tells: a file that is no scenario at
// all would otherwise repeat itself once a line.
const maxProblems = 100

func (p *problems) add(at position, format string, args ...any) {
	*p = append(*p, problem{at, fmt.Sprintf(format, args...)})
}

// merge returns p and those of q whose place has no problem in p yet: a name
// that could not be read is not reported again as a name nobody knows.
func (p problems) merge(q problems) problems {
	seen := map[position]bool{}
	for _, x := range p {
		seen[x.position] = true
	}
	for _, x := range q {
		if !seen[x.position] {
			p = append(p, x)
		}
	}
	return p
}

// err makes one error of the problems, in the order of their lines, or nil.
func (p problems) err(file string) error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b problem) int { return a.line - b.line })
	lines := make([]string, 0, len(p))
	for i, x := range p {
		if i == maxProblems {
			lines = append(lines, fmt.Sprintf("… and %d more", len(p)-i))
			break
		}
		lines = append(lines, x.in(file))
	}
	text := lines[0]
	if len(lines) > 1 {
		text = fmt.Sprintf("%s: %d problems\n%s", file, len(p), strings.Join(lines, "\n"))
	}
	return pharos.Errorf(pharos.Invalid, "%s", text).
		WithHint("docs/scenario.md describes every key of a scenario")
}

// in writes the problem as file:line: path: message.
func (p problem) in(file string) string {
	if p.path == "" {
		return fmt.Sprintf("%s:%d: %s", file, p.line, p.message)
	}
	return fmt.Sprintf("%s:%d: %s: %s", file, p.line, p.path, p.message)
}
