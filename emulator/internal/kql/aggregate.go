package kql

import (
	"slices"
	"strings"
)

// aggregate is a bound aggregate function.
type aggregate struct {
	columns []Column
	begin   func() state
	add     func(m *machine, s state, row []any)
	end     func(m *machine, s state) []any
}

// state is what an aggregate keeps of a group.
type state = *aggregateState

type aggregateState struct {
	rows int64
	best any
	of   []any // what goes with best
	list []any
	seen map[string]bool
}

// aggregates are the aggregate functions, by the name that the column made
// of one argument begins with.
var aggregates = map[string]string{
	"count": "count_", "countif": "countif_", "dcount": "dcount_", "dcountif": "dcountif_", "sum": "sum_", "sumif": "sumif_", "avg": "avg_",
	"min": "min_", "max": "max_", "any": "any_", "take_any": "", "make_list": "list_", "make_set": "set_", "makelist": "list_", "makeset": "set_",
	"arg_max": "", "arg_min": "",
}

// aggregate binds one column of summarize.
func (b *binder) aggregate(c column, in schema) (aggregate, error) {
	call, ok := c.value.(callNode)
	prefix, known := aggregates[call.function]
	if !ok || !known {
		return aggregate{}, wrong(c.at, "summarize: an aggregate function is expected")
	}
	if strings.HasPrefix(call.function, "arg_") {
		return b.argument(call, c.name, in)
	}
	var args []expr
	for _, a := range call.args {
		e, err := b.expr(a, in)
		if err != nil {
			return aggregate{}, err
		}
		args = append(args, e)
	}
	least, most := 1, 1
	switch call.function {
	case "count":
		least, most = 0, 0
	case "dcountif", "sumif":
		least, most = 2, 2
	case "dcount", "make_list", "make_set", "makelist", "makeset":
		most = 2 // the accuracy, or the size of the list
	}
	if len(args) < least || len(args) > most {
		return aggregate{}, wrong(call.place, "%s(): function expects %s", call.function, arity(least, most))
	}
	name := c.name
	if name == "" && len(args) > 0 && call.function != "countif" {
		name = prefix + args[0].name
	} else if name == "" {
		name = prefix
	}
	if name == "" {
		name = "Column1"
	}
	a, err := aggregateOf(call, args)
	a.columns = []Column{{name, a.columns[0].Type}}
	return a, err
}

// aggregateOf makes the aggregate of a function and its bound arguments; the
// one column has its type only.
func aggregateOf(call callNode, args []expr) (aggregate, error) {
	switch call.function {
	case "count":
		return tally(func(*machine, []any) bool { return true }), nil
	case "countif":
		return tally(args[0].holds), checkTest(call, args[0])
	case "dcount":
		return distinct(args[0], nil), nil
	case "dcountif":
		return distinct(args[0], args[1].holds), checkTest(call, args[1])
	case "sum", "avg":
		return total(call, args[0], nil)
	case "sumif":
		a, err := total(call, args[0], args[1].holds)
		if err == nil {
			err = checkTest(call, args[1])
		}
		return a, err
	case "min":
		return extreme(args[0], -1, nil), nil
	case "max":
		return extreme(args[0], 1, nil), nil
	case "any", "take_any":
		return extreme(args[0], 0, nil), nil
	}
	size := int64(1 << 20)
	if len(args) == 2 {
		if !args[1].constant {
			return listing(args[0], size, false), wrong(call.place, "%s(): the size must be a constant", call.function)
		}
		size, _ = toLong(args[1].value()).(int64)
	}
	return listing(args[0], size, strings.HasSuffix(call.function, "set")), nil
}

func checkTest(call callNode, e expr) error {
	if e.typ != Bool && e.typ != Dynamic {
		return wrong(call.place, "%s(): the condition must be of type bool, not %s", call.function, e.typ)
	}
	return nil
}

func begin() state { return &aggregateState{} }

// tally counts the rows that pass a test.
func tally(test func(*machine, []any) bool) aggregate {
	return aggregate{
		columns: []Column{{Type: Long}}, begin: begin,
		add: func(m *machine, s state, row []any) {
			if test(m, row) {
				s.rows++
			}
		},
		end: func(_ *machine, s state) []any { return []any{s.rows} },
	}
}

// distinct counts the different values of the rows that pass a test. Azure
// estimates, this is exact.
func distinct(e expr, test func(*machine, []any) bool) aggregate {
	return aggregate{
		columns: []Column{{Type: Long}}, begin: begin,
		add: func(m *machine, s state, row []any) {
			if v := e.eval(m, row); v != nil && (test == nil || test(m, row)) {
				s.isNew(m, v)
			}
		},
		end: func(_ *machine, s state) []any { return []any{int64(len(s.seen))} },
	}
}

// isNew reports whether the value was not seen before.
func (s *aggregateState) isNew(m *machine, v any) bool {
	m.look(v)
	k := m.keyText([]any{v})
	if s.seen[k] || !m.keep(len(k)+48) {
		return false
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[k] = true
	return true
}

// total adds numbers or time spans up; avg divides by how many there were.
func total(call callNode, e expr, test func(*machine, []any) bool) (aggregate, error) {
	typ := e.typ
	mean := call.function == "avg"
	if mean && typ == Long {
		typ = Real
	}
	a := aggregate{
		columns: []Column{{Type: typ}}, begin: begin,
		add: func(m *machine, s state, row []any) {
			v := e.eval(m, row)
			if v == nil || (test != nil && !test(m, row)) {
				return
			}
			s.rows++
			if s.best != nil {
				v = calculated("+", s.best, v)
			}
			s.best = v
		},
		end: func(_ *machine, s state) []any {
			switch {
			case mean && s.rows == 0:
				return []any{nil}
			case mean:
				return []any{calculated("/", orReal(s.best), float64(s.rows))}
			case s.best == nil && typ == Long:
				return []any{int64(0)}
			case s.best == nil && typ == Real:
				return []any{0.0}
			}
			return []any{s.best}
		},
	}
	if typ != Long && typ != Real && typ != Timespan {
		return a, wrong(call.place, "%s(): the argument must be a number or a timespan, not %s", call.function, e.typ)
	}
	return a, nil
}

func orReal(v any) any {
	if n, whole := v.(int64); whole {
		return float64(n)
	}
	return v
}

// extreme keeps the least (-1), the greatest (1) or the first (0) value that
// is not null, and what goes with it.
func extreme(e expr, want int, with []expr) aggregate {
	columns := []Column{{Type: e.typ}}
	for _, x := range with {
		columns = append(columns, Column{x.name, x.typ})
	}
	return aggregate{
		columns: columns, begin: begin,
		add: func(m *machine, s state, row []any) {
			v := e.eval(m, row)
			order, _ := ordered(v, s.best)
			if v == nil || (s.best != nil && (want == 0 || order != want)) {
				return
			}
			s.best, s.of = v, nil
			for _, x := range with {
				s.of = append(s.of, x.eval(m, row))
			}
		},
		end: func(_ *machine, s state) []any {
			out := append([]any{s.best}, s.of...)
			return append(out, make([]any, len(columns)-len(out))...)
		},
	}
}

// listing gathers values that are not null into an array.
func listing(e expr, size int64, set bool) aggregate {
	return aggregate{
		columns: []Column{{Type: Dynamic}}, begin: begin,
		add: func(m *machine, s state, row []any) {
			v := convert(e.eval(m, row), Dynamic, m)
			if v == nil || int64(len(s.list)) >= size || (set && !s.isNew(m, v)) || !m.keep(16) {
				return
			}
			s.list = append(s.list, v)
		},
		end: func(m *machine, s state) []any { return []any{m.made(append([]any{}, s.list...))} },
	}
}

// argument binds arg_max and arg_min: columns of the row with the greatest or
// least value.
func (b *binder) argument(call callNode, name string, in schema) (aggregate, error) {
	if len(call.args) < 2 {
		return aggregate{}, wrong(call.place, "%s(): function expects 2 or more arguments", call.function)
	}
	e, err := b.expr(call.args[0], in)
	if err != nil {
		return aggregate{}, err
	}
	if name != "" {
		e.name = name
	} else if e.name == "" {
		e.name = "Column1"
	}
	var with []expr
	for _, a := range call.args[1:] {
		if star, all := a.(starNode); all {
			for _, c := range in {
				if c.Name != e.name {
					x, _ := b.column(nameNode{star.place, c.Name}, in) // it is there
					with = append(with, x)
				}
			}
			continue
		}
		x, err := b.expr(a, in)
		if err != nil {
			return aggregate{}, err
		}
		if x.name == "" {
			x.name = freeName("Column", slices.Concat(with, []expr{e}))
		}
		with = append(with, x)
	}
	want := 1
	if call.function == "arg_min" {
		want = -1
	}
	out := extreme(e, want, with)
	out.columns[0].Name = e.name
	return out, nil
}
