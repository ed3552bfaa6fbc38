package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/pharos-pec/pharos"
)

// What else is asked of a whole month, again and again, is small, and kept
// beside the facts as JSON, each in a file named after the lines that it was made
// from.
const (
	keptNames  = "names"
	keptBilled = "billed"
	keptTotals = "totals"
	keptMasks  = "masks"
)

// sumsName is the file of what is kept of a month whose lines have that fingerprint.
func sumsName(month pharos.Month, what, lines string) string {
	return fmt.Sprintf("%s-%s-%s.json", month, what, lines)
}

// keptSums returns what make makes of a month: as it was kept, if it was made from
// the same lines. That it cannot be kept is no error.
func keptSums[T any](ctx context.Context, l *Ledger, month pharos.Month, what string, make func(context.Context, *view) (T, error)) (T, error) {
	var out T
	m, err := readManifest(l.dir)
	if err != nil {
		return out, err
	}
	folder := filepath.Join(l.dir, factsFolder)
	if readSums(filepath.Join(folder, sumsName(month, what, m.linesOf(month))), &out) {
		return out, nil
	}
	v, err := l.view(ctx, month)
	if err != nil {
		return out, err
	}
	defer v.close()
	if out, err = make(ctx, v); err == nil {
		writeSums(folder, sumsName(month, what, v.lines), out)
	}
	return out, err
}

// readSums reads a file that writeSums wrote; anything else is as if it were not there.
func readSums(path string, to any) bool {
	b, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	sum, text, ok := bytes.Cut(b, []byte("\n"))
	return ok && string(sum) == checksumOf(text) && json.Unmarshal(text, to) == nil
}

// writeSums writes a file below a line with its checksum, without waiting for the disk.
func writeSums(folder, name string, from any) {
	b, err := json.Marshal(from)
	if err != nil || os.MkdirAll(filepath.Join(folder, tempFolder), 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Join(folder, tempFolder), "sums-*")
	if err != nil {
		return
	}
	_, err = f.Write(append([]byte(checksumOf(b)+"\n"), b...))
	_ = f.Chmod(0o644) // as the files beside it; without effect on Windows
	if closing := f.Close(); err != nil || closing != nil || os.Rename(f.Name(), filepath.Join(folder, name)) != nil {
		_ = os.Remove(f.Name())
	}
}

func checksumOf(b []byte) string {
	return fmt.Sprintf("%08x", crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// masksOf works out which lines of a view do not count, or reads what was.
func (l *Ledger) masksOf(ctx context.Context, v *view) ([]bitmap, error) {
	folder, name := filepath.Join(l.dir, factsFolder), sumsName(v.month, keptMasks, v.lines)
	var packed [][]byte
	if readSums(filepath.Join(folder, name), &packed) {
		if out, ok := unpacked(packed, v.segments); ok {
			return out, nil
		}
	}
	dropped, err := resolve(ctx, v)
	if err != nil {
		return nil, err
	}
	packed = make([][]byte, len(dropped))
	for i, words := range dropped {
		for _, w := range words {
			packed[i] = binary.LittleEndian.AppendUint64(packed[i], w)
		}
	}
	writeSums(folder, name, packed)
	return dropped, nil
}

// unpacked returns the masks that were kept; ok is false where they are not
// those of the segments.
func unpacked(packed [][]byte, segments []*segment) (out []bitmap, ok bool) {
	if len(packed) != len(segments) {
		return nil, false
	}
	out = make([]bitmap, len(packed))
	for i, b := range packed {
		if len(b) == 0 {
			continue
		}
		out[i] = newBitmap(segments[i].info.Lines)
		if len(b) != 8*len(out[i]) {
			return nil, false
		}
		for n := range out[i] {
			out[i][n] = binary.LittleEndian.Uint64(b[8*n:])
		}
	}
	return out, true
}
