package usagefile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// FuzzOpen reads any bytes: it ends, with records or an error of ours.
func FuzzOpen(f *testing.F) {
	bill := filetest.Bill(6, 1, october())
	for _, format := range filetest.Formats() {
		if strings.HasSuffix(format, "-parquet") {
			continue // FuzzParquet has those
		}
		file := filetest.Write(format, bill)
		f.Add(file)
		f.Add(file[:len(file)/2])
	}
	f.Add(gzipped([]byte("{}")))
	f.Add(zipped([]byte("a,b")))
	f.Fuzz(func(t *testing.T, file []byte) {
		_, rejects, err := readErr("fuzz", file)
		if err != nil && pharos.CodeOf(err) != pharos.Invalid {
			t.Fatalf("error of code %s: %v", pharos.CodeOf(err), err)
		}
		for _, r := range rejects {
			if r.Line <= 0 || r.Reason == "" {
				t.Fatalf("reject %+v", r)
			}
		}
	})
}

// FuzzObject holds the scanner against encoding/json: what that reads, the
// scanner reads alike.
func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"UnitPrice":1.5,"Tags":"{\"a\":\"\u00e9\ud83d\ude00\"}","x":[1,{"y":"]"}],"Quantity":null}`))
	f.Add([]byte(` { "CustomerName" : "a\\" , "UsageDate" : "\/" } `))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		scanner := newObjectScanner(partnerSchema())
		var r, again row
		err := scanner.scan(line, &r)
		var want map[string]json.RawMessage
		if !json.Valid(line) || json.Unmarshal(line, &want) != nil || want == nil {
			return // the scanner passes over what it does not need without checking it
		}
		if errors.Is(err, errTwice) {
			return
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		for c := range r.cells {
			r.cells[c] = bytes.Clone(r.cells[c]) // they are good until the next scan
		}
		if err := scanner.scan(line, &again); err != nil { // now with the keys learned
			t.Fatalf("%v the second time", err)
		}
		for key, raw := range want {
			c := scanner.schema.lookup(key)
			if c == noColumn {
				continue
			}
			if text := textOf(raw); !bytes.Equal(validUTF8(r.cells[c]), text) || !bytes.Equal(r.cells[c], again.cells[c]) {
				t.Fatalf("%s: %q and %q, want %q", key, r.cells[c], again.cells[c], text)
			}
		}
	})
}

// FuzzObjects: what a scanner remembers of the lines before makes no
// difference to a line.
func FuzzObjects(f *testing.F) {
	f.Add([]byte(`{"a":1,"UnitPrice":1.5,"Tags":"\"","Quantity":2}`), []byte(`{"a":1,"UnitPrice":1.5,"Tags":"\"","Quantity":null}`))
	f.Add([]byte(`{"UnitPrice" : 1.5 , "Tags":"a,b","MeterName":"x"}`), []byte(`{"UnitPrice" : 1.5 , "Tags":"a,b","Tags":"x"}`))
	f.Add([]byte(`{"UnitPrice":1,}`), []byte(`{"UnitPrice":1,"UnitPrice":1}`))
	f.Fuzz(func(t *testing.T, one, other []byte) {
		used := newObjectScanner(partnerSchema())
		for _, line := range [][]byte{one, other, one, one, other} {
			var got, want row
			failed := used.scan(line, &got)
			if refused := newObjectScanner(partnerSchema()).scan(line, &want); !errors.Is(failed, refused) {
				t.Fatalf("%s: %v, by a new scanner %v", line, failed, refused)
			}
			for c := range want.cells {
				if failed == nil && (!bytes.Equal(got.cells[c], want.cells[c]) || got.has[c] != want.has[c]) {
					t.Fatalf("%s: column %d is %q, by a new scanner %q", line, c, got.cells[c], want.cells[c])
				}
			}
		}
	})
}

// validUTF8 replaces every byte that is not UTF-8 by U+FFFD, as encoding/json
// does. bytes.ToValidUTF8 replaces a run of them by one.
func validUTF8(cell []byte) []byte { return []byte(string([]rune(string(cell)))) }

// textOf is a JSON value as a cell has it.
func textOf(raw json.RawMessage) []byte {
	var s *string
	if json.Unmarshal(raw, &s) != nil {
		return raw
	}
	if s == nil {
		return nil
	}
	return []byte(*s)
}

// FuzzCSV holds the reader against encoding/csv: what that reads, and both
// take for whole, has the same fields.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n\"x \"\"y\"\"\",\"two\nlines\"\n"))
	f.Add([]byte("a\r\n\r\n\"\"\r\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if bytes.IndexByte(file, 0) >= 0 || bytes.IndexByte(file, '\r') >= 0 {
			return // NUL is refused; line ends within quotes are kept as they are, encoding/csv changes them
		}
		std := csv.NewReader(bytes.NewReader(file))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil {
			return
		}
		ours := &csvReader{lines: newLineReader("fuzz", newBuffered(file))}
		for _, record := range want {
			var got []string
			err := ours.record(func(_ int, field []byte) error {
				got = append(got, string(field))
				return nil
			})
			if err != nil || len(got) != len(record) {
				t.Fatalf("%q, error %v; want %q", got, err, record)
			}
			for i := range got {
				if got[i] != record[i] {
					t.Fatalf("%q, want %q", got, record)
				}
			}
		}
		if err := ours.record(func(int, []byte) error { return nil }); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last record: %v", err)
		}
	})
}

// FuzzNumber: what is read as a number is what the decimal library reads.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1.9E-08", "-0.50", "123456789012.123456789012345678", "1e38", "."} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, ok := parseNumber(text)
		if !ok {
			return
		}
		again, ok := parseNumber([]byte(n.Decimal().String()))
		if !ok || !again.Decimal().Equal(n.Decimal()) {
			t.Fatalf("%q is %s, which is read as %s", text, n.Decimal(), again.Decimal())
		}
	})
}

func newBuffered(b []byte) *bufio.Reader { return bufio.NewReaderSize(bytes.NewReader(b), MaxLine) }

// FuzzParquet damages Parquet files: the library that reads them may refuse
// or panic, we must not.
func FuzzParquet(f *testing.F) {
	file := filetest.Write("focus-parquet", filetest.Bill(6, 2, october()))
	f.Add(uint16(100), byte(1))
	f.Add(uint16(2000), byte(255))
	f.Fuzz(func(t *testing.T, at uint16, b byte) {
		damaged := bytes.Clone(file)
		damaged[int(at)%len(damaged)] ^= b
		_, _, err := readErr("fuzz", damaged)
		if err != nil && pharos.CodeOf(err) != pharos.Invalid {
			t.Fatalf("error of code %s: %v", pharos.CodeOf(err), err)
		}
	})
}

// Fuzz targets without seeds would pass and test nothing.
func TestFuzz_SeedsAreThere(t *testing.T) {
	for _, target := range []string{"FuzzOpen", "FuzzObject", "FuzzCSV", "FuzzNumber", "FuzzParquet"} {
		if seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*")); err != nil || len(seeds) == 0 {
			t.Errorf("%s has no seeds: %v", target, err)
		}
	}
}
