package emulator

import (
	"slices"
	"strings"
	"unicode"
)

// filter is an OData $filter of the few forms that Resource Manager's lists
// take: comparisons and functions joined by "and".
type filter struct {
	terms []filterTerm
	equal map[string]string   // name eq 'value', names in lower case
	in    map[string][]string // name in ('a','b')
	call  map[string]string   // function('argument')
	after map[string]string   // name ge 'value', or gt
	until map[string]string   // name le 'value', or lt
}

// filterTerm is one comparison or function as it was written; operator is
// empty for a function.
type filterTerm struct{ name, operator, value string }

// has reports whether a function stands in the filter.
func (f *filter) has(function string) bool { _, ok := f.call[function]; return ok }

// onlyCalls refuses a filter with a function other than those named, in lower
// case.
func (f *filter) onlyCalls(names ...string) error {
	for name := range f.call {
		if !slices.Contains(names, name) {
			return badRequest("InvalidFilter", "The filter function '"+name+"()' is invalid or not supported here.")
		}
	}
	return nil
}

// maxFilterTerms bounds a filter: a list of ids is the longest that clients send.
const maxFilterTerms = 1000

// parseFilter reads a $filter whose comparisons are of the given names. A
// filter it does not understand is refused: to ignore it would be to answer
// another question.
func parseFilter(text string, names ...string) (*filter, error) {
	f := &filter{
		equal: map[string]string{}, in: map[string][]string{}, call: map[string]string{},
		after: map[string]string{}, until: map[string]string{},
	}
	if strings.TrimSpace(text) == "" {
		return f, nil
	}
	refused := badRequest("InvalidFilter", "The filter '"+text+"' is invalid or not supported here.")
	words, err := filterTokens(text)
	if err != nil || len(words) > 4*maxFilterTerms {
		return nil, refused
	}
	known := func(name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
	p := &filterParser{tokens: words}
	for {
		if !f.term(p, known) {
			return nil, refused
		}
		if len(p.tokens) == 0 {
			return f, nil
		}
		if !p.accept("and") {
			return nil, refused
		}
	}
}

// term reads one comparison, membership or function.
func (f *filter) term(p *filterParser, known func(name string) bool) bool {
	word := p.next()
	if word == "" || strings.ContainsFunc(word, func(r rune) bool { return r != '/' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return false
	}
	name := strings.ToLower(word)
	if p.accept("(") {
		value := ""
		if len(p.tokens) > 0 && p.tokens[0] != ")" {
			value = p.next()
		}
		f.call[name] = strings.TrimPrefix(value, "'")
		f.terms = append(f.terms, filterTerm{name: name, value: f.call[name]})
		return value != "(" && value != "," && p.accept(")")
	}
	operator := strings.ToLower(p.next())
	if !known(name) {
		return false
	}
	if operator == "in" {
		return f.members(p, name)
	}
	value := p.next()
	if value == "" || strings.ContainsAny(value[:1], "(),:") {
		return false
	}
	return f.compare(name, operator, strings.TrimPrefix(value, "'"))
}

// members reads the list of name in ('a','b').
func (f *filter) members(p *filterParser, name string) bool {
	if !p.accept("(") {
		return false
	}
	for {
		value := p.next()
		if value == "" || strings.ContainsAny(value[:1], "(),:") {
			return false
		}
		f.in[name] = append(f.in[name], strings.TrimPrefix(value, "'"))
		if !p.accept(",") {
			f.terms = append(f.terms, filterTerm{name: name, operator: "in"})
			return p.accept(")")
		}
	}
}

func (f *filter) compare(name, operator, value string) bool {
	switch operator {
	case "eq":
		f.equal[name] = value
	case "ge", "gt":
		f.after[name] = value
	case "le", "lt":
		f.until[name] = value
	default:
		return false
	}
	f.terms = append(f.terms, filterTerm{name, operator, value})
	return true
}
