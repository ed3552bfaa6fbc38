package usagefile

import (
	"bufio"
	"io"
	"os"

	"github.com/pharos-pec/pharos"
)

// source is a stream that can be read again from its start, through a
// temporary file, for the formats that need it.
type source struct {
	name     string
	original io.Reader // what r buffers
	r        *bufio.Reader
	spool    *os.File
}

// randomAccess is a stream that is a file already.
type randomAccess interface {
	io.ReaderAt
	io.Seeker
}

// random returns the whole content for reading anywhere.
func (s *source) random() (io.ReaderAt, int64, error) {
	if f, ok := s.original.(randomAccess); ok {
		size, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return nil, 0, readError(s.name, 0, err)
		}
		return f, size, nil
	}
	spool, err := os.CreateTemp("", "pharos-usage-*")
	if err != nil {
		return nil, 0, pharos.Errorf(pharos.Internal, "%s: cannot be unpacked: %w", s.name, err).
			WithHint("TMPDIR must name a folder that can be written to")
	}
	s.spool = spool
	size, err := io.Copy(spool, s.r)
	if err != nil {
		return nil, 0, readError(s.name, 0, err)
	}
	return spool, size, nil
}

// close removes the temporary file.
func (s *source) close() {
	if s.spool == nil {
		return
	}
	_ = s.spool.Close()
	_ = os.Remove(s.spool.Name())
}
