package report

import (
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/link"
)

// ink is an ANSI escape sequence. Colours repeat what the words say: nothing
// is told by colour alone.
type ink string

const (
	bold   ink = "\x1b[1m"
	red    ink = "\x1b[31m"
	green  ink = "\x1b[32m"
	yellow ink = "\x1b[33m"
	faint  ink = "\x1b[2m"
	reset  ink = "\x1b[0m"
)

func (p *pen) paint(i ink, s string) string {
	if !p.colour || i == "" || s == "" {
		return s
	}
	return string(i) + s + string(reset)
}

// paintWord colours a cell that is a verdict, a state or an answer.
func (p *pen) paintWord(v any) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	return p.paint(inkOf(strings.TrimSpace(s)), s)
}

// inkOf returns the colour of a word, faint for what says little, none for
// all others.
func inkOf(word string) ink {
	switch word {
	case string(pharos.Earned), string(pharos.Full), string(link.Linked), string(explain.Fine):
		return green
	case string(pharos.Lost), string(pharos.None), string(link.NotLinked), string(link.LinkedToOther), string(explain.Broken):
		return red
	case string(pharos.Disputable), string(pharos.Unexpected), string(pharos.Partial), string(link.Unreachable):
		return yellow
	case string(pharos.Pending), string(pharos.UnknownVerdict), string(pharos.Excluded):
		return faint
	default:
		return ""
	}
}
