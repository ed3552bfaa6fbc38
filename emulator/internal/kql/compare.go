package kql

import (
	"cmp"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// equal compares two values that are not null. Of two types, those of numbers
// can be equal, and a text can be equal to what a dynamic value is written as.
func equal(a, b any) bool {
	if order, ok := ordered(a, b); ok {
		return order == 0
	}
	switch a := a.(type) {
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case []any, map[string]any:
		return reflect.DeepEqual(a, b)
	}
	return false
}

// ordered compares two values of one type, or two numbers; ok is false where
// there is no order.
func ordered(a, b any) (order int, ok bool) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return strings.Compare(x, y), ok
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y), true
		}
		y, ok := b.(float64)
		return cmp.Compare(float64(x), y), ok
	case float64:
		y, ok := toReal(b).(float64)
		_, text := b.(string)
		return cmp.Compare(x, y), ok && !text
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case time.Duration:
		y, ok := b.(time.Duration)
		return cmp.Compare(x, y), ok
	case bool:
		y, ok := b.(bool)
		return cmp.Compare(count(x), count(y)), ok
	}
	return 0, false
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// textOperators are the operators that look into a text. Each has forms with
// a leading ! and with _cs, for which casing counts.
var textOperators = map[string]func(text, part string) bool{
	"has": hasTerm, "hasprefix": hasTermPrefix, "hassuffix": hasTermSuffix,
	"contains": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix,
}

// textTest binds an operator that looks into a text: =~, has, contains and
// their kin.
func textTest(n binaryNode, left, right expr) (expr, error) {
	for _, side := range []expr{left, right} {
		if side.typ != String && side.typ != Dynamic {
			return expr{}, wrong(n.place, "Operator '%s' cannot be applied to values of types %s and %s", n.op, left.typ, right.typ)
		}
	}
	if n.op == "matches regex" {
		return expr{typ: Bool, eval: func(m *machine, row []any) any {
			text, pattern := textOf(left.eval(m, row)), textOf(right.eval(m, row))
			re := m.pattern(pattern)
			return re != nil && m.spend(len(text)+1) && re.MatchString(text)
		}}, checkPattern(n.right.where(), right)
	}
	name, negated := strings.CutPrefix(n.op, "!")
	name, sensitive := strings.CutSuffix(name, "_cs")
	test := textOperators[name]
	if test == nil { // =~ and !~
		negated, test = n.op == "!~", func(a, b string) bool { return a == b }
	}
	return expr{typ: Bool, eval: func(m *machine, row []any) any {
		return m.textHolds(test, !sensitive, left.eval(m, row), right.eval(m, row)) != negated
	}}, nil
}

// textHolds applies a test to two values as texts.
func (m *machine) textHolds(test func(text, part string) bool, fold bool, a, b any) bool {
	text, part := textOf(a), textOf(b)
	// A long part can almost be found at every place of a long text.
	if !m.spend((len(text)+len(part))/4 + 1 + len(text)/16*(len(part)/64)) {
		return false
	}
	if fold {
		text, part = strings.ToLower(text), strings.ToLower(part)
	}
	return test(text, part)
}

// checkPattern refuses a constant regular expression that is none.
func checkPattern(p place, e expr) error {
	if e.constant {
		text := textOf(e.value())
		if _, err := compilePattern(text); err != nil {
			return wrong(p, "the regular expression '%s' is invalid", text)
		}
	}
	return nil
}

// Terms are what stands between characters that are no letters and digits.
func hasTerm(text, term string) bool { return findTerm(text, term, true, true) }

func hasTermPrefix(text, term string) bool { return findTerm(text, term, true, false) }

func hasTermSuffix(text, term string) bool { return findTerm(text, term, false, true) }

// findTerm reports whether term stands in text, beginning or ending where a
// term does.
func findTerm(text, term string, begins, ends bool) bool {
	if term == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(term)
	last, _ := utf8.DecodeLastRuneInString(term)
	for from := 0; ; {
		i := strings.Index(text[from:], term)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(term):])
		if !(begins && inTerm(before) && inTerm(first)) && !(ends && inTerm(after) && inTerm(last)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		from = i + size
	}
}

func inTerm(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
