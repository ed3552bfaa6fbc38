package usagefile

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/pharos-pec/pharos"
)

// lineReader reads lines of at most MaxLine bytes and counts them.
type lineReader struct {
	name string
	r    *bufio.Reader
	line int64 // number of the line last read
	// terminated says whether the line last read ended in a line end: one
	// that does not is the last of the file, and may have been cut.
	terminated bool
}

func newLineReader(name string, r *bufio.Reader) *lineReader { return &lineReader{name: name, r: r} }

// next returns the next line without its end, valid until the call after, or
// io.EOF. NUL bytes and lines that are too long are errors.
func (l *lineReader) next() ([]byte, error) {
	b, err := l.r.ReadSlice('\n')
	if len(b) == 0 && errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	l.line++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fileError(l.name, l.line, "the line is longer than %d bytes", MaxLine).
			WithHint("line ends were lost, or this is no usage file; download it again")
	case err != nil && !errors.Is(err, io.EOF):
		return nil, readError(l.name, l.line, err)
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, nulBytes(l.name, l.line)
	}
	b, l.terminated = bytes.CutSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r")), nil
}

func nulBytes(name string, line int64) error {
	return fileError(name, line, "the line has NUL bytes").WithHint("the file is damaged; download it again")
}

// cut is the error of a file that ends within a line.
func (l *lineReader) cut() error {
	return fileError(l.name, l.line, "the file is cut short here").WithHint("download it again")
}

// readError is the error of a stream that could not be read on: a
// compressed file that ends too soon or is damaged, or a fault of the disk.
func readError(name string, line int64, err error) error {
	var own *pharos.Error
	switch {
	case errors.As(err, &own):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fileError(name, line, "the file is cut short: its compressed data ends too soon").WithHint("download it again")
	default:
		return fileError(name, line, "cannot be read: %w", err)
	}
}
