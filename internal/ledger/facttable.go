package ledger

import (
	"math/bits"

	"github.com/shopspring/decimal"
)

// factKey is what the lines of a day fact have in common, by symbols.
type factKey struct {
	day                                                int32
	customer, subscription, scope                      uint32
	product, credited, meterRate, currency, resellerID uint32
}

// hash spreads keys over a table.
func (k *factKey) hash() uint64 {
	h := newHash()
	h.word(uint64(k.scope)<<32 | uint64(uint32(k.day)))
	h.word(uint64(k.credited)<<48 ^ uint64(k.meterRate)<<32 ^ uint64(k.product)<<16 ^ uint64(k.currency) ^ uint64(k.resellerID)<<24 ^ uint64(k.customer)<<8)
	return h.a ^ bits.RotateLeft64(h.b, 32)
}

// factSum is what they amount to.
type factSum struct {
	lines int64
	list  wideSum
}

// factTable adds up day facts. There are millions of them in a large bill:
// nothing in it but the few texts holds a pointer, so that the collector need
// not look into it.
type factTable struct {
	slots []int32 // open addressing by hash: place in keys + 1, 0 where free
	keys  []factKey
	sums  []factSum
	texts map[int32]decimal.Decimal // sums of what is no fixed amount
}

func newFactTable() *factTable {
	return &factTable{slots: make([]int32, 1<<10), texts: map[int32]decimal.Decimal{}}
}

// of returns the place of a fact in keys and sums.
func (t *factTable) of(k factKey) int32 {
	mask := uint64(len(t.slots) - 1)
	for at := k.hash() & mask; ; at = (at + 1) & mask {
		switch i := t.slots[at] - 1; {
		case i < 0:
			t.keys, t.sums = append(t.keys, k), append(t.sums, factSum{})
			t.slots[at] = int32(len(t.keys))
			if 2*len(t.keys) > len(t.slots) {
				t.grow()
			}
			return int32(len(t.keys) - 1)
		case t.keys[i] == k:
			return i
		}
	}
}

func (t *factTable) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for i := range t.keys {
		at := t.keys[i].hash() & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(i + 1)
	}
}

// addText adds an amount to a fact's list cost.
func (t *factTable) addText(i int32, d decimal.Decimal) { t.texts[i] = t.texts[i].Add(d) }

// addFact adds a fact of another table.
func (t *factTable) addFact(k factKey, s *factSum, text decimal.Decimal) {
	i := t.of(k)
	t.sums[i].lines += s.lines
	t.sums[i].list.merge(&s.list)
	if !text.IsZero() {
		t.addText(i, text)
	}
}

// clear empties the table and keeps its memory.
func (t *factTable) clear() {
	clear(t.slots)
	clear(t.texts)
	t.keys, t.sums = t.keys[:0], t.sums[:0]
}
