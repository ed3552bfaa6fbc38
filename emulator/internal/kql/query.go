package kql

import (
	"context"
	"regexp"
	"strings"
	"time"
)

// Column is a column of a table or of a result.
type Column struct {
	Name string
	Type Type
}

// Catalog tells the columns of the tables, whose names are in lower case.
type Catalog map[string][]Column

// Query is a compiled query. It is not changed by running it.
type Query struct {
	plan    plan
	limited bool
	tables  []string
}

// Result is what a query answers: rows with a value for each column, in the
// forms that [Value] makes.
type Result struct {
	Columns []Column
	Rows    [][]any
}

// defaultTable is the table of a query that names none.
const defaultTable = "resources"

// Compile reads a query against the catalog. The error is an *[Error].
func Compile(text string, tables Catalog) (*Query, error) {
	p, err := parse(text)
	if err != nil {
		return nil, err
	}
	b := &binder{tables: tables}
	plan, err := b.pipeline(p)
	if err != nil {
		return nil, err
	}
	q := &Query{plan: plan, tables: b.used}
	for _, s := range p.stages {
		switch s := s.(type) {
		case limitStage:
			q.limited = true
		case orderStage:
			q.limited = q.limited || s.top != nil
		}
	}
	return q, nil
}

// Limited reports whether the query itself takes the first rows only, with
// limit, take or top.
func (q *Query) Limited() bool { return q.limited }

// Columns are the columns of the result.
func (q *Query) Columns() []Column { return q.plan.out }

// Run evaluates the query. Rows gives the rows of a table, by the names of
// its columns; what a row lacks is null, or an empty text. The error is an
// *[Error] of kind Limit when a budget is used up, or the context's.
func (q *Query) Run(ctx context.Context, now time.Time, rows func(table string) []map[string]any) (*Result, error) {
	m := &machine{ctx: ctx, now: now.UTC(), rows: rows, patterns: map[string]*regexp.Regexp{}}
	out := q.plan.run(m)
	if m.err != nil {
		return nil, m.err
	}
	return &Result{q.plan.out, out}, nil
}

// schema is the columns that a stage sees.
type schema []Column

// find returns the place of a column, -1 for none.
func (s schema) find(name string) int {
	for i, c := range s {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// step is a stage that is ready to run.
type step struct {
	out schema
	run func(m *machine, rows [][]any) [][]any
}

// plan is a pipeline that is ready to run.
type plan struct {
	table string
	in    schema
	out   schema
	steps []step
}

// run reads the table's rows and takes them through the steps.
func (p plan) run(m *machine) [][]any {
	var rows [][]any
	for _, r := range m.rows(p.table) {
		if !m.spend(len(p.in)) || !m.keep(16*len(p.in)) {
			return nil
		}
		row := make([]any, len(p.in))
		for i, c := range p.in {
			row[i] = r[c.Name]
			if row[i] == nil && c.Type == String {
				row[i] = ""
			}
		}
		rows = append(rows, row)
	}
	for _, s := range p.steps {
		if rows = s.run(m, rows); m.err != nil {
			return nil
		}
	}
	return rows
}

// binder gives names their columns and expressions their types.
type binder struct {
	tables               Catalog
	used                 []string
	joins, expands, legs int
}

// Limits of Resource Graph (docs: query language, supported operators).
const (
	maxJoins      = 3
	maxExpands    = 3
	maxLegs       = 3
	expandRows    = 128
	expandRowsMax = 400
)

func (b *binder) pipeline(p *pipeline) (plan, error) {
	name := strings.ToLower(p.table)
	if name == "" {
		name = defaultTable
	}
	columns, known := b.tables[name]
	if !known {
		return plan{}, &Error{Kind: Table, Line: p.at.line, Column: p.at.column, Token: p.table, Message: "Table " + p.table + " is invalid, unsupported or disallowed."}
	}
	b.used = append(b.used, name)
	out := plan{table: name, in: columns, out: columns}
	for _, s := range p.stages {
		next, err := s.bind(b, out.out)
		if err != nil {
			return plan{}, err
		}
		out.steps, out.out = append(out.steps, next), next.out
	}
	return out, nil
}
