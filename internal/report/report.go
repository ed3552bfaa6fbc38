package report

import (
	"encoding/json"
	"io"
	"maps"
	"slices"

	"github.com/pharos-pec/pharos"
)

// Format is an output format, as the -o flag names it.
type Format string

// The formats.
const (
	Table    Format = "table"
	JSON     Format = "json"
	CSV      Format = "csv"
	XLSX     Format = "xlsx"
	HTML     Format = "html"
	Markdown Format = "md"
)

// Style says how to write for people; the zero value is plain text of 100
// columns. It has no effect on JSON, CSV and XLSX.
type Style struct {
	Colour bool
	Width  int // of the terminal in columns, 0 for 100; at least 60 are used
}

// Report is a result laid out in every form.
type Report struct {
	title    string
	blocks   []block // for people
	data     *sheet  // the CSV: the finest rows there are
	book     []sheet // the worksheets
	document any     // the JSON
	// others are formats that only this report has.
	others map[Format]func(io.Writer) error
}

// Formats returns the formats the report can be written in.
func (r *Report) Formats() []Format {
	out := []Format{Table, JSON}
	if r.data != nil {
		out = append(out, CSV)
	}
	if len(r.book) > 0 {
		out = append(out, XLSX)
	}
	out = append(out, HTML, Markdown)
	return append(out, slices.Sorted(maps.Keys(r.others))...)
}

// Write writes the report. A format that makes no sense for it is an error
// with code Unsupported; errors of w are returned as they are.
func (r *Report) Write(w io.Writer, f Format, s Style) error {
	if write := r.others[f]; write != nil {
		return write(w)
	}
	switch {
	case f == JSON:
		return writeJSON(w, r.document)
	case f == Table:
		return r.writeTable(w, s)
	case f == HTML:
		return r.writeHTML(w)
	case f == Markdown:
		return r.writeMarkdown(w)
	case f == CSV && r.data != nil:
		return r.data.writeCSV(w)
	case f == XLSX && len(r.book) > 0:
		return writeXLSX(w, r.book)
	default:
		return pharos.Errorf(pharos.Unsupported, "%q is no format of this report", f)
	}
}

// writeJSON writes one indented document, with < and & as they are.
func writeJSON(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}
