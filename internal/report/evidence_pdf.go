package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/pharos-pec/pharos/evidence"
)

// EvidencePDF writes the same as [EvidencePage], on A4.
func EvidencePDF(w io.Writer, p *evidence.Pack) error {
	page := evidencePageOf(p)
	return writePDF(w, "Evidence for a dispute of partner earned credit", page.Footer, evidence.PageFile, p.Summary.AsOf, page.blocks())
}

// blocks are the page for a renderer that knows no more than blocks.
func (e *evidencePage) blocks() []block {
	out := []block{{table: e.head()}}
	if e.S.Disputable() {
		amounts := disputedAmounts(e.S)
		amounts.name = ""
		out = append(out, block{heading: fmt.Sprintf("%s without the credit that was due", dayCount(len(e.S.Days)))},
			block{text: fmt.Sprintf("%s; %d usage lines.", e.Ranges, e.S.Lines)}, block{table: amounts})
	} else {
		out = append(out, block{heading: "Nothing to dispute"}, block{text: nothingToDispute})
	}
	for _, n := range e.P.Notes {
		out = append(out, block{warning: n})
	}
	if len(e.S.Access) > 0 {
		out = append(out, block{heading: "By whom access was held on the disputed days"}, block{table: e.holders()},
			block{text: "On each disputed day, for every disputed line, all of this held from the first to the last instant:"}, block{list: e.P.Conditions})
	}
	out = append(out, block{heading: "Day by day"}, block{table: e.dayTable()}, block{text: dueMeans},
		block{heading: "Access over the month"}, block{text: barsMean})
	for _, t := range e.Timeline {
		out = append(out, block{table: t.sheet(e.LastDay)})
	}
	out = append(out, block{heading: "Who looked, and when"}, block{table: lookTable(e.Looks)}, block{table: e.observed()})
	out = append(out, e.billBlocks()...)
	return append(out, e.ruleBlocks()...)
}

// head names what the pack is about.
func (e *evidencePage) head() *sheet {
	s := e.S
	return &sheet{columns: []column{{}, {flex: true}}, rows: [][]any{
		{"Azure subscription", strings.TrimSpace(s.SubscriptionName + " " + string(s.SubscriptionID))},
		{"Customer", strings.TrimSpace(s.CustomerName + " " + string(s.CustomerID))},
		{"Partner ID", string(s.PartnerID) + ", partner tenant " + string(s.PartnerTenant)},
		{"Usage month", s.Month.String() + ", days are UTC days"},
		{"Judged as of", human(s.AsOf) + " UTC, by the clock of the cloud"},
	}}
}

func (e *evidencePage) holders() *sheet {
	s := &sheet{columns: []column{
		{title: "who", flex: true}, {title: "role", flex: true}, {title: "at", flex: true}, {title: "how", flex: true}, {title: "days", flex: true},
	}}
	for _, h := range e.S.Access {
		s.rows = append(s.rows, []any{h.Name + "\n" + string(h.ID), h.Role, named(h.Scopes, "\n"), howHeld(h), evidence.DayRanges(h.Days)})
	}
	return s
}

func (e *evidencePage) dayTable() *sheet {
	s := &sheet{columns: []column{
		{title: "day", kind: date}, {title: "lines are", tone: true}, {title: "cause"}, {title: "lines", kind: count}, {title: "list cost", kind: money},
		{title: "due", kind: money}, {title: "credited", kind: money}, {title: "missing", kind: money}, {}, {title: "what the access history says", flex: true},
	}}
	for _, d := range e.Days {
		says := strings.Join(d.Says, "\n")
		if len(d.Rows) == 0 {
			s.rows = append(s.rows, []any{d.Date, "no usage", "", nil, nil, nil, nil, nil, "", says})
		}
		for _, r := range d.Rows {
			s.rows = append(s.rows, []any{d.Date, string(r.Verdict), named(r.Causes, "\n"), r.Lines, r.List, r.Due, r.Credited, r.Missing, r.Currency, says})
			says = ""
		}
	}
	for _, t := range e.Totals {
		s.rows = append(s.rows, []any{"total", "", "", t.Lines, t.List, t.Due, t.Credited, t.Missing, t.Currency, ""})
	}
	for _, t := range e.Excluded {
		s.rows = append(s.rows, []any{"besides", "excluded", "", t.Lines, t.List, nil, nil, nil, t.Currency, "products that never earn"})
	}
	return s
}

// sheet is a kind of fact with the bars of the month.
func (t *factTable) sheet(lastDay int) *sheet {
	s := &sheet{name: t.Title, empty: t.Empty, columns: []column{
		{title: "what", flex: true}, {title: fmt.Sprintf("1 – %d", lastDay)}, {title: "from", flex: true}, {title: "until", flex: true}, {title: "known by", flex: true},
	}}
	for _, r := range t.Rows {
		s.rows = append(s.rows, []any{
			strings.TrimSpace(r.What + "\n" + r.Where), strip{r.Marks, r.Idle}, r.From, r.Until,
			strings.TrimSpace(r.Source + "\n" + strings.ReplaceAll(r.Evidence, " ", "\n")),
		})
	}
	return s
}

func lookTable(looks []look) *sheet {
	s := &sheet{empty: "No scan is on record.", columns: []column{
		{title: "day", kind: date}, {title: "scans", kind: count}, {title: "first"}, {title: "last"}, {title: "with", flex: true}, {title: "could not read", flex: true},
	}}
	for _, l := range looks {
		s.rows = append(s.rows, []any{l.Day, l.Scans, l.First, l.Last, l.With, strings.Join(l.Problems, "\n")})
	}
	return s
}

func (e *evidencePage) observed() *sheet {
	s := &sheet{name: "What was known over which time", columns: []column{{title: "what"}, {title: "of", flex: true}, {title: "complete from – to (UTC)", flex: true}}}
	for _, o := range e.P.Observed {
		during := "not in this month"
		if len(o.During) > 0 {
			var all []string
			for _, i := range o.During {
				all = append(all, duringWords(i))
			}
			during = strings.Join(all, "\n")
		}
		s.rows = append(s.rows, []any{o.What, o.Of, during})
	}
	return s
}

// billBlocks tell of the usage lines.
func (e *evidencePage) billBlocks() []block {
	b := &e.P.Bill
	out := []block{{heading: "The usage lines"}, {text: fmt.Sprintf("All %d lines of the subscription and month are in `%s`, with the resource, meter, quantity, price and invoice by which they are found again. They add up to the table above.", b.Lines, evidence.LinesFile)}}
	for _, i := range b.Invoices {
		out = append(out, block{text: fmt.Sprintf("Disputed lines of invoice %s: %d.", orID(i.Number, "(none yet)"), i.Lines)})
	}
	for _, r := range b.Rates {
		out = append(out, block{text: fmt.Sprintf("Credit of %d of them is counted at %s %%%s.", r.Lines, r.Rate, assumedWords(r.Assumed))})
	}
	s := &sheet{columns: []column{{title: "usage file", flex: true}, {title: "lines", kind: count}, {title: "SHA-256", flex: true}}}
	for _, f := range b.Files {
		s.rows = append(s.rows, []any{f.Name, f.Lines, f.SHA256})
	}
	return append(out, block{table: s})
}

func assumedWords(assumed bool) string {
	if assumed {
		return ", which is assumed: the bill does not state it"
	}
	return ""
}

// ruleBlocks tell what the causes mean, and by whose word.
func (e *evidencePage) ruleBlocks() []block {
	out := []block{{heading: "The rules"}}
	if len(e.P.Causes) == 0 {
		out = append(out, block{text: "Every line that can earn was credited."})
	}
	for _, c := range e.P.Causes {
		out = append(out, block{text: fmt.Sprintf("%s (%s): %s. %s", c.Code, c.Verdict, c.Title, c.Summary)})
		var links []string
		for _, src := range c.Sources {
			links = append(links, src.Title+", "+src.URL)
		}
		out = append(out, block{list: links})
	}
	return append(out, block{heading: "How to check this pack"}, block{text: checkPack})
}

// The words that the page and the PDF share.
const (
	nothingToDispute = "No line lacks its credit on a day on which access held all day and whose 48 hours are over."
	dueMeans         = "“Due” is the credit, at the bill's own rate, of lines that were credited or should have been. Lines lost for reasons on our side have none due. Amounts are rounded for reading; pack.json and lines.csv are exact."
	barsMean         = "Each bar is the month, a cell a day: filled, held from the first to the last instant; half filled, for a part of the day; striped or pale blue, not known for the whole day; empty, did not hold. Grey bars are of access that does not earn by itself."
	checkPack        = "The folder holds this document as pack.html and pack.pdf, the same for programs as pack.json, lines.csv, manifest.json (what it was made from) and SHA256SUMS. `sha256sum -c SHA256SUMS` in the folder, or `pharos evidence verify`, tells whether a file was altered; the digest that was printed when the pack was made tells whether the list of checksums was."
)
