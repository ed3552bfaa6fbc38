package delegationfile

import (
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// operand is an expression of Bicep. One of literal, call, name and of is set,
// or none for what is not understood.
type operand struct {
	at      int
	raw     string
	literal *armtemplate.Node // a plain value; the members of arrays and objects are in items
	names   []string          // of an object's items
	items   []*operand        // of arrays and objects, arguments of a call
	call    string            // a function as ARM templates call it
	name    string            // of a parameter, variable or resource
	of      *operand          // whose member or element this is: name, or items[0]
}

type operator struct{ sign, call string }

// operators are the functions that operators stand for, loosest first.
func operators() [][]operator {
	return [][]operator{
		{{"??", "coalesce"}}, {{"||", "or"}}, {{"&&", "and"}},
		{{"==", "equals"}, {"!=", "not equals"}},
		{{"<=", "lessOrEquals"}, {">=", "greaterOrEquals"}, {"<", "less"}, {">", "greater"}},
		{{"+", "add"}, {"-", "sub"}}, {{"*", "mul"}, {"/", "div"}, {"%", "mod"}},
	}
}

// value reads an expression up to where it must end. What is not understood
// is skipped, and open.
func (b *bicep) value() (*operand, error) {
	b.blank(false)
	start := b.at
	v, err := b.operand()
	if err != nil {
		return nil, err
	}
	if b.blank(false); v != nil && b.ends() && !b.goesOn() {
		return v, nil
	}
	b.at = start
	if err := b.skip(b.skipQuoted); err != nil {
		return nil, err
	}
	for b.goesOn() {
		b.blank(true)
		b.at++
		if err := b.skip(b.skipQuoted); err != nil {
			return nil, err
		}
	}
	raw := strings.TrimSpace(b.text[start:b.at])
	if raw == "" {
		return nil, b.broken("a value was expected")
	}
	return &operand{at: start, raw: raw}, nil
}

// goesOn reports whether a choice goes on in the next line.
func (b *bicep) goesOn() bool {
	at := b.at
	defer func() { b.at = at }()
	b.blank(true)
	return b.at > at && (b.next() == '?' || b.next() == ':')
}

// operand reads an expression, nil for one that is not understood.
func (b *bicep) operand() (*operand, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	start := b.at
	x, err := b.binary(0)
	if b.blank(false); b.goesOn() {
		b.blank(true)
	}
	if err != nil || x == nil || b.next() != '?' || b.has("?.") || b.has("??") {
		return x, err
	}
	b.at++
	b.blank(true)
	yes, err := b.operand()
	if b.blank(true); err != nil || yes == nil || !b.take(":") {
		return nil, err
	}
	b.blank(true)
	no, err := b.operand()
	if err != nil || no == nil {
		return nil, err
	}
	return b.made(start, "if", x, yes, no), nil
}

func (b *bicep) made(start int, call string, args ...*operand) *operand {
	return &operand{at: start, raw: strings.TrimSpace(b.text[start:b.at]), call: call, items: args}
}

// binary reads operators of one level and those that bind tighter.
func (b *bicep) binary(level int) (*operand, error) {
	if level == len(b.operators) {
		return b.unary()
	}
	start := b.at
	x, err := b.binary(level + 1)
	for err == nil && x != nil {
		b.blank(false)
		call := ""
		for _, o := range b.operators[level] {
			if call == "" && !b.has("//") && b.take(o.sign) {
				call = o.call
			}
		}
		if call == "" {
			return x, nil
		}
		b.blank(true)
		var y *operand
		if y, err = b.binary(level + 1); err != nil || y == nil {
			return nil, err
		}
		inner, negated := strings.CutPrefix(call, "not ")
		if x = b.made(start, inner, x, y); negated {
			x = b.made(start, "not", x)
		}
	}
	return x, err
}

func (b *bicep) unary() (*operand, error) {
	start := b.at
	if !b.take("!") {
		return b.postfix()
	}
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	x, err := b.unary()
	if err != nil || x == nil {
		return nil, err
	}
	return b.made(start, "not", x), nil
}

// postfix reads a value and the members taken of it.
func (b *bicep) postfix() (*operand, error) {
	start := b.at
	x, err := b.primary()
	for err == nil && x != nil {
		switch {
		case b.take("."):
			name := b.word()
			if name == "" || b.next() == '(' { // a function of a namespace
				return nil, nil
			}
			x = &operand{at: start, raw: b.text[start:b.at], of: x, name: name}
		case b.take("["):
			b.blank(true)
			i, err := b.operand()
			if b.blank(true); err != nil || i == nil || !b.take("]") {
				return nil, err
			}
			x = &operand{at: start, raw: b.text[start:b.at], of: x, items: []*operand{i}}
		default:
			return x, nil
		}
	}
	return x, err
}

func (b *bicep) primary() (*operand, error) {
	start := b.at
	switch c := b.next(); {
	case c == '\'':
		return b.quoted()
	case c == '[':
		return b.array()
	case c == '{':
		return b.object()
	case c == '(':
		b.at++
		b.blank(true)
		x, err := b.operand()
		if b.blank(true); err != nil || x == nil || !b.take(")") {
			return nil, err
		}
		return x, nil
	case c >= '0' && c <= '9':
		i, err := strconv.ParseInt(b.digits(), 10, 64)
		if err != nil {
			return nil, nil //nolint:nilerr // not understood, so it is open
		}
		return b.plain(start, &armtemplate.Node{Kind: armtemplate.Int, Int: i}), nil
	}
	word := b.word()
	switch word {
	case "":
		return nil, nil
	case "true", "false":
		return b.plain(start, &armtemplate.Node{Kind: armtemplate.Bool, Truth: word == "true"}), nil
	case "null":
		return b.plain(start, &armtemplate.Node{Kind: armtemplate.Null}), nil
	}
	if !b.take("(") {
		return &operand{at: start, raw: word, name: word}, nil
	}
	x := &operand{at: start, call: word}
	for {
		b.blank(true)
		if b.take(")") {
			x.raw = b.text[start:b.at]
			return x, nil
		}
		a, err := b.operand()
		if err != nil || a == nil {
			return nil, err
		}
		x.items = append(x.items, a)
		if b.blank(true); !b.take(",") && b.next() != ')' {
			return nil, nil
		}
	}
}

func (b *bicep) plain(start int, n *armtemplate.Node) *operand {
	return &operand{at: start, raw: b.text[start:b.at], literal: b.placed(n, start)}
}

// array reads elements parted by line ends or commas; a loop is not understood.
func (b *bicep) array() (*operand, error) {
	start := b.at
	x := &operand{at: start, literal: b.placed(&armtemplate.Node{Kind: armtemplate.Array}, start)}
	for b.at++; ; b.take(",") {
		b.blank(true)
		if b.take("]") {
			x.raw = b.text[start:b.at]
			return x, nil
		}
		if b.has("for ") || b.has("...") || b.ends() {
			return nil, nil
		}
		v, err := b.value()
		if err != nil {
			return nil, err
		}
		x.items = append(x.items, v)
	}
}

// object reads members parted by line ends or commas.
func (b *bicep) object() (*operand, error) {
	start := b.at
	x := &operand{at: start, literal: b.placed(&armtemplate.Node{Kind: armtemplate.Object}, start)}
	for b.at++; ; b.take(",") {
		b.blank(true)
		if b.take("}") {
			x.raw = b.text[start:b.at]
			return x, nil
		}
		name := b.word()
		if b.next() == '\'' && name == "" {
			n, err := b.quoted()
			if err != nil || n.literal == nil {
				return nil, err
			}
			name = n.literal.Text
		}
		if b.blank(false); name == "" || !b.take(":") {
			return nil, nil
		}
		b.blank(true)
		v, err := b.value()
		if err != nil {
			return nil, err
		}
		x.names, x.items = append(x.names, name), append(x.items, v)
	}
}
