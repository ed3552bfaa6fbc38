package gunzip

import (
	"compress/gzip"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// guarded reads with this package's decompressor and, where that finds the
// file damaged, asks the standard library: its answer counts.
type guarded struct {
	fast  *Reader
	again func() (io.Reader, error)

	given int64 // bytes handed out
	sum   hash.Hash32
	slow  io.Reader // once it took over
}

// NewGuarded is like [NewReader], for a source that can be read again from its
// start, which again returns. A file that this package calls damaged is then
// decompressed by compress/gzip, beginning with the bytes that were handed out
// already, which must be the same. It costs nothing while nothing is wrong but
// a checksum of what is handed out.
func NewGuarded(src io.Reader, again func() (io.Reader, error)) (io.Reader, error) {
	r, err := NewReader(src)
	g := &guarded{fast: r, again: again, sum: crc32.NewIEEE()}
	if err != nil && damaged(err) {
		err = g.takeOver(err)
	}
	return g, err
}

// damaged reports whether the error is this package's judgement of the data.
func damaged(err error) bool {
	for _, own := range []error{errCorrupt, ErrHeader, ErrChecksum, io.ErrUnexpectedEOF} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// Read decompresses into p.
func (g *guarded) Read(p []byte) (int, error) {
	if g.slow != nil {
		return g.slow.Read(p)
	}
	n, err := g.fast.Read(p)
	g.given += int64(n)
	_, _ = g.sum.Write(p[:n]) // never fails
	if err == nil || !damaged(err) {
		return n, err
	}
	return n, g.takeOver(err)
}

// takeOver begins again with the standard library and passes over what was
// handed out. It returns nil when that may go on.
func (g *guarded) takeOver(judgement error) error {
	src, err := g.again()
	if err != nil {
		return err
	}
	slow, err := gzip.NewReader(src)
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, slow, g.given); err != nil {
		if errors.Is(err, io.EOF) {
			err = judgement
		}
		return err
	}
	if sum.Sum32() != g.sum.Sum32() {
		return fmt.Errorf("%w, and not in the place where compress/gzip finds it", judgement)
	}
	g.slow = slow
	return nil
}
