package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/pharos-pec/pharos"
)

// Ledger is a folder of usage lines. Its methods may be called from several
// goroutines, and several processes may use one folder: imports take turns.
type Ledger struct {
	dir string
	// step is called before each thing an import does to the disk; tests end
	// the process there.
	step func()
	sizes

	mu    sync.Mutex
	masks map[pharos.Month]resolved // what was last worked out for a month
}

// Open returns the ledger in dir, which is made when it is not there. It
// fails when dir cannot be used or is of another version.
func Open(dir string) (*Ledger, error) {
	if err := os.MkdirAll(filepath.Join(dir, tempFolder), 0o755); err != nil {
		return nil, folderError(dir, err)
	}
	if _, err := readManifest(dir); err != nil {
		return nil, err
	}
	return &Ledger{dir: dir, step: func() {}, sizes: sizesFor(DefaultMemory), masks: map[pharos.Month]resolved{}}, nil
}

// Close does nothing: a folder is not held open.
func (l *Ledger) Close() {}

// Months lists the months that have lines, oldest first.
func (l *Ledger) Months(context.Context) ([]pharos.Month, error) {
	m, err := readManifest(l.dir)
	if err != nil {
		return nil, err
	}
	return m.Months(), nil
}

// Manifest returns the list of what the ledger holds.
func (l *Ledger) Manifest(context.Context) (Manifest, error) { return readManifest(l.dir) }

// File is an imported usage file.
type File struct {
	Name   string // as it was named to the import
	SHA256 string // of its content as it was read
}

// Files lists the usage files that have lines of a month, in the order of
// their import.
func (l *Ledger) Files(_ context.Context, month pharos.Month) ([]File, error) {
	m, err := readManifest(l.dir)
	if err != nil {
		return nil, err
	}
	return m.FilesOf(month), nil
}

// LastStatement returns the newest statement that was pulled, for the time
// that verdicts are judged by; ok is false when there is none.
func (l *Ledger) LastStatement(context.Context) (s Statement, ok bool, err error) {
	m, err := readManifest(l.dir)
	if err != nil {
		return Statement{}, false, err
	}
	s, ok = m.LastStatement()
	return s, ok, nil
}

// view opens the segments of a month and says which of their lines count. It
// begins again when an import took a file away in between.
func (l *Ledger) view(ctx context.Context, month pharos.Month) (*view, error) {
	const attempts = 5
	for try := 1; ; try++ {
		v, err := l.tryView(ctx, month)
		if err == nil || try == attempts || !errors.Is(err, fs.ErrNotExist) {
			return v, err
		}
	}
}

func (l *Ledger) tryView(ctx context.Context, month pharos.Month) (*view, error) {
	m, err := readManifest(l.dir)
	if err != nil {
		return nil, err
	}
	v := &view{month: month, strays: m.strays(month), lines: m.linesOf(month), months: m.Months(), compared: l.compared}
	for _, src := range m.Sources {
		for _, info := range src.Segments {
			if info.Month != month {
				continue
			}
			s, err := openSegment(l.dir, src, info)
			if err != nil {
				v.close()
				return nil, err
			}
			v.segments = append(v.segments, s)
		}
	}
	if err := l.resolve(ctx, m.Sequence, v); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

// resolved is which lines of a month do not count, as of a manifest.
type resolved struct {
	sequence int64
	dropped  []bitmap
}

// resolve sets the masks of v's segments, from memory if nothing was imported
// since they were worked out.
func (l *Ledger) resolve(ctx context.Context, sequence int64, v *view) error {
	l.mu.Lock()
	known, ok := l.masks[v.month]
	l.mu.Unlock()
	if !ok || known.sequence != sequence {
		dropped, err := l.masksOf(ctx, v)
		if err != nil {
			return err
		}
		known = resolved{sequence: sequence, dropped: dropped}
		l.mu.Lock()
		l.masks[v.month] = known
		l.mu.Unlock()
	}
	for i, s := range v.segments {
		s.dropped = known.dropped[i]
	}
	return nil
}

// view is a month's segments at one instant.
type view struct {
	month    pharos.Month
	segments []*segment
	strays   map[string]bool // invoices that bill another month
	lines    string          // the fingerprint of what is seen
	months   []pharos.Month  // that have lines
	compared int             // how many lines are compared at a time
}

func (v *view) close() {
	for _, s := range v.segments {
		s.close()
	}
}
