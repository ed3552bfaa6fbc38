package usagefile

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

func october() time.Time { return time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) }

// The same bill gives the same lines in every format and however it is packed.
func TestOpen_EveryFormatSaysTheSame(t *testing.T) {
	bill := filetest.Bill(1, 400, october())
	want := read(t, "daily-csv", filetest.Write("daily-csv", bill), "daily-csv")
	if len(want) != len(bill) {
		t.Fatalf("%d lines of %d", len(want), len(bill))
	}
	for _, format := range filetest.Formats() {
		file := filetest.Write(format, bill)
		for packing, packed := range map[string][]byte{"plain": file, "gzip": gzipped(file), "zip": zipped(file), "bom": withMark(format, file)} {
			t.Run(format+" "+packing, func(t *testing.T) {
				got := read(t, "x", packed, Format(format))
				for i := range got {
					if d := cmp.Diff(comparable(want[i]), comparable(got[i]), decimals()); d != "" {
						t.Fatalf("line %d (-daily +%s)\n%s", i, format, d)
					}
				}
				if len(got) != len(want) {
					t.Errorf("%d lines, want %d", len(got), len(want))
				}
			})
		}
	}
}

// comparable is a line without what formats do not all carry.
func comparable(l pharos.UsageLine) pharos.UsageLine {
	l.Source = pharos.LineSource{}
	l.Meter.Category = ""
	return l
}

func decimals() cmp.Option {
	return cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) })
}

func withMark(format string, file []byte) []byte {
	if format == string(CostManagementParquet) || format == string(FocusParquet) {
		return file
	}
	return append([]byte("\xef\xbb\xbf"), file...)
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	_, _ = z.Create("folder/")
	w, _ := z.Create("folder/file")
	_, _ = w.Write(b)
	_ = z.Close()
	return out.Bytes()
}

// read returns the lines of a file that has no rejects.
func read(t testing.TB, name string, file []byte, format Format) []pharos.UsageLine {
	t.Helper()
	var lines []pharos.UsageLine
	// io.MultiReader hides that this could be read at random.
	for f, err := range Open(name, io.MultiReader(bytes.NewReader(file))) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Format != format {
			t.Fatalf("format %s, want %s", f.Format, format)
		}
		for rec, err := range f.Records() {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, rec.UsageLine(f.Name))
		}
		if rejects, n := f.Rejects(); n > 0 {
			t.Fatalf("%d rejects: %v", n, rejects[0])
		}
	}
	return lines
}

// readErr reads a file and returns its lines, rejects and error.
func readErr(name string, file []byte) (lines int, rejects []Reject, err error) {
	for f, err := range Open(name, bytes.NewReader(file)) {
		if err != nil {
			return lines, rejects, err
		}
		for _, err := range f.Records() {
			if err != nil {
				return lines, rejects, err
			}
			lines++
		}
		for _, err := range f.Totals() {
			if err != nil {
				return lines, rejects, err
			}
			lines++
		}
		r, _ := f.Rejects()
		rejects = append(rejects, r...)
	}
	return lines, rejects, nil
}
