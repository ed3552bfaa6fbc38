package kql

import "strconv"

// joinKey is a pair of columns that must be equal.
type joinKey struct{ left, right expr }

// bind puts rows of two pipelines together. A column of the right side whose
// name the left side has, too, gets a number after its name.
func (s joinStage) bind(b *binder, in schema) (step, error) {
	if b.joins++; b.joins > maxJoins {
		return step{}, tooMuch("the query has more than %d join operators", maxJoins)
	}
	right, err := b.pipeline(s.right)
	if err != nil {
		return step{}, err
	}
	var keys []joinKey
	for _, on := range s.on {
		if keys, err = b.joinKeys(keys, on, in, right.out); err != nil {
			return step{}, err
		}
	}
	out := append(schema{}, in...)
	for _, c := range right.out {
		name := c.Name
		for n := 1; out.find(name) >= 0; n++ {
			name = c.Name + strconv.Itoa(n)
		}
		out = append(out, Column{name, c.Type})
	}
	return step{out, func(m *machine, rows [][]any) [][]any {
		return m.joined(s.kind, rows, right.run(m), keys, out, len(in))
	}}, nil
}

// joinKeys reads a condition: a column of both sides, or $left.a == $right.b,
// or several of them with and between.
func (b *binder) joinKeys(keys []joinKey, on node, left, right schema) ([]joinKey, error) {
	switch n := on.(type) {
	case nameNode:
		l, err := b.column(n, left)
		if err != nil {
			return nil, err
		}
		r, err := b.column(n, right)
		if err != nil {
			return nil, err
		}
		return appendKey(keys, n.place, l, r)
	case binaryNode:
		if n.op == "and" {
			keys, err := b.joinKeys(keys, n.left, left, right)
			if err != nil {
				return nil, err
			}
			return b.joinKeys(keys, n.right, left, right)
		}
		l, ok1 := n.left.(sideNode)
		r, ok2 := n.right.(sideNode)
		if n.op != "==" || !ok1 || !ok2 || l.right == r.right {
			return nil, wrong(n.place, "join: only column entities or equality expressions of $left and $right are allowed in this context")
		}
		if l.right {
			l, r = r, l
		}
		le, err := b.column(nameNode{l.place, l.name}, left)
		if err != nil {
			return nil, err
		}
		re, err := b.column(nameNode{r.place, r.name}, right)
		if err != nil {
			return nil, err
		}
		return appendKey(keys, n.place, le, re)
	}
	return nil, wrong(on.where(), "join: only column entities or equality expressions are allowed in this context")
}

func appendKey(keys []joinKey, p place, l, r expr) ([]joinKey, error) {
	switch {
	case l.typ == Dynamic || r.typ == Dynamic:
		return nil, wrong(p, "join key '%s' is of a 'dynamic' type. Please use an explicit cast using extend operator in the join legs "+
			"(for example, '... | extend %[1]s = tostring(%[1]s) | join (... | extend %[2]s = tostring(%[2]s)) on ...') as join on a 'dynamic' type is not supported.", l.name, r.name)
	case l.typ != r.typ:
		return nil, wrong(p, "join: Left and right key column types differ (key column '%s')", l.name)
	}
	return append(keys, joinKey{l, r}), nil
}

// joined joins rows to rows of the columns out, of which the first ones are
// those of the left side. innerunique, the default, takes only one row of the
// left side for each key. What a side lacks is null, or an empty text.
func (m *machine) joined(kind string, left, right [][]any, keys []joinKey, out schema, width int) [][]any {
	id := func(row []any, of func(joinKey) expr) string {
		values := make([]any, len(keys))
		for i, k := range keys {
			values[i] = of(k).eval(m, row)
		}
		return m.keyText(values)
	}
	byKey, matched := map[string][]int{}, make([]bool, len(right))
	for i, row := range right {
		k := id(row, func(k joinKey) expr { return k.right })
		byKey[k] = append(byKey[k], i)
		if !m.keep(len(k) + 64) {
			return nil
		}
	}
	var made [][]any
	add := func(l, r []any) bool {
		if !m.spend(len(out)) || !m.keep(16*len(out)) {
			return false
		}
		row := make([]any, len(out))
		for i, c := range out {
			switch {
			case i < width && l != nil:
				row[i] = l[i]
			case i >= width && r != nil:
				row[i] = r[i-width]
			case c.Type == String:
				row[i] = ""
			}
		}
		made = append(made, row)
		return true
	}
	seen := map[string]bool{}
	for _, row := range left {
		k := id(row, func(k joinKey) expr { return k.left })
		if kind == "innerunique" && seen[k] || !m.keep(len(k)+16) {
			continue
		}
		seen[k] = true
		for _, i := range byKey[k] {
			if matched[i] = true; !add(row, right[i]) {
				return nil
			}
		}
		if len(byKey[k]) == 0 && (kind == "leftouter" || kind == "fullouter") && !add(row, nil) {
			return nil
		}
	}
	for i, row := range right {
		if kind == "fullouter" && !matched[i] && !add(nil, row) {
			return nil
		}
	}
	return made
}
