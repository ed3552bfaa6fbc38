package ledger

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// benchLines is the lines of the ledger that is measured; PHAROS_LINES says
// another number.
const benchLines = 400_000

// crowd makes the lines of a month while they are read, day by day: 600
// subscriptions with 5 resource groups each.
type crowd struct {
	from, to int // lines
	quantity string
	rest     []byte
}

// Read implements io.Reader.
func (c *crowd) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.from >= c.to {
			return 0, io.EOF
		}
		i := c.from
		c.from++
		perDay := (c.to + 30) / 31
		place := i % perDay
		sub := fmt.Sprintf("33333333-3333-4333-8333-%012d", place%600)
		c.rest = fmt.Appendf(c.rest[:0], "%s,Fabrikam,,2026-10-%02d,m%d,rg-%d,/subscriptions/%s/resourceGroups/rg-%d/providers/Microsoft.Compute/virtualMachines/vm%d,0.096,%s,1,EUR,USD,0.0816,0.92,%s,%d,\n",
			customer, 1+i/perDay, place%50, place%5, sub, place%5, place, c.quantity, sub, place%4/3*15)
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// crowded is a ledger with so many lines, of which every second stands in a
// later file once more.
func crowded(b *testing.B) *Ledger {
	b.Helper()
	lines := benchLines
	if n, err := strconv.Atoi(os.Getenv("PHAROS_LINES")); err == nil {
		lines = n
	}
	l, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	half := lines / 2
	for i, quantity := range []string{"1.5", "2.5"} {
		open := func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(header), &crowd{to: half, quantity: quantity})), nil
		}
		if _, err := l.Import(b.Context(), []Source{{Name: fmt.Sprint(i), Open: open}}, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	return l
}

// BenchmarkFacts reads a month's day facts: when nothing is kept of it, when
// one resource has to be summed apart, and when all is kept.
func BenchmarkFacts(b *testing.B) {
	l := crowded(b)
	fine := pharos.Scope("/subscriptions/33333333-3333-4333-8333-000000000000/resourcegroups/rg-0/providers/microsoft.compute/virtualmachines/vm0")
	read := func(b *testing.B, fine ...pharos.Scope) (lines int64) {
		l.masks = map[pharos.Month]resolved{} // as in another process
		for f, err := range l.Facts(b.Context(), october, fine) {
			if err != nil {
				b.Fatal(err)
			}
			lines += f.Lines
		}
		return lines
	}
	measure := func(name string, before func(), fine ...pharos.Scope) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var lines int64
			for b.Loop() {
				b.StopTimer()
				before()
				b.StartTimer()
				lines += read(b, fine...)
			}
			b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
		})
	}
	measure("made", func() {
		if err := os.RemoveAll(filepath.Join(l.dir, factsFolder)); err != nil {
			b.Fatal(err)
		}
	})
	measure("one-shard", func() { read(b) }, fine)
	measure("kept", func() { read(b) })
}
