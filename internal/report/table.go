package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// The widths of a terminal, in columns.
const (
	defaultWidth = 100
	leastWidth   = 60
	proseWidth   = 100 // text does not get wider than this: long lines are hard to read
	leastFlex    = 8   // what is left of a flexible column at worst
	longestWord  = 24  // up to here a word is kept in one piece if the width allows
)

// pen writes blocks for a person at a terminal.
type pen struct {
	w      io.Writer
	width  int
	colour bool
	err    error
}

// writeTable writes the report's blocks for a terminal.
func (r *Report) writeTable(w io.Writer, s Style) error {
	width := s.Width
	if width == 0 {
		width = defaultWidth
	}
	p := &pen{w: w, width: max(width, leastWidth), colour: s.Colour}
	p.line(p.paint(bold, r.title))
	for i, b := range r.blocks {
		if i == 0 || !b.follows(r.blocks[i-1]) {
			p.line("")
		}
		p.block(b)
	}
	return p.err
}

func (p *pen) line(s string) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, s)
	}
}

func (p *pen) block(b block) {
	switch {
	case b.heading != "":
		p.line(p.paint(bold, b.heading))
	case b.text != "":
		p.prose("", "", plain(b.text))
	case len(b.list) > 0:
		for _, item := range b.list {
			p.prose("  - ", "    ", plain(item))
		}
	case b.code != "":
		for l := range strings.SplitSeq(b.code, "\n") {
			p.line("    " + l)
		}
	case b.table != nil:
		p.table(b.table)
	case b.warning != "":
		p.prose(p.paint(yellow, "warning: "), "  ", plain(b.warning))
	case b.hint != "":
		p.prose("hint: ", "      ", plain(b.hint))
	}
}

// prose wraps text at words; first begins the first line, then the others.
func (p *pen) prose(first, then, s string) {
	width := min(p.width, proseWidth)
	line, room := first, width-text.StringWidthWithoutEscSequences(first)
	empty := true
	for word := range strings.FieldsSeq(s) {
		n := text.StringWidthWithoutEscSequences(word)
		if !empty && n+1 > room {
			p.line(line)
			line, room, empty = then, width-len(then), true
		}
		if !empty {
			line, room = line+" ", room-1
		}
		line, room, empty = line+word, room-n, false
	}
	p.line(line)
}

// table draws a sheet; amounts and counts stand to the right.
func (p *pen) table(s *sheet) {
	if s.name != "" {
		p.line(p.paint(bold, s.name))
	}
	if len(s.rows) == 0 {
		p.prose("", "", s.empty)
		return
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Box.PaddingLeft, t.Style().Box.PaddingRight = "", "  "
	t.Style().Format.Header = text.FormatUpper
	t.SuppressTrailingSpaces()
	t.SetColumnConfigs(p.columns(s))
	head := make(table.Row, len(s.columns))
	for i, c := range s.columns {
		head[i] = c.title
	}
	t.AppendHeader(head)
	for _, row := range s.rows {
		cells := make(table.Row, len(row))
		for i, v := range row {
			cells[i] = human(v)
		}
		t.AppendRow(cells)
	}
	p.line(t.Render())
}

// columns fits the table into the width and says how each column is drawn.
func (p *pen) columns(s *sheet) []table.ColumnConfig {
	widths := s.fit(p.width)
	out := make([]table.ColumnConfig, len(s.columns))
	for i, c := range s.columns {
		out[i] = table.ColumnConfig{Number: i + 1, WidthMax: widths[i], WidthMaxEnforcer: text.WrapSoft}
		if c.cut {
			out[i].WidthMaxEnforcer = cutMiddle
		}
		if c.kind == money || c.kind == count {
			out[i].Align, out[i].AlignHeader = text.AlignRight, text.AlignRight
		}
		if p.colour && c.tone {
			out[i].Transformer = p.paintWord
		}
	}
	return out
}

// fit returns the widths of the columns. What does not fit is taken from the
// flexible ones, the widest first: down to their longest word, and only then
// further.
func (s *sheet) fit(width int) []int {
	const padding = 2
	widths, total := naturalWidths(s), -padding
	for _, n := range widths {
		total += n + padding
	}
	for _, least := range [][]int{s.wordWidths(), make([]int, len(s.columns))} {
		for total > width {
			widest := -1
			for i, c := range s.columns {
				if c.flex && widths[i] > max(least[i], leastFlex) && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
			total--
		}
	}
	return widths
}

// wordWidths returns the longest word of each column, of a column whose cells
// are cut the longest cell.
func (s *sheet) wordWidths() []int {
	out := make([]int, len(s.columns))
	for _, row := range s.rows {
		for i, v := range row {
			parts := []string{human(v)}
			if !s.columns[i].cut {
				parts = strings.Fields(parts[0])
			}
			for _, part := range parts {
				out[i] = max(out[i], min(longestWord, text.StringWidthWithoutEscSequences(part)))
			}
		}
	}
	return out
}

func naturalWidths(s *sheet) []int {
	widths := make([]int, len(s.columns))
	for i, c := range s.columns {
		widths[i] = text.StringWidthWithoutEscSequences(c.title)
	}
	for _, row := range s.rows {
		for i, v := range row {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(human(v)))
		}
	}
	return widths
}

// cutMiddle shortens text to n characters: of an ARM id the beginning and the
// end tell the most.
func cutMiddle(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	head := (n - 1) / 3
	return string(runes[:head]) + "…" + string(runes[len(runes)-(n-1-head):])
}

// plain takes the code quotes out of running text.
func plain(s string) string { return strings.ReplaceAll(printable(s), "`", "") }
