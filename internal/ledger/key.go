package ledger

import (
	"encoding/binary"
	"math/bits"

	"github.com/pharos-pec/pharos/internal/usagefile"
)

// keyOf returns the identity of a line: two lines are the same if and only if
// their keys are equal (rules 2 and 3 of the package comment). It is a hash
// of 128 bits; among ten billion lines the odds of one false match are below
// one in a quintillion.
func keyOf(rec *usagefile.Record) [16]byte {
	h := newHash()
	h.text(rec.Invoice)
	h.text(string(rec.Customer))
	h.text(string(rec.Subscription))
	h.text(string(rec.Resource))
	if rec.Resource == "" {
		h.text(rec.ResourceGroup)
	}
	h.text(rec.Meter.ID)
	h.text(rec.PricingCurrency)
	h.text(rec.BillingCurrency)
	h.word(uint64(uint32(rec.Day)))
	h.number(rec.UnitPrice)
	if rec.Invoice != "" {
		h.number(rec.Quantity)
	}
	h.word(rec.Tags)
	return h.sum()
}

// hash mixes words into two lanes by folded multiplication. It guards against
// accident, not against malice: whoever writes a bill can change it anyway.
type hash struct{ a, b uint64 }

const (
	mixA = 0x9e3779b97f4a7c15
	mixB = 0xc2b2ae3d27d4eb4f
)

func newHash() hash { return hash{a: 0x243f6a8885a308d3, b: 0x13198a2e03707344} }

func (h *hash) word(w uint64) {
	hi, lo := bits.Mul64(h.a^w, mixA)
	h.a = hi ^ lo + w
	hi, lo = bits.Mul64(h.b+w, mixB)
	h.b = (hi^lo)*mixA ^ bits.RotateLeft64(w, 29)
}

// text adds a string and its length, so that neighbours cannot run together.
func (h *hash) text(s string) {
	h.word(uint64(len(s)))
	for len(s) >= 8 {
		h.word(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
		s = s[8:]
	}
	if len(s) > 0 {
		var w uint64
		for i := range len(s) {
			w |= uint64(s[i]) << (8 * i)
		}
		h.word(w)
	}
}

func (h *hash) number(n usagefile.Number) {
	if v, ok := n.Fixed(); ok {
		h.word(uint64(v))
		return
	}
	h.text(n.Decimal().String())
}

func (h *hash) sum() [16]byte {
	for range 3 {
		h.word(h.a ^ h.b)
	}
	var out [16]byte
	binary.LittleEndian.PutUint64(out[:8], h.a)
	binary.LittleEndian.PutUint64(out[8:], h.b)
	return out
}
