package clickhouse

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos/internal/usagefile"
)

// Amounts have up to 60 bits, products of three up to 180, and sums more. The
// engine's widest integers have 64 bits (18.16 has 128 in decimals alone), so
// the product of each line is worked out in limbs of 30 bits, and limbs are added
// up: each sum is exact below 2^33 lines. All but the last limb are not negative.
const (
	limbBits     = 30
	productLimbs = 6
)

// limb and rest are the lowest 30 bits of an expression, and what stands above them.
func limb(e string) string { return fmt.Sprintf("bitAnd(%s, 1073741823)", e) }
func rest(e string) string { return fmt.Sprintf("bitShiftRight(%s, 30)", e) }

// productSQL returns, for a WITH clause, the definitions of the limbs of
// quantity x unit price x exchange rate as p0 to p5. No step exceeds 63 bits.
func productSQL() string {
	d := []string{
		limb("quantity_e10") + " as ql", rest("quantity_e10") + " as qh",
		limb("unit_price_e10") + " as ul", rest("unit_price_e10") + " as uh",
		limb("exchange_rate_e10") + " as xl", rest("exchange_rate_e10") + " as xh",
		"ql * ul as c0", "ql * uh + qh * ul + " + rest("c0") + " as c1", "qh * uh + " + rest("c1") + " as c2",
		limb("c0") + " as r0", limb("c1") + " as r1", limb("c2") + " as r2", rest("c2") + " as r3",
		"r0 * xl as t0", "r1 * xl + r0 * xh + " + rest("t0") + " as t1", "r2 * xl + r1 * xh + " + rest("t1") + " as t2",
		"r3 * xl + r2 * xh + " + rest("t2") + " as t3", "r3 * xh + " + rest("t3") + " as t4",
	}
	for i := range productLimbs - 1 {
		d = append(d, fmt.Sprintf("%s as p%d", limb(fmt.Sprintf("t%d", i)), i))
	}
	return "with " + strings.Join(append(d, rest("t4")+" as p5"), ", ")
}

// productSums are the sums of the limbs, for a select list.
func productSums() string {
	var out []string
	for i := range productLimbs {
		out = append(out, fmt.Sprintf("sum(p%d) as s%d", i, i))
	}
	return strings.Join(out, ", ")
}

// amountSums are the sums of the limbs of one amount.
func amountSums(column, as string) string {
	return fmt.Sprintf("sum(%s) as %s0, sum(%s) as %s1", limb(column), as, rest(column), as)
}

// fromLimbs puts a sum together; decimals is how many its unit has.
func fromLimbs(limbs []int64, decimals int32) decimal.Decimal {
	sum := new(big.Int)
	for i := len(limbs) - 1; i >= 0; i-- {
		sum.Lsh(sum, limbBits)
		sum.Add(sum, big.NewInt(limbs[i]))
	}
	if sum.Sign() == 0 {
		return decimal.Zero
	}
	return decimal.NewFromBigInt(sum, -decimals)
}

// Decimals of the units of sums.
const (
	amountDecimals  = usagefile.Decimals
	productDecimals = 3 * usagefile.Decimals
)
