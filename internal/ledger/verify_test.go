package ledger

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// threeFiles is a ledger of two months in three sources, small row groups,
// and amounts of every size.
func threeFiles(t *testing.T) *Ledger {
	t.Helper()
	l := open(t)
	l.groupRows = 50
	mustImport(t, l, Options{},
		bytesSource("a.csv", string(filetest.Write("daily-csv", bill(11, 120)))),
		bytesSource("b.jsonl", string(filetest.Write("graph-jsonl", bill(12, 130)))))
	mustImport(t, l, Options{}, bytesSource("c.csv", header+csvLine("", "2026-11-01", "rg", "vm", "123456789012.123456789012345678", 15)))
	return l
}

func verify(t *testing.T, l *Ledger) Verification {
	t.Helper()
	v, err := l.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerify_Intact(t *testing.T) {
	l := threeFiles(t)
	facts(t, l) // which are kept in the folder
	v := verify(t, l)
	if len(v.Findings) > 0 || len(v.Leftovers) > 0 || v.Unsigned > 0 {
		t.Errorf("%+v", v)
	}
	if len(v.Months) != 2 || v.Months[0].Month != october || v.Months[0].Files != 2 || v.Months[0].Lines != 250 || v.Months[1].Lines != 1 {
		t.Errorf("%+v", v.Months)
	}
	m, err := readManifest(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Sources[0].Segments[0].Bytes+m.Sources[1].Segments[0].Bytes != v.Months[0].Bytes {
		t.Errorf("the files have %d bytes, the manifest says otherwise", v.Months[0].Bytes)
	}
}

// change alters the file of the first segment.
func change(t *testing.T, l *Ledger, how func([]byte) []byte) {
	t.Helper()
	m, err := readManifest(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(l.dir, filepath.FromSlash(m.Sources[0].Segments[0].File))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, how(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// rewrite changes what the manifest says.
func rewrite(t *testing.T, l *Ledger, how func(*manifest)) {
	t.Helper()
	m, err := readManifest(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	how(&m)
	if err := m.write(l.dir, func() {}); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, l *Ledger, file string) {
	t.Helper()
	path := filepath.Join(l.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever is wrong is found, and told by file.
func TestVerify_Finds(t *testing.T) {
	first := func(m *manifest) *segmentInfo { return &m.Sources[0].Segments[0] }
	for _, c := range []struct {
		name string
		harm func(t *testing.T, l *Ledger)
		want []Problem
		says string
	}{
		{"a flipped bit", func(t *testing.T, l *Ledger) {
			change(t, l, func(b []byte) []byte { b[len(b)/3] ^= 4; return b })
		}, []Problem{Altered}, "checksum"},
		{"a cut file", func(t *testing.T, l *Ledger) {
			change(t, l, func(b []byte) []byte { return b[:len(b)/2] })
		}, []Problem{Altered}, "checksum"},
		{"an empty file", func(t *testing.T, l *Ledger) {
			change(t, l, func([]byte) []byte { return nil })
		}, []Problem{Altered}, "checksum"},
		{"a file without checksum that is cut", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { first(m).SHA256 = "" })
			change(t, l, func(b []byte) []byte { return b[:len(b)/2] })
		}, []Problem{Unreadable}, "damaged"},
		{"a file that is gone", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) {
				if err := os.Remove(filepath.Join(l.dir, filepath.FromSlash(first(m).File))); err != nil {
					t.Error(err)
				}
			})
		}, []Problem{Missing}, "120 lines read from a.csv"},
		{"a file of other lines", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { first(m).Lines++ })
		}, []Problem{Unreadable}, "120 lines and must have 121"},
		{"a sum of money", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { s := &first(m).Sums[0]; s.PreTax = s.PreTax.Add(s.PreTax) })
		}, []Problem{Miscounted}, "total before tax"},
		{"a currency that is not there", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) {
				first(m).Sums = append(first(m).Sums, sum{Currency: "SEK", PreTax: first(m).Sums[0].PreTax})
			})
		}, []Problem{Miscounted}, "in SEK"},
		{"other days", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { first(m).First-- })
		}, []Problem{Miscounted}, "its days are"},
		{"another month", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { first(m).Month++ })
		}, []Problem{Miscounted, Miscounted}, "outside of 2026-11"},
		{"other invoices", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { first(m).Invoices["G9"] = 3 })
		}, []Problem{Miscounted}, "invoices"},
		{"a source twice", func(t *testing.T, l *Ledger) {
			rewrite(t, l, func(m *manifest) { m.Sources = append(m.Sources, m.Sources[2]) })
		}, []Problem{Doubled, Doubled}, "read from c.csv"},
		{"foreign files", func(t *testing.T, l *Ledger) {
			put(t, l, "2026-10/notes.txt")
			put(t, l, "2026-10/deeper/a.parquet")
			put(t, l, "2026-1/a.parquet")
			put(t, l, "facts/a.csv")
		}, []Problem{Foreign, Foreign, Foreign, Foreign}, "no import wrote"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := threeFiles(t)
			c.harm(t, l)
			v := verify(t, l)
			var got []Problem
			var says strings.Builder
			for _, f := range v.Findings {
				got = append(got, f.Problem)
				says.WriteString(f.Message + "\n")
				if f.File == "" {
					t.Errorf("%+v names no file", f)
				}
			}
			if !slices.Equal(got, c.want) || !strings.Contains(says.String(), c.says) {
				t.Errorf("findings %v, want %v and %q in\n%s", got, c.want, c.says, says.String())
			}
		})
	}
}

// Every byte of a file is under the checksum: whichever is changed, it is found.
func TestVerify_EveryByte(t *testing.T) {
	l := open(t)
	mustImport(t, l, Options{}, bytesSource("a.csv", header+csvLine("", "2026-10-09", "rg", "vm", "1", 15)))
	m, err := readManifest(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	size := int(m.Sources[0].Segments[0].Bytes)
	for at := 0; at < size; at += 97 {
		change(t, l, func(b []byte) []byte { b[at] ^= 1; return b })
		if v := verify(t, l); len(v.Findings) == 0 {
			t.Errorf("byte %d of %d changed unseen", at, size)
		}
		change(t, l, func(b []byte) []byte { b[at] ^= 1; return b })
	}
	if v := verify(t, l); len(v.Findings) > 0 {
		t.Errorf("mended: %+v", v.Findings)
	}
}

// What a killed import left behind is no finding, and is removed by the next.
func TestVerify_Leftovers(t *testing.T) {
	l := threeFiles(t)
	put(t, l, "tmp/2026-10-0123.parquet")
	put(t, l, "2026-10/0123.parquet")
	v := verify(t, l)
	if len(v.Findings) > 0 || !slices.Equal(v.Leftovers, []string{"2026-10/0123.parquet", "tmp/2026-10-0123.parquet"}) {
		t.Errorf("%+v", v)
	}
	mustImport(t, l, Options{}, bytesSource("d.csv", header+csvLine("", "2026-11-02", "rg", "vm", "1", 15)))
	if v := verify(t, l); len(v.Leftovers)+len(v.Findings) > 0 {
		t.Errorf("%+v", v)
	}
}

// A ledger of the version before, without checksums, is read and verified by
// what it holds.
func TestVerify_Version1(t *testing.T) {
	l := threeFiles(t)
	before := facts(t, l)
	path := filepath.Join(l.dir, manifestName)
	rewrite(t, l, func(m *manifest) {
		for i := range m.Sources {
			for j := range m.Sources[i].Segments {
				m.Sources[i].Segments[j].SHA256, m.Sources[i].Segments[j].Bytes = "", 0
			}
		}
	})
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte(`"version": 2`), []byte(`"version": 1`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := readManifest(l.dir); err != nil || m.Version != 1 {
		t.Fatalf("version %d, %v", m.Version, err)
	}
	if v := verify(t, l); len(v.Findings) > 0 || v.Unsigned != 3 {
		t.Errorf("%+v", v)
	}
	if after := facts(t, l); !slices.Equal(before, after) {
		t.Errorf("facts %v, were %v", after, before)
	}
	change(t, l, func(b []byte) []byte { return b[:len(b)-1] })
	if v := verify(t, l); len(v.Findings) == 0 {
		t.Error("a file that was cut by a byte passed")
	}
	mustImport(t, l, Options{}, bytesSource("d.csv", header+csvLine("", "2026-11-02", "rg", "vm", "1", 15)))
	if m, err := readManifest(l.dir); err != nil || m.Version != manifestVersion {
		t.Errorf("version %d, %v", m.Version, err)
	}
}

func TestVerify_Interrupted(t *testing.T) {
	l := threeFiles(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := l.Verify(ctx, func(int64) { cancel() })
	if pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("error %v", err)
	}
}

// Verify reads every column that there is.
func TestVerify_AllColumns(t *testing.T) {
	schema, err := schemaOf[row]()
	if err != nil {
		t.Fatal(err)
	}
	checked := append(wordColumns(), "quantity", "unit_price", "exchange_rate", "billing_pretax_total", "line",
		"effective_unit_price", "day", "has_pretax_total", "line_key")
	var all []string
	for _, s := range schema[1:] {
		all = append(all, s.Name)
	}
	slices.Sort(checked)
	slices.Sort(all)
	if !slices.Equal(all, checked) {
		t.Errorf("checked %v of %v", checked, all)
	}
}
