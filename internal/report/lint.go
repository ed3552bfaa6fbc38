package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/pharos-pec/pharos/onboard"
)

// SARIF and Annotations are formats of findings in files: the exchange format
// that code scanners share, and the commands that GitHub shows at the lines of
// a change.
const (
	SARIF       Format = "sarif"
	Annotations Format = "github"
)

// lintDocument is the JSON of `pharos onboard lint`.
type lintDocument struct {
	Files []lintFile `json:"files"`
}

type lintFile struct {
	File     string         `json:"file"`
	Findings []lintFinding  `json:"findings"`
	Earns    onboard.Answer `json:"earns"`
}

type lintFinding struct {
	// File is set where the finding stands in another file, that of the
	// parameters.
	File     string           `json:"file,omitempty"`
	Rule     string           `json:"rule"`
	Severity onboard.Severity `json:"severity"`
	Message  string           `json:"message"`
	Line     int              `json:"line"`
	Path     string           `json:"path"`
	Fix      string           `json:"fix"`
	// Fixable says that --fix can mend it.
	Fixable bool `json:"fixable"`
}

// Lint lays out what the rules say of files with delegations. Version is that
// of the program, which SARIF names.
func Lint(files []onboard.Report, version string) *Report {
	doc := lintDocument{Files: []lintFile{}}
	data := &sheet{name: "Findings", columns: []column{
		{title: "file"}, {title: "line", kind: count}, {title: "severity"}, {title: "rule"}, {title: "message"}, {title: "path"}, {title: "fix"},
	}}
	r := &Report{title: "Delegations checked", data: data}
	for _, f := range files {
		shown := lintFile{File: f.File, Findings: []lintFinding{}, Earns: f.Earns}
		var list []string
		for _, x := range f.Findings {
			shown.Findings = append(shown.Findings, lintFinding{x.File, x.Rule, x.Severity, x.Message, x.Line, x.Path, x.Fix, !x.Change.IsZero()})
			data.rows = append(data.rows, []any{cmp.Or(x.File, f.File), x.Line, string(x.Severity), x.Rule, x.Message, x.Path, x.Fix})
			list = append(list, fmt.Sprintf("%s:%d: %s %s: %s. To mend it, %s", cmp.Or(x.File, f.File), x.Line, x.Severity, x.Rule, x.Message, x.Fix))
		}
		doc.Files = append(doc.Files, shown)
		r.blocks = append(r.blocks, block{heading: f.File}, block{text: willEarn(f)})
		if len(list) > 0 {
			r.blocks = append(r.blocks, block{list: list})
		}
	}
	r.book, r.document = []sheet{*data}, doc
	r.others = map[Format]func(io.Writer) error{
		SARIF:       func(w io.Writer) error { return writeJSON(w, sarifOf(files, version)) },
		Annotations: func(w io.Writer) error { return writeAnnotations(w, files) },
	}
	return r
}

// willEarn answers the question that the file was checked for.
func willEarn(f onboard.Report) string {
	switch f.Earns {
	case onboard.Yes:
		return "Earns: yes, once a principal that it authorizes is linked to the partner ID."
	case onboard.No:
		return "Earns: no."
	default:
		return "Earns: unknown."
	}
}

// writeAnnotations writes a workflow command for each finding.
func writeAnnotations(w io.Writer, files []onboard.Report) error {
	command := map[onboard.Severity]string{onboard.Error: "error", onboard.Warning: "warning", onboard.Note: "notice"}
	for _, f := range files {
		for _, x := range f.Findings {
			_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,title=%s::%s\n", command[x.Severity], escapeProperty(cmp.Or(x.File, f.File)), max(x.Line, 1), x.Rule,
				escapeData(x.Message+". To mend it, "+x.Fix))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// escapeData and escapeProperty write what would end a workflow command as
// GitHub reads it (docs: workflow commands for GitHub Actions).
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}

// ruleDocument is the JSON of `pharos explain RULE`.
type ruleDocument struct {
	Rule     string           `json:"rule"`
	Severity onboard.Severity `json:"severity"`
	onboard.Page
	Source string `json:"source"`
	// Fixable says that --fix can mend what the rule finds, where that is certain.
	Fixable bool `json:"fixable"`
}

// Rule lays out the page of a rule of the linter.
func Rule(id string, p onboard.Page) *Report {
	doc := ruleDocument{Rule: id, Page: p}
	for _, r := range onboard.Rules() {
		if r.ID == id {
			doc.Severity, doc.Source, doc.Fixable = r.Severity, r.Source, r.Fixable
		}
	}
	hint := block{hint: p.Fix}
	if doc.Fixable {
		hint.hint += " Where it is certain, `pharos onboard lint --fix` does it."
	}
	return &Report{title: id + ": " + p.Title, document: doc, blocks: []block{
		{text: p.Meaning}, hint, {heading: "Found"}, {code: p.Found}, {heading: "Mended"}, {code: p.Mended},
		{heading: "Source"}, {text: doc.Source},
	}}
}
