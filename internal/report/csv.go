package report

import (
	"encoding/csv"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// writeCSV writes the sheet with a header of column titles (RFC 4180, lines
// end in a line feed).
func (s *sheet) writeCSV(w io.Writer) error {
	return writeCSV(w, s.columns, s.each(), CSVStyle{})
}

// CSVStyle says how a CSV file writes what countries write differently; the
// zero value is a comma between fields and a point in numbers.
type CSVStyle struct {
	// DecimalComma is how Excel reads a file in countries that write 1,5: a
	// comma in numbers, a semicolon between fields, and a byte order mark,
	// without which Excel takes UTF-8 for another encoding.
	DecimalComma bool
}

const byteOrderMark = "\ufeff"

// writeCSV writes rows as they come. Errors of rows and of w are returned as
// they are.
func writeCSV(w io.Writer, columns []column, rows iter.Seq2[[]any, error], style CSVStyle) error {
	out := csv.NewWriter(w)
	if style.DecimalComma {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		out.Comma = ';'
	}
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.title
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, v := range row {
			record[i] = exact(columns[i].kind, v)
			if _, number := v.(decimal.Decimal); number && style.DecimalComma {
				record[i] = strings.Replace(record[i], ".", ",", 1)
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// each yields the rows of the sheet.
func (s *sheet) each() iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row := range slices.Values(s.rows) {
			if !yield(row, nil) {
				return
			}
		}
	}
}
