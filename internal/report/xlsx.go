package report

import (
	"fmt"
	"io"
	"time"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/pharos-pec/pharos"
)

// maxSheetRows is how many rows a worksheet holds (Excel specifications and
// limits); a longer sheet goes on in a second one.
const maxSheetRows = 1_048_576

// writeXLSX writes a workbook with a worksheet for each sheet: typed cells, a
// frozen header with filters. Excel keeps 15 significant digits of a number;
// the exact amounts are in JSON and CSV.
func writeXLSX(w io.Writer, sheets []sheet) (err error) {
	book := excelize.NewFile()
	defer func() {
		if e := book.Close(); err == nil {
			err = e
		}
	}()
	styles, err := newStyles(book)
	if err != nil {
		return err
	}
	for _, s := range split(sheets, maxSheetRows-1) {
		if err := addSheet(book, &s, styles); err != nil {
			return fmt.Errorf("worksheet %s: %w", s.name, err)
		}
	}
	if err := book.DeleteSheet("Sheet1"); err != nil { // the one that a new workbook begins with
		return err
	}
	return book.Write(w)
}

// split cuts sheets of more than limit rows.
func split(sheets []sheet, limit int) []sheet {
	var out []sheet
	for _, s := range sheets {
		rows, name := s.rows, s.name
		for n := 2; len(rows) > limit; n++ {
			s.rows, rows = rows[:limit], rows[limit:]
			out = append(out, s)
			s.name = fmt.Sprintf("%s %d", name, n)
		}
		s.rows = rows
		out = append(out, s)
	}
	return out
}

// styles are the number formats of the kinds of column.
type styles struct {
	head int
	of   map[kind]int
}

func newStyles(book *excelize.File) (styles, error) {
	s := styles{of: map[kind]int{}}
	var err error
	if s.head, err = book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return s, err
	}
	for k, format := range map[kind]string{money: "#,##0.00", count: "#,##0", date: "yyyy-mm-dd", instant: "yyyy-mm-dd hh:mm"} {
		if s.of[k], err = book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return s, err
		}
	}
	return s, nil
}

func addSheet(book *excelize.File, s *sheet, st styles) error {
	if _, err := book.NewSheet(s.name); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, width := range s.widths() {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(s.columns))
	for i, c := range s.columns {
		cells[i] = excelize.Cell{StyleID: st.head, Value: c.title}
	}
	if err := out.SetRow("A1", cells); err != nil {
		return err
	}
	for n, row := range s.rows {
		for i, v := range row {
			cells[i] = excelize.Cell{StyleID: st.of[s.columns[i].kind], Value: typed(v)}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", n+2), cells); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(s.columns), len(s.rows)+1)
	if err != nil {
		return err
	}
	return book.AutoFilter(s.name, "A1:"+last, nil)
}

// typed returns a cell as a type that Excel knows.
func typed(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case decimal.Decimal:
		return v.InexactFloat64()
	case pharos.Day:
		return v.Start()
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v.UTC()
	case int, int64, bool:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// widths fits columns to their text, in characters, within reason.
func (s *sheet) widths() []float64 {
	const least, most, sample = 8, 60, 200
	out := make([]float64, len(s.columns))
	for i, c := range s.columns {
		out[i] = max(least, float64(len(c.title)+3))
		for _, row := range s.rows[:min(sample, len(s.rows))] {
			out[i] = min(most, max(out[i], float64(len(human(row[i]))+2)))
		}
	}
	return out
}
