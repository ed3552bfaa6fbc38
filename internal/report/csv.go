package report

import (
	"encoding/csv"
	"io"
)

// writeCSV writes the sheet with a header of column titles (RFC 4180, lines
// end in a line feed).
func (s *sheet) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	record := make([]string, len(s.columns))
	for i, c := range s.columns {
		record[i] = c.title
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for _, row := range s.rows {
		for i, v := range row {
			record[i] = exact(s.columns[i].kind, v)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
