package usagefile

import "strings"

// maxInterned bounds each table of an interner, so that memory stays flat
// however many different values a file holds.
const maxInterned = 1 << 17

// interner gives equal byte strings the same string, without allocating for
// those it has seen. When a table is full it is begun anew: an interner saves
// work, nothing depends on what it holds.
type interner struct{ seen map[string]string }

func newInterner() *interner { return &interner{seen: map[string]string{}} }

// text returns b as a string of valid UTF-8.
func (in *interner) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
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

// memo remembers what was made of a byte string: a GUID, a scope, a day.
type memo[T any] struct{ seen map[string]T }

func newMemo[T any]() *memo[T] { return &memo[T]{seen: map[string]T{}} }

// of returns what parse makes of b. Failures are not remembered.
func (m *memo[T]) of(b []byte, parse func([]byte) (T, bool)) (T, bool) {
	if v, ok := m.seen[string(b)]; ok {
		return v, true
	}
	v, ok := parse(b)
	if ok {
		if len(m.seen) >= maxInterned {
			clear(m.seen)
		}
		m.seen[string(b)] = v
	}
	return v, ok
}
