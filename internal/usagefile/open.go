package usagefile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/pharos-pec/pharos/internal/gunzip"
)

// Reader reads one usage file. It is for one goroutine.
type Reader struct {
	// Name is the name given to Open; a zip's members add "!" and their own.
	Name   string
	Format Format

	cursor   cursor
	recon    *reconRecords
	rejects  []Reject
	rejected int64
}

// Open recognises what r holds and yields a Reader for it: one for a plain
// or gzip file, one for each member of a zip. Name stands in errors and plays
// no part in the recognition. A file that cannot be used yields an error with
// code Invalid that names the file, and the line where there is one; nothing
// follows an error. A Reader is good until the next one is asked for.
//
// Zip and Parquet need random access: if r has no io.ReaderAt and io.Seeker,
// it is copied to a temporary file first.
func Open(name string, r io.Reader) iter.Seq2[*Reader, error] {
	return func(yield func(*Reader, error) bool) {
		src := &source{name: name, original: r, r: bufio.NewReaderSize(r, MaxLine)}
		defer src.close()
		head, _ := src.r.Peek(4)
		if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
			one(src, yield)
			return
		}
		if err := members(src, yield); err != nil {
			yield(nil, err)
		}
	}
}

func one(src *source, yield func(*Reader, error) bool) {
	f, err := openSource(src)
	if err != nil {
		yield(nil, err)
		return
	}
	yield(f, nil)
}

// members yields a Reader for each file of a zip; folders and what macOS adds
// are passed over. A zip within a zip is refused.
func members(src *source, yield func(*Reader, error) bool) error {
	file, size, err := src.random()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return fileError(src.name, 0, "not a whole zip file: %w", err).WithHint("download it again")
	}
	found := false
	for _, m := range z.File {
		if m.FileInfo().IsDir() || strings.HasPrefix(m.Name, "__MACOSX/") {
			continue
		}
		found = true
		if more, err := member(src.name, m, yield); err != nil || !more {
			return err
		}
	}
	if !found {
		return fileError(src.name, 0, "the zip holds no file")
	}
	return nil
}

func member(zipName string, m *zip.File, yield func(*Reader, error) bool) (more bool, err error) {
	name := zipName + "!" + m.Name
	content, err := m.Open()
	if err != nil {
		return false, fileError(name, 0, "cannot be unpacked: %w", err)
	}
	defer func() { _ = content.Close() }()
	src := &source{name: name, original: content, r: bufio.NewReaderSize(content, MaxLine)}
	defer src.close()
	f, err := openSource(src)
	if err != nil {
		return false, err
	}
	return yield(f, nil), nil
}

// openSource recognises a file that is no zip.
func openSource(src *source) (*Reader, error) {
	if err := src.gunzip(); err != nil {
		return nil, err
	}
	head, err := src.r.Peek(MaxLine)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, readError(src.name, 0, err)
	}
	f := &Reader{Name: src.name}
	if bytes.HasPrefix(head, []byte("PAR1")) {
		return f, f.openParquet(src)
	}
	if head, err = src.text(head); err != nil {
		return nil, err
	}
	lines := newLineReader(src.name, src.r)
	start := skipBlank(head, 0)
	switch {
	case start == len(head):
		return nil, fileError(src.name, 0, "the file is empty")
	case head[start] == '{' || head[start] == '[':
		return f, f.openJSON(lines, head)
	default:
		return f, f.openCSV(lines)
	}
}

// gunzip puts a decompressor in front of a gzip file.
func (s *source) gunzip() error {
	head, err := s.r.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return readError(s.name, 0, err)
	}
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return nil
	}
	z, err := s.decompressor()
	if err != nil {
		return readError(s.name, 0, unexpected(err))
	}
	s.original = z
	s.r = bufio.NewReaderSize(z, MaxLine)
	if head, _ := s.r.Peek(2); bytes.HasPrefix(head, []byte{0x1f, 0x8b}) || bytes.HasPrefix(head, []byte("PK")) {
		return fileError(s.name, 0, "it is compressed twice").WithHint("unpack it once")
	}
	return nil
}

// decompressor reads the gzip file. One that can be read again from its start
// is given to a second opinion before it is called damaged.
func (s *source) decompressor() (io.Reader, error) {
	file := s.original
	again, ok := file.(io.Seeker)
	if !ok {
		return gunzip.NewReader(s.r)
	}
	return gunzip.NewGuarded(s.r, func() (io.Reader, error) {
		_, err := again.Seek(0, io.SeekStart)
		return bufio.NewReader(file), err
	})
}

// text passes over a UTF-8 byte order mark and refuses other encodings, and
// NUL bytes, which would keep the format from being recognised.
func (s *source) text(head []byte) ([]byte, error) {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return nil, fileError(s.name, 0, "the text is UTF-16").WithHint("save it as UTF-8")
	}
	if i := bytes.IndexByte(head, 0); i >= 0 {
		return nil, nulBytes(s.name, int64(bytes.Count(head[:i], []byte{'\n'})+1))
	}
	mark := []byte{0xef, 0xbb, 0xbf}
	if !bytes.HasPrefix(head, mark) {
		return head, nil
	}
	if _, err := s.r.Discard(len(mark)); err != nil {
		return nil, readError(s.name, 0, err)
	}
	return head[len(mark):], nil
}

// unexpected makes a stream that ends where more must follow a cut one.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Records yields the records that can be used; each is valid until the next.
// An error ends it and means that nothing of the file may be used.
func (f *Reader) Records() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if f.cursor == nil {
			return
		}
		var rec Record
		for {
			reject, err := f.cursor.next(&rec)
			switch {
			case isEnd(err):
				return
			case err != nil:
				yield(nil, err)
				return
			case reject != "":
				f.reject(rec.Number, reject)
			case !yield(&rec, nil):
				return
			}
		}
	}
}

// Totals yields the rows of a monthly reconciliation file; other formats have
// none. An error ends it.
func (f *Reader) Totals() iter.Seq2[ReconTotal, error] {
	return func(yield func(ReconTotal, error) bool) {
		if f.recon == nil {
			return
		}
		for {
			t, reject, err := f.recon.next()
			switch {
			case isEnd(err):
				return
			case err != nil:
				yield(t, err)
				return
			case reject != "":
				f.reject(t.Number, reject)
			case !yield(t, nil):
				return
			}
		}
	}
}

func (f *Reader) reject(line int64, reason string) {
	f.rejected++
	if len(f.rejects) < MaxRejects {
		f.rejects = append(f.rejects, Reject{Line: line, Reason: reason})
	}
}

// Rejects returns the first MaxRejects lines that were rejected so far and
// how many there were in all.
func (f *Reader) Rejects() ([]Reject, int64) { return f.rejects, f.rejected }
