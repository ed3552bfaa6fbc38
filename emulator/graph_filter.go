package emulator

import (
	"fmt"
	"strings"
	"time"
)

// odataFilter is a $filter expression, ready to be asked of an object.
type odataFilter func(graphObject) bool

// filterParser reads the part of OData's filter language that clients of the
// directory use: comparisons with eq, ne, gt, ge, lt, le and in, startswith,
// endswith and any, put together by and, or, not and parentheses.
type filterParser struct {
	tokens []string
	depth  int
}

// maxFilterDepth bounds nested parentheses.
const maxFilterDepth = 32

// parseODataFilter reads a filter, or refuses it with the error of Graph.
func parseODataFilter(s string) (odataFilter, error) {
	tokens, err := filterTokens(s)
	if err != nil {
		return nil, err
	}
	p := &filterParser{tokens: tokens}
	f, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = invalidFilter("unexpected '%s'", p.tokens[0])
	}
	return f, err
}

func invalidFilter(format string, args ...any) *apiError {
	return badRequest("Request_BadRequest", "Invalid filter clause: "+fmt.Sprintf(format, args...)+".")
}

// filterTokens cuts a filter into words, texts (with their first quote) and signs.
func filterTokens(s string) ([]string, error) {
	var tokens []string
	for i := 0; i < len(s); {
		switch s[i] {
		case ' ', '\t', '+':
			i++
		case '(', ')', ',', ':':
			tokens = append(tokens, s[i:i+1])
			i++
		case '\'':
			text, rest, ok := quotedText(s[i+1:])
			if !ok {
				return nil, invalidFilter("a text is not closed")
			}
			tokens = append(tokens, "'"+text)
			i = len(s) - len(rest)
		default:
			n := strings.IndexAny(s[i:], " \t(),'")
			if n < 0 {
				n = len(s) - i
			}
			word := s[i : i+n]
			if v, after, ok := strings.Cut(word, ":"); ok && strings.Trim(v, "abcdefghijklmnopqrstuvwxyz") == "" {
				tokens = append(tokens, v, ":")
				if after != "" {
					tokens = append(tokens, after)
				}
			} else {
				tokens = append(tokens, word)
			}
			i += n
		}
	}
	return tokens, nil
}

// quotedText reads up to the closing quote; two quotes stand for one.
func quotedText(s string) (text, rest string, ok bool) {
	for {
		head, tail, found := strings.Cut(s, "'")
		text += head
		switch {
		case !found:
			return "", "", false
		case strings.HasPrefix(tail, "'"):
			text, s = text+"'", tail[1:]
		default:
			return text, tail, true
		}
	}
}

func (p *filterParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

// accept takes the next token if it is the given one.
func (p *filterParser) accept(token string) bool {
	if len(p.tokens) > 0 && strings.EqualFold(p.tokens[0], token) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *filterParser) expect(tokens ...string) error {
	for _, t := range tokens {
		if !p.accept(t) {
			return invalidFilter("'%s' expected", t)
		}
	}
	return nil
}

func (p *filterParser) either() (odataFilter, error) {
	a, err := p.both()
	for err == nil && p.accept("or") {
		left, right := a, odataFilter(nil)
		if right, err = p.both(); err == nil {
			a = func(o graphObject) bool { return left(o) || right(o) }
		}
	}
	return a, err
}

func (p *filterParser) both() (odataFilter, error) {
	a, err := p.term()
	for err == nil && p.accept("and") {
		left, right := a, odataFilter(nil)
		if right, err = p.term(); err == nil {
			a = func(o graphObject) bool { return left(o) && right(o) }
		}
	}
	return a, err
}

func (p *filterParser) term() (odataFilter, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, invalidFilter("too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not"):
		f, err := p.term()
		return func(o graphObject) bool { return !f(o) }, err
	case p.accept("("):
		f, err := p.either()
		if err != nil {
			return nil, err
		}
		return f, p.expect(")")
	}
	word := p.next()
	switch {
	case strings.EqualFold(word, "startswith"):
		return p.affix(strings.HasPrefix)
	case strings.EqualFold(word, "endswith"):
		return p.affix(strings.HasSuffix)
	case strings.HasSuffix(word, "/any"):
		return p.anyOf(strings.TrimSuffix(word, "/any"))
	case word == "" || strings.ContainsAny(word, "'(),:"):
		return nil, invalidFilter("a property expected")
	default:
		return p.comparison(word)
	}
}

// affix reads (property,'text').
func (p *filterParser) affix(test func(s, affix string) bool) (odataFilter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	name := p.next()
	if err := p.expect(","); err != nil {
		return nil, err
	}
	want := p.next()
	if !strings.HasPrefix(want, "'") {
		return nil, invalidFilter("a text expected")
	}
	return func(o graphObject) bool {
		s, ok := o[name].(string)
		return ok && test(strings.ToLower(s), strings.ToLower(want[1:]))
	}, p.expect(")")
}

// anyOf reads (x:x eq 'text') or (x:x/property eq 'text') after a collection.
func (p *filterParser) anyOf(collection string) (odataFilter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	variable := p.next()
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	name, ok := strings.CutPrefix(p.next(), variable)
	if !ok {
		return nil, invalidFilter("'%s' expected", variable)
	}
	name = strings.TrimPrefix(name, "/")
	test, err := p.comparison(name)
	if err != nil {
		return nil, err
	}
	return func(o graphObject) bool {
		list, _ := o[collection].([]any)
		for _, item := range list {
			element, isObject := item.(graphObject)
			if !isObject {
				element = graphObject{name: item}
			}
			if test(element) {
				return true
			}
		}
		return false
	}, p.expect(")")
}

// comparison reads what follows a property: an operator and a value.
func (p *filterParser) comparison(name string) (odataFilter, error) {
	operator := strings.ToLower(p.next())
	if operator == "in" {
		return p.in(name)
	}
	holds := map[string]func(int) bool{
		"eq": func(n int) bool { return n == 0 }, "ne": func(n int) bool { return n != 0 },
		"gt": func(n int) bool { return n > 0 }, "ge": func(n int) bool { return n >= 0 },
		"lt": func(n int) bool { return n < 0 }, "le": func(n int) bool { return n <= 0 },
	}[operator]
	want := p.next()
	if holds == nil || want == "" || strings.ContainsAny(want[:1], "(),:") {
		return nil, invalidFilter("'%s %s' is not understood", name, operator)
	}
	want = strings.TrimPrefix(want, "'")
	return func(o graphObject) bool {
		order, comparable := compareValue(o[name], want)
		return holds(order) && (comparable || operator == "ne")
	}, nil
}

func (p *filterParser) in(name string) (odataFilter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []string
	for {
		list = append(list, strings.TrimPrefix(p.next(), "'"))
		if !p.accept(",") {
			break
		}
	}
	return func(o graphObject) bool {
		for _, want := range list {
			if order, comparable := compareValue(o[name], want); comparable && order == 0 {
				return true
			}
		}
		return false
	}, p.expect(")")
}

// compareValue orders a property's value against the filter's text: instants
// by time, everything else as text in any casing, as the directory does.
func compareValue(value any, want string) (order int, comparable bool) {
	if value == nil {
		if want == "null" {
			return 0, true
		}
		return -1, false
	}
	have := fmt.Sprint(value)
	t, err1 := time.Parse(time.RFC3339, have)
	u, err2 := time.Parse(time.RFC3339, want)
	if err1 == nil && err2 == nil {
		return t.Compare(u), true
	}
	return strings.Compare(strings.ToLower(have), strings.ToLower(want)), true
}
