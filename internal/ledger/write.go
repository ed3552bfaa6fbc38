package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	stdhash "hash"
	"io"
	"os"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// segments writes the lines of one source, by month.
type segments struct {
	dir, sha string
	group    int // rows of a row group
	by       map[pharos.Month]*segmentWriter
}

// Add writes a record.
func (s *segments) Add(month pharos.Month, rec *usagefile.Record, member string) error {
	w, ok := s.by[month]
	if !ok {
		var err error
		if w, err = newSegmentWriter(tempPath(s.dir, month.String(), s.sha), month, s.group); err != nil {
			return folderError(s.dir, err)
		}
		s.by[month] = w
	}
	if err := w.add(rec, member); err != nil {
		return folderError(s.dir, err)
	}
	return nil
}

// Finish closes the files.
func (s *segments) Finish() ([]Part, error) {
	var parts []Part
	for _, w := range s.by {
		if err := w.close(); err != nil {
			return nil, folderError(s.dir, err)
		}
		part := w.tally.Part()
		part.File = segmentFile(part.Month.String(), s.sha)
		part.SHA256, part.Bytes = hex.EncodeToString(w.sha.Sum(nil)), w.out.offset
		parts = append(parts, part)
	}
	return parts, nil
}

// Abandon closes files that were not finished; sweep removes them.
func (s *segments) Abandon() error {
	for _, w := range s.by {
		if w.file != nil {
			_ = w.file.Close()
		}
	}
	return nil
}

// segmentWriter writes one Parquet file.
type segmentWriter struct {
	path    string
	file    *os.File
	sha     stdhash.Hash // of what is written
	out     *columnFile
	columns *rowColumns // of out
	row     row         // being filled
	rate    writtenRate
	group   int // rows of a row group
	tally   *Tally
}

// writtenRate is the credited rate of the line before, in words.
type writtenRate struct {
	of   pharos.Rate
	text string
}

func newSegmentWriter(path string, month pharos.Month, group int) (*segmentWriter, error) {
	schema, err := schemaOf[row]()
	if err != nil {
		return nil, err
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	columns := newRowColumns()
	sha := sha256.New()
	out, err := newColumnFile(io.MultiWriter(f, sha), schema, columns)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &segmentWriter{path: path, file: f, group: group, sha: sha, out: out, columns: columns, tally: NewTally(month)}, nil
}

func (w *segmentWriter) add(rec *usagefile.Record, member string) error {
	if w.rate.of != rec.Credited {
		w.rate = writtenRate{rec.Credited, rec.Credited.String()}
	}
	if err := w.row.fill(rec, member, w.rate.text); err != nil {
		return err
	}
	w.columns.add(&w.row)
	w.tally.Add(rec)
	if w.columns.rows() >= w.group {
		return w.out.endGroup()
	}
	return nil
}

// close ends the file and has it on the disk.
func (w *segmentWriter) close() error {
	f := w.file
	w.file = nil
	return errors.Join(w.out.close(), f.Sync(), f.Close())
}
