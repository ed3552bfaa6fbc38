package gunzip

import (
	"encoding/binary"
	"errors"
	"io"
)

// errCorrupt is the error of data that is not deflate.
var errCorrupt = errors.New("gunzip: the compressed data is damaged")

const (
	history  = 1 << 15 // how far back a match can reach
	chunk    = 1 << 18 // decompressed at a time
	margin   = 300     // beyond it: the longest match, and what copying eight bytes at a time writes too much
	inputLen = 1 << 16
	padding  = 16 // zero bytes after the end of the input, so that eight can always be read
)

// inflater decompresses one deflate stream after the other.
type inflater struct {
	src io.Reader
	in  []byte
	ip  int // the next byte of in that is not in word
	got int // bytes of in, with the padding once src is at its end
	eof bool

	word  uint64 // bits not yet used, the next one lowest
	count uint   // how many of them are counted; more may be there

	out   []byte
	wr    int // out[:wr] is decompressed
	floor int // of out, before which nothing of this stream stands

	state blockState
	last  bool // the block is the stream's last
	left  int  // bytes of a stored block
	// isFixed tells that the tables are those of the fixed code.
	isFixed bool
	lit     litTable
	dist    distTable
}

// blockState says where in a stream the inflater is.
type blockState int

const (
	betweenBlocks blockState = iota
	stored
	compressed
	streamEnd
)

func newInflater(src io.Reader) *inflater {
	return &inflater{src: src, in: make([]byte, inputLen+padding), out: make([]byte, history+chunk+margin)}
}

// need makes sure that eight bytes of input can be read, beyond the end of the
// file as zeros.
func (z *inflater) need() error {
	if z.ip+8 <= z.got {
		return nil
	}
	return z.fill()
}

// fill reads on until sixteen bytes are there. It keeps those before, which
// unread may give back.
func (z *inflater) fill() error {
	if z.eof {
		return io.ErrUnexpectedEOF // in the padding, and still something is missing
	}
	from := max(z.ip-8, 0)
	z.got = copy(z.in, z.in[from:z.got])
	z.ip -= from
	for z.got < z.ip+16 {
		n, err := z.src.Read(z.in[z.got:inputLen])
		z.got += n
		if errors.Is(err, io.EOF) {
			z.eof = true
			clear(z.in[z.got : z.got+padding])
			z.got += padding
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refill brings the counted bits to at least 56.
func (z *inflater) refill() {
	z.word |= binary.LittleEndian.Uint64(z.in[z.ip:]) << (z.count & 63)
	z.ip += int((63 - z.count) >> 3)
	z.count |= 56
}

// take returns the next n bits, of which there must be so many.
func (z *inflater) take(n uint) uint {
	v := uint(z.word & (1<<n - 1))
	z.word >>= n
	z.count -= n
	return v
}

// unread gives whole bytes back that were taken for the word.
func (z *inflater) unread() {
	z.ip -= int(z.count >> 3)
	z.word, z.count = 0, 0
}

// overran reports whether bits after the end of the input were used.
func (z *inflater) overran() bool {
	return z.eof && z.ip-int(z.count>>3) > z.got-padding
}

// more decompresses until some hundred kibibytes are there or the stream ends.
func (z *inflater) more(limit int) error {
	for z.wr < limit && z.state != streamEnd {
		var err error
		switch z.state {
		case betweenBlocks:
			err = z.block()
		case stored:
			err = z.copyStored(limit)
		case compressed:
			err = z.symbols(limit)
		case streamEnd:
		}
		if (err == nil || errors.Is(err, errCorrupt)) && z.overran() {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// block reads the header of the next block, or ends the stream after the last.
func (z *inflater) block() error {
	if z.last {
		z.unread()
		z.state = streamEnd
		return nil
	}
	if err := z.need(); err != nil {
		return err
	}
	z.refill()
	z.last = z.take(1) == 1
	switch z.take(2) {
	case 0:
		return z.storedHeader()
	case 1:
		z.state = compressed
		return z.fixed()
	case 2:
		z.state = compressed
		return z.dynamic()
	default:
		return errCorrupt
	}
}

func (z *inflater) storedHeader() error {
	z.take(z.count & 7)
	z.unread()
	if err := z.need(); err != nil {
		return err
	}
	length, check := binary.LittleEndian.Uint16(z.in[z.ip:]), binary.LittleEndian.Uint16(z.in[z.ip+2:])
	z.ip += 4
	if z.overran() {
		return io.ErrUnexpectedEOF
	}
	if length != ^check {
		return errCorrupt
	}
	z.left, z.state = int(length), stored
	if length == 0 {
		z.state = betweenBlocks
	}
	return nil
}

func (z *inflater) copyStored(limit int) error {
	for z.left > 0 && z.wr < limit {
		have := z.got - z.ip
		if z.eof {
			have -= padding
		}
		if have <= 0 {
			if err := z.fill(); err != nil {
				return err
			}
			continue
		}
		n := min(z.left, have, len(z.out)-margin-z.wr)
		z.wr += copy(z.out[z.wr:z.wr+n], z.in[z.ip:])
		z.ip += n
		z.left -= n
	}
	if z.left == 0 {
		z.state = betweenBlocks
	}
	return nil
}

// fixed sets the tables of the fixed code.
func (z *inflater) fixed() error {
	if z.isFixed {
		return nil
	}
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	var dists [32]uint8
	for i := range dists {
		dists[i] = 5
	}
	build(z.lit[:], litBits, lengths[:], litSymbol)
	build(z.dist[:], distBits, dists[:], distSymbol)
	z.isFixed = true
	return nil
}

// metaOrder is the order of the lengths of the code for lengths.
const metaOrder = "\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"

// dynamic reads the codes of a block.
func (z *inflater) dynamic() error {
	z.isFixed = false
	lits, dists, metas := int(z.take(5))+257, int(z.take(5))+1, int(z.take(4))+4
	if lits > maxLit || dists > maxDist {
		return errCorrupt
	}
	var metaLengths [19]uint8
	for i := range metas {
		if i%8 == 0 {
			if err := z.need(); err != nil {
				return err
			}
			z.refill()
		}
		metaLengths[metaOrder[i]] = uint8(z.take(3))
	}
	var meta [1 << metaBits]entry
	if !build(meta[:], metaBits, metaLengths[:], metaSymbol) {
		return errCorrupt
	}
	var lengths [maxLit + maxDist]uint8
	if err := z.lengths(&meta, lengths[:lits+dists]); err != nil {
		return err
	}
	if !build(z.lit[:], litBits, lengths[:lits], litSymbol) || !build(z.dist[:], distBits, lengths[lits:lits+dists], distSymbol) {
		return errCorrupt
	}
	return nil
}

// lengths reads run-length coded code lengths.
func (z *inflater) lengths(meta *[1 << metaBits]entry, lengths []uint8) error {
	for i := 0; i < len(lengths); {
		if err := z.need(); err != nil {
			return err
		}
		z.refill()
		e := meta[z.word&(1<<metaBits-1)]
		if e&invalid != 0 {
			return errCorrupt
		}
		z.take(e.consume())
		s := e.value()
		if s < 16 {
			lengths[i] = uint8(s)
			i++
			continue
		}
		var value uint8
		repeat := 0
		switch s {
		case 16:
			if i == 0 {
				return errCorrupt
			}
			value, repeat = lengths[i-1], 3+int(z.take(2))
		case 17:
			repeat = 3 + int(z.take(3))
		default:
			repeat = 11 + int(z.take(7))
		}
		if i+repeat > len(lengths) {
			return errCorrupt
		}
		for range repeat {
			lengths[i] = value
			i++
		}
	}
	return nil
}
