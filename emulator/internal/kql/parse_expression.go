package kql

import (
	"encoding/json"
	"slices"
	"strings"
)

// expression reads an expression; or binds less than and, and less than
// comparisons.
func (p *parser) expression() (node, error) { return p.logical("or", p.conjunction) }

func (p *parser) conjunction() (node, error) { return p.logical("and", p.comparison) }

func (p *parser) logical(op string, operand func() (node, error)) (node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	left, err := operand()
	for err == nil && p.peek().is(op) {
		at := p.next().place
		var right node
		if right, err = operand(); err == nil {
			left = binaryNode{at, op, left, right}
		}
	}
	return left, err
}

// comparisons are the operators that compare two values.
func comparisons() []string {
	out := []string{"==", "!=", "=~", "!~", "<", "<=", ">", ">=", "has_any", "has_all"}
	for name := range textOperators {
		out = append(out, name, "!"+name, name+"_cs", "!"+name+"_cs")
	}
	return out
}

func (p *parser) comparison() (node, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	t := p.peek()
	if t.kind != wordToken && t.kind != signToken {
		return left, nil
	}
	switch {
	case t.is("in") || t.is("!in") || t.is("in~") || t.is("!in~"), t.is("has_any"), t.is("has_all"):
		p.next()
		right, err := p.list(",")
		return binaryNode{t.place, t.token, left, right}, err
	case t.is("between") || t.is("!between"):
		p.next()
		right, err := p.list("..")
		if err == nil && len(right.items) != 2 {
			err = unexpected(p.peek())
		}
		return binaryNode{t.place, t.token, left, right}, err
	case t.is("matches"):
		p.next()
		if err := p.expect("regex"); err != nil {
			return nil, err
		}
		right, err := p.sum()
		return binaryNode{t.place, "matches regex", left, right}, err
	case slices.Contains(comparisons(), t.token):
		p.next()
		right, err := p.sum()
		return binaryNode{t.place, t.token, left, right}, err
	}
	return left, nil
}

// list reads expressions in parentheses.
func (p *parser) list(separator string) (listNode, error) {
	l := listNode{place: p.peek().place}
	if err := p.expect("("); err != nil {
		return l, err
	}
	for {
		x, err := p.expression()
		if err != nil {
			return l, err
		}
		l.items = append(l.items, x)
		if !p.accept(separator) {
			return l, p.expect(")")
		}
	}
}

func (p *parser) sum() (node, error) { return p.arithmetic([]string{"+", "-"}, p.product) }

func (p *parser) product() (node, error) {
	return p.arithmetic([]string{"*", "/", "%"}, p.unary)
}

func (p *parser) arithmetic(ops []string, operand func() (node, error)) (node, error) {
	left, err := operand()
	for err == nil && p.peek().kind == signToken && slices.Contains(ops, p.peek().token) {
		t := p.next()
		var right node
		if right, err = operand(); err == nil {
			left = binaryNode{t.place, t.token, left, right}
		}
	}
	return left, err
}

func (p *parser) unary() (node, error) {
	t := p.peek()
	if t.is("+") || t.is("-") {
		p.next()
		if err := p.deeper(); err != nil {
			return nil, err
		}
		defer func() { p.depth-- }()
		x, err := p.unary()
		if t.is("+") {
			return x, err
		}
		return negateNode{t.place, x}, err
	}
	return p.postfix()
}

// postfix reads a value and the path into it.
func (p *parser) postfix() (node, error) {
	x, err := p.primary()
	for err == nil {
		t := p.peek()
		switch {
		case t.is(".") && p.tokens[1].is("["): // a.['b'] is a['b']
			p.next()
		case p.accept("."):
			key := p.next()
			if key.kind != wordToken {
				return nil, unexpected(key)
			}
			x = memberNode{t.place, x, literalNode{key.place, String, key.token}}
		case p.accept("["):
			var key node
			if key, err = p.expression(); err == nil {
				err = p.expect("]")
			}
			x = memberNode{t.place, x, key}
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) primary() (node, error) {
	t := p.next()
	switch t.kind {
	case numberToken:
		if _, real := t.value.(float64); real {
			return literalNode{t.place, Real, t.value}, nil
		}
		return literalNode{t.place, Long, t.value}, nil
	case spanToken:
		return literalNode{t.place, Timespan, t.value}, nil
	case textToken:
		return literalNode{t.place, String, t.value}, nil
	case wordToken:
		return p.word(t)
	case endToken, rawToken, signToken: // below
	}
	switch {
	case t.is("("):
		x, err := p.expression()
		if err != nil {
			return nil, err
		}
		return x, p.expect(")")
	case t.is("[") && p.peek().kind == textToken:
		name := p.next()
		return nameNode{name.place, name.value.(string)}, p.expect("]")
	}
	return nil, unexpected(t)
}

// word reads what begins with a word: a constant, a call or a column.
func (p *parser) word(t token) (node, error) {
	switch {
	case t.token == "true" || t.token == "false":
		return literalNode{t.place, Bool, t.token == "true"}, nil
	case t.token == "$left" || t.token == "$right":
		if err := p.expect("."); err != nil {
			return nil, err
		}
		n, err := p.name()
		return sideNode{t.place, t.token == "$right", n.text}, err
	case strings.ContainsAny(t.token, "!$~") || slices.Contains(stageWords(), t.token):
		return nil, unexpected(p.peek()) // the cloud, too, stumbles over what follows
	case !p.peek().is("("):
		return nameNode{t.place, t.token}, nil
	}
	p.next()
	if literal, known := literalTypes[t.token]; known {
		return p.literal(t, literal)
	}
	c := callNode{place: t.place, function: t.token}
	if p.accept(")") {
		return c, nil
	}
	for {
		var x node = starNode{p.peek().place}
		var err error
		if !p.accept("*") {
			x, err = p.expression()
		}
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, x)
		if !p.accept(",") {
			return c, p.expect(")")
		}
	}
}

// literalTypes are the words before a literal in parentheses.
var literalTypes = map[string]Type{
	"datetime": Datetime, "date": Datetime, "timespan": Timespan, "time": Timespan, "dynamic": Dynamic,
	"int": Long, "long": Long, "real": Real, "double": Real, "bool": Bool, "guid": String,
}

// literal reads what stands in the parentheses of datetime(…), dynamic(…) and
// the like: it is no expression.
func (p *parser) literal(t token, typ Type) (node, error) {
	if typ == Dynamic {
		v, err := p.dynamic()
		if err != nil {
			return nil, err
		}
		return literalNode{t.place, Dynamic, v}, p.expect(")")
	}
	raw := p.next()
	if raw.kind != rawToken {
		return nil, unexpected(raw)
	}
	text := strings.Trim(strings.TrimSpace(raw.token), `'"`)
	if text == "null" {
		return literalNode{t.place, typ, nil}, p.expect(")")
	}
	v := convert(text, typ, nil)
	if v == nil {
		return nil, wrong(t.place, "'%s' is no %s", text, t.token)
	}
	return literalNode{t.place, typ, v}, p.expect(")")
}

// dynamic reads a JSON value.
func (p *parser) dynamic() (any, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	t := p.next()
	switch {
	case t.kind == textToken || t.kind == numberToken:
		return t.value, nil
	case t.is("true") || t.is("false"):
		return t.is("true"), nil
	case t.is("null"):
		return nil, nil
	case t.is("-") && p.peek().kind == numberToken:
		if n, whole := p.peek().value.(int64); whole {
			p.next()
			return -n, nil
		}
		return -p.next().value.(float64), nil
	case t.is("["):
		out := []any{}
		for !p.accept("]") {
			v, err := p.dynamic()
			if err != nil {
				return nil, err
			}
			if out = append(out, v); !p.accept(",") && !p.peek().is("]") {
				return nil, unexpected(p.peek())
			}
		}
		return out, nil
	case t.is("{"):
		return p.bag()
	}
	return nil, unexpected(t)
}

// bag reads the members of a JSON object after its brace.
func (p *parser) bag() (any, error) {
	out := map[string]any{}
	for !p.accept("}") {
		key := p.next()
		if key.kind != textToken {
			return nil, unexpected(key)
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		v, err := p.dynamic()
		if err != nil {
			return nil, err
		}
		if out[key.value.(string)] = v; !p.accept(",") && !p.peek().is("}") {
			return nil, unexpected(p.peek())
		}
	}
	return out, nil
}

// readJSON reads a text as JSON; what is none stays a text, as parse_json does.
func readJSON(s string) any {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.More() {
		return s
	}
	return Value(v)
}
