package gunzip

import "math/bits"

// An entry of a table tells everything of a symbol:
//
//	bits  0..5   how many bits of input to consume, extra bits included
//	bits  6..11  how many of them are the code; for a subtable, its index bits
//	bits 12..15  the kind
//	bits 16..31  the literal, the base of the length or distance, or where the subtable begins
type entry uint32

// The kinds of entry; none of them for a length or distance.
const (
	literal entry = 1 << 12
	end     entry = 1 << 13
	sub     entry = 1 << 14
	invalid entry = 1 << 15
)

func (e entry) consume() uint { return uint(e & 63) }
func (e entry) code() uint    { return uint(e >> 6 & 63) }
func (e entry) value() int    { return int(e >> 16) }

const (
	maxCode  = 15 // bits of the longest code
	litBits  = 11 // index bits of the tables
	distBits = 9
	metaBits = 7
	maxLit   = 286
	maxDist  = 30
)

// The tables are larger than any code needs (2,342 and 402 entries), so that
// an index can be masked instead of checked.
type (
	litTable  [1 << 12]entry
	distTable [1 << 10]entry
)

// build fills a table of 1<<index entries, and subtables behind it, from the
// lengths of a canonical Huffman code. It reports false for a code that
// compress/flate refuses: one that is not whole, but for a single code of one
// bit and none at all, of which the use is an error.
func build(table []entry, index uint, lengths []uint8, symbol func(int) entry) bool {
	var count [maxCode + 1]int
	longest := uint(0)
	for _, n := range lengths {
		count[n]++
		longest = max(longest, uint(n))
	}
	for i := range 1 << index {
		table[i] = invalid
	}
	if longest == 0 {
		return true
	}
	var next [maxCode + 2]uint
	code := uint(0)
	for n := uint(1); n <= longest; n++ {
		code <<= 1
		next[n] = code
		code += uint(count[n])
	}
	if code != 1<<longest && (code != 1 || longest != 1) {
		return false
	}
	free := 1 << index // where the next subtable goes
	for s, n := range lengths {
		if n == 0 {
			continue
		}
		length := uint(n)
		reversed := uint(bits.Reverse16(uint16(next[length])) >> (16 - length))
		next[length]++
		e := symbol(s) + entry(length) + entry(length)<<6
		if length <= index {
			for i := reversed; i < 1<<index; i += 1 << length {
				table[i] = e
			}
			continue
		}
		free = addLong(table, index, longest, free, reversed, length, e)
	}
	return true
}

// addLong adds a symbol whose code is longer than the table's index to the
// subtable of the code's first bits, which is made when it is the first. It
// returns where the next subtable goes.
func addLong(table []entry, index, longest uint, free int, reversed, length uint, e entry) int {
	head := &table[reversed&(1<<index-1)]
	wide := longest - index
	if *head&sub == 0 {
		for i := range 1 << wide {
			table[free+i] = invalid
		}
		*head = sub + entry(wide)<<6 + entry(free)<<16
		free += 1 << wide
	}
	start := uint(head.value())
	for i := reversed >> index; i < 1<<wide; i += 1 << (length - index) {
		table[start+i] = e
	}
	return free
}

// litSymbol is the entry of a literal or length, without its code.
func litSymbol(s int) entry {
	switch {
	case s < 256:
		return literal + entry(s)<<16
	case s == 256:
		return end
	case s == 285:
		return 258 << 16
	case s < 265:
		return entry(s-257+3) << 16
	case s < 285:
		extra := entry(s-261) >> 2
		return extra + (entry(s-261)&3+4)<<extra<<16 + 3<<16
	default:
		return invalid
	}
}

// distSymbol is the entry of a distance, without its code.
func distSymbol(s int) entry {
	switch {
	case s < 4:
		return entry(s+1) << 16
	case s < maxDist:
		extra := entry(s-2) >> 1
		return extra + ((entry(s)&1+2)<<extra+1)<<16
	default:
		return invalid
	}
}

func metaSymbol(s int) entry { return entry(s) << 16 }
