package ledger

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// A columnBuffer holds a column's values of one row group.
type columnBuffer interface {
	// dictionary appends the values of the dictionary page, each once, and
	// says how many; 0 when the column has none.
	dictionary(dst []byte) ([]byte, int)
	// data appends the values of the data page in the encoding that it returns.
	data(dst []byte) ([]byte, format.Encoding, error)
	// bounds are the least and the greatest value as Parquet writes them, nil
	// where nobody looks for lines by the column.
	bounds() (least, greatest []byte)
	reset()
}

// wordColumn is a column of strings that come again and again, such as ids and
// names: each is written once, and the rows by its number.
type wordColumn struct {
	bounded bool // whether lines are looked for by the column
	index   []int32
	values  []string
	at      map[string]int32
	last    int32 // of the row before
}

// add appends a value. Most are that of the row before.
func (c *wordColumn) add(s string) {
	if len(c.values) == 0 || c.values[c.last] != s {
		at, known := c.at[s]
		if !known {
			if c.at == nil {
				c.at = map[string]int32{}
			}
			at = int32(len(c.values))
			c.values = append(c.values, s)
			c.at[s] = at
		}
		c.last = at
	}
	c.index = append(c.index, c.last)
}

func (c *wordColumn) dictionary(dst []byte) ([]byte, int) {
	for _, s := range c.values {
		dst = append(binary.LittleEndian.AppendUint32(dst, uint32(len(s))), s...)
	}
	return dst, len(c.values)
}

func (c *wordColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	width := bits.Len(uint(len(c.values) - 1))
	numbers, err := (&rle.Encoding{BitWidth: width}).EncodeInt32(nil, c.index)
	return append(append(dst, byte(width)), numbers...), format.RLEDictionary, err
}

func (c *wordColumn) bounds() (least, greatest []byte) {
	if !c.bounded {
		return nil, nil
	}
	low, high := c.values[0], c.values[0]
	for _, s := range c.values {
		low, high = min(low, s), max(high, s)
	}
	return []byte(low), []byte(high)
}

func (c *wordColumn) reset() {
	c.index, c.values, c.last = c.index[:0], c.values[:0], 0
	clear(c.at)
}

// textColumn is a column of strings of which most rows have their own.
type textColumn struct{ bytes []byte }

func (c *textColumn) add(s string) {
	c.bytes = append(binary.LittleEndian.AppendUint32(c.bytes, uint32(len(s))), s...)
}

func (c *textColumn) dictionary(dst []byte) ([]byte, int) { return dst, 0 }

func (c *textColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	return append(dst, c.bytes...), format.Plain, nil
}

func (c *textColumn) bounds() (least, greatest []byte) { return nil, nil }

func (c *textColumn) reset() { c.bytes = c.bytes[:0] }

// amountColumn is a column of 64-bit integers.
type amountColumn struct{ values []int64 }

func (c *amountColumn) add(v int64) { c.values = append(c.values, v) }

func (c *amountColumn) dictionary(dst []byte) ([]byte, int) { return dst, 0 }

func (c *amountColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	for _, v := range c.values {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
	}
	return dst, format.Plain, nil
}

func (c *amountColumn) bounds() (least, greatest []byte) { return nil, nil }

func (c *amountColumn) reset() { c.values = c.values[:0] }

// risingColumn is a column of 64-bit integers that rise by little.
type risingColumn struct{ amountColumn }

func (c *risingColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	steps, err := (&delta.BinaryPackedEncoding{}).EncodeInt64(nil, c.values)
	return append(dst, steps...), format.DeltaBinaryPacked, err
}

// dayColumn is a column of dates.
type dayColumn struct{ values []int32 }

func (c *dayColumn) add(v int32) { c.values = append(c.values, v) }

func (c *dayColumn) dictionary(dst []byte) ([]byte, int) { return dst, 0 }

func (c *dayColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	for _, v := range c.values {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst, format.Plain, nil
}

func (c *dayColumn) bounds() (least, greatest []byte) {
	low, high := c.values[0], c.values[0]
	for _, v := range c.values {
		low, high = min(low, v), max(high, v)
	}
	write := func(v int32) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
	return write(low), write(high)
}

func (c *dayColumn) reset() { c.values = c.values[:0] }

// flagColumn is a column of truth values, eight to a byte.
type flagColumn struct {
	bits []byte
	rows int
}

func (c *flagColumn) add(v bool) {
	if c.rows%8 == 0 {
		c.bits = append(c.bits, 0)
	}
	if v {
		c.bits[c.rows/8] |= 1 << (c.rows % 8)
	}
	c.rows++
}

func (c *flagColumn) dictionary(dst []byte) ([]byte, int) { return dst, 0 }

func (c *flagColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	return append(dst, c.bits...), format.Plain, nil
}

func (c *flagColumn) bounds() (least, greatest []byte) { return nil, nil }

func (c *flagColumn) reset() { c.bits, c.rows = c.bits[:0], 0 }

// keyColumn is a column of 16 bytes each.
type keyColumn struct{ bytes []byte }

func (c *keyColumn) add(k [16]byte) { c.bytes = append(c.bytes, k[:]...) }

func (c *keyColumn) dictionary(dst []byte) ([]byte, int) { return dst, 0 }

func (c *keyColumn) data(dst []byte) ([]byte, format.Encoding, error) {
	return append(dst, c.bytes...), format.Plain, nil
}

func (c *keyColumn) bounds() (least, greatest []byte) { return nil, nil }

func (c *keyColumn) reset() { c.bytes = c.bytes[:0] }
