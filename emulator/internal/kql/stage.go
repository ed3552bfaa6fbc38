package kql

import (
	"slices"
	"strconv"
	"strings"
)

func (s whereStage) bind(b *binder, in schema) (step, error) {
	test, err := b.test(s.test, in)
	return step{in, func(m *machine, rows [][]any) [][]any {
		out := rows[:0:0]
		for _, row := range rows {
			if !m.spend(1) {
				return nil
			}
			if test.holds(m, row) {
				out = append(out, row)
			}
		}
		return out
	}}, err
}

// named binds columns and gives each a name of its own: the one that is said,
// the one that follows from the expression, or Column1, Column2 and so on.
func (b *binder) named(columns []column, in schema) ([]expr, error) {
	var out []expr
	for _, c := range columns {
		e, err := b.expr(c.value, in)
		if err != nil {
			return nil, err
		}
		if c.name != "" {
			e.name = c.name
		}
		out = append(out, e)
	}
	for i := range out {
		if out[i].name == "" {
			out[i].name = freeName("Column", out)
		}
	}
	return out, nil
}

func freeName(prefix string, taken []expr) string {
	for n := 1; ; n++ {
		name := prefix + strconv.Itoa(n)
		if !slices.ContainsFunc(taken, func(e expr) bool { return e.name == name }) {
			return name
		}
	}
}

// extend adds columns, or writes over those of the same name. Later ones do
// not see earlier ones of the same stage.
func (s extendStage) bind(b *binder, in schema) (step, error) {
	made, err := b.named(s.columns, in)
	if err != nil {
		return step{}, err
	}
	out, places := slices.Clone(in), make([]int, len(made))
	for i, e := range made {
		if places[i] = out.find(e.name); places[i] < 0 {
			places[i] = len(out)
			out = append(out, Column{})
		}
		out[places[i]] = Column{e.name, e.typ}
	}
	return step{out, func(m *machine, rows [][]any) [][]any {
		return m.each(rows, len(out), func(row, to []any) {
			copy(to, row)
			for i, e := range made {
				to[places[i]] = e.eval(m, row)
			}
		})
	}}, nil
}

// each makes a new row of every row.
func (m *machine) each(rows [][]any, width int, fill func(from, to []any)) [][]any {
	out := make([][]any, 0, len(rows))
	for _, row := range rows {
		if !m.spend(width) || !m.keep(16*width) {
			return nil
		}
		to := make([]any, width)
		fill(row, to)
		out = append(out, to)
	}
	return out
}

func (s projectStage) bind(b *binder, in schema) (step, error) {
	made, err := b.named(s.columns, in)
	if err != nil {
		return step{}, err
	}
	var out schema
	for i, e := range made {
		if out.find(e.name) >= 0 {
			return step{}, wrong(s.columns[i].at, "project: a column named '%s' already exists", e.name)
		}
		out = append(out, Column{e.name, e.typ})
	}
	return step{out, func(m *machine, rows [][]any) [][]any { return m.evaluate(rows, made) }}, nil
}

// evaluate makes a row of the values of expressions.
func (m *machine) evaluate(rows [][]any, columns []expr) [][]any {
	return m.each(rows, len(columns), func(from, to []any) {
		for i, e := range columns {
			to[i] = e.eval(m, from)
		}
	})
}

func (s awayStage) bind(_ *binder, in schema) (step, error) {
	var keep []int
	var out schema
	for _, n := range s.names {
		if !n.hasStar() && in.find(n.text) < 0 {
			return step{}, wrong(n.at, "project-away: Failed to resolve column named '%s'", n.text)
		}
	}
	for i, c := range in {
		if !slices.ContainsFunc(s.names, func(n pattern) bool { return n.matches(c.Name) }) {
			keep, out = append(keep, i), append(out, c)
		}
	}
	return step{out, picker(keep)}, nil
}

// matches reports whether a name fits the pattern.
func (p pattern) matches(name string) bool {
	parts := strings.Split(p.text, "*")
	if len(parts) == 1 {
		return name == p.text
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}

// picker keeps the columns at the given places.
func picker(places []int) func(m *machine, rows [][]any) [][]any {
	return func(m *machine, rows [][]any) [][]any {
		return m.each(rows, len(places), func(from, to []any) {
			for i, p := range places {
				to[i] = from[p]
			}
		})
	}
}

func (s renameStage) bind(_ *binder, in schema) (step, error) {
	out := slices.Clone(in)
	for _, c := range s.columns {
		old := c.value.(nameNode)
		i := in.find(old.name)
		if i < 0 {
			return step{}, wrong(old.place, "project-rename: Failed to resolve column named '%s'", old.name)
		}
		if out.find(c.name) >= 0 {
			return step{}, wrong(c.at, "project-rename: a column named '%s' already exists", c.name)
		}
		out[i].Name = c.name
	}
	return step{out, func(_ *machine, rows [][]any) [][]any { return rows }}, nil
}

func (s limitStage) bind(b *binder, in schema) (step, error) {
	n, err := b.rows(s.rows)
	return step{in, func(_ *machine, rows [][]any) [][]any { return rows[:min(n, len(rows))] }}, err
}

func (countStage) bind(_ *binder, _ schema) (step, error) {
	return step{schema{{"Count", Long}}, func(_ *machine, rows [][]any) [][]any { return [][]any{{int64(len(rows))}} }}, nil
}

// bind reads what stands between the texts of the pattern. A row that does
// not fit gets nulls.
func (s parseStage) bind(b *binder, in schema) (step, error) {
	from, err := b.expr(s.from, in)
	if err != nil {
		return step{}, err
	}
	if from.typ != String && from.typ != Dynamic {
		return step{}, wrong(s.at, "parse: the source must be of type string, not %s", from.typ)
	}
	out := slices.Clone(in)
	places := make([]int, len(s.parts))
	for i, p := range s.parts {
		if p.name == "" {
			continue
		}
		if places[i] = out.find(p.name); places[i] < 0 {
			places[i] = len(out)
			out = append(out, Column{})
		}
		out[places[i]] = Column{p.name, p.typ}
	}
	return step{out, func(m *machine, rows [][]any) [][]any {
		return m.each(rows, len(out), func(row, to []any) {
			copy(to, row)
			text := textOf(from.eval(m, row))
			if m.fits(len(text)) {
				s.fill(m, text, to, places)
			}
		})
	}}, nil
}

// fill puts what the pattern finds in a text into the row.
func (s parseStage) fill(m *machine, text string, row []any, places []int) {
	found, ok := s.find(m, text)
	for i, p := range s.parts {
		switch {
		case p.name == "":
		case ok:
			row[places[i]] = convert(found[i], p.typ, m)
		case p.typ == String:
			row[places[i]] = ""
		default:
			row[places[i]] = nil
		}
	}
}

// find cuts a text at the pattern's texts; found has the piece of each part.
func (s parseStage) find(m *machine, text string) (found []string, ok bool) {
	found = make([]string, len(s.parts))
	open := -1 // the part that takes what comes before the next text
	for i, p := range s.parts {
		if p.text == "" {
			if open >= 0 && !s.parts[open].star {
				return nil, false // two columns with nothing between them
			}
			open = i
			continue
		}
		at := strings.Index(text, p.text)
		if at < 0 || (open < 0 && at > 0) || !m.spend(len(text)/16+1) {
			return nil, false
		}
		if open >= 0 {
			found[open] = text[:at]
		}
		open, text = -1, text[at+len(p.text):]
	}
	if open >= 0 {
		found[open] = text
	}
	return found, open >= 0 || text == ""
}
