package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// maxMonths is how many months one source may have lines of: each has a file
// open while it is read. A bill covers one or two.
const maxMonths = 36

// progressEvery is how many lines are read between two reports of progress,
// and two looks at the context.
const progressEvery = 1 << 14

// staged is a source that was read, and not yet committed.
type staged struct {
	source      source
	files       []FileReport
	known       *source // the same content in the manifest
	duplicateOf string
	months      []pharos.Month // that it has lines of, unordered
	inPlace     []pharos.Month // whose lines are in the ledger already
}

func (s *staged) duplicate(known source) {
	s.known, s.duplicateOf = &known, known.Name
}

func (s *staged) name() string { return s.source.Name }

func (s *staged) format() usagefile.Format {
	from := s.source
	if s.known != nil {
		from = *s.known
	}
	if len(from.Formats) == 0 {
		return ""
	}
	return from.Formats[0]
}

// spans notes that the source has a line of the month, and refuses one month too many.
func (s *staged) spans(month pharos.Month, rec *usagefile.Record, file string) error {
	if slices.Contains(s.months, month) {
		return nil
	}
	if len(s.months) == maxMonths {
		return pharos.Errorf(pharos.Invalid, "%s line %d: the file has lines of more than %d months", file, rec.Number, maxMonths).
			WithHint("a bill covers a month or two: are its dates right?")
	}
	s.months = append(s.months, month)
	return nil
}

// move puts the staged files in their places.
func (s *staged) move(dir string, step func()) error {
	for _, part := range s.source.Segments {
		if slices.Contains(s.inPlace, part.Month) {
			continue
		}
		temp := tempPath(dir, part.Month.String(), s.source.SHA256)
		target := filepath.Join(dir, filepath.FromSlash(part.File))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return folderError(dir, err)
		}
		step()
		if err := os.Rename(temp, target); err != nil {
			return folderError(dir, err)
		}
		if err := errors.Join(syncFolder(filepath.Dir(target)), syncFolder(dir)); err != nil {
			return folderError(dir, err)
		}
	}
	return nil
}

// contentHash returns the SHA-256 of a source's bytes, in hex.
func contentHash(ctx context.Context, s Source) (string, error) {
	r, err := s.Open()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.CopyBuffer(h, contextReader{ctx, r}, make([]byte, 1<<18))
	if closing := r.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return "", readFault(s.Name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func readFault(name string, err error) error {
	if pharos.CodeOf(err) != pharos.Internal {
		return err
	}
	return pharos.Errorf(pharos.Invalid, "%s cannot be read: %w", name, err)
}

// contextReader fails once its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// stageSource reads one source into staged segments.
func (in *importing) stageSource(ctx context.Context, s Source, st *staged) (err error) {
	r, err := s.Open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	w := in.sink(ctx, st.source.SHA256)
	defer func() { err = errors.Join(err, w.Abandon()) }()
	for f, err := range usagefile.Open(s.Name, r) {
		if err != nil {
			return err
		}
		if err := in.stageFile(ctx, f, s.Name, st, w); err != nil {
			return err
		}
	}
	st.source.Segments, err = w.Finish()
	slices.SortFunc(st.source.Segments, func(a, b segmentInfo) int { return int(a.Month - b.Month) })
	return err
}

// stageFile reads one file of a source.
func (in *importing) stageFile(ctx context.Context, f *usagefile.Reader, source string, st *staged, w Sink) error {
	member := strings.TrimPrefix(strings.TrimPrefix(f.Name, source), "!")
	lines := int64(0)
	for rec, err := range f.Records() {
		if err != nil {
			return err
		}
		month := rec.Day.Month()
		if in.opts.Month != 0 && month != in.opts.Month {
			return pharos.Errorf(pharos.Invalid, "%s line %d: usage of %s, and only %s is to be imported", f.Name, rec.Number, rec.Day, in.opts.Month).
				WithHint("leave the month out, or name the right file")
		}
		if err := st.spans(month, rec, f.Name); err != nil {
			return err
		}
		if err := w.Add(month, rec, member); err != nil {
			return err
		}
		if lines++; lines%progressEvery == 0 {
			if err := in.tick(ctx, progressEvery); err != nil {
				return err
			}
		}
	}
	if err := stageTotals(f, st, &lines); err != nil {
		return err
	}
	rejects, count := f.Rejects()
	if rejects == nil {
		rejects = []usagefile.Reject{}
	}
	st.files = append(st.files, FileReport{File: f.Name, Format: f.Format, Lines: lines, Rejected: rejects, RejectedCount: count})
	st.source.Formats = append(st.source.Formats, f.Format)
	st.source.Lines += lines
	st.source.Rejected += count
	return in.tick(ctx, lines%progressEvery)
}

func (in *importing) tick(ctx context.Context, lines int64) error {
	total := in.read.Add(lines)
	in.step()
	if in.opts.Progress != nil {
		in.opts.Progress(total)
	}
	return ctx.Err()
}

// ReconSum is what a monthly reconciliation file says a customer was charged
// on an invoice.
type ReconSum struct {
	Invoice  string          `json:"invoice"`
	Customer pharos.TenantID `json:"customer"`
	Currency string          `json:"currency"`
	Metered  decimal.Decimal `json:"metered"`  // metered usage, before tax
	Subtotal decimal.Decimal `json:"subtotal"` // all charges, before tax
}

// stageTotals adds up the rows of a reconciliation file.
func stageTotals(f *usagefile.Reader, st *staged, lines *int64) error {
	at := map[ReconSum]int{}
	for t, err := range f.Totals() {
		if err != nil {
			return err
		}
		*lines++
		key := ReconSum{Invoice: t.Invoice, Customer: t.Customer, Currency: t.Currency}
		i, ok := at[key]
		if !ok {
			i = len(st.source.Recon)
			at[key] = i
			st.source.Recon = append(st.source.Recon, key)
		}
		sum := &st.source.Recon[i]
		sum.Subtotal = sum.Subtotal.Add(t.Subtotal)
		if t.Metered {
			sum.Metered = sum.Metered.Add(t.Subtotal)
		}
	}
	return nil
}
