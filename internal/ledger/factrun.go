package ledger

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"github.com/shopspring/decimal"
)

// factRuns keeps facts that do not fit in memory in a temporary file. A run
// is a table as it was, shard by shard; the same fact may stand in several.
type factRuns struct {
	folder string
	file   *os.File
	end    int64
	runs   [][factShards + 1]int64 // where the shards of each run begin, and the last ends
}

// factRecord is the size of a fact in a run, before its text.
const factRecord = 9*4 + 8 + 4*8 + 4

// spill writes a table as a run.
func (r *factRuns) spill(t *factTable, places [factShards][]int32) (err error) {
	if r.file == nil {
		if r.file, err = os.CreateTemp(r.folder, "run-*"); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(r.file, 1<<16)
	var begins [factShards + 1]int64
	var record []byte
	for shard := range places {
		begins[shard] = r.end
		for _, i := range places[shard] {
			record = t.append(record[:0], i)
			if _, err := out.Write(record); err != nil {
				return err
			}
			r.end += int64(len(record))
		}
	}
	begins[factShards] = r.end
	r.runs = append(r.runs, begins)
	return out.Flush()
}

// append writes fact i behind dst.
func (t *factTable) append(dst []byte, i int32) []byte {
	k, s := &t.keys[i], &t.sums[i]
	text := ""
	if d, ok := t.texts[i]; ok {
		text = d.String()
	}
	for _, v := range []uint32{
		uint32(k.day), k.customer, k.subscription, k.scope, k.product, k.credited, k.meterRate, k.currency, k.resellerID,
	} {
		dst = binary.LittleEndian.AppendUint32(dst, v)
	}
	dst = binary.LittleEndian.AppendUint64(dst, uint64(s.lines))
	for _, w := range s.list.words {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(text))), text...)
}

// addTo adds a shard's facts of all runs to a table.
func (r *factRuns) addTo(t *factTable, shard int) error {
	for _, begins := range r.runs {
		from := begins[shard]
		in := bufio.NewReaderSize(io.NewSectionReader(r.file, from, begins[shard+1]-from), 1<<16)
		for at := from; at < begins[shard+1]; {
			n, err := t.addRecord(in)
			if err != nil {
				return err
			}
			at += int64(n)
		}
	}
	return nil
}

// addRecord adds the fact that [factTable.append] wrote and returns its size.
func (t *factTable) addRecord(in io.Reader) (int, error) {
	var b [factRecord]byte
	if _, err := io.ReadFull(in, b[:]); err != nil {
		return 0, err
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	k := factKey{
		day: int32(word(0)), customer: word(1), subscription: word(2), scope: word(3), product: word(4),
		credited: word(5), meterRate: word(6), currency: word(7), resellerID: word(8),
	}
	var s factSum
	s.lines = int64(binary.LittleEndian.Uint64(b[36:]))
	for i := range s.list.words {
		s.list.words[i] = binary.LittleEndian.Uint64(b[44+8*i:])
	}
	text := make([]byte, binary.LittleEndian.Uint32(b[76:]))
	if _, err := io.ReadFull(in, text); err != nil {
		return 0, err
	}
	var d decimal.Decimal
	if len(text) > 0 {
		var err error
		if d, err = decimal.NewFromString(string(text)); err != nil {
			return 0, err
		}
	}
	t.addFact(k, &s, d)
	return factRecord + len(text), nil
}

// close removes the temporary file.
func (r *factRuns) close() error {
	if r.file == nil {
		return nil
	}
	return errors.Join(r.file.Close(), os.Remove(r.file.Name()))
}
