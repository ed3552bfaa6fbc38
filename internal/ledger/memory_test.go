package ledger

import (
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
)

// endless makes the lines of a file while it is read.
type endless struct {
	lines, next int
	rest        []byte
}

// Read implements io.Reader.
func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.next > e.lines {
			return 0, io.EOF
		}
		if e.next == 0 {
			e.rest = []byte(header)
		} else {
			e.rest = []byte(csvLine("G1", fmt.Sprintf("2026-10-%02d", 1+e.next%31), fmt.Sprintf("rg-%d", e.next%97), fmt.Sprintf("vm-%d", e.next), "1.5", 15))
		}
		e.next++
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// peakOfImport returns the most live memory that was seen while so many lines
// were imported.
func peakOfImport(t *testing.T, lines int) uint64 {
	t.Helper()
	l := open(t)
	l.groupRows = 1 << 13
	var peak atomic.Uint64
	watch := func(int64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.Store(max(peak.Load(), m.HeapAlloc))
	}
	source := Source{Name: "endless", Open: func() (io.ReadCloser, error) { return io.NopCloser(&endless{lines: lines}), nil }}
	if r := mustImport(t, l, Options{Progress: watch}, source); r.Lines != int64(lines) {
		t.Fatalf("%d lines", r.Lines)
	}
	return peak.Load()
}

// Memory does not grow with the length of a file, even when no resource
// stands in it twice. What other goroutines allocate between a collection and
// the reading is in the figure, hence the room; growth with the file would
// be nearer to ten times.
func TestImport_MemoryIsFlat(t *testing.T) {
	short, long := peakOfImport(t, 40_000), peakOfImport(t, 400_000)
	if long > 2*short {
		t.Errorf("peak of %d MiB for a file, %d MiB for one ten times as long", short>>20, long>>20)
	}
}
