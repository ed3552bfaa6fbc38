package usagefile

import (
	"math/big"

	"github.com/shopspring/decimal"
)

// Decimals is the number of decimal places of a [Number]'s fixed form.
const Decimals = 10

const (
	maxDigits      = 38 // digits of a value that is accepted at all
	maxNumberBytes = 64
)

// Number is an exact decimal value. Nearly all of a bill's values have at most
// ten decimals and 18 digits; those are kept as an integer, the others as a
// decimal, so that nothing is ever rounded.
type Number struct {
	fixed int64            // value x 10^Decimals, when wide is nil
	wide  *decimal.Decimal // any other value
}

// FixedNumber returns the Number v / 10^Decimals.
func FixedNumber(v int64) Number { return Number{fixed: v} }

// NewNumber returns d as a Number.
func NewNumber(d decimal.Decimal) Number {
	n, ok := parseNumber([]byte(d.String()))
	if !ok {
		return Number{wide: &d}
	}
	return n
}

// Fixed returns value x 10^Decimals, and whether the value has that form.
func (n Number) Fixed() (int64, bool) { return n.fixed, n.wide == nil }

// Decimal returns the value.
func (n Number) Decimal() decimal.Decimal {
	if n.wide != nil {
		return *n.wide
	}
	return decimal.New(n.fixed, -Decimals)
}

// IsZero reports whether the value is 0.
func (n Number) IsZero() bool { return n.wide == nil && n.fixed == 0 }

// Sign returns -1, 0 or 1.
func (n Number) Sign() int {
	switch {
	case n.wide != nil:
		return n.wide.Sign()
	case n.fixed < 0:
		return -1
	case n.fixed > 0:
		return 1
	default:
		return 0
	}
}

// parts is a decimal literal taken apart: digits x 10^exponent.
type parts struct {
	negative bool
	digits   []byte // significant digits, no leading zeros
	exponent int
}

// split takes a literal such as -0.50, 1.9E-08 or 12 apart. It refuses
// anything else: signs in odd places, blanks, thousands separators.
func split(b []byte, buf *[maxNumberBytes]byte) (parts, bool) {
	p := parts{digits: buf[:0]}
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		p.negative = b[i] == '-'
		i++
	}
	seen, point := false, false
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			seen = true
			if c != '0' || len(p.digits) > 0 {
				p.digits = append(p.digits, c)
			}
			if point {
				p.exponent--
			}
		case c == '.' && !point:
			point = true
		case (c == 'e' || c == 'E') && seen:
			e, ok := exponent(b[i+1:])
			p.exponent += e
			return p, ok
		default:
			return p, false
		}
	}
	return p, seen
}

func exponent(b []byte) (int, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 3 {
		return 0, false
	}
	e := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		e = e*10 + int(c-'0')
	}
	if negative {
		e = -e
	}
	return e, true
}

// parseNumber reads a decimal literal exactly. It refuses more than 38
// significant digits and magnitudes beyond 10^±38: no price or quantity is
// like that, and such a literal could be made to cost any amount of memory.
func parseNumber(b []byte) (Number, bool) {
	if len(b) == 0 || len(b) > maxNumberBytes {
		return Number{}, false
	}
	var buf [maxNumberBytes]byte
	p, ok := split(b, &buf)
	if !ok {
		return Number{}, false
	}
	for len(p.digits) > 0 && p.digits[len(p.digits)-1] == '0' {
		p.digits = p.digits[:len(p.digits)-1]
		p.exponent++
	}
	if len(p.digits) == 0 {
		return Number{}, true
	}
	top := len(p.digits) + p.exponent // position of the first digit
	if len(p.digits) > maxDigits || top > maxDigits || p.exponent < -maxDigits {
		return Number{}, false
	}
	if p.exponent >= -Decimals && top+Decimals <= 18 {
		return Number{fixed: p.fixed()}, true
	}
	coefficient, _ := new(big.Int).SetString(string(p.digits), 10)
	if p.negative {
		coefficient.Neg(coefficient)
	}
	wide := decimal.NewFromBigInt(coefficient, int32(p.exponent)) //nolint:gosec // bounded above
	return Number{wide: &wide}, true
}

// fixed returns the value at ten decimals; it fits by the caller's check.
func (p parts) fixed() int64 {
	var v int64
	for _, c := range p.digits {
		v = v*10 + int64(c-'0')
	}
	for range p.exponent + Decimals {
		v *= 10
	}
	if p.negative {
		return -v
	}
	return v
}
