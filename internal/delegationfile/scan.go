package delegationfile

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// deepestNesting is how deep brackets may stand in one another.
const deepestNesting = 100

// scanner goes through the text of a language that is not JSON.
type scanner struct {
	name  string
	text  string
	at    int
	lines []int // offsets at which lines begin
	hash  bool  // # begins a comment, as in HCL
	depth int
}

func newScanner(f File, hash bool) scanner {
	s := scanner{name: f.Name, text: strings.TrimPrefix(string(f.Data), "\ufeff"), lines: []int{0}, hash: hash}
	for i := range len(s.text) {
		if s.text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// line is the line that an offset is in, from 1.
func (s *scanner) line(at int) int {
	return sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > at })
}

// placed puts a value at an offset.
func (s *scanner) placed(n *armtemplate.Node, at int) *armtemplate.Node {
	n.Line = s.line(at)
	n.Column = at - s.lines[n.Line-1] + 1
	return n
}

// broken is the error of a text that cannot be read, where the scanner stands.
func (s *scanner) broken(why string) error {
	return pharos.Errorf(pharos.Invalid, "%s:%d: %s", s.name, s.line(min(s.at, len(s.text))), why)
}

// enter counts brackets in brackets; the caller leaves.
func (s *scanner) enter() error {
	if s.depth++; s.depth > deepestNesting {
		return s.broken("brackets stand too deep in one another")
	}
	return nil
}

func (s *scanner) leave() { s.depth-- }

// next is the byte to be read, 0 at the end.
func (s *scanner) next() byte {
	if s.at >= len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.at:], prefix) }

// take reads a prefix if it is there.
func (s *scanner) take(prefix string) bool {
	if !s.has(prefix) {
		return false
	}
	s.at += len(prefix)
	return true
}

// blank skips spaces and comments of a line, and line ends too where they mean
// nothing.
func (s *scanner) blank(lineEnds bool) {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t' || c == '\r' || lineEnds && c == '\n':
			s.at++
		case s.has("/*"):
			s.to("*/")
		case s.has("//") || c == '#' && s.hash:
			s.at += len(untilLineEnd(s.text[s.at:]))
		default:
			return
		}
	}
}

// to goes behind the next end, or to the end of the text.
func (s *scanner) to(end string) {
	if i := strings.Index(s.text[s.at:], end); i >= 0 {
		s.at += i + len(end)
		return
	}
	s.at = len(s.text)
}

func untilLineEnd(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// word reads an identifier, which in HCL may have dashes; "" for none.
func (s *scanner) word() string {
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
		if !letter && (s.at == start || !(c >= '0' && c <= '9' || c == '-' && s.hash)) {
			break
		}
		s.at++
	}
	return s.text[start:s.at]
}

// digits reads digits.
func (s *scanner) digits() string {
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.text[start:s.at]
}

// ends reports whether an expression can end here.
func (s *scanner) ends() bool { return strings.IndexByte("\x00\n,]})", s.next()) >= 0 }

// skip goes to the end of an expression that is not evaluated: to a line end, a
// comma or a closing bracket that is not within it. Quoted skips a quoted text,
// if one begins here.
func (s *scanner) skip(quoted func() (bool, error)) error {
	var open []byte
	for s.at < len(s.text) {
		if found, err := quoted(); err != nil {
			return err
		} else if found {
			continue
		}
		if s.has("//") || s.has("/*") || s.hash && s.next() == '#' {
			s.blank(false)
			continue
		}
		c := s.next()
		switch {
		case len(open) == 0 && s.ends():
			return nil
		case c == '(' || c == '[' || c == '{':
			open = append(open, c)
		case c == ')' || c == ']' || c == '}':
			if want := map[byte]byte{')': '(', ']': '[', '}': '{'}[c]; open[len(open)-1] != want {
				return s.broken("a bracket closes that was not opened")
			}
			open = open[:len(open)-1]
		}
		s.at++
	}
	if len(open) > 0 {
		return s.broken("a bracket is not closed")
	}
	return nil
}
