package ledger

import "github.com/shopspring/decimal"

// factKey is what the lines of a day fact have in common, by symbols.
type factKey struct {
	day                                                int32
	customer, subscription, scope                      uint32
	product, credited, meterRate, currency, resellerID uint32
}

// factSum is what they amount to.
type factSum struct {
	lines int64
	list  wideSum
}

// factTable adds up day facts. There are millions of them in a large bill:
// neither map nor slice holds a pointer, so that the collector need not look
// into them.
type factTable struct {
	index map[factKey]int32
	sums  []factSum
	texts map[int32]decimal.Decimal // sums of what is no fixed amount
}

func newFactTable() *factTable {
	return &factTable{index: map[factKey]int32{}, texts: map[int32]decimal.Decimal{}}
}

// of returns the place of a fact in sums.
func (t *factTable) of(k factKey) int32 {
	i, ok := t.index[k]
	if !ok {
		i = int32(len(t.sums))
		t.sums = append(t.sums, factSum{})
		t.index[k] = i
	}
	return i
}

// addText adds an amount to a fact's list cost.
func (t *factTable) addText(i int32, d decimal.Decimal) { t.texts[i] = t.texts[i].Add(d) }

// merge adds the facts of another table.
func (t *factTable) merge(o *factTable) {
	for key, from := range o.index {
		i := t.of(key)
		t.sums[i].lines += o.sums[from].lines
		t.sums[i].list.merge(&o.sums[from].list)
		if d, ok := o.texts[from]; ok {
			t.addText(i, d)
		}
	}
}

// total returns a fact's lines and list cost.
func (t *factTable) total(k factKey) (int64, decimal.Decimal) {
	i := t.index[k]
	return t.sums[i].lines, t.sums[i].list.decimal().Add(t.texts[i])
}
