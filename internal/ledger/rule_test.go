package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

// A replaced statement's files are gone from the disk.
func TestImport_ReplacedFilesAreRemoved(t *testing.T) {
	l := open(t)
	st := &Statement{Currency: "EUR", Period: october, At: time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC)}
	mustImport(t, l, Options{Statement: st}, bytesSource("a", header+csvLine("", "2026-10-05", "rg", "a", "1", 0)))
	later := *st
	later.At = st.At.AddDate(0, 0, 1)
	mustImport(t, l, Options{Statement: &later}, bytesSource("a", header+csvLine("", "2026-10-05", "rg", "a", "2", 0)))
	files, err := filepath.Glob(filepath.Join(l.dir, "2026-10", "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("%v %v", files, err)
	}
	if s, ok, err := l.LastStatement(t.Context()); err != nil || !ok || !s.At.Equal(later.At) {
		t.Errorf("%+v %v %v", s, ok, err)
	}
}

// An import that fails leaves no file; the suite says what is wrong with each.
func TestImport_FailedLeavesNothing(t *testing.T) {
	l := open(t)
	good := header + csvLine("", "2026-10-05", "rg", "a", "1", 15)
	mustImport(t, l, Options{}, bytesSource("first", good))
	before := tree(t, l.dir)
	other := bytesSource("good", header+csvLine("", "2026-10-06", "rg", "c", "1", 15))
	if _, err := l.Import(t.Context(), []Source{other, bytesSource("bad", good[:len(good)-80])}, Options{}); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("error %v", err)
	}
	if after := tree(t, l.dir); after != before {
		t.Errorf("the ledger changed from\n%s\nto\n%s", before, after)
	}
}

// tree is every file of a folder and its size.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		fmt.Fprintln(&b, path, info.Size())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
