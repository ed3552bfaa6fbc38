package ledger

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// Source is a usage file to import. Open is called once for each of two
// passes: one to know the content again, one to read it.
type Source struct {
	Name string // as it stands in reports and errors
	Open func() (io.ReadCloser, error)
}

// FileSource is the file at path.
func FileSource(path string) Source {
	return Source{Name: path, Open: func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, pharos.Errorf(pharos.NotFound, "%w", err).WithHint("name usage files, plain, .gz or .zip")
		}
		return f, nil
	}}
}

// Options say how sources are imported.
type Options struct {
	// Month refuses lines of any other month; 0 takes all.
	Month pharos.Month
	// Statement says that the sources together are a whole statement.
	Statement *Statement
	// NoWait fails with code Conflict when another import runs, instead of
	// waiting for it.
	NoWait bool
	// Progress, if set, is told now and then how many lines were read. It is
	// called by several goroutines.
	Progress func(lines int64)
}

// Report says what an import did. It is the document of `usage import -o json`.
type Report struct {
	Files  []FileReport   `json:"files"`
	Lines  int64          `json:"lines"`  // read from files that were not in the ledger yet
	Months []pharos.Month `json:"months"` // that those lines are in
}

// FileReport is one file, or one member of a zip.
type FileReport struct {
	File     string             `json:"file"`
	Format   usagefile.Format   `json:"format"`
	Lines    int64              `json:"lines"`
	Rejected []usagefile.Reject `json:"rejected"`
	// RejectedCount is the number of rejected lines, of which Rejected has
	// the first ones.
	RejectedCount int64 `json:"rejectedCount"`
	// DuplicateOf names the file of the same content that was imported
	// before; none of this one's lines were read then.
	DuplicateOf string `json:"duplicateOf"`
}

// Import adds the lines of sources, all or none: when one of them cannot be
// used, the error says which and why, and the ledger is as it was. Rejected
// lines are in the report and do not stop it. Imports of several processes take
// turns. Errors have code Invalid (a file that cannot be used), NotFound,
// Conflict, Interrupted (ctx is done) or Internal (the ledger's folder).
func (l *Ledger) Import(ctx context.Context, sources []Source, opts Options) (Report, error) {
	release, err := acquire(ctx, l.dir, !opts.NoWait)
	if err != nil {
		return Report{}, err
	}
	defer release()
	m, err := l.begin()
	if err != nil {
		return Report{}, err
	}
	if err := sweep(l.dir, m); err != nil {
		return Report{}, folderError(l.dir, err)
	}
	in := &importing{opts: opts, manifest: m, step: l.step, sink: l.sink}
	staged, err := in.stage(ctx, sources)
	if err != nil {
		_ = sweep(l.dir, m) // what it wrote is of no use; the next import would sweep it too
		return Report{}, err
	}
	if err := l.commit(m, staged, opts.Statement); err != nil {
		return Report{}, err
	}
	return report(staged), nil
}

// begin returns the manifest of a ledger that is about to be changed. A ledger
// without one is new; one that has lost it is left alone, as its lines would
// be taken for those of an import that did not finish.
func (l *Ledger) begin() (manifest, error) {
	m, err := readManifest(l.dir)
	if err != nil || m.Sequence > 0 || len(m.Sources) > 0 {
		return m, err
	}
	path := filepath.Join(l.dir, manifestName)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	found, err := segmentFiles(l.dir)
	if err != nil {
		return m, folderError(l.dir, err)
	}
	if len(found) > 0 {
		return m, pharos.Errorf(pharos.Conflict, "%s is gone, and %d files of usage lines are there", path, len(found)).
			WithHint("restore it from a copy; or name a new ledger and import the usage files again")
	}
	if err := sweep(l.dir, m); err != nil {
		return m, folderError(l.dir, err)
	}
	return m, m.write(l.dir, l.step)
}

// sink writes a source's lines to tmp/.
func (l *Ledger) sink(_ context.Context, sha string) Sink {
	return &segments{dir: l.dir, sha: sha, group: l.groupRows, by: map[pharos.Month]*segmentWriter{}}
}

// importing reads the sources of one import, whatever keeps their lines.
type importing struct {
	opts     Options
	manifest manifest // as the import found it
	step     func()
	sink     func(ctx context.Context, sha string) Sink
	read     atomic.Int64
}

// stage reads the sources that are new into their sinks.
func (in *importing) stage(ctx context.Context, sources []Source) ([]*staged, error) {
	all := make([]*staged, len(sources))
	hashes, ctx1 := errgroup.WithContext(ctx)
	hashes.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range sources {
		hashes.Go(func() error {
			sha, err := contentHash(ctx1, s)
			all[i] = &staged{source: source{Name: s.Name, SHA256: sha}}
			return err
		})
	}
	if err := hashes.Wait(); err != nil {
		return nil, err
	}
	first := map[string]string{} // content -> name, within this import
	reading, ctx2 := errgroup.WithContext(ctx)
	reading.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range sources {
		st := all[i]
		if known, ok := in.manifest.bySHA(st.source.SHA256); ok && known.whole(in.opts.Statement) {
			st.duplicate(known)
			continue
		}
		if name, ok := first[st.source.SHA256]; ok {
			st.duplicateOf = name
			continue
		}
		first[st.source.SHA256] = s.Name
		reading.Go(func() error { return in.stageSource(ctx2, s, st) })
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	return all, nil
}

// commit moves what was staged into place and replaces the manifest.
func (l *Ledger) commit(found manifest, all []*staged, st *Statement) error {
	m := found
	m.Sources = slices.Clone(m.Sources)
	for _, s := range all {
		if known, ok := found.bySHA(s.source.SHA256); ok && s.duplicateOf == "" {
			s.restored(known)
		}
	}
	added := added(all, st)
	for _, s := range all {
		if s.duplicateOf != "" {
			continue
		}
		if err := s.move(l.dir, l.step); err != nil {
			return err
		}
	}
	if !m.Take(added, st, found.Sequence+1) {
		return nil
	}
	if err := m.write(l.dir, l.step); err != nil {
		return err
	}
	l.step()
	_ = sweep(l.dir, m) // files of replaced statements; what cannot be removed now is removed by the next import
	return nil
}

// added are the entries that an import adds to the manifest: sources that
// were not there, and, where they are a statement, those that were.
func added(all []*staged, st *Statement) []source {
	var out []source
	for _, s := range all {
		switch {
		case s.duplicateOf == "":
			out = append(out, s.source)
		case st != nil && s.known != nil: // of an earlier statement, or imported as a file: now part of this one
			out = append(out, *s.known)
		}
	}
	return out
}

// report makes the report of what was staged.
func report(all []*staged) Report {
	r := Report{Files: []FileReport{}, Months: []pharos.Month{}}
	for _, s := range all {
		if s.duplicateOf != "" {
			r.Files = append(r.Files, FileReport{
				File: s.name(), Format: s.format(), Rejected: []usagefile.Reject{}, DuplicateOf: s.duplicateOf,
			})
			continue
		}
		r.Files = append(r.Files, s.files...)
		r.Lines += s.source.Lines
		for _, g := range s.source.Segments {
			if !slices.Contains(r.Months, g.Month) {
				r.Months = append(r.Months, g.Month)
			}
		}
	}
	slices.Sort(r.Months)
	return r
}

// tempPath is where a source's lines of a month are staged.
func tempPath(dir, month, sha string) string {
	return filepath.Join(dir, tempFolder, month+"-"+sha[:32]+extension)
}
