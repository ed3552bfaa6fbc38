package gunzip

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// TestGuarded: of a file that is whole the same comes out whoever reads it,
// also when the fast reader gives up in the middle of it.
func TestGuarded(t *testing.T) {
	want := text(rand.New(rand.NewPCG(5, 5)), 3, 900_000)
	file := pack(want, 6, false, false)
	damagedCopy := bytes.Clone(file)
	damagedCopy[len(file)/2] ^= 0x10
	rows := []struct {
		name      string
		first     []byte // what the fast reader sees
		again     []byte
		whole     bool
		takenOver bool
	}{
		{"whole", file, file, true, false},
		{"given up in the middle", file[:len(file)/2], file, true, true},
		{"given up at once", []byte("no gzip, as it seems"), file, true, true},
		{"damaged", damagedCopy, damagedCopy, false, true},
		{"another file", pack(text(rand.New(rand.NewPCG(6, 6)), 3, 900_000), 6, false, false)[:len(file)/2], file, false, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			g, err := NewGuarded(bytes.NewReader(r.first), func() (io.Reader, error) { return bytes.NewReader(r.again), nil })
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(g)
			if (err == nil) != r.whole || r.whole && !bytes.Equal(got, want) {
				t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
			}
			if over := g.(*guarded).slow != nil; r.takenOver != over {
				t.Errorf("taken over: %v", over)
			}
		})
	}
}
