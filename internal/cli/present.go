package cli

import (
	"io"

	"golang.org/x/term"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/observe"
)

// report writes r in the chosen format to the chosen place.
func (o *output) report(e *env, r *report.Report) error {
	return o.write(e, func(w io.Writer) error { return r.Write(w, report.Format(o.format), e.style(w)) })
}

// style is how w shows text: colours and width are a terminal's.
func (e *env) style(w io.Writer) report.Style {
	s := report.Style{Colour: e.colour(w)}
	if f, ok := terminal(w); ok {
		if width, _, err := term.GetSize(f); err == nil {
			s.Width = width
		}
	}
	return s
}

// imported lays an import's result out for a report.
func imported(r ledger.Report) report.Imported {
	out := report.Imported{Lines: r.Lines, Months: r.Months}
	for _, f := range r.Files {
		file := report.ImportedFile{File: f.File, Format: string(f.Format), Lines: f.Lines, RejectedCount: f.RejectedCount, DuplicateOf: f.DuplicateOf}
		for _, bad := range f.Rejected {
			file.Rejected = append(file.Rejected, report.Rejected{Line: bad.Line, Reason: bad.Reason})
		}
		out.Files = append(out.Files, file)
	}
	return out
}

// scanned lays a scan's result out for a report.
func scanned(before *pharos.History, r observe.Result) report.Scanned {
	h := r.History
	out := report.Scanned{
		At: r.At, Customers: len(h.Customers), Subscriptions: len(h.Subscriptions), Principals: len(h.Principals),
		Links: countOpen(h.Links), Denials: countOpen(h.Denials), Grants: countOpen(h.Grants), Changes: changes(before, h),
	}
	for _, p := range r.Problems {
		what := p.Reading + " of " + p.Subject
		if p.Eye != "" {
			what += " (by " + p.Eye + ")"
		}
		out.Unread = append(out.Unread, report.Unread{What: what, Reason: p.Message, Hint: p.Hint})
	}
	return out
}

// countOpen counts the facts that held when they were last looked at.
func countOpen[K, V comparable](records map[K]*pharos.Record[V]) int {
	n := 0
	for _, r := range records {
		for _, f := range r.Facts {
			if f.Span.Open() {
				n++
			}
		}
	}
	return n
}
