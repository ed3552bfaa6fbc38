package report

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"

	"github.com/xuri/excelize/v2"

	"github.com/pharos-pec/pharos"
)

// Stream is a table of more rows than memory may hold, written as they come.
// It can be written once.
type Stream struct {
	name    string // of the worksheet, and of the JSON's list
	month   pharos.Month
	columns []column
	rows    iter.Seq2[[]any, error]
}

// cellsOf lays out what seq yields as rows.
func cellsOf[T any](seq iter.Seq2[T, error], cells func(*T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for x, err := range seq {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(cells(&x), nil) {
				return
			}
		}
	}
}

// WriteCSV writes the table with a header of column titles (RFC 4180, lines
// end in a line feed), amounts exact. Errors of the rows and of w are
// returned as they are, here and below.
func (s *Stream) WriteCSV(w io.Writer, style CSVStyle) error {
	return writeCSV(w, s.columns, s.rows, style)
}

// WriteXLSX writes a workbook of as many worksheets as the rows need. Excel
// keeps 15 digits of a number.
func (s *Stream) WriteXLSX(w io.Writer) error {
	return writeBook(w, func(book *excelize.File, st styles) error {
		return addSheets(book, s.name, s.columns, s.rows, st, maxSheetRows)
	})
}

// WriteJSON writes a document with the month and the list of rows, each an
// object on a line of its own. A cell that is empty is left out.
func (s *Stream) WriteJSON(w io.Writer) error {
	p := &pieces{w: w}
	p.write("{\n  \"month\": ", s.month, ",\n  \""+s.name+"\": [")
	separator := "\n    {"
	for row, err := range s.rows {
		if err != nil {
			return err
		}
		for i, v := range row {
			if v == nil {
				continue
			}
			p.write(separator+`"`+s.columns[i].title+`": `, v, "")
			separator = ", "
		}
		p.write("}", nil, "")
		if separator = ",\n    {"; p.err != nil {
			return p.err
		}
	}
	end := "\n  ]\n}\n"
	if separator == "\n    {" {
		end = "]\n}\n"
	}
	p.write(end, nil, "")
	return p.err
}

// pieces writes JSON piece by piece until the first error.
type pieces struct {
	w   io.Writer
	err error
}

// write writes before, v as JSON unless it is nil, and after.
func (p *pieces) write(before string, v any, after string) {
	text := bytes.NewBufferString(before)
	if v != nil {
		enc := json.NewEncoder(text)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil && p.err == nil {
			p.err = err
		}
		text.Truncate(text.Len() - len("\n"))
	}
	text.WriteString(after)
	if p.err == nil {
		_, p.err = text.WriteTo(p.w)
	}
}
