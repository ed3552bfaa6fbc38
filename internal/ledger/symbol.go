package ledger

import "sync"

// symbols numbers strings, for several workers: equal strings have equal
// numbers, which are quick to compare and to look up.
type symbols struct {
	mu     sync.RWMutex
	number map[string]uint32
	text   []string
}

func newSymbols() *symbols { return &symbols{number: map[string]uint32{}} }

// of returns the number of s.
func (t *symbols) of(s string) uint32 {
	t.mu.RLock()
	n, ok := t.number[s]
	t.mu.RUnlock()
	if ok {
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.number[s]; ok {
		return n
	}
	n = uint32(len(t.text))
	t.number[s] = n
	t.text = append(t.text, s)
	return n
}

// string returns the string of a number.
func (t *symbols) string(n uint32) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.text[n]
}

// all numbers the values of a column.
func (t *symbols) all(values []string, dst []uint32) []uint32 {
	dst = dst[:0]
	for _, v := range values {
		dst = append(dst, t.of(v))
	}
	return dst
}
