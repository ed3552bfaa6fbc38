package usagefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errSyntax = errors.New("not a JSON object")
	errTwice  = errors.New("a column stands twice")
)

// objectScanner takes the wanted values out of JSON objects. Exports write
// the keys of every line in the same order, so it remembers which key stood
// at which place and compares bytes instead of looking keys up; a key that is
// elsewhere is looked up, and remembered there. Most values are those of the
// line before (the customer, the subscription, the offer): it remembers them
// too, and passes over what is the same, byte for byte.
type objectScanner struct {
	schema  *schema
	learned []learnedKey
	scratch []byte // unescaped strings of the current object
	objects uint64 // scanned so far
}

// learnedKey is a key with its quotes and colon, as the lines have it.
type learnedKey struct {
	text   []byte
	column column
	// member is the key with its value and comma as the line before had them,
	// cell what was made of the value.
	member, cell []byte
	// unlike counts the lines in a row whose value was not that of the line before.
	unlike uint8
}

// patience is how often a value may differ from the one before until it is
// remembered only now and then.
const patience = 16

func newObjectScanner(s *schema) *objectScanner { return &objectScanner{schema: s} }

// scan fills r from one JSON object. Strings are unquoted and unescaped,
// null is an empty cell, any other value stands as it is written. The cells
// are good until the next object is scanned.
func (s *objectScanner) scan(line []byte, r *row) error {
	r.reset()
	s.scratch = s.scratch[:0]
	s.objects++
	i := skipBlank(line, 0)
	if i >= len(line) || line[i] != '{' {
		return errSyntax
	}
	i = skipBlank(line, i+1)
	if i < len(line) && line[i] == '}' {
		return s.end(line, i+1)
	}
	for place := 0; ; place++ {
		if place < len(s.learned) {
			if k := &s.learned[place]; len(k.member) > 0 && bytes.HasPrefix(line[i:], k.member) {
				if k.column != noColumn && !r.set(k.column, k.cell) {
					return errTwice
				}
				k.unlike = 0
				i = skipBlank(line, i+len(k.member))
				continue
			}
		}
		col, at, err := s.key(line, i, place)
		if err != nil {
			return err
		}
		start := i
		cell, i2, err := s.value(line, skipBlank(line, at), col, r)
		if err != nil {
			return err
		}
		i = skipBlank(line, i2)
		switch {
		case i >= len(line):
			return errSyntax
		case line[i] == ',':
			s.remember(place, line[start:i+1], cell)
			i = skipBlank(line, i+1)
		case line[i] == '}':
			return s.end(line, i+1)
		default:
			return errSyntax
		}
	}
}

// remember keeps a member of the object for the next line.
func (s *objectScanner) remember(place int, member, cell []byte) {
	if place >= len(s.learned) {
		return
	}
	k := &s.learned[place]
	if k.unlike >= patience {
		if s.objects%patience != 0 {
			k.member = k.member[:0]
			return
		}
	} else {
		k.unlike++
	}
	k.member, k.cell = append(k.member[:0], member...), append(k.cell[:0], cell...)
}

func (s *objectScanner) end(line []byte, i int) error {
	if skipBlank(line, i) != len(line) {
		return errSyntax
	}
	return nil
}

// key reads the key at i and its colon, and returns where the value may begin.
func (s *objectScanner) key(line []byte, i, place int) (column, int, error) {
	if place < len(s.learned) {
		if k := s.learned[place]; bytes.HasPrefix(line[i:], k.text) {
			return k.column, i + len(k.text), nil
		}
	}
	end, escaped, ok := stringEnd(line, i)
	if !ok {
		return noColumn, 0, errSyntax
	}
	colon := skipBlank(line, end)
	if colon >= len(line) || line[colon] != ':' {
		return noColumn, 0, errSyntax
	}
	name := line[i+1 : end-1]
	if escaped {
		if name, ok = unescape(nil, name); !ok {
			return noColumn, 0, errSyntax
		}
	}
	col := s.schema.lookup(string(name))
	s.learn(place, line[i:colon+1], col)
	return col, colon + 1, nil
}

func (s *objectScanner) learn(place int, text []byte, col column) {
	const most = 256 // keys of an object that are worth remembering
	if place >= most {
		return
	}
	for len(s.learned) <= place {
		s.learned = append(s.learned, learnedKey{text: []byte{0}})
	}
	s.learned[place] = learnedKey{text: append([]byte(nil), text...), column: col}
}

// value reads the value at i into r, or past it when col is noColumn.
func (s *objectScanner) value(line []byte, i int, col column, r *row) (cell []byte, end int, err error) {
	if i >= len(line) {
		return nil, 0, errSyntax
	}
	end = i
	switch c := line[i]; {
	case c == '"':
		var escaped, ok bool
		if end, escaped, ok = stringEnd(line, i); !ok {
			return nil, 0, errSyntax
		}
		cell = line[i+1 : end-1]
		if escaped && col != noColumn {
			start := len(s.scratch)
			if s.scratch, ok = unescape(s.scratch, cell); !ok {
				return nil, 0, errSyntax
			}
			cell = s.scratch[start:len(s.scratch):len(s.scratch)]
		}
	case c == '{' || c == '[':
		var ok bool
		if end, ok = nestedEnd(line, i); !ok {
			return nil, 0, errSyntax
		}
		cell = line[i:end]
	default:
		for end < len(line) && isLiteral(line[end]) {
			end++
		}
		if cell = line[i:end]; !validLiteral(cell) {
			return nil, 0, errSyntax
		}
		if cell[0] == 'n' {
			cell = nil
		}
	}
	if col != noColumn && !r.set(col, cell) {
		return nil, 0, errTwice
	}
	return cell, end, nil
}

func skipBlank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// stringEnd returns the index after the closing quote of the string that
// begins at i, and whether it holds escapes.
func stringEnd(b []byte, i int) (end int, escaped, ok bool) {
	if i >= len(b) || b[i] != '"' {
		return 0, false, false
	}
	for from := i + 1; ; {
		n := bytes.IndexByte(b[from:], '"')
		if n < 0 {
			return 0, false, false
		}
		at := from + n
		slashes := 0
		for at-1-slashes > i && b[at-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return at + 1, escaped || slashes > 0 || bytes.IndexByte(b[from:at], '\\') >= 0, true
		}
		escaped, from = true, at+1
	}
}

// nestedEnd returns the index after the object or array that begins at i.
func nestedEnd(b []byte, i int) (int, bool) {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		case '"':
			end, _, ok := stringEnd(b, i)
			if !ok {
				return 0, false
			}
			i = end - 1
		}
		i++
	}
	return 0, false
}

func isLiteral(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}

// validLiteral checks words exactly and numbers by their first byte: those
// that are used are read in full later.
func validLiteral(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch b[0] {
	case 'n':
		return string(b) == "null"
	case 't':
		return string(b) == "true"
	case 'f':
		return string(b) == "false"
	default:
		return b[0] == '-' || b[0] >= '0' && b[0] <= '9'
	}
}

// unescape appends the text of a JSON string's inside to dst.
func unescape(dst, b []byte) ([]byte, bool) {
	for {
		n := bytes.IndexByte(b, '\\')
		if n < 0 {
			return append(dst, b...), true
		}
		dst = append(dst, b[:n]...)
		if n+1 >= len(b) {
			return dst, false
		}
		c := b[n+1]
		b = b[n+2:]
		switch c {
		case '"', '\\', '/':
			dst = append(dst, c)
		case 'b', 'f', 'n', 'r', 't':
			dst = append(dst, "\b\f\n\r\t"[bytes.IndexByte([]byte("bfnrt"), c)])
		case 'u':
			r, rest, ok := unicodeEscape(b)
			if !ok {
				return dst, false
			}
			dst, b = utf8.AppendRune(dst, r), rest
		default:
			return dst, false
		}
	}
}

// unicodeEscape reads the digits after \u, and the second half of a
// surrogate pair where there is one.
func unicodeEscape(b []byte) (rune, []byte, bool) {
	hex := func(b []byte) (rune, bool) {
		if len(b) < 4 {
			return 0, false
		}
		v, err := strconv.ParseUint(string(b[:4]), 16, 32)
		return rune(v), err == nil //nolint:gosec // four hex digits
	}
	r, ok := hex(b)
	if !ok {
		return 0, nil, false
	}
	b = b[4:]
	if utf16.IsSurrogate(r) && len(b) >= 6 && binary.BigEndian.Uint16(b) == 0x5c75 { // \u
		if low, ok := hex(b[2:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, b[6:], true
			}
		}
	}
	return r, b, true
}
