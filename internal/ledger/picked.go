package ledger

import (
	"github.com/parquet-go/parquet-go"
)

// What a few lines of a row group are read by: its columns are unpacked as a
// whole, but only the wanted rows are made into values. Rows rise.

// picked calls each with every page that has some of the rows, and with where
// those stand in the page.
func (b *block) picked(column string, rows []int, each func(p parquet.Page, at []int)) error {
	seen := 0
	var at []int
	err := b.pages(column, func(p parquet.Page) error {
		first := seen
		seen += int(p.NumValues())
		at = at[:0]
		for len(rows) > 0 && rows[0] < seen {
			at, rows = append(at, rows[0]-first), rows[1:]
		}
		if len(at) > 0 {
			each(p, at)
		}
		return nil
	})
	return b.complete(column, seen, err)
}

// int64sAt reads some rows of a column of 64-bit integers.
func (b *block) int64sAt(column string, rows []int) ([]int64, error) {
	out := make([]int64, 0, len(rows))
	err := b.picked(column, rows, func(p parquet.Page, at []int) {
		data := p.Data()
		values := data.Int64()
		for _, i := range at {
			out = append(out, values[i])
		}
	})
	return out, err
}

// textsAt reads some rows of a column of strings. Rows with the same word of a
// dictionary share its memory.
func (b *block) textsAt(column string, rows []int) ([]string, error) {
	out := make([]string, 0, len(rows))
	err := b.picked(column, rows, func(p parquet.Page, at []int) {
		data := p.Data()
		dict := p.Dictionary()
		if dict == nil {
			bytes, offsets := data.ByteArray()
			for _, i := range at {
				out = append(out, string(bytes[offsets[i]:offsets[i+1]]))
			}
			return
		}
		index, words := data.Int32(), map[int32]string{}
		for _, i := range at {
			word, known := words[index[i]]
			if !known {
				word = string(dict.Index(index[i]).ByteArray())
				words[index[i]] = word
			}
			out = append(out, word)
		}
	})
	return out, err
}
