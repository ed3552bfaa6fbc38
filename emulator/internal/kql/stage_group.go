package kql

import (
	"slices"
	"strconv"
	"strings"
)

// group binds the keys that rows are put together by, which cannot be
// dynamic.
func (b *binder) group(operator string, columns []column, in schema) ([]expr, error) {
	keys, err := b.named(columns, in)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		if k.typ == Dynamic {
			name := k.name
			return nil, wrong(columns[i].at, "%s group key '%s' is of a 'dynamic' type. Please use an explicit cast (for example, 'summarize ... by tostring(%s)') "+
				"as grouping by a 'dynamic' type is not supported.", operator, name, strings.ReplaceAll(name, "_", "."))
		}
	}
	return keys, nil
}

func columnsOf(list []expr) (schema, string) {
	var out schema
	for _, e := range list {
		if out.find(e.name) >= 0 {
			return nil, e.name
		}
		out = append(out, Column{e.name, e.typ})
	}
	return out, ""
}

// keyText tells rows of different keys apart.
func (m *machine) keyText(values []any) string {
	var s strings.Builder
	for _, v := range values {
		text := textOf(v)
		if v == nil {
			text = "\x00"
		}
		s.WriteString(strconv.Itoa(len(text)))
		s.WriteByte(':')
		s.WriteString(text)
	}
	m.spend(s.Len()/8 + 1)
	return s.String()
}

func (s distinctStage) bind(b *binder, in schema) (step, error) {
	columns := s.columns
	if star, all := columns[0].value.(starNode); all {
		columns = nil
		for _, c := range in {
			if c.Type != Dynamic {
				columns = append(columns, column{at: star.place, value: nameNode{star.place, c.Name}})
			}
		}
	}
	keys, err := b.group("Distinct", columns, in)
	if err != nil {
		return step{}, err
	}
	out, twice := columnsOf(keys)
	if twice != "" {
		return step{}, wrong(columns[0].at, "distinct: a column named '%s' already exists", twice)
	}
	return step{out, func(m *machine, rows [][]any) [][]any {
		seen := map[string]bool{}
		return slices.DeleteFunc(m.evaluate(rows, keys), func(row []any) bool {
			k := m.keyText(row)
			again := seen[k] || !m.keep(len(k)+48)
			seen[k] = true
			return again
		})
	}}, nil
}

// bind puts rows of the same keys together and computes aggregates of each
// group. Without keys there is one group, whatever the rows.
func (s summarizeStage) bind(b *binder, in schema) (step, error) {
	keys, err := b.group("Summarize", s.by, in)
	if err != nil {
		return step{}, err
	}
	out, twice := columnsOf(keys)
	if twice != "" {
		return step{}, wrong(s.by[0].at, "summarize: a column named '%s' already exists", twice)
	}
	var aggs []aggregate
	for _, c := range s.columns {
		a, err := b.aggregate(c, in)
		if err != nil {
			return step{}, err
		}
		for _, column := range a.columns {
			if out.find(column.Name) >= 0 {
				column.Name = uniqueName(column.Name, out)
			}
			out = append(out, column)
		}
		aggs = append(aggs, a)
	}
	return step{out, func(m *machine, rows [][]any) [][]any { return m.summarize(rows, keys, aggs) }}, nil
}

// uniqueName adds a number to a name that is taken.
func uniqueName(name string, taken schema) string {
	for n := 1; ; n++ {
		if numbered := name + strconv.Itoa(n); taken.find(numbered) < 0 {
			return numbered
		}
	}
}

func (m *machine) summarize(rows [][]any, keys []expr, aggs []aggregate) [][]any {
	type group struct {
		keys   []any
		states []state
	}
	groups, order := map[string]*group{}, []*group{}
	open := func(id string, values []any) *group {
		g := &group{keys: values}
		for _, a := range aggs {
			g.states = append(g.states, a.begin())
		}
		groups[id], order = g, append(order, g)
		m.keep(len(id) + 100*(len(aggs)+1))
		return g
	}
	if len(keys) == 0 {
		open("", nil)
	}
	for _, row := range rows {
		values := make([]any, len(keys))
		for i, k := range keys {
			values[i] = k.eval(m, row)
		}
		id := m.keyText(values)
		g := groups[id]
		if g == nil {
			g = open(id, values)
		}
		for i, a := range aggs {
			a.add(m, g.states[i], row)
		}
		if !m.spend(1 + len(aggs)) {
			return nil
		}
	}
	var out [][]any
	for _, g := range order {
		row := g.keys
		for i, a := range aggs {
			row = append(row, a.end(m, g.states[i])...)
		}
		out = append(out, row)
	}
	return out
}
