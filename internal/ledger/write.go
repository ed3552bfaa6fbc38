package ledger

import (
	"errors"
	"os"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

const (
	groupRows = 1 << 17 // rows of a row group: what a writer holds in memory
	batchRows = 256     // rows handed to the Parquet library at a time
)

// segments writes the lines of one source, by month.
type segments struct {
	dir, sha string
	group    int // rows of a row group
	by       map[pharos.Month]*segmentWriter
}

// Add writes a record; file is the name for errors.
func (s *segments) Add(month pharos.Month, rec *usagefile.Record, member, file string) error {
	w, ok := s.by[month]
	if !ok {
		if len(s.by) == maxMonths {
			return pharos.Errorf(pharos.Invalid, "%s line %d: the file has lines of more than %d months", file, rec.Number, maxMonths).
				WithHint("a bill covers a month or two: are its dates right?")
		}
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
	path  string
	file  *os.File
	out   *parquet.GenericWriter[row]
	batch []row
	group int // rows of a row group
	held  int // rows since the last one
	tally *Tally
}

func newSegmentWriter(path string, month pharos.Month, group int) (*segmentWriter, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &segmentWriter{
		path: path, file: f, group: group, batch: make([]row, 0, batchRows),
		out: parquet.NewGenericWriter[row](f, writerOptions()...), tally: NewTally(month),
	}, nil
}

// writerOptions leave out the bounds of columns by whose order nobody looks
// for lines: finding them costs more than writing the column.
func writerOptions() []parquet.WriterOption {
	options := []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.CreatedBy("pharos", "1", "ledger"),
	}
	for _, path := range parquet.SchemaOf(row{}).Columns() {
		switch path[0] {
		case "day", "customer_id", "subscription_id", "invoice":
		default:
			options = append(options, parquet.SkipPageBounds(path...))
		}
	}
	return options
}

func (w *segmentWriter) add(rec *usagefile.Record, member string) error {
	w.batch = w.batch[:len(w.batch)+1]
	if err := w.batch[len(w.batch)-1].fill(rec, member); err != nil {
		return err
	}
	w.tally.Add(rec)
	if len(w.batch) == cap(w.batch) {
		return w.flush()
	}
	return nil
}

func (w *segmentWriter) flush() error {
	if _, err := w.out.Write(w.batch); err != nil {
		return err
	}
	w.held += len(w.batch)
	w.batch = w.batch[:0]
	if w.held < w.group {
		return nil
	}
	w.held = 0
	return w.out.Flush()
}

// close ends the file and has it on the disk.
func (w *segmentWriter) close() error {
	err := w.flush()
	f := w.file
	w.file = nil
	return errors.Join(err, w.out.Close(), f.Sync(), f.Close())
}
