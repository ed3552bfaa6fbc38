package usagefile

import "strings"

// maxInterned bounds each table of an interner, so that memory stays flat
// however many different values a file holds.
const maxInterned = 1 << 17

// interner gives equal byte strings the same string, without allocating for
// those it has seen. When a table is full it is begun anew: an interner saves
// work, nothing depends on what it holds.
type interner struct {
	seen map[string]string
	last [numColumns]string // what each column held on the line before
}

func newInterner() *interner { return &interner{seen: map[string]string{}} }

// text returns b, a cell of column c, as a string of valid UTF-8. Lines of a
// customer follow each other, so it looks first at the line before.
func (in *interner) text(c column, b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if in.last[c] == string(b) {
		return in.last[c]
	}
	in.last[c] = in.lookup(b)
	return in.last[c]
}

func (in *interner) lookup(b []byte) string {
	if s, ok := in.seen[string(b)]; ok {
		return s
	}
	s := strings.ToValidUTF8(string(b), "\uFFFD")
	if len(in.seen) >= maxInterned {
		clear(in.seen)
	}
	in.seen[string(b)] = s
	return s
}

// memo remembers what was made of a byte string: a GUID, a day, a rate.
type memo[T any] struct {
	seen map[string]memory[T]
	last memory[T] // what was asked for before
}

// memory is a byte string and what was made of it.
type memory[T any] struct {
	text  string
	value T
}

func newMemo[T any]() *memo[T] { return &memo[T]{seen: map[string]memory[T]{}} }

// of returns what parse makes of b. Failures are not remembered.
func (m *memo[T]) of(b []byte, parse func([]byte) (T, bool)) (T, bool) {
	if m.last.text == string(b) && len(b) > 0 {
		return m.last.value, true
	}
	known, ok := m.seen[string(b)]
	if !ok {
		value, ok := parse(b)
		if !ok {
			return value, false
		}
		if len(m.seen) >= maxInterned {
			clear(m.seen)
		}
		known = memory[T]{text: string(b), value: value}
		m.seen[known.text] = known
	}
	m.last = known
	return known.value, true
}
