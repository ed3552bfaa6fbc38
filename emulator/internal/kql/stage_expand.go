package kql

import (
	"maps"
	"slices"
)

// bind makes a row of each element of arrays, side by side; of a bag, a row
// of each member as a bag of one. A row without elements keeps its place,
// with a null.
func (s expandStage) bind(b *binder, in schema) (step, error) {
	if b.expands++; b.expands > maxExpands {
		return step{}, tooMuch("the query has more than %d mv-expand operators", maxExpands)
	}
	out := slices.Clone(in)
	place := func(name string, typ Type) int {
		i := out.find(name)
		if i < 0 {
			i, out = len(out), append(out, Column{})
		}
		out[i] = Column{name, typ}
		return i
	}
	var from []expr
	var to []int
	for _, c := range s.columns {
		e, err := b.expr(c.value, in)
		if err != nil {
			return step{}, err
		}
		if e.typ != Dynamic {
			return step{}, wrong(c.at, "mv-expand: expanded expression expected to have dynamic type")
		}
		name := c.name
		if name == "" {
			if name = e.name; name == "" {
				name = "Column1"
			}
		}
		from, to = append(from, e), append(to, place(name, c.typ))
	}
	index := -1
	if s.index != "" {
		index = place(s.index, Long)
	}
	return step{out, func(m *machine, rows [][]any) [][]any {
		var made [][]any
		for _, row := range rows {
			made = s.expand(m, made, row, from, to, index, len(out))
			if m.err != nil {
				return nil
			}
		}
		return made
	}}, nil
}

// expand adds the rows that come of one row.
func (s expandStage) expand(m *machine, made [][]any, row []any, from []expr, to []int, index, width int) [][]any {
	lists, longest := make([][]any, len(from)), 0
	for i, e := range from {
		lists[i] = elements(m, e.eval(m, row))
		longest = max(longest, len(lists[i]))
	}
	for n := range max(1, min(longest, s.rows)) {
		if !m.spend(width) || !m.keep(16*width) {
			return nil
		}
		next := make([]any, width)
		copy(next, row)
		for i, list := range lists {
			next[to[i]] = nil
			if n < len(list) {
				next[to[i]] = convert(list[n], s.columns[i].typ, m)
			}
		}
		if index >= 0 {
			next[index] = int64(n)
		}
		made = append(made, next)
	}
	return made
}

// elements are the elements of an array, the members of a bag, or the value
// itself; none of null.
func elements(m *machine, v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	case map[string]any:
		var out []any
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if !m.keep(100) {
				return nil
			}
			out = append(out, map[string]any{k: v[k]})
		}
		return out
	}
	return []any{v}
}

// bind puts the rows of other pipelines below these. The columns of all of
// them are kept (outer), or those that all of them have (inner).
func (s unionStage) bind(b *binder, in schema) (step, error) {
	if b.legs += len(s.legs); b.legs > maxLegs {
		return step{}, tooMuch("the query has more than %d union legs", maxLegs)
	}
	var plans []plan
	out := slices.Clone(in)
	for _, leg := range s.legs {
		p, err := b.pipeline(leg)
		if err != nil {
			return step{}, err
		}
		plans = append(plans, p)
		for _, c := range p.out {
			switch i := out.find(c.Name); {
			case i < 0:
				out = append(out, c)
			case out[i].Type != c.Type:
				out[i].Type = Dynamic
			}
		}
	}
	if s.kind == "inner" {
		out = slices.DeleteFunc(out, func(c Column) bool {
			return in.find(c.Name) < 0 || slices.ContainsFunc(plans, func(p plan) bool { return p.out.find(c.Name) < 0 })
		})
	}
	columns := out
	if s.source != "" {
		columns = slices.Concat(schema{{s.source, String}}, out)
	}
	return step{columns, func(m *machine, rows [][]any) [][]any {
		made := m.lay(rows, in, columns, s.source, "union_arg0")
		for i, p := range plans {
			made = append(made, m.lay(p.run(m), p.out, columns, s.source, s.legs[i].table)...)
		}
		return made
	}}, nil
}

// lay puts the values of rows under other columns.
func (m *machine) lay(rows [][]any, from, to schema, source, table string) [][]any {
	return m.each(rows, len(to), func(row, out []any) {
		for i, c := range to {
			switch at := from.find(c.Name); {
			case source != "" && i == 0:
				out[i] = table
			case at >= 0:
				out[i] = row[at]
			case c.Type == String:
				out[i] = ""
			}
		}
	})
}
