package gunzip

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	fast "github.com/klauspost/compress/gzip"
	"pgregory.net/rapid"
)

// unpack reads all of a file with this package.
func unpack(src io.Reader) ([]byte, error) {
	r, err := NewReader(src)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// reference reads all of a file with the standard library.
func reference(file []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// check holds both against each other: the same bytes, or an error from both.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, file []byte, got []byte, err error,
) {
	t.Helper()
	want, refused := reference(file)
	switch {
	case (err == nil) != (refused == nil):
		t.Fatalf("got error %v, the standard library %v", err, refused)
	case err == nil && !bytes.Equal(got, want):
		t.Fatalf("%d bytes differ from the %d of the standard library", len(got), len(want))
	}
}

// checkGuarded: with a second opinion also the error, and what was read before
// it, are the standard library's.
func checkGuarded(t *rapid.T, file []byte) {
	t.Helper()
	want, refused := reference(file)
	var got []byte
	g, err := NewGuarded(bytes.NewReader(file), func() (io.Reader, error) { return bytes.NewReader(file), nil })
	if err == nil {
		got, err = io.ReadAll(g)
	}
	if !errors.Is(err, refused) && !errors.Is(err, io.EOF) && (err == nil || err.Error() != refused.Error()) || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes and %v, the standard library %d bytes and %v", len(got), err, len(want), refused)
	}
}

// pack compresses data with one of several writers.
func pack(data []byte, level int, klauspost, flush bool) []byte {
	var b bytes.Buffer
	var w interface {
		io.WriteCloser
		Flush() error
	}
	if klauspost {
		w, _ = fast.NewWriterLevel(&b, level) // the levels of the tests are good ones
	} else {
		w, _ = gzip.NewWriterLevel(&b, level)
	}
	for len(data) > 0 {
		n := len(data)
		if flush {
			n = min(n, 1000)
		}
		_, _ = w.Write(data[:n]) // to memory
		data = data[n:]
		if flush {
			_ = w.Flush()
		}
	}
	_ = w.Close()
	return b.Bytes()
}

// text makes data of a kind: noise, one byte, lines that repeat themselves.
func text(r *rand.Rand, kind, size int) []byte {
	b := make([]byte, 0, size+100)
	for len(b) < size {
		switch kind {
		case 0:
			b = append(b, byte(r.Uint32()))
		case 1:
			b = append(b, 'a')
		case 2:
			b = append(b, "{\"subscription\":\""...)
			b = append(b, strings.Repeat(string(rune('a'+r.IntN(26))), r.IntN(40))...)
		default:
			back := r.IntN(len(b) + 1)
			b = append(append(b, b[len(b)-back:min(len(b), len(b)-back+r.IntN(300))]...), byte(r.Uint32()))
		}
	}
	return b[:size]
}

// TestReader_AsTheStandardLibrary reads what several writers wrote, at every
// level, whole, in pieces, cut and damaged.
func TestReader_AsTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		var file []byte
		for range rapid.IntRange(1, 3).Draw(t, "members") {
			data := text(r, rapid.IntRange(0, 3).Draw(t, "kind"), rapid.SampledFrom([]int{0, 1, 7, 1000, 70_000, 400_000, 700_000}).Draw(t, "size"))
			level := rapid.SampledFrom([]int{flate.HuffmanOnly, 0, 1, 4, 6, 9}).Draw(t, "level")
			file = append(file, pack(data, level, rapid.Bool().Draw(t, "klauspost"), rapid.Bool().Draw(t, "flush"))...)
		}
		switch rapid.IntRange(0, 3).Draw(t, "damage") {
		case 1:
			file = file[:r.IntN(len(file))]
		case 2:
			file[r.IntN(len(file))] ^= 1 << r.IntN(8)
		case 3:
			file = append(file, text(r, 0, r.IntN(40))...)
		}
		var src io.Reader = bytes.NewReader(file)
		switch rapid.IntRange(0, 2).Draw(t, "pieces") {
		case 1:
			src = iotest.OneByteReader(src)
		case 2:
			src = iotest.DataErrReader(iotest.HalfReader(src))
		}
		got, err := unpack(src)
		check(t, file, got, err)
		checkGuarded(t, file)
	})
}

func TestReader_Header(t *testing.T) {
	for name, head := range map[string]gzip.Header{
		"name and comment": {Name: "bill.json", Comment: "October"},
		"extra":            {Extra: []byte("pharos")},
		"name too long":    {Name: strings.Repeat("n", 600)},
	} {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Header = head
		_, _ = w.Write([]byte("x"))
		_ = w.Close()
		got, err := unpack(&b2{b.Bytes(), 0})
		t.Run(name, func(t *testing.T) { check(t, b.Bytes(), got, err) })
	}
}

// b2 is a reader that tells nothing of what it is.
type b2 struct {
	b []byte
	n int
}

func (r *b2) Read(p []byte) (int, error) {
	n := copy(p, r.b[r.n:])
	r.n += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestReader_FaultOfTheSource(t *testing.T) {
	file := pack(text(rand.New(rand.NewPCG(1, 1)), 3, 100_000), 6, false, false)
	fault := errors.New("the disk is gone")
	_, err := unpack(io.MultiReader(bytes.NewReader(file[:len(file)/2]), iotest.ErrReader(fault)))
	if !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
}

// FuzzReader holds any bytes against the standard library.
func FuzzReader(f *testing.F) {
	r := rand.New(rand.NewPCG(2, 2))
	for kind := range 4 {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
			f.Add(pack(text(r, kind, 3000), level, kind%2 == 0, kind == 3))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		want, refused := reference(file)
		if len(want) > 1<<24 {
			return
		}
		got, err := unpack(bytes.NewReader(file))
		if (err == nil) != (refused == nil) {
			t.Fatalf("got error %v, the standard library %v", err, refused)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes differ from the %d of the standard library", len(got), len(want))
		}
	})
}

// FuzzInflate does the same for the compressed data alone, which a checksum
// would hide: the file is made whole around it.
func FuzzInflate(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	for kind := range 4 {
		file := pack(text(r, kind, 2000), 9, false, kind == 3)
		f.Add(file[10 : len(file)-8])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, refused := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), 1<<24))
		if len(want) == 1<<24 {
			return
		}
		z := newInflater(bytes.NewReader(data))
		var got []byte
		var err error
		for err == nil && z.state != streamEnd {
			err = z.more(len(z.out) - margin)
			got = append(got, z.out[:z.wr]...)
			if len(got) > 1<<25 {
				break
			}
			if z.wr > 0 {
				r := &Reader{z: z}
				keep := min(z.wr-z.floor, history)
				got = got[:len(got)-keep]
				r.slide()
			}
		}
		got = append(got, z.out[:z.wr]...)
		if (err == nil) != (refused == nil) {
			t.Fatalf("got error %v, the standard library %v", err, refused)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes differ from the %d of the standard library", len(got), len(want))
		}
	})
}

// BenchmarkUnpack reads the gzip files that PHAROS_GZIP names (a pattern), or
// lines made here, with this package, klauspost's and the standard library's.
func BenchmarkUnpack(b *testing.B) {
	files := [][]byte{pack(text(rand.New(rand.NewPCG(4, 4)), 2, 8<<20), 6, false, false)}
	if names, _ := filepath.Glob(os.Getenv("PHAROS_GZIP")); len(names) > 0 {
		files = nil
		for _, n := range names {
			data, err := os.ReadFile(n)
			if err != nil {
				b.Fatal(err)
			}
			files = append(files, data)
		}
	}
	for name, open := range map[string]func(io.Reader) (io.Reader, error){
		"pharos":    func(r io.Reader) (io.Reader, error) { return NewReader(r) },
		"klauspost": func(r io.Reader) (io.Reader, error) { return fast.NewReader(r) },
		"standard":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				total := int64(0)
				for _, f := range files {
					r, err := open(bytes.NewReader(f))
					if err != nil {
						b.Fatal(err)
					}
					n, err := io.Copy(io.Discard, r)
					if err != nil {
						b.Fatal(err)
					}
					total += n
				}
				b.SetBytes(total)
			}
		})
	}
}
