package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// Stored is what `pharos usage list` shows, and its JSON.
type Stored struct {
	Files []StoredFile `json:"files"` // in the order of their import
	Lines int64        `json:"lines"`
	Bytes int64        `json:"bytes"`
}

// StoredFile is an imported usage file.
type StoredFile struct {
	File      string         `json:"file"`
	Formats   []string       `json:"formats"`
	SHA256    string         `json:"sha256"` // of its content as it was read
	Lines     int64          `json:"lines"`  // in the ledger, with those that another file's replace
	Rejected  int64          `json:"rejected"`
	Bytes     int64          `json:"bytes"` // in the ledger; 0 when nobody counted them
	Months    []pharos.Month `json:"months"`
	Dropped   []pharos.Month `json:"dropped"`  // whose lines were removed
	Restated  []pharos.Month `json:"restated"` // whose lines were removed because newer files have them
	Statement *StoredPull    `json:"statement"`
}

// StoredPull is the statement that a file was pulled with.
type StoredPull struct {
	Invoice  string    `json:"invoice,omitempty"`
	Currency string    `json:"currency,omitempty"`
	Month    string    `json:"month,omitempty"`
	At       time.Time `json:"at"`
}

// words names the statement.
func (s *StoredPull) words() string {
	switch {
	case s == nil:
		return ""
	case s.Invoice != "":
		return "invoice " + s.Invoice
	default:
		return "unbilled " + s.Currency + " " + s.Month
	}
}

// note is what people are told of the file besides its size.
func (f *StoredFile) note() string {
	var out []string
	if f.Statement != nil {
		out = append(out, f.Statement.words())
	}
	if f.Rejected > 0 {
		out = append(out, "rejected "+grouped(fmt.Sprint(f.Rejected)))
	}
	if len(f.Dropped) > 0 {
		out = append(out, "dropped "+monthList(f.Dropped))
	}
	if len(f.Restated) > 0 {
		out = append(out, "restated "+monthList(f.Restated))
	}
	return strings.Join(out, ", ")
}

// Store lays out what is in the ledger.
func Store(in Stored) *Report {
	in.Files = append([]StoredFile{}, in.Files...)
	shown := &sheet{
		columns: []column{{title: "file", flex: true, cut: true}, {title: "format"}, {title: "months", flex: true}, {title: "lines", kind: count},
			{title: "bytes", kind: count}, {title: "note", flex: true}},
		empty: "The ledger is empty: fetch the bill with pharos usage pull, or read files with pharos usage import.",
	}
	data := &sheet{name: "Files", columns: []column{
		{title: "file"}, {title: "formats"}, {title: "sha256"}, {title: "months"}, {title: "lines", kind: count}, {title: "rejected", kind: count},
		{title: "bytes", kind: count}, {title: "statement"}, {title: "pulledAt", kind: instant}, {title: "dropped"},
		{title: "restated"},
	}}
	months := map[pharos.Month]bool{}
	for i := range in.Files {
		f := &in.Files[i]
		f.Restated = append([]pharos.Month{}, f.Restated...)
		f.Formats, f.Months, f.Dropped = append([]string{}, f.Formats...), append([]pharos.Month{}, f.Months...), append([]pharos.Month{}, f.Dropped...)
		for _, m := range f.Months {
			months[m] = true
		}
		var bytes, at any
		if f.Bytes > 0 {
			bytes = f.Bytes
		}
		if f.Statement != nil {
			at = f.Statement.At
		}
		formats, of, dropped := strings.Join(f.Formats, " "), monthList(f.Months), monthList(f.Dropped)
		shown.rows = append(shown.rows, []any{f.File, formats, of, f.Lines, bytes, f.note()})
		data.rows = append(data.rows, []any{f.File, formats, f.SHA256, of, f.Lines, f.Rejected, bytes, f.Statement.words(), at, dropped, monthList(f.Restated)})
	}
	r := &Report{title: "Usage in the ledger", data: data, book: []sheet{*data}, document: in, blocks: []block{{table: shown}}}
	if len(in.Files) > 0 {
		r.blocks = append(r.blocks, block{text: fmt.Sprintf("Files: %d. Lines: %s. Months: %d.", len(in.Files), grouped(fmt.Sprint(in.Lines)), len(months))})
	}
	return r
}

func monthList(months []pharos.Month) string {
	out := make([]string, len(months))
	for i, m := range months {
		out[i] = m.String()
	}
	return strings.Join(out, " ")
}
