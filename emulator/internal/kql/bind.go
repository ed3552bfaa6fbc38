package kql

import (
	"strings"
	"time"
)

// expr is an expression with its type, ready to be evaluated.
type expr struct {
	typ Type
	// name is the name of a column made of it; "" if it suggests none.
	name string
	eval func(m *machine, row []any) any
	// constant marks a value that no row changes.
	constant bool
}

func constant(typ Type, v any) expr {
	return expr{typ: typ, constant: true, eval: func(*machine, []any) any { return v }}
}

// value evaluates a constant expression.
func (e expr) value() any { return e.eval(nil, nil) }

// expr binds an expression to the columns of a schema.
func (b *binder) expr(n node, s schema) (expr, error) {
	switch n := n.(type) {
	case literalNode:
		return constant(n.typ, n.value), nil
	case nameNode:
		return b.column(n, s)
	case memberNode:
		return b.member(n, s)
	case callNode:
		return b.call(n, s)
	case binaryNode:
		return b.binary(n, s)
	case negateNode:
		return b.negate(n, s)
	case sideNode:
		return expr{}, wrong(n.place, "%s can stand only in the condition of a join", n.token)
	case starNode:
		return expr{}, wrong(n.place, "an asterisk cannot stand here")
	}
	return expr{}, wrong(n.where(), "a list cannot stand here")
}

func (b *binder) column(n nameNode, s schema) (expr, error) {
	i := s.find(n.name)
	if i < 0 {
		return expr{}, wrong(n.place, "Failed to resolve column or scalar expression named '%s'", n.name)
	}
	return expr{typ: s[i].Type, name: n.name, eval: func(_ *machine, row []any) any { return row[i] }}, nil
}

// member is a part of a dynamic value; a column made of a.b.c is called a_b_c.
func (b *binder) member(n memberNode, s schema) (expr, error) {
	of, err := b.expr(n.of, s)
	if err != nil {
		return expr{}, err
	}
	key, err := b.expr(n.key, s)
	if err != nil {
		return expr{}, err
	}
	if of.typ != Dynamic {
		return expr{}, wrong(n.place, "a value of type %s has no members", of.typ)
	}
	out := expr{typ: Dynamic, eval: func(m *machine, row []any) any {
		m.spend(1)
		return memberOf(of.eval(m, row), key.eval(m, row))
	}}
	if k, isName := n.key.(literalNode); isName && of.name != "" {
		out.name = of.name + "_" + strings.Map(nameRune, textOf(k.value))
	}
	return out, nil
}

// nameRune keeps what the name of a column can have.
func nameRune(r rune) rune {
	if r == '_' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') {
		return r
	}
	return '_'
}

// memberOf is the member of a bag or the element of an array, counted from
// the end when negative; null when there is none.
func memberOf(v, key any) any {
	switch v := v.(type) {
	case map[string]any:
		if name, ok := key.(string); ok {
			return v[name]
		}
	case []any:
		i, ok := key.(int64)
		if ok && i < 0 {
			i += int64(len(v))
		}
		if ok && i >= 0 && i < int64(len(v)) {
			return v[i]
		}
	}
	return nil
}

func (b *binder) negate(n negateNode, s schema) (expr, error) {
	of, err := b.expr(n.of, s)
	if err != nil {
		return expr{}, err
	}
	if of.typ != Long && of.typ != Real && of.typ != Timespan && of.typ != Dynamic {
		return expr{}, wrong(n.place, "a value of type %s cannot be negated", of.typ)
	}
	return expr{typ: of.typ, constant: of.constant, eval: func(m *machine, row []any) any {
		switch v := of.eval(m, row).(type) {
		case int64:
			return -v
		case float64:
			return -v
		case time.Duration:
			return -v
		}
		return nil
	}}, nil
}

// test binds a condition, which is a bool.
func (b *binder) test(n node, s schema) (expr, error) {
	e, err := b.expr(n, s)
	if err == nil && e.typ != Bool && e.typ != Dynamic {
		err = wrong(n.where(), "a condition must be of type bool, not %s", e.typ)
	}
	return e, err
}

// holds reports whether a condition is true of a row.
func (e expr) holds(m *machine, row []any) bool {
	v, _ := e.eval(m, row).(bool)
	return v
}

// rows binds a number of rows, which must be a constant.
func (b *binder) rows(n node) (int, error) {
	e, err := b.expr(n, nil)
	if err != nil {
		return 0, err
	}
	count, ok := int64(0), false
	if e.constant {
		count, ok = e.value().(int64)
	}
	if !ok || count < 0 {
		return 0, wrong(n.where(), "the number of rows must be a constant that is not negative")
	}
	return int(min(count, 1<<30)), nil
}
