package report

import (
	"fmt"

	"github.com/pharos-pec/pharos"
)

// Imported is what `pharos usage import` did, and its JSON.
type Imported struct {
	Files  []ImportedFile `json:"files"`
	Lines  int64          `json:"lines"` // of all files together, duplicates left out
	Months []pharos.Month `json:"months"`
}

// ImportedFile is what became of one file.
type ImportedFile struct {
	File     string     `json:"file"`
	Format   string     `json:"format"`
	Lines    int64      `json:"lines"`
	Rejected []Rejected `json:"rejected"`
	// RejectedCount is the number of rejected lines, of which Rejected may
	// have the first ones only. 0 means that it has them all.
	RejectedCount int64  `json:"rejectedCount"`
	DuplicateOf   string `json:"duplicateOf"` // the file that was imported before with the same content
}

// Rejected is a line that could not be read.
type Rejected struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
}

// shownRejects is how many rejected lines of a file people are shown.
const shownRejects = 5

// Import lays out what was imported and what was not.
func Import(in Imported) *Report {
	in.Files = append([]ImportedFile{}, in.Files...)
	in.Months = append([]pharos.Month{}, in.Months...)
	files := &sheet{
		columns: []column{{title: "file", flex: true, cut: true}, {title: "format"}, {title: "lines", kind: count},
			{title: "rejected", kind: count}, {title: "note", flex: true}},
		empty: "No file was given.",
	}
	r := &Report{title: "Usage import", data: &sheet{name: "Files", columns: []column{
		{title: "file"}, {title: "format"}, {title: "lines", kind: count}, {title: "rejected", kind: count}, {title: "duplicateOf"},
	}}}
	r.blocks = []block{{table: files}, {text: importedText(in)}}
	for i := range in.Files {
		f := &in.Files[i]
		f.Rejected = append([]Rejected{}, f.Rejected...)
		f.RejectedCount = max(f.RejectedCount, int64(len(f.Rejected)))
		note := ""
		if f.DuplicateOf != "" {
			note = "already imported as " + f.DuplicateOf
		}
		files.rows = append(files.rows, []any{f.File, f.Format, f.Lines, f.RejectedCount, note})
		r.data.rows = append(r.data.rows, []any{f.File, f.Format, f.Lines, f.RejectedCount, f.DuplicateOf})
		r.blocks = append(r.blocks, rejects(f)...)
	}
	r.book = []sheet{*r.data}
	r.document = in
	return r
}

func importedText(in Imported) string {
	text := grouped(fmt.Sprint(in.Lines)) + " lines imported"
	for i, m := range in.Months {
		sep := ", "
		if i == 0 {
			sep = " for "
		}
		text += sep + m.String()
	}
	return text + "."
}

func rejects(f *ImportedFile) []block {
	var out []block
	shown := f.Rejected[:min(shownRejects, len(f.Rejected))]
	for _, bad := range shown {
		out = append(out, block{warning: fmt.Sprintf("%s:%d: %s", f.File, bad.Line, bad.Reason)})
	}
	if more := f.RejectedCount - int64(len(shown)); more > 0 {
		out = append(out, block{warning: fmt.Sprintf("%s: and %s more rejected lines", f.File, grouped(fmt.Sprint(more)))})
	}
	return out
}
