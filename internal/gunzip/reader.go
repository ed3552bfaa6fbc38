package gunzip

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// The errors of a file that is no gzip file or is damaged. Data that ends too
// soon is io.ErrUnexpectedEOF.
var (
	ErrHeader   = errors.New("gunzip: not a gzip file")
	ErrChecksum = errors.New("gunzip: the checksum is wrong")
)

// Reader decompresses a gzip file. It is for one goroutine.
type Reader struct {
	z    *inflater
	rd   int // out[rd:wr] is not yet read
	crc  uint32
	size uint32
	err  error
}

// NewReader reads the header of the first member. The error is io.EOF for an
// empty file, as compress/gzip has it.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{z: newInflater(src)}
	r.err = r.header()
	return r, r.err
}

// Read decompresses into p.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, r.err
	}
	for r.rd == r.z.wr {
		if r.err != nil {
			return 0, r.err
		}
		r.err = r.advance()
	}
	n := copy(p, r.z.out[r.rd:r.z.wr])
	r.rd += n
	return n, nil
}

// advance decompresses the next part, once all before it is read.
func (r *Reader) advance() error {
	z := r.z
	if z.state == streamEnd {
		if err := r.trailer(); err != nil {
			return err
		}
		return r.header()
	}
	r.slide()
	from := z.wr
	err := z.more(len(z.out) - margin)
	if err != nil {
		z.wr = from // some of it may come from bits after the end
	}
	r.crc = crc32.Update(r.crc, crc32.IEEETable, z.out[from:z.wr])
	r.size += uint32(z.wr - from)
	return err
}

// slide makes room: it keeps what matches may reach back to.
func (r *Reader) slide() {
	z := r.z
	keep := min(z.wr-z.floor, history)
	copy(z.out, z.out[z.wr-keep:z.wr])
	z.wr, r.rd, z.floor = keep, keep, 0
}

// trailer checks the checksum and the length of a member.
func (r *Reader) trailer() error {
	var tail [8]byte
	if err := r.z.bytes(tail[:]); err != nil {
		return noEOF(err)
	}
	if binary.LittleEndian.Uint32(tail[:]) != r.crc || binary.LittleEndian.Uint32(tail[4:]) != r.size {
		return ErrChecksum
	}
	return nil
}

// The flags of a member's header.
const (
	flagHeaderCRC = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4
)

// header reads the header of the next member; io.EOF when there is none.
func (r *Reader) header() error {
	z := r.z
	var head [10]byte
	if err := z.bytes(head[:]); err != nil {
		return err
	}
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 {
		return ErrHeader
	}
	sum := crc32.ChecksumIEEE(head[:])
	flags := head[3]
	if flags&flagExtra != 0 {
		var length [2]byte
		if err := z.headerBytes(length[:], &sum); err != nil {
			return err
		}
		if err := z.headerBytes(make([]byte, binary.LittleEndian.Uint16(length[:])), &sum); err != nil {
			return err
		}
	}
	for _, flag := range []byte{flagName, flagComment} {
		if flags&flag == 0 {
			continue
		}
		if err := z.headerText(&sum); err != nil {
			return err
		}
	}
	if flags&flagHeaderCRC != 0 {
		var check [2]byte
		if err := z.bytes(check[:]); err != nil {
			return noEOF(err)
		}
		if binary.LittleEndian.Uint16(check[:]) != uint16(sum) {
			return ErrHeader
		}
	}
	r.crc, r.size = 0, 0
	z.floor, r.rd = z.wr, z.wr
	z.state, z.last = betweenBlocks, false
	return nil
}

// bytes reads bytes between streams. At the end of the file the error is
// io.EOF, within them io.ErrUnexpectedEOF.
func (z *inflater) bytes(p []byte) error {
	for n := 0; n < len(p); {
		have := z.got - z.ip
		if z.eof {
			have -= padding
		}
		if have <= 0 {
			if z.eof && n == 0 {
				return io.EOF
			}
			if err := z.fill(); err != nil {
				return err
			}
			continue
		}
		took := copy(p[n:], z.in[z.ip:z.ip+have])
		n, z.ip = n+took, z.ip+took
	}
	return nil
}

func (z *inflater) headerBytes(p []byte, sum *uint32) error {
	err := z.bytes(p)
	*sum = crc32.Update(*sum, crc32.IEEETable, p)
	return noEOF(err)
}

// headerText passes over a text that ends with a zero byte, of at most 512
// bytes as in compress/gzip.
func (z *inflater) headerText(sum *uint32) error {
	var b [1]byte
	for n := 0; ; n++ {
		if n >= 512 {
			return ErrHeader
		}
		if err := z.headerBytes(b[:], sum); err != nil {
			return err
		}
		if b[0] == 0 {
			return nil
		}
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
