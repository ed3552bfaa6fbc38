package report

import (
	"strings"

	"github.com/pharos-pec/pharos/explain"
)

// Page lays out the page of a cause.
func Page(p explain.Page) *Report {
	r := &Report{title: string(p.Code) + ": " + p.Title, document: p}
	r.blocks = append(r.blocks, block{text: p.Summary}, block{hint: p.Fix})
	for _, section := range []struct {
		heading string
		body    []explain.Block
	}{{"What it means", p.Meaning}, {"How it is detected", p.Detection}, {"What to do", p.Remedy}} {
		r.blocks = append(r.blocks, block{heading: section.heading})
		for _, b := range section.body {
			r.blocks = append(r.blocks, block{text: b.Text, list: b.List, code: b.Code})
		}
	}
	var sources []string
	for _, s := range p.Sources {
		sources = append(sources, s.Title+": "+s.URL)
	}
	r.blocks = append(r.blocks, block{heading: "Sources"}, block{list: sources})
	return r
}

// Pages lists every cause with its title and fix.
func Pages(pages []explain.Page) *Report {
	s := &sheet{columns: []column{{title: "code"}, {title: "verdict", tone: true}, {title: "what it is", flex: true}, {title: "fix", flex: true}}}
	for _, p := range pages {
		s.rows = append(s.rows, []any{string(p.Code), string(p.Verdict), p.Title, p.Fix})
	}
	data := *s
	data.name = "Causes"
	return &Report{
		title: "Causes", document: map[string]any{"causes": pages}, data: &data, book: []sheet{data},
		blocks: []block{{table: s}, {hint: "`pharos explain CODE` tells more about one"}},
	}
}

// Trace lays out why a scope does, or does not, earn on a day.
func Trace(c explain.Chain) *Report {
	where := c.CustomerName
	if c.Subscription != "" {
		where = strings.Trim(where+", "+c.Subscription, ", ")
	}
	r := &Report{title: string(c.Scope) + " on " + c.Date.String(), document: c}
	if where != "" {
		r.blocks = append(r.blocks, block{text: where})
	}
	steps := &sheet{columns: []column{{title: "condition", flex: true}, {title: "holds", tone: true}, {title: "cause"}, {title: "about", flex: true}}}
	for _, s := range c.Steps {
		steps.rows = append(steps.rows, []any{s.Condition, string(s.Answer), string(s.Cause), s.Detail})
	}
	r.blocks = append(r.blocks, block{text: c.Answer}, block{table: steps})
	if len(c.Through) > 0 {
		r.blocks = append(r.blocks, block{table: holders("It earns through", c.Through, true)})
	}
	if len(c.Unread) > 0 {
		r.blocks = append(r.blocks, block{table: holders("Nobody read the links of", c.Unread, false)},
			block{hint: "`pharos link check-in`, signed in as one of them, settles it"})
	}
	for _, s := range c.Steps {
		if s.Fix != "" {
			r.blocks = append(r.blocks, block{hint: s.Fix + " More: `pharos explain " + string(s.Cause) + "`"})
		}
	}
	return r
}

func holders(name string, list []explain.Holder, known bool) *sheet {
	s := &sheet{name: name, columns: []column{{title: "principal", flex: true}}}
	if known {
		s.columns = append(s.columns, column{title: "role", flex: true}, column{title: "linked", kind: yesNo})
	}
	s.columns = append(s.columns, column{title: "tenant", flex: true, cut: true})
	for _, h := range list {
		row := []any{h.Name}
		if known {
			row = append(row, h.Role, h.Linked)
		}
		s.rows = append(s.rows, append(row, string(h.Tenant)))
	}
	return s
}
