package report

import (
	"strings"
)

const (
	columnGap   = 2.0
	leastColumn = 12.0 // what is left of a flexible column at worst
	stripWidth  = 46.0
	stripHeight = 2.6
)

// strip is a cell that shows the days of a month as a bar, by the classes of
// [marks]. Only a PDF draws it.
type strip struct {
	marks []string
	idle  bool // in grey: does not earn by itself
}

// String is what is read where no bar can be drawn: nothing, since the times
// stand beside it.
func (strip) String() string { return "" }

// table draws a sheet. Its head is repeated on every page, and no row is cut.
func (p *paper) table(s *sheet) {
	if s.name != "" {
		p.room(5 * lineHeight)
		p.paragraph("B", textSize+1, rgb{}, 0, s.name)
	}
	if len(s.rows) == 0 {
		p.paragraph("", textSize, rgb{}, 0, s.empty)
		return
	}
	p.ink("", textSize, rgb{})
	widths := p.widths(s)
	p.head(s, widths)
	for _, row := range s.rows {
		p.row(s, widths, row)
	}
	p.Ln(spacing)
}

func (p *paper) head(s *sheet, widths []float64) {
	titles := make([]any, len(s.columns))
	any := false
	for i, c := range s.columns {
		titles[i], any = c.title, any || c.title != ""
	}
	if any {
		p.cells(s, widths, titles, "B", rgb{90, 101, 114})
	}
}

func (p *paper) row(s *sheet, widths []float64, row []any) {
	p.ink("", textSize, rgb{})
	if p.room(p.height(widths, row)) {
		p.head(s, widths)
	}
	p.cells(s, widths, row, "", rgb{})
}

// height is how much of the page a row takes.
func (p *paper) height(widths []float64, row []any) float64 {
	lines := 1
	for i, v := range row {
		lines = max(lines, len(p.wrapped(v, widths[i])))
	}
	return float64(lines)*lineHeight + 1
}

// wrapped are the lines of a cell.
func (p *paper) wrapped(v any, width float64) []string {
	var out []string
	for part := range strings.SplitSeq(p.clean(cellText(v)), "\n") {
		out = append(out, p.SplitText(part, width)...)
	}
	return out
}

// cellText is a cell in words; its line breaks stay.
func cellText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return human(v)
}

// cells writes a row and the line below it.
func (p *paper) cells(s *sheet, widths []float64, row []any, style string, c rgb) {
	p.ink(style, textSize, c)
	top, height, x := p.GetY(), p.height(widths, row), pageMargin
	for i, v := range row {
		if bar, ok := v.(strip); ok {
			p.bar(bar, x, top+(lineHeight-stripHeight)/2, widths[i])
		}
		align := "L"
		if k := s.columns[i].kind; k == money || k == count {
			align = "R"
		}
		if s.columns[i].tone && style == "" {
			tone := toneOf(cellText(v))
			p.SetTextColor(tone[0], tone[1], tone[2])
		}
		for n, line := range p.wrapped(v, widths[i]) {
			p.SetXY(x, top+float64(n)*lineHeight)
			p.CellFormat(widths[i], lineHeight, line, "", 0, align, false, 0, "")
		}
		p.SetTextColor(c[0], c[1], c[2])
		x += widths[i] + columnGap
	}
	p.SetDrawColor(213, 217, 222)
	p.SetLineWidth(0.15)
	p.Line(pageMargin, top+height-0.5, pageMargin+pageWidth, top+height-0.5)
	p.SetXY(pageMargin, top+height)
}

// toneOf is the colour of a verdict on paper.
func toneOf(word string) rgb {
	switch inkOf(strings.TrimSpace(word)) {
	case green:
		return rgb{23, 113, 58}
	case red:
		return rgb{179, 38, 30}
	case yellow:
		return rgb{138, 90, 0}
	default:
		return rgb{}
	}
}

// bar draws a strip: whole days filled, parts of a day half filled, what is
// not known pale, and nothing where it did not hold.
func (p *paper) bar(s strip, x, y, width float64) {
	full, pale := rgb{47, 111, 176}, rgb{176, 203, 230}
	if s.idle {
		full, pale = rgb{154, 166, 178}, rgb{205, 212, 219}
	}
	cell := width / float64(max(1, len(s.marks)))
	for i, m := range s.marks {
		at, wide := x+float64(i)*cell, cell-0.15
		fill := func(c rgb, height float64) {
			p.SetFillColor(c[0], c[1], c[2])
			p.Rect(at, y+stripHeight-height, wide, height, "F")
		}
		fill(rgb{238, 241, 244}, stripHeight)
		switch m {
		case "whole":
			fill(full, stripHeight)
		case "part":
			fill(full, stripHeight/2)
		case "maybe":
			fill(pale, stripHeight)
		}
	}
}

// widths fits the columns into the page. What does not fit is taken from the
// flexible ones, the widest first; what is left over goes to the last of them.
func (p *paper) widths(s *sheet) []float64 {
	widths, total, last := make([]float64, len(s.columns)), -columnGap, -1
	for i, c := range s.columns {
		p.SetFontStyle("B")
		widths[i] = p.GetStringWidth(p.clean(c.title))
		p.SetFontStyle("")
		for _, row := range s.rows {
			if _, ok := row[i].(strip); ok {
				widths[i] = stripWidth
			}
			for part := range strings.SplitSeq(cellText(row[i]), "\n") {
				widths[i] = max(widths[i], p.GetStringWidth(p.clean(part))+0.5)
			}
		}
		total += widths[i] + columnGap
		if c.flex {
			last = i
		}
	}
	for total > pageWidth {
		widest := -1
		for i, c := range s.columns {
			if c.flex && widths[i] > leastColumn && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	if last >= 0 {
		widths[last] += max(0, pageWidth-total)
	}
	return widths
}
