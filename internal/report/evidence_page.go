package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

//go:embed evidence.html
var evidenceHTML string

// EvidencePage writes a pack as one self-contained page for people: no script,
// nothing from anywhere else, and clean on A4.
func EvidencePage(w io.Writer, p *evidence.Pack) error {
	t, err := template.New("evidence").Funcs(template.FuncMap{
		"human": human, "inline": inlineHTML, "class": func(v pharos.Verdict) string { return classOf(string(v)) },
		"cents":   func(d decimal.Decimal) string { return grouped(evidence.Cents(d)) },
		"count":   dayCount,
		"how":     howHeld,
		"ranges":  evidence.DayRanges,
		"during":  duringWords,
		"instant": func(t time.Time) string { return human(t) },
	}).Parse(evidenceHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, evidencePageOf(p))
}

// evidencePage is a pack as the template sees it.
type evidencePage struct {
	Title, Footer, Ranges string
	P                     *evidence.Pack
	S                     *evidence.Summary
	Calendar              []calendarDay
	Days                  []pageDay
	Totals, Excluded      []pageRow // by currency: of Days, and of the lines that Days leaves out
	Timeline              []factTable
	Looks                 []look
	LastDay               int
	Words                 evidenceWords
}

// evidenceWords are texts that the page and the PDF share.
type evidenceWords struct{ Nothing, Due, Bars, Check string }

// calendarDay is a cell of the month's strip.
type calendarDay struct {
	Day                int
	Class, Mark, Title string
}

type pageDay struct {
	Date     pharos.Day
	Disputed bool
	Rows     []pageRow
	Says     []string
}

// pageRow is a row of the table of days. Due is the credit of lines that were
// credited, or should have been.
type pageRow struct {
	evidence.Row
	Due decimal.Decimal
}

func evidencePageOf(p *evidence.Pack) *evidencePage {
	s := &p.Summary
	out := &evidencePage{
		Title: orID(s.SubscriptionName, s.SubscriptionID) + ", " + s.Month.String(), P: p, S: s, Ranges: evidence.DayRanges(s.Days),
		Footer:  "Evidence for " + string(s.SubscriptionID) + ", " + s.Month.String(),
		Words:   evidenceWords{nothingToDispute, dueMeans, barsMean, checkPack},
		LastDay: s.Month.Days(), Timeline: factTables(p), Looks: looks(p.Scans),
	}
	for _, d := range p.Days {
		out.Calendar = append(out.Calendar, calendarOf(&d))
		page := pageDay{Date: d.Date, Disputed: d.Disputed, Says: says(d.Access)}
		for _, r := range d.Rows {
			if r.Verdict != pharos.Excluded {
				page.Rows = append(page.Rows, pageRow{r, r.Credited.Add(r.Missing)})
			}
		}
		out.Days = append(out.Days, page)
	}
	out.Totals, out.Excluded = pageTotals(p)
	return out
}

// pageTotals adds the days up, by currency: the lines that can earn, and
// those that never do.
func pageTotals(p *evidence.Pack) (totals, excluded []pageRow) {
	for _, t := range p.Totals {
		can, never := pageRow{Row: evidence.Row{Currency: t.Currency}}, pageRow{Row: evidence.Row{Currency: t.Currency}}
		for _, d := range p.Days {
			for _, r := range d.Rows {
				sum := &can
				if r.Verdict == pharos.Excluded {
					sum = &never
				}
				if r.Currency == t.Currency {
					sum.add(r)
				}
			}
		}
		totals = append(totals, can)
		if never.Lines > 0 {
			excluded = append(excluded, never)
		}
	}
	return totals, excluded
}

func (s *pageRow) add(r evidence.Row) {
	s.Lines, s.List, s.Credit = s.Lines+r.Lines, s.List.Add(r.List), s.Credit.Add(r.Credit)
	s.Credited, s.Missing = s.Credited.Add(r.Credited), s.Missing.Add(r.Missing)
	s.Due = s.Credited.Add(s.Missing)
}

// calendarOf shows a day's verdicts other than excluded; several as mixed
// unless one of them is the dispute.
func calendarOf(d *evidence.Day) calendarDay {
	marks := map[pharos.Verdict]string{
		pharos.Earned: "✓", pharos.Disputable: "!", pharos.Lost: "✗", pharos.Pending: "…", pharos.UnknownVerdict: "?", pharos.Unexpected: "+",
	}
	var seen []pharos.Verdict
	for _, r := range d.Rows {
		if r.Verdict != pharos.Excluded && !slices.Contains(seen, r.Verdict) {
			seen = append(seen, r.Verdict)
		}
	}
	c := calendarDay{Day: int(d.Date-d.Date.Month().First()) + 1, Mark: "–", Title: d.Date.String() + ": " + named(seen, ", ")}
	switch {
	case d.Disputed:
		c.Class, c.Mark = string(pharos.Disputable), marks[pharos.Disputable]
	case len(seen) == 1:
		c.Class, c.Mark = string(seen[0]), marks[seen[0]]
	case len(seen) > 1:
		c.Class, c.Mark = "mixed", "±"
	}
	return c
}

// says is what the history says of a day, in words: which scopes are meant is
// told where it says different things of them.
func says(access []evidence.Standing) []string {
	var out []string
	for _, a := range access {
		text := a.Answer
		for _, n := range a.Notes {
			text += " " + strings.ToUpper(n[:1]) + n[1:] + "."
		}
		if len(access) > 1 {
			text = scopeList(a.Scopes) + ": " + text
		}
		out = append(out, text)
	}
	return out
}

// scopeList names the first scopes by the end of their ids.
func scopeList(scopes []pharos.Scope) string {
	const shown = 3
	var names []string
	for i, s := range scopes {
		if i == shown {
			names = append(names, fmt.Sprintf("%d more", len(scopes)-shown))
			break
		}
		names = append(names, string(s[strings.LastIndexByte(string(s), '/')+1:]))
	}
	return strings.Join(names, ", ")
}

func dayCount(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// howHeld says by which path and link somebody held access.
func howHeld(h evidence.Holder) string {
	text := map[pharos.Path]string{
		pharos.AOBO: "admin on behalf of (AOBO), which needs no partner link", pharos.Lighthouse: "Azure Lighthouse", pharos.Direct: "role assignment in the customer's tenant",
	}[h.Path]
	if len(h.Groups) > 0 {
		text += ", as a member of " + strings.Join(h.Groups, ", ")
	}
	if h.PartnerID != "" {
		text += ", linked to partner ID " + string(h.PartnerID)
	}
	return text
}
