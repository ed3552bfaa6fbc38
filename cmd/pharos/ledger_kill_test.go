package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// ledgerRun is a folder with usage files, and a configuration without a cloud.
type ledgerRun struct {
	*cloudRun
	files []string // of September; of October the beginning of a part, the part and the other; of November
}

func startLedger(t *testing.T) *ledgerRun {
	t.Helper()
	dir := t.TempDir()
	r := &ledgerRun{cloudRun: &cloudRun{T: t, config: filepath.Join(dir, "pharos.yaml")}}
	write := func(name string, text []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("pharos.yaml", []byte("partner: {id: \"4987654\", tenant: 11111111-1111-4111-8111-111111111111}\n"))
	month := func(m time.Month, lines int) []filetest.Line {
		return filetest.Bill(uint64(m), lines, time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC))
	}
	october := month(time.October, 6000)
	var parts [2][]filetest.Line // of different customers, so that no line is in both
	for _, l := range october {
		part := int(l.Customer[len(l.Customer)-1]) % 2
		parts[part] = append(parts[part], l)
	}
	for i, lines := range [][]filetest.Line{month(time.September, 2000), parts[0][:1500], parts[0], parts[1], month(time.November, 3000)} {
		r.files = append(r.files, write(fmt.Sprintf("%d.csv", i), filetest.Write("daily-csv", lines)))
	}
	return r
}

// in are arguments that name another ledger and store.
func (r *ledgerRun) in(name string, args ...string) []string {
	dir := filepath.Dir(r.config)
	return append(args, "--ledger", filepath.Join(dir, name), "--store", "sqlite:"+filepath.Join(dir, name+".db"))
}

// imported are the arguments that import all files.
func (r *ledgerRun) imported(name string) []string {
	return r.in(name, append([]string{"usage", "import"}, r.files...)...)
}

// judged is what the ledger says of October and November.
func (r *ledgerRun) judged(name string) []byte {
	r.Helper()
	var all []byte
	for _, month := range []string{"2026-10", "2026-11"} {
		all = append(all, r.must(r.in(name, "credit", "--month", month, "--as-of", "2026-12-31", "-o", "json")...)...)
	}
	return all
}

// TestKilledLedger kills imports, judgements, compactions and drops at random points: what is
// left is always whole, and the same command ends where an undisturbed one would have.
func TestKilledLedger(t *testing.T) {
	t.Parallel()
	canKill(t)
	r := startLedger(t)
	importing := r.killedAfter(time.Hour, r.imported("good")...)
	began := time.Now()
	want := r.judged("good")
	judging := time.Since(began) / 2
	dropping := r.killedAfter(time.Hour, r.in("good", "usage", "drop", "--before", "2026-10")...)
	if got := r.judged("good"); !bytes.Equal(got, want) {
		t.Fatalf("dropping a month changed others:\n%s\nwant\n%s", got, want)
	}
	if out := r.must(r.in("good", "usage", "compact")...); !bytes.Contains(out, []byte("1,500")) {
		t.Errorf("nothing was compacted:\n%s", out)
	}
	for i := range 5 {
		name := fmt.Sprint("bad", i)
		r.killedAfter(rand.N(importing), r.imported(name)...)
		r.must(r.in(name, "usage", "verify")...)
		r.must(r.imported(name)...)
		r.killedAfter(rand.N(judging), r.in(name, "credit", "--month", "2026-10")...)
		if got := r.judged(name); !bytes.Equal(got, want) {
			t.Errorf("killed while it was imported or judged, the ledger says\n%s\nwant\n%s", got, want)
		}
		r.killedAfter(rand.N(dropping), r.in(name, "usage", "compact")...)
		r.must(r.in(name, "usage", "compact")...)
		if got := r.judged(name); !bytes.Equal(got, want) {
			t.Errorf("killed while it was compacted, the ledger says\n%s\nwant\n%s", got, want)
		}
		r.killedAfter(rand.N(dropping), r.in(name, "usage", "drop", "--before", "2026-10")...)
		r.must(r.in(name, "usage", "verify")...)
		r.must(r.in(name, "usage", "drop", "--before", "2026-10")...)
		if out := r.must(r.in(name, "usage", "verify")...); bytes.Contains(out, []byte("2026-09")) {
			t.Errorf("September was dropped and is there:\n%s", out)
		}
		if got := r.judged(name); !bytes.Equal(got, want) {
			t.Errorf("killed while a month was dropped, the ledger says\n%s\nwant\n%s", got, want)
		}
	}
}

// TestImportsAtOnce imports the same and different files into one ledger by
// several processes at the same time: each line counts once.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	r := startLedger(t)
	r.must(r.imported("good")...)
	want := r.judged("good")
	sets := [][]string{{r.files[0], r.files[1]}, {r.files[1], r.files[2]}, {r.files[2], r.files[3]}, {r.files[4], r.files[0]}, r.files}
	done := make(chan error, len(sets))
	for _, files := range sets {
		cmd := r.command(t.Context(), r.in("shared", append([]string{"usage", "import"}, files...)...)...)
		var talk bytes.Buffer
		cmd.Stderr = &talk
		go func() {
			err := cmd.Run()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, talk.Bytes())
			}
			done <- err
		}()
	}
	for range sets {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if out := r.must(r.in("shared", "usage", "list", "-o", "csv")...); bytes.Count(out, []byte("\n")) != 1+len(r.files) {
		t.Errorf("the ledger has\n%s", out)
	}
	r.must(r.in("shared", "usage", "verify")...)
	if got := r.judged("shared"); !bytes.Equal(got, want) {
		t.Errorf("imported at once, the ledger says\n%s\nwant\n%s", got, want)
	}
}
