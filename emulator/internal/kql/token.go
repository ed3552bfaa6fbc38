package kql

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// tokenKind is the kind of a token.
type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	numberToken
	spanToken // a time span such as 7d
	textToken
	rawToken // what stands in the parentheses of datetime(…)
	signToken
)

// place is where something stands in the query: the line from 1, the column
// in characters from 0, and the text there.
type place struct {
	line, column int
	token        string
}

// token is one word, number, text or sign of a query.
type token struct {
	kind tokenKind
	place
	offset int // of its first byte
	end    int // of the first byte after it
	value  any // of a number, span or text
}

// text is the token as it is told in an error.
func (t token) text() string {
	if t.kind == endToken {
		return "<EOF>"
	}
	return t.token
}

// is reports whether the token is the given word or sign.
func (t token) is(text string) bool {
	return (t.kind == wordToken || t.kind == signToken) && t.token == text
}

// lexer cuts a query into tokens.
type lexer struct {
	text         string
	at           int
	line, column int
}

// tokens reads the whole query; the last token is the end.
func tokens(text string) ([]token, error) {
	l := &lexer{text: text, line: 1}
	var out []token
	for {
		l.skip()
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		if t.kind == endToken {
			return out, nil
		}
		if typ, known := literalTypes[t.token]; known && typ != Dynamic && t.kind == wordToken {
			out = l.raw(out)
		}
	}
}

// raw reads what stands in the parentheses of datetime(2026-10-01) and the
// like: it is made of no tokens.
func (l *lexer) raw(out []token) []token {
	l.skip()
	n := strings.IndexByte(l.text[l.at:], ')')
	if l.byteAt(0) != '(' || n < 0 {
		return out
	}
	open := token{kind: signToken, place: place{l.line, l.column, "("}, offset: l.at, end: l.at + 1}
	l.pass(1)
	inside := token{kind: rawToken, place: place{l.line, l.column, l.text[l.at : l.at+n-1]}, offset: l.at, end: l.at + n - 1}
	l.pass(n - 1)
	return append(out, open, inside)
}

// skip passes over blanks and comments.
func (l *lexer) skip() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f':
			l.pass(1)
		case strings.HasPrefix(l.text[l.at:], "\u00a0"): // pasted from a page
			l.pass(2)
		case strings.HasPrefix(l.text[l.at:], "//"):
			n := strings.IndexByte(l.text[l.at:], '\n')
			if n < 0 {
				n = len(l.text) - l.at
			}
			l.pass(n)
		default:
			return
		}
	}
}

// pass moves over n bytes and counts lines and characters.
func (l *lexer) pass(n int) {
	for end := l.at + n; l.at < end; {
		_, size := utf8.DecodeRuneInString(l.text[l.at:])
		if l.text[l.at] == '\n' {
			l.line, l.column = l.line+1, 0
		} else {
			l.column++
		}
		l.at += size
	}
}

func (l *lexer) next() (token, error) {
	t := token{place: place{line: l.line, column: l.column}, offset: l.at}
	if l.at >= len(l.text) {
		t.end = l.at
		return t, nil
	}
	n, err := 0, error(nil)
	switch c := l.text[l.at]; {
	case letter(c) || c == '$' || (c == '!' && letter(l.byteAt(1))):
		t.kind, n = wordToken, l.word()
	case digit(c):
		n, err = l.number(&t)
	}
	if q := l.quoteAt(); n == 0 && q >= 0 || n > 0 && q > 0 {
		t.kind = textToken
		n, t.value, err = l.quoted(q)
	}
	if n == 0 && err == nil {
		t.kind, n = signToken, l.sign()
	}
	if n == 0 {
		_, n := utf8.DecodeRuneInString(l.text[l.at:])
		t.token = l.text[l.at : l.at+n]
	} else {
		t.token = l.text[l.at : l.at+n]
	}
	if err != nil || n == 0 {
		t.kind = signToken
		return t, unexpected(t)
	}
	l.pass(n)
	t.end = l.at
	return t, nil
}

func (l *lexer) byteAt(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

func letter(c byte) bool { return c == '_' || (c|0x20 >= 'a' && c|0x20 <= 'z') }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// word measures a name or an operator that is a word: has, !has, in~.
func (l *lexer) word() int {
	n := 1
	for letter(l.byteAt(n)) || digit(l.byteAt(n)) {
		n++
	}
	if w := l.text[l.at : l.at+n]; (w == "in" || w == "!in") && l.byteAt(n) == '~' {
		n++
	}
	return n
}

// sign measures a sign; the longer ones are tried first.
func (l *lexer) sign() int {
	for _, s := range []string{"==", "=~", "!=", "!~", "<=", ">=", ".."} {
		if strings.HasPrefix(l.text[l.at:], s) {
			return 2
		}
	}
	if strings.IndexByte("|()[]{},.:=<>+-*/%;@", l.text[l.at]) >= 0 {
		return 1
	}
	return 0
}

// spanUnits are the units of time span literals.
var spanUnits = map[string]time.Duration{
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"ms": time.Millisecond, "milli": time.Millisecond, "millis": time.Millisecond, "millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"micro": time.Microsecond, "micros": time.Microsecond, "microsecond": time.Microsecond, "microseconds": time.Microsecond,
	"tick": 100 * time.Nanosecond, "ticks": 100 * time.Nanosecond,
}

// number reads a long, a real or a time span.
func (l *lexer) number(t *token) (int, error) {
	n := 1
	for digit(l.byteAt(n)) {
		n++
	}
	whole := true
	if l.byteAt(n) == '.' && digit(l.byteAt(n+1)) {
		whole = false
		for n++; digit(l.byteAt(n)); n++ {
		}
	}
	if e := l.byteAt(n) | 0x20; e == 'e' && (digit(l.byteAt(n+1)) || (strings.IndexByte("+-", l.byteAt(n+1)) >= 0 && digit(l.byteAt(n+2)))) {
		whole = false
		for n += 2; digit(l.byteAt(n)); n++ {
		}
	}
	digits, unit := l.text[l.at:l.at+n], 0
	for letter(l.byteAt(n + unit)) {
		unit++
	}
	t.kind = numberToken
	var err error
	switch word := l.text[l.at+n : l.at+n+unit]; {
	case unit > 0:
		size, known := spanUnits[word]
		f, err2 := strconv.ParseFloat(digits, 64)
		if !known || err2 != nil || f*float64(size) > maxSpan {
			return n + unit, errLiteral
		}
		t.kind, t.value = spanToken, time.Duration(f*float64(size))
	case whole:
		t.value, err = strconv.ParseInt(digits, 10, 64)
	default:
		t.value, err = strconv.ParseFloat(digits, 64)
	}
	return n + unit, err
}

const maxSpan = float64(1 << 62)

var errLiteral = errors.New("no literal")

// quoteAt returns how many bytes of prefix (h, @) stand before a quote here,
// or -1 when none stands here.
func (l *lexer) quoteAt() int {
	n := 0
	if l.byteAt(n)|0x20 == 'h' {
		n++
	}
	if l.byteAt(n) == '@' {
		n++
	}
	if c := l.byteAt(n); c == '\'' || c == '"' {
		return n
	}
	return -1
}

// quoted reads a text whose quote stands after a prefix of n bytes.
func (l *lexer) quoted(n int) (int, string, error) {
	verbatim := n > 0 && l.byteAt(n-1) == '@'
	quote := l.byteAt(n)
	var out strings.Builder
	for n++; l.at+n < len(l.text); n++ {
		switch c := l.byteAt(n); {
		case c == quote && verbatim && l.byteAt(n+1) == quote:
			out.WriteByte(c)
			n++
		case c == quote:
			return n + 1, out.String(), nil
		case c == '\n' && !verbatim:
			return n, "", errLiteral
		case c == '\\' && !verbatim:
			size, text, ok := escaped(l.text[l.at+n:])
			if !ok {
				return n, "", errLiteral
			}
			out.WriteString(text)
			n += size - 1
		default:
			out.WriteByte(c)
		}
	}
	return len(l.text) - l.at, "", errLiteral
}

// escaped reads an escape sequence and says how long it is.
func escaped(s string) (size int, text string, ok bool) {
	if len(s) < 2 {
		return 0, "", false
	}
	if i := strings.IndexByte(`\'"abfnrtv0`, s[1]); i >= 0 {
		return 2, string("\\'\"\a\b\f\n\r\t\v\x00"[i]), true
	}
	if s[1] == 'u' && len(s) >= 6 {
		text, err := strconv.Unquote(`"\u` + s[2:6] + `"`)
		return 6, text, err == nil
	}
	return 0, "", false
}
