package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"

	"github.com/pharos-pec/pharos"
)

// segment is an open Parquet file: the lines of one source in one month.
type segment struct {
	info    segmentInfo
	source  source
	file    *os.File
	parquet *parquet.File
	leaves  map[string]int // column name -> index
	dropped bitmap         // rows that do not count
}

// openSegment opens a segment's file; it is an error with fs.ErrNotExist in
// its chain when it is gone.
func openSegment(dir string, src source, info segmentInfo) (*segment, error) {
	path := filepath.Join(dir, filepath.FromSlash(info.File))
	f, err := os.Open(path)
	if err != nil {
		return nil, folderError(dir, err)
	}
	s := &segment{info: info, source: src, file: f, leaves: map[string]int{}}
	stat, err := f.Stat()
	if err == nil {
		s.parquet, err = parquet.OpenFile(f, stat.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	}
	if err == nil && s.parquet.NumRows() != info.Lines {
		err = fmt.Errorf("it has %d lines and must have %d", s.parquet.NumRows(), info.Lines)
	}
	if err != nil {
		_ = f.Close()
		return nil, damaged(path, err)
	}
	for i, p := range s.parquet.Schema().Columns() {
		s.leaves[p[0]] = i
	}
	return s, nil
}

func (s *segment) close() { _ = s.file.Close() }

// set names what a segment's lines are counted with: the sources of one
// statement are one set, any other source is a set of its own.
func (s *segment) set() string {
	if st := s.source.Statement; st != nil {
		return fmt.Sprintf("statement %s %s %s", st.Invoice, st.Currency, st.Period)
	}
	return s.source.SHA256
}

func damaged(path string, err error) error {
	return pharos.Errorf(pharos.Internal, "%s: the ledger's file is damaged: %w", path, err).
		WithHint("remove the file's entry by importing its source again into a new ledger")
}

// block is a row group of a segment, of which columns are read one by one.
type block struct {
	segment *segment
	group   parquet.RowGroup
	first   int64 // row number of its first row in the segment
	rows    int
}

// blocks returns the row groups of a segment.
func (s *segment) blocks() []block {
	var out []block
	var first int64
	for _, g := range s.parquet.RowGroups() {
		out = append(out, block{segment: s, group: g, first: first, rows: int(g.NumRows())})
		first += g.NumRows()
	}
	return out
}

// kept reports whether row i of the block counts.
func (b *block) kept(i int) bool { return !b.segment.dropped.has(b.first + int64(i)) }

// pages calls each with every page of a column.
func (b *block) pages(column string, each func(parquet.Page) error) (err error) {
	defer func() {
		if r := recover(); r != nil { // the library panics on some damaged files
			err = damaged(b.segment.file.Name(), fmt.Errorf("%v", r))
		}
	}()
	i, ok := b.segment.leaves[column]
	if !ok {
		return damaged(b.segment.file.Name(), fmt.Errorf("no column %s", column))
	}
	pages := b.group.ColumnChunks()[i].Pages()
	defer func() { _ = pages.Close() }()
	for {
		p, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(b.segment.file.Name(), err)
		}
		err = each(p)
		parquet.Release(p)
		if err != nil {
			return err
		}
	}
}

// int32s reads a column of 32-bit integers into dst.
func (b *block) int32s(column string, dst []int32) ([]int32, error) {
	dst = dst[:0]
	err := b.pages(column, func(p parquet.Page) error {
		data := p.Data()
		dst = append(dst, data.Int32()...)
		return nil
	})
	return dst, b.complete(column, len(dst), err)
}

// int64s reads a column of 64-bit integers into dst.
func (b *block) int64s(column string, dst []int64) ([]int64, error) {
	dst = dst[:0]
	err := b.pages(column, func(p parquet.Page) error {
		data := p.Data()
		dst = append(dst, data.Int64()...)
		return nil
	})
	return dst, b.complete(column, len(dst), err)
}

// bools reads a column of truth values into dst.
func (b *block) bools(column string, dst []bool) ([]bool, error) {
	dst = dst[:0]
	var values [256]parquet.Value
	err := b.pages(column, func(p parquet.Page) error {
		r := p.Values()
		for {
			n, err := r.ReadValues(values[:])
			for _, v := range values[:n] {
				dst = append(dst, v.Boolean())
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return damaged(b.segment.file.Name(), err)
			}
		}
	})
	return dst, b.complete(column, len(dst), err)
}

// keys reads the identities of the lines.
func (b *block) keys(dst []byte) ([]byte, error) { return b.fixed("line_key", dst) }

// fixed reads a column of 16 bytes each into dst.
func (b *block) fixed(column string, dst []byte) ([]byte, error) {
	dst = dst[:0]
	err := b.pages(column, func(p parquet.Page) error {
		data := p.Data()
		values, _ := data.FixedLenByteArray()
		dst = append(dst, values...)
		return nil
	})
	return dst, b.complete(column, len(dst)/16, err)
}

// words is a column of strings: for each row an index into values.
type words struct {
	index  []int32
	values []string
}

func (w *words) at(i int) string { return w.values[w.index[i]] }

// words reads a column of strings into w.
func (b *block) words(column string, w *words) error {
	w.index, w.values = w.index[:0], w.values[:0]
	var loose map[string]int32 // for pages without a dictionary
	err := b.pages(column, func(p parquet.Page) error {
		data := p.Data()
		if dict := p.Dictionary(); dict != nil {
			if len(w.values) == 0 {
				w.values = dictionary(dict, w.values)
			}
			w.index = append(w.index, data.Int32()...)
			return nil
		}
		if loose == nil {
			loose = map[string]int32{}
		}
		bytes, offsets := data.ByteArray()
		for i := 1; i < len(offsets); i++ {
			v := bytes[offsets[i-1]:offsets[i]]
			at, seen := loose[string(v)]
			if !seen {
				at = int32(len(w.values))
				w.values = append(w.values, string(v))
				loose[string(v)] = at
			}
			w.index = append(w.index, at)
		}
		return nil
	})
	return b.complete(column, len(w.index), err)
}

func dictionary(d parquet.Dictionary, dst []string) []string {
	for i := range d.Len() {
		dst = append(dst, string(d.Index(int32(i)).ByteArray()))
	}
	return dst
}

// complete makes an error of a column that is shorter or longer than its row group.
func (b *block) complete(column string, got int, err error) error {
	if err == nil && got != b.rows {
		err = damaged(b.segment.file.Name(), fmt.Errorf("column %s has %d of %d values", column, got, b.rows))
	}
	return err
}
