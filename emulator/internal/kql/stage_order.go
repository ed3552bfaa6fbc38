package kql

import "slices"

// key is a bound orderKey.
type key struct {
	expr
	orderKey
}

func (s orderStage) bind(b *binder, in schema) (step, error) {
	var keys []key
	for _, k := range s.keys {
		e, err := b.expr(k.value, in)
		if err != nil {
			return step{}, err
		}
		if e.typ == Dynamic {
			return step{}, wrong(k.value.where(), "order operator: key can't be of dynamic type")
		}
		keys = append(keys, key{e, k})
	}
	top := -1
	if s.top != nil {
		var err error
		if top, err = b.rows(s.top); err != nil {
			return step{}, err
		}
	}
	return step{in, func(m *machine, rows [][]any) [][]any {
		rows = m.sorted(rows, keys)
		if top >= 0 {
			rows = rows[:min(top, len(rows))]
		}
		return rows
	}}, nil
}

// sorted orders rows by keys; rows with equal keys keep their order.
func (m *machine) sorted(rows [][]any, keys []key) [][]any {
	type line struct {
		keys, row []any
	}
	lines := make([]line, 0, len(rows))
	for _, row := range rows {
		if !m.spend(8*len(keys)) || !m.keep(16*len(keys)+48) {
			return nil
		}
		l := line{make([]any, len(keys)), row}
		for i, k := range keys {
			l.keys[i] = k.eval(m, row)
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		if !m.spend(1) {
			return 0
		}
		for i, k := range keys {
			if order := k.compare(a.keys[i], b.keys[i]); order != 0 {
				return order
			}
		}
		return 0
	})
	out := make([][]any, len(lines))
	for i, l := range lines {
		out[i] = l.row
	}
	return out
}

func (k key) compare(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil || b == nil:
		if (a == nil) == k.nullsFirst {
			return -1
		}
		return 1
	}
	order, _ := ordered(a, b)
	if !k.rising {
		return -order
	}
	return order
}
