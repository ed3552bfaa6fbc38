package report

import (
	"fmt"

	"github.com/pharos-pec/pharos"
)

// Verified is what `pharos usage verify` found, and its JSON.
type Verified struct {
	Intact bool        `json:"intact"` // nothing was found
	Months []MonthSize `json:"months"` // oldest first
	Files  int         `json:"files"`
	Lines  int64       `json:"lines"` // with those that other lines replace
	Bytes  int64       `json:"bytes"`
	// Unsigned counts the files that an older Pharos wrote without a checksum.
	Unsigned  int             `json:"unsigned"`
	Findings  []LedgerFinding `json:"findings"`
	Leftovers []string        `json:"leftovers"` // of imports that did not finish
}

// MonthSize is how much of a month is in the ledger.
type MonthSize struct {
	Month pharos.Month `json:"month"`
	Files int          `json:"files"`
	Lines int64        `json:"lines"`
	Bytes int64        `json:"bytes"`
}

// LedgerFinding is something wrong with a ledger.
type LedgerFinding struct {
	Problem string `json:"problem"`
	File    string `json:"file"`   // below the ledger's folder
	Month   string `json:"month"`  // "" for a file of none
	Source  string `json:"source"` // the imported file whose lines it holds, "" for none
	Message string `json:"message"`
}

// LedgerVerification lays out what came of verifying a ledger.
func LedgerVerification(v Verified) *Report {
	v.Months = append([]MonthSize{}, v.Months...)
	v.Findings = append([]LedgerFinding{}, v.Findings...)
	v.Leftovers = append([]string{}, v.Leftovers...)
	v.Intact = len(v.Findings) == 0
	wrong := map[string]int{}
	findings := sheet{name: "Findings", columns: []column{
		{title: "problem"}, {title: "month"}, {title: "file", flex: true, cut: true}, {title: "source", flex: true, cut: true}, {title: "message", flex: true},
	}}
	for _, f := range v.Findings {
		wrong[f.Month]++
		findings.rows = append(findings.rows, []any{f.Problem, f.Month, f.File, f.Source, f.Message})
	}
	months := monthSizes(v.Months)
	months.columns = append(months.columns, column{title: "findings", kind: count})
	for i, m := range v.Months {
		v.Files, v.Lines, v.Bytes = v.Files+m.Files, v.Lines+m.Lines, v.Bytes+m.Bytes
		months.rows[i] = append(months.rows[i], wrong[m.Month.String()])
	}
	r := &Report{title: "Verification of the ledger", document: v, data: &findings, book: []sheet{findings, *months}}
	shown := *months
	shown.name = ""
	r.blocks = []block{{table: &shown}}
	if !v.Intact {
		r.blocks = append(r.blocks, block{table: &findings})
	}
	r.blocks = append(r.blocks, block{text: v.verdict()})
	if v.Unsigned > 0 {
		r.blocks = append(r.blocks, block{text: fmt.Sprintf("Files without a checksum, of an older Pharos: %d.", v.Unsigned)})
	}
	if n := len(v.Leftovers); n > 0 {
		r.blocks = append(r.blocks, block{text: fmt.Sprintf("Files that an import left behind when it did not finish: %d. They do not count, and the next import removes them.", n)})
	}
	return r
}

func (v *Verified) verdict() string {
	if !v.Intact {
		return "The ledger is not as it was written."
	}
	if v.Files == 0 {
		return "There is nothing to verify."
	}
	return "Every file is as it was written, and adds up to what was imported."
}

// monthSizes is a table of months.
func monthSizes(months []MonthSize) *sheet {
	s := &sheet{
		name:    "Months",
		columns: []column{{title: "month"}, {title: "files", kind: count}, {title: "lines", kind: count}, {title: "bytes", kind: count}},
		empty:   "The ledger has no lines.",
	}
	for _, m := range months {
		s.rows = append(s.rows, []any{m.Month.String(), m.Files, m.Lines, m.Bytes})
	}
	return s
}
