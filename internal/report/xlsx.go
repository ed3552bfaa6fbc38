package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
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
func writeXLSX(w io.Writer, sheets []sheet) error {
	return writeBook(w, func(book *excelize.File, styles styles) error {
		for _, s := range sheets {
			if err := addSheets(book, s.name, s.columns, s.each(), styles, maxSheetRows); err != nil {
				return fmt.Errorf("worksheet %s: %w", s.name, err)
			}
		}
		return nil
	})
}

// writeBook writes a workbook that fill puts worksheets into.
func writeBook(w io.Writer, fill func(*excelize.File, styles) error) (err error) {
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
	if err := fill(book, styles); err != nil {
		return err
	}
	if err := book.DeleteSheet("Sheet1"); err != nil { // the one that a new workbook begins with
		return err
	}
	return book.Write(w)
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

// addSheets puts rows into a worksheet of at most limit rows, the head among
// them, and into further ones called "name 2" and so on. It holds few rows at
// a time.
func addSheets(book *excelize.File, name string, columns []column, rows iter.Seq2[[]any, error], st styles, limit int) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	for n := 1; ; n++ {
		first, err := take(next, min(sampleRows, limit-1))
		if err != nil || n > 1 && len(first) == 0 {
			return err
		}
		full := name
		if n > 1 {
			full = fmt.Sprintf("%s %d", name, n)
		}
		w, err := newSheetWriter(book, full, columns, first, st)
		if err != nil {
			return err
		}
		for _, row := range first {
			if err := w.add(row); err != nil {
				return err
			}
		}
		for w.rows < limit {
			row, err, more := next()
			if err != nil || !more {
				return errors.Join(err, w.close())
			}
			if err := w.add(row); err != nil {
				return err
			}
		}
		if err := w.close(); err != nil {
			return err
		}
	}
}

// take returns the next n rows, or what is left.
func take(next func() ([]any, error, bool), n int) (out [][]any, err error) {
	for len(out) < n {
		row, err, more := next()
		if err != nil || !more {
			return out, err
		}
		out = append(out, row)
	}
	return out, nil
}

// sheetWriter writes one worksheet from top to bottom.
type sheetWriter struct {
	book    *excelize.File
	out     *excelize.StreamWriter
	name    string
	columns []column
	styles  styles
	cells   []any
	rows    int // with the head
}

// newSheetWriter writes the head; sample are rows that its columns shall fit.
func newSheetWriter(book *excelize.File, name string, columns []column, sample [][]any, st styles) (*sheetWriter, error) {
	if _, err := book.NewSheet(name); err != nil {
		return nil, err
	}
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	for i, width := range widths(columns, sample) {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return nil, err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	w := &sheetWriter{book: book, out: out, name: name, columns: columns, styles: st, cells: make([]any, len(columns)), rows: 1}
	for i, c := range columns {
		w.cells[i] = excelize.Cell{StyleID: st.head, Value: c.title}
	}
	return w, out.SetRow("A1", w.cells)
}

func (w *sheetWriter) add(row []any) error {
	w.rows++
	for i, v := range row {
		w.cells[i] = excelize.Cell{StyleID: w.styles.of[w.columns[i].kind], Value: typed(v)}
	}
	return w.out.SetRow(fmt.Sprintf("A%d", w.rows), w.cells)
}

// close ends the worksheet. The filter is set before the stream ends, which
// then writes it.
func (w *sheetWriter) close() error {
	last, err := excelize.CoordinatesToCellName(len(w.columns), w.rows)
	if err != nil {
		return err
	}
	if err := w.book.AutoFilter(w.name, "A1:"+last, nil); err != nil {
		return err
	}
	return w.out.Flush()
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

// sampleRows is how many rows a column's width is fitted to.
const sampleRows = 200

// widths fits columns to their text, in characters, within reason.
func widths(columns []column, sample [][]any) []float64 {
	const least, most = 8, 60
	out := make([]float64, len(columns))
	for i, c := range columns {
		out[i] = max(least, float64(len(c.title)+3))
		for _, row := range sample {
			out[i] = min(most, max(out[i], float64(len(human(row[i]))+2)))
		}
	}
	return out
}
