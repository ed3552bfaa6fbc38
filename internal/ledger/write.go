package ledger

import (
	"errors"
	"os"
	"slices"
	"strings"

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

// add writes a record; file is the name for errors.
func (s *segments) add(month pharos.Month, rec *usagefile.Record, member, file string) error {
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

// finish closes the files and notes them in st, oldest month first.
func (s *segments) finish(st *staged) error {
	st.moves = map[string]string{}
	for _, w := range s.by {
		if err := w.close(); err != nil {
			return folderError(s.dir, err)
		}
		w.info.File = segmentFile(w.info.Month.String(), s.sha)
		st.moves[w.path] = w.info.File
		st.source.Segments = append(st.source.Segments, w.segmentInfo())
	}
	slices.SortFunc(st.source.Segments, func(a, b segmentInfo) int { return int(a.Month - b.Month) })
	return nil
}

// abandon closes files that were not finished; sweep removes them.
func (s *segments) abandon() error {
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
	info  segmentInfo
	sums  map[string]*currencySum
}

// currencySum adds up the amounts of one currency.
type currencySum struct {
	list, preTax exactSum
}

func newSegmentWriter(path string, month pharos.Month, group int) (*segmentWriter, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &segmentWriter{
		path: path, file: f, group: group, batch: make([]row, 0, batchRows),
		out:  parquet.NewGenericWriter[row](f, writerOptions()...),
		info: segmentInfo{Month: month, First: month.Last(), Last: month.First(), Invoices: map[string]int64{}},
		sums: map[string]*currencySum{},
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
	w.info.Lines++
	w.countInvoice(rec.Invoice)
	w.info.First, w.info.Last = min(w.info.First, rec.Day), max(w.info.Last, rec.Day)
	w.addSums(rec)
	if len(w.batch) == cap(w.batch) {
		return w.flush()
	}
	return nil
}

// maxInvoices is how many invoices of a segment are counted; a bill has one or
// a few. Of those beyond nobody can say that they stray.
const maxInvoices = 1000

func (w *segmentWriter) countInvoice(invoice string) {
	if invoice == "" {
		w.info.Unbilled++
		return
	}
	if n, known := w.info.Invoices[invoice]; known || len(w.info.Invoices) < maxInvoices {
		w.info.Invoices[invoice] = n + 1
	}
}

func (w *segmentWriter) addSums(rec *usagefile.Record) {
	s, ok := w.sums[rec.BillingCurrency]
	if !ok {
		s = &currencySum{}
		w.sums[rec.BillingCurrency] = s
	}
	q, ok1 := rec.Quantity.Fixed()
	p, ok2 := rec.UnitPrice.Fixed()
	x, ok3 := rec.ExchangeRate.Fixed()
	if ok1 && ok2 && ok3 {
		s.list.addProduct(q, p, x)
	} else {
		s.list.text = s.list.text.Add(rec.Quantity.Decimal().Mul(rec.UnitPrice.Decimal()).Mul(rec.ExchangeRate.Decimal()))
	}
	if t, ok := rec.PreTax.Fixed(); ok {
		s.preTax.addProduct(t, one, one)
	} else {
		s.preTax.text = s.preTax.text.Add(rec.PreTax.Decimal())
	}
}

// one is 1 as a fixed amount.
const one = 10_000_000_000

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

func (w *segmentWriter) segmentInfo() segmentInfo {
	info := w.info
	for currency, s := range w.sums {
		info.Sums = append(info.Sums, sum{Currency: currency, List: s.list.total(), PreTax: s.preTax.total()})
	}
	slices.SortFunc(info.Sums, func(a, b sum) int { return strings.Compare(a.Currency, b.Currency) })
	return info
}
