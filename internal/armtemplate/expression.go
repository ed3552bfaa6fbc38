package armtemplate

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// expression is the parsed form of what stands between the brackets of a
// text: exactly one of literal, name and of is set.
type expression struct {
	literal *Node
	// name is a function's, with its namespace for a user's own.
	name string
	args []*expression
	// of is what a member is taken from: by property, or by index.
	of       *expression
	property string
	index    *expression
	// safe marks .? and [? which give null for what is not there.
	safe bool
}

// source returns the expression that a text holds. A text that begins with
// two brackets stands for itself with one; a text that does not end with a
// bracket is no expression either.
func source(s string) (inner string, isExpression bool) {
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' || s[1] == '[' {
		return "", false
	}
	return s[1 : len(s)-1], true
}

// IsExpression reports whether a text is an expression, which in a result is
// one that was left as it is written.
func IsExpression(s string) bool {
	_, isExpression := source(s)
	return isExpression
}

// literal is the text that a text which is no expression stands for.
func literal(s string) string {
	if strings.HasPrefix(s, "[[") {
		return s[1:]
	}
	return s
}

// parseExpression reads the inside of an expression's brackets.
func parseExpression(s string) (*expression, error) {
	p := &parser{text: s}
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.at < len(s) {
		return nil, p.expected("EndOfData")
	}
	return x, nil
}

type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) skip() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// accept takes the next character when it is c.
func (p *parser) accept(c byte) bool {
	if p.skip(); p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// expected refuses what stands next, by the name Azure has for it.
func (p *parser) expected(token string) error {
	if p.skip(); p.at >= len(p.text) {
		return faultf("Unable to parse language expression '%s': expected token '%s' and actual 'EndOfData'.", p.text, token)
	}
	names := map[byte]string{'(': "LeftParenthesis", ')': "RightParenthesis", '[': "LeftSquareBracket", ']': "RightSquareBracket", ',': "Comma", '.': "Dot", '\'': "Literal"}
	c := p.text[p.at]
	name := names[c]
	switch {
	case name != "":
	case isNameByte(c):
		name = "Identifier"
	default:
		r, _ := utf8.DecodeRuneInString(p.text[p.at:])
		return faultf("The language expression '%s' is not valid: the string character '%c' at position '%d' is not expected.", p.text, r, p.at)
	}
	return faultf("Unable to parse language expression '%s': expected token '%s' and actual '%s'.", p.text, token, name)
}

// operand reads a literal or a call, with the members taken from it.
func (p *parser) operand() (*expression, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, faultf("The language expression '%.100s' is nested too deep.", p.text)
	}
	defer func() { p.depth-- }()
	p.skip()
	var x *expression
	var err error
	switch {
	case p.at < len(p.text) && p.text[p.at] == '\'':
		x, err = p.quoted()
	case p.at < len(p.text) && (p.text[p.at] == '-' || p.text[p.at] >= '0' && p.text[p.at] <= '9'):
		x, err = p.number()
	default:
		x, err = p.call()
	}
	// Each member wraps the one before: a chain counts as depth.
	for links := 0; err == nil; links++ {
		if links > maxDepth {
			return nil, faultf("The language expression '%.100s' is nested too deep.", p.text)
		}
		switch {
		case p.accept('.'):
			x, err = p.property(x)
		case p.accept('['):
			x, err = p.index(x)
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) property(of *expression) (*expression, error) {
	out := &expression{of: of, safe: p.accept('?')}
	p.skip()
	if out.property = p.word(); out.property == "" {
		return nil, p.expected("Identifier")
	}
	return out, nil
}

func (p *parser) index(of *expression) (*expression, error) {
	out := &expression{of: of, safe: p.accept('?')}
	var err error
	if out.index, err = p.operand(); err != nil {
		return nil, err
	}
	if !p.accept(']') {
		return nil, p.expected("RightSquareBracket")
	}
	return out, nil
}

// quoted reads a text in single quotes; two of them stand for one.
func (p *parser) quoted() (*expression, error) {
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		if p.text[p.at] != '\'' {
			b.WriteByte(p.text[p.at])
			continue
		}
		if p.at++; p.at == len(p.text) || p.text[p.at] != '\'' {
			return &expression{literal: text(b.String())}, nil
		}
		b.WriteByte('\'')
	}
	return nil, faultf("The language expression '%s' is not valid: the string literal is not closed.", p.text)
}

func (p *parser) number() (*expression, error) {
	start := p.at
	for p.at++; p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'; p.at++ {
	}
	i, err := strconv.ParseInt(p.text[start:p.at], 10, 64)
	if err != nil {
		return nil, faultf("The language expression '%s' is not valid: the number '%s' is not an integer of 64 bits.", p.text, p.text[start:p.at])
	}
	return &expression{literal: integer(i)}, nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}

// word reads a name.
func (p *parser) word() string {
	start := p.at
	for p.at < len(p.text) && (isNameByte(p.text[p.at]) || p.text[p.at] == '-' && p.at > start) {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) call() (*expression, error) {
	out := &expression{name: p.word()}
	if out.name == "" {
		return nil, p.expected("Identifier")
	}
	if p.accept('.') { // a user's function, with its namespace
		p.skip()
		out.name += "." + p.word()
	}
	if !p.accept('(') {
		return nil, p.expected("LeftParenthesis")
	}
	if p.accept(')') {
		return out, nil
	}
	for {
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		out.args = append(out.args, arg)
		if p.accept(')') {
			return out, nil
		}
		if !p.accept(',') {
			return nil, p.expected("RightParenthesis")
		}
	}
}

// walk visits the expression and all it consists of.
func (x *expression) walk(visit func(*expression)) {
	if x == nil {
		return
	}
	visit(x)
	for _, a := range x.args {
		a.walk(visit)
	}
	x.of.walk(visit)
	x.index.walk(visit)
}
