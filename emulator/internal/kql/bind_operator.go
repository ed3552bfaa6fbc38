package kql

import (
	"math"
	"slices"
	"strings"
	"time"
)

// binary binds an operator with two sides.
func (b *binder) binary(n binaryNode, s schema) (expr, error) {
	switch n.op {
	case "in", "!in", "in~", "!in~", "has_any", "has_all":
		return b.membership(n, s)
	case "between", "!between":
		return b.between(n, s)
	case "and", "or":
		return b.logic(n, s)
	}
	left, err := b.expr(n.left, s)
	if err != nil {
		return expr{}, err
	}
	right, err := b.expr(n.right, s)
	if err != nil {
		return expr{}, err
	}
	switch n.op {
	case "+", "-", "*", "/", "%":
		return arithmetic(n, left, right)
	case "==", "!=", "<", "<=", ">", ">=":
		return comparison(n, left, right)
	}
	return textTest(n, left, right)
}

func (b *binder) logic(n binaryNode, s schema) (expr, error) {
	left, err := b.test(n.left, s)
	if err != nil {
		return expr{}, err
	}
	right, err := b.test(n.right, s)
	if err != nil {
		return expr{}, err
	}
	or := n.op == "or"
	return expr{typ: Bool, constant: left.constant && right.constant, eval: func(m *machine, row []any) any {
		if left.holds(m, row) == or {
			return or
		}
		return right.holds(m, row)
	}}, nil
}

// comparison binds an operator of equality or order. Texts have no order in
// KQL; there is strcmp() for that.
func comparison(n binaryNode, left, right expr) (expr, error) {
	equality := n.op == "==" || n.op == "!="
	if !comparable(left.typ, right.typ) || (!equality && (left.typ == String || right.typ == String || left.typ == Bool)) {
		return expr{}, wrong(n.place, "Cannot compare values of types %s and %s. Try adding explicit casts", left.typ, right.typ)
	}
	return expr{typ: Bool, constant: left.constant && right.constant, eval: func(m *machine, row []any) any {
		a, b := left.eval(m, row), right.eval(m, row)
		if m != nil {
			m.look(a)
			if !m.spend(1) {
				return nil
			}
		}
		return compared(n.op, a, b)
	}}, nil
}

// comparable reports whether values of two types can be compared at all.
func comparable(a, b Type) bool {
	number := func(t Type) bool { return t == Long || t == Real }
	return a == b || a == Dynamic || b == Dynamic || (number(a) && number(b))
}

// compared applies an operator of equality or order. Of two nulls nothing is
// known; a null differs from every value (docs: null values).
func compared(op string, a, b any) any {
	if a == nil || b == nil {
		if a == nil && b == nil {
			return nil
		}
		return op == "!="
	}
	switch op {
	case "==":
		return equal(a, b)
	case "!=":
		return !equal(a, b)
	}
	order, ok := ordered(a, b)
	if !ok {
		return false
	}
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// membership binds in, has_any and has_all. Items that are arrays count as
// their elements.
func (b *binder) membership(n binaryNode, s schema) (expr, error) {
	left, err := b.expr(n.left, s)
	if err != nil {
		return expr{}, err
	}
	var items []expr
	for _, item := range n.right.(listNode).items {
		e, err := b.expr(item, s)
		if err != nil {
			return expr{}, err
		}
		if !comparable(left.typ, e.typ) {
			return expr{}, wrong(item.where(), "Cannot compare values of types %s and %s. Try adding explicit casts", left.typ, e.typ)
		}
		items = append(items, e)
	}
	test := func(m *machine, v, item any) bool { return item != nil && v != nil && equal(v, item) }
	switch {
	case n.op == "has_any" || n.op == "has_all":
		test = func(m *machine, v, item any) bool { return m.textHolds(hasTerm, true, v, item) }
	case strings.HasSuffix(n.op, "~"):
		test = func(m *machine, v, item any) bool { return item != nil && strings.EqualFold(textOf(v), textOf(item)) }
	}
	return expr{typ: Bool, eval: func(m *machine, row []any) any {
		v := left.eval(m, row)
		one := func(item any) bool { return m.spend(1) && test(m, v, item) }
		found, all := false, true
		for _, e := range items {
			item := e.eval(m, row)
			some, each := []any{item}, false
			if list, isList := item.([]any); isList {
				some, each = list, true
			}
			hit := slices.ContainsFunc(some, one)
			found = found || hit
			all = all && hit && (!each || !slices.ContainsFunc(some, func(x any) bool { return !one(x) }))
		}
		if n.op == "has_all" {
			return all
		}
		return found != strings.HasPrefix(n.op, "!")
	}}, nil
}

// between binds a range with both its ends in it.
func (b *binder) between(n binaryNode, s schema) (expr, error) {
	ends := n.right.(listNode).items
	left, err := b.expr(n.left, s)
	if err != nil {
		return expr{}, err
	}
	var sides []expr
	for i, end := range ends {
		e, err := b.expr(end, s)
		if err != nil {
			return expr{}, err
		}
		if i == 1 && e.typ == Timespan && left.typ == Datetime { // from … for so long
			from := sides[0]
			length := e
			e = expr{typ: Datetime, eval: func(m *machine, row []any) any { return calculated("+", from.eval(m, row), length.eval(m, row)) }}
		}
		if _, err := comparison(binaryNode{n.place, "<=", n.left, end}, left, e); err != nil {
			return expr{}, err
		}
		sides = append(sides, e)
	}
	return expr{typ: Bool, eval: func(m *machine, row []any) any {
		if m != nil && !m.spend(1) {
			return nil
		}
		v := left.eval(m, row)
		from, _ := compared(">=", v, sides[0].eval(m, row)).(bool)
		to, _ := compared("<=", v, sides[1].eval(m, row)).(bool)
		return (from && to) != (n.op == "!between")
	}}, nil
}

// arithmetic binds + - * / %.
func arithmetic(n binaryNode, left, right expr) (expr, error) {
	typ, ok := arithmeticType(n.op, left.typ, right.typ)
	if !ok {
		return expr{}, wrong(n.place, "the operator %s cannot be applied to the types %s and %s", n.op, left.typ, right.typ)
	}
	return expr{typ: typ, constant: left.constant && right.constant, eval: func(m *machine, row []any) any {
		if m != nil && !m.spend(1) {
			return nil
		}
		return calculated(n.op, left.eval(m, row), right.eval(m, row))
	}}, nil
}

func arithmeticType(op string, a, b Type) (Type, bool) {
	sum := op == "+" || op == "-"
	switch {
	case a == Datetime && b == Datetime && op == "-":
		return Timespan, true
	case a == Datetime && b == Timespan && sum, a == Timespan && b == Datetime && op == "+":
		return Datetime, true
	case a == Timespan && b == Timespan && sum:
		return Timespan, true
	case a == Timespan && b == Timespan && op == "/":
		return Real, true
	case a == Timespan && (b == Long || b == Real) && (op == "*" || op == "/"):
		return Timespan, true
	case a == Long && b == Long:
		return Long, true
	case (a == Long || a == Real) && (b == Long || b == Real):
		return Real, true
	case (a == Dynamic || b == Dynamic) && a != String && b != String && a != Bool && b != Bool:
		return Dynamic, true
	}
	return 0, false
}

// calculated does one operation; null where it has no result.
func calculated(op string, a, b any) any {
	switch x := a.(type) {
	case time.Time:
		switch y := b.(type) {
		case time.Time:
			return x.Sub(y)
		case time.Duration:
			if op == "-" {
				y = -y
			}
			return x.Add(y)
		}
	case time.Duration:
		return spanResult(op, x, b)
	case int64:
		if y, whole := b.(int64); whole {
			return longResult(op, x, y)
		}
		if y, real := b.(float64); real {
			return realResult(op, float64(x), y)
		}
	case float64:
		switch y := b.(type) {
		case int64:
			return realResult(op, x, float64(y))
		case float64:
			return realResult(op, x, y)
		}
	}
	return nil
}

func longResult(op string, x, y int64) any {
	switch {
	case op == "+":
		return x + y
	case op == "-":
		return x - y
	case op == "*":
		return x * y
	case y == 0:
		return nil
	case op == "/":
		return x / y
	default:
		return x % y
	}
}

func realResult(op string, x, y float64) any {
	var f float64
	switch op {
	case "+":
		f = x + y
	case "-":
		f = x - y
	case "*":
		f = x * y
	case "/":
		f = x / y
	default:
		f = math.Mod(x, y)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil // JSON has none
	}
	return f
}

func spanResult(op string, x time.Duration, b any) any {
	switch y := b.(type) {
	case time.Time:
		return y.Add(x)
	case time.Duration:
		switch op {
		case "+":
			return x + y
		case "-":
			return x - y
		default:
			return realResult("/", float64(x), float64(y))
		}
	}
	f, ok := toReal(b).(float64)
	if !ok {
		return nil
	}
	if op == "/" {
		f = 1 / f
	}
	if r, ok := realResult("*", float64(x), f).(float64); ok && math.Abs(r) < maxSpan {
		return time.Duration(r)
	}
	return nil
}
