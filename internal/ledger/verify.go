package ledger

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/pharos-pec/pharos"
)

// Problem is a way in which a ledger's folder is not as its manifest says.
type Problem string

// The problems.
const (
	Missing    Problem = "missing"    // the manifest names a file that is not there
	Altered    Problem = "altered"    // the file is not what the import wrote
	Unreadable Problem = "unreadable" // the file cannot be read throughout
	Miscounted Problem = "miscounted" // lines, days, invoices or sums differ from those of the import
	Foreign    Problem = "foreign"    // no import wrote the file
	Doubled    Problem = "doubled"    // the manifest names the file, or its content, twice
)

// Finding is something wrong with a ledger.
type Finding struct {
	Problem Problem
	File    string       // below the ledger's folder, with slashes
	Month   pharos.Month // 0 for a file of none
	Source  string       // the imported file whose lines it holds, "" for none
	Message string
}

// Verification is what [Ledger.Verify] found.
type Verification struct {
	Months []MonthSize // oldest first
	// Unsigned counts the files that an older Pharos wrote without a checksum:
	// what they hold was read and added up all the same.
	Unsigned int
	// Leftovers are what an import that did not finish left behind. They do not
	// count, and the next import removes them.
	Leftovers []string
	Findings  []Finding // by file
}

// MonthSize is how much of a month is in the ledger.
type MonthSize struct {
	Month pharos.Month
	Files int
	Lines int64 // with those that do not count
	Bytes int64
}

// Verify holds the folder against its manifest: that every file is there, has
// the checksum that it was written with, can be read throughout, and adds up to
// the lines, days, invoices and sums that the import counted; that nothing else
// is there. Imports wait until it is done. Progress, if set, is told how many
// lines were read, by several goroutines. An error is not about the ledger's
// content: Interrupted, or Internal (the folder cannot be used).
func (l *Ledger) Verify(ctx context.Context, progress func(lines int64)) (Verification, error) {
	release, err := acquire(ctx, l.dir, true)
	if err != nil {
		return Verification{}, err
	}
	defer release()
	m, err := readManifest(l.dir)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{Findings: append(m.doubled(), lost(l.dir)...)}
	checks, err := l.checkSegments(ctx, m, progress)
	if err != nil {
		return Verification{}, err
	}
	sizes := map[pharos.Month]*MonthSize{}
	for _, c := range checks {
		v.Findings = append(v.Findings, c.findings...)
		if c.info.SHA256 == "" {
			v.Unsigned++
		}
		size, ok := sizes[c.info.Month]
		if !ok {
			size = &MonthSize{Month: c.info.Month}
			sizes[c.info.Month] = size
		}
		size.Files, size.Lines, size.Bytes = size.Files+1, size.Lines+c.info.Lines, size.Bytes+c.bytes
	}
	for _, month := range m.Months() {
		v.Months = append(v.Months, *sizes[month])
	}
	if err := v.look(l.dir, m); err != nil {
		return Verification{}, folderError(l.dir, err)
	}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(string(a.Problem), string(b.Problem)))
	})
	return v, nil
}

// checkSegments checks every file that the manifest names, with a worker for
// each processor.
func (l *Ledger) checkSegments(ctx context.Context, m manifest, progress func(int64)) ([]*check, error) {
	var checks []*check
	for _, s := range m.Sources {
		for _, info := range s.Segments {
			checks = append(checks, &check{dir: l.dir, source: s, info: info, progress: progress})
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, c := range checks {
		g.Go(func() error { return c.run(ctx) })
	}
	return checks, g.Wait()
}

// doubled finds sources and files that stand in the manifest twice: their
// lines would count twice.
func (m *manifest) doubled() []Finding {
	var out []Finding
	seen := map[string]string{}
	note := func(key, file string, month pharos.Month, source string) {
		if first, again := seen[key]; again {
			out = append(out, Finding{Doubled, file, month, source, "the manifest has it already, as what was read from " + first})
			return
		}
		seen[key] = source
	}
	for _, s := range m.Sources {
		note("content "+s.SHA256, manifestName, 0, s.Name)
		for _, g := range s.Segments {
			note("file "+g.File, g.File, g.Month, s.Name)
		}
	}
	return out
}

// lost finds that the manifest is gone while lines are there.
func lost(dir string) []Finding {
	_, err := os.Stat(filepath.Join(dir, manifestName))
	files, _ := segmentFiles(dir) // the pattern is sound
	if !errors.Is(err, fs.ErrNotExist) || len(files) == 0 {
		return nil
	}
	return []Finding{{Problem: Missing, File: manifestName, Message: "the manifest is not there, and without it no line counts"}}
}

// look lists what is in the folder and not in the manifest.
func (v *Verification) look(dir string, m manifest) error {
	named := m.files()
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since the folder was listed
		}
		if err != nil {
			return err
		}
		short, err := filepath.Rel(dir, path)
		if err != nil || entry.IsDir() || short == manifestName || short == lockName || named[short] {
			return err
		}
		file := filepath.ToSlash(short)
		switch {
		case swept(file):
			v.Leftovers = append(v.Leftovers, file)
			return nil
		case derived(file):
			return nil
		}
		v.Findings = append(v.Findings, Finding{Problem: Foreign, File: file, Message: "no import wrote this file"})
		return nil
	})
}

// derived reports whether the file is one of day facts, which bear a checksum
// of their own and are made again when it does not fit.
func derived(file string) bool {
	name, ok := strings.CutPrefix(file, factsFolder+"/")
	return ok && (name == lockName || strings.HasPrefix(name, tempFolder+"/") ||
		!strings.Contains(name, "/") && (strings.HasSuffix(name, extension) || strings.HasSuffix(name, ".json")))
}

// swept reports whether sweep removes the file when the manifest does not
// name it.
func swept(file string) bool {
	folder, name, ok := strings.Cut(file, "/")
	if !ok {
		return false
	}
	if folder == tempFolder {
		return true
	}
	month, err := pharos.ParseMonth(folder)
	return err == nil && month.String() == folder && !strings.Contains(name, "/") && strings.HasSuffix(name, extension)
}
