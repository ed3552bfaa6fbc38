package ledger

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos/internal/usagefile"
)

// scaleOfProduct is the number of decimals of a product of three amounts.
const scaleOfProduct = 3 * usagefile.Decimals

// wideSum is an exact sum of products of amounts. Products of three 64-bit
// amounts have at most 189 bits and are added up in 256, which does not
// overflow below 10^20 lines.
type wideSum struct {
	words [4]uint64 // two's complement, least significant first
}

// exactSum is a wideSum and what came as text, which is added as a decimal.
type exactSum struct {
	wideSum
	text decimal.Decimal
}

// total returns the sum.
func (s *exactSum) total() decimal.Decimal { return s.decimal().Add(s.text) }

// addProduct adds a x b x c.
func (s *wideSum) addProduct(a, b, c int64) {
	negative := (a < 0) != (b < 0) != (c < 0)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	m := magnitude(c)
	c1, w0 := bits.Mul64(lo, m)
	w2, w1 := bits.Mul64(hi, m)
	w1, carry := bits.Add64(w1, c1, 0)
	w2 += carry
	if negative {
		s.subtract([4]uint64{w0, w1, w2, 0})
		return
	}
	s.add([4]uint64{w0, w1, w2, 0})
}

func (s *wideSum) add(w [4]uint64) {
	var carry uint64
	for i := range s.words {
		s.words[i], carry = bits.Add64(s.words[i], w[i], carry)
	}
}

func (s *wideSum) subtract(w [4]uint64) {
	var borrow uint64
	for i := range s.words {
		s.words[i], borrow = bits.Sub64(s.words[i], w[i], borrow)
	}
}

// merge adds another sum.
func (s *wideSum) merge(o *wideSum) {
	s.add(o.words)
}

// decimal returns the sum.
func (s *wideSum) decimal() decimal.Decimal {
	words := s.words
	if words == [4]uint64{} {
		return decimal.Zero
	}
	negative := words[3]>>63 == 1
	if negative {
		var zero wideSum
		zero.subtract(words)
		words = zero.words
	}
	var b [32]byte
	for i, w := range words {
		binary.BigEndian.PutUint64(b[24-8*i:], w)
	}
	v := new(big.Int).SetBytes(b[:])
	if negative {
		v.Neg(v)
	}
	return decimal.NewFromBigInt(v, -scaleOfProduct)
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}
