package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// The sizes of a page in millimetres, of its fonts in points.
const (
	pageMargin = 14.0
	pageBottom = 16.0
	pageWidth  = 210.0 - 2*pageMargin

	lineHeight  = 3.7
	spacing     = 2.2
	textSize    = 8.0
	headingSize = 11.0
	titleSize   = 15.0
	footerSize  = 7.0
)

// rgb is a colour on paper.
type rgb [3]int

// paper writes blocks on A4.
type paper struct {
	*fpdf.Fpdf
	font    *sfnt.Font
	lacking bool // a character was asked for that the font lacks
}

// writePDF writes blocks as a PDF that is dated at, and bears no other time:
// the same blocks give the same file, to the byte. elsewhere says where a
// reader finds the characters that the font lacks.
func writePDF(w io.Writer, title, footer, elsewhere string, at time.Time, blocks []block) error {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return err
	}
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), font: font}
	p.SetCatalogSort(true)
	p.SetCreationDate(at)
	p.SetModificationDate(at)
	p.SetTitle(title, true)
	p.SetProducer("Pharos", true)
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetMargins(pageMargin, pageMargin, pageMargin)
	p.SetCellMargin(0)
	p.SetAutoPageBreak(true, pageBottom)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(func() {
		p.SetXY(pageMargin, -pageBottom+spacing)
		p.ink("", footerSize, rgb{90, 101, 114})
		p.CellFormat(pageWidth, lineHeight, p.clean(footer), "", 0, "L", false, 0, "")
		p.SetX(pageMargin)
		p.CellFormat(pageWidth, lineHeight, fmt.Sprintf("page %d of {pages}", p.PageNo()), "", 0, "R", false, 0, "")
	})
	p.AddPage()
	p.paragraph("B", titleSize, rgb{}, 0, title)
	for i := range blocks {
		p.block(&blocks[i])
	}
	if p.lacking {
		p.paragraph("", textSize, rgb{90, 101, 114}, 0, "A character that the font of this file lacks is shown as ?; "+elsewhere+" has it.")
	}
	return p.Output(w)
}

// block writes one block.
func (p *paper) block(b *block) {
	const indent = 4.0
	switch {
	case b.heading != "":
		p.Ln(spacing)
		p.room(4 * lineHeight)
		p.paragraph("B", headingSize, rgb{}, 0, b.heading)
	case b.text != "":
		p.paragraph("", textSize, rgb{}, 0, plain(b.text))
	case len(b.list) > 0:
		for _, item := range b.list {
			p.paragraph("", textSize, rgb{}, indent, "– "+plain(item))
		}
	case b.code != "":
		p.paragraph("", textSize, rgb{}, indent, b.code)
	case b.table != nil:
		p.table(b.table)
	case b.warning != "":
		p.paragraph("B", textSize, rgb{138, 90, 0}, 0, plain(b.warning))
	case b.hint != "":
		p.paragraph("", textSize, rgb{90, 101, 114}, 0, plain(b.hint))
	}
}

// ink chooses style, size and colour of what is written next.
func (p *paper) ink(style string, size float64, c rgb) {
	p.SetFont("go", style, size)
	p.SetTextColor(c[0], c[1], c[2])
}

// paragraph writes running text.
func (p *paper) paragraph(style string, size float64, c rgb, indent float64, text string) {
	p.ink(style, size, c)
	p.SetX(pageMargin + indent)
	p.MultiCell(pageWidth-indent, size*lineHeight/textSize, p.clean(text), "", "L", false)
	p.Ln(spacing / 4)
}

// room begins a page where less than height is left on this one.
func (p *paper) room(height float64) bool {
	_, paperHeight := p.GetPageSize()
	if p.GetY()+height <= paperHeight-pageBottom {
		return false
	}
	p.AddPage()
	return true
}

// clean replaces what the font cannot show; names come from customers.
func (p *paper) clean(s string) string {
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r):
			return ' '
		}
		if n, err := p.font.GlyphIndex(&buffer, r); err != nil || n == 0 {
			p.lacking = true
			return '?'
		}
		return r
	}, s)
}
