package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/pharos-pec/pharos"
)

// keptFacts opens the facts of a month, after making those files that are
// missing or out of date.
func (l *Ledger) keptFacts(ctx context.Context, month pharos.Month, fine fineScopes) (*factFiles, error) {
	m, err := readManifest(l.dir)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(l.dir, factsFolder)
	if k := readKept(folder, month); k.Lines == m.linesOf(month) {
		want := k.Survey.wanted(fine)
		files, good := k.open(folder, &want)
		if all(good) {
			return files, nil
		}
		files.close()
	}
	release, err := lockFacts(ctx, folder)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return l.passingFacts(ctx, month, fine)
	}
	if err != nil {
		return nil, err
	}
	defer release()
	return l.makeFacts(ctx, folder, month, fine)
}

func all(good [factShards]bool) bool { return good == allShards() }

func allShards() (a [factShards]bool) {
	for i := range a {
		a[i] = true
	}
	return a
}

// lockFacts waits for its turn to make facts.
func lockFacts(ctx context.Context, folder string) (release func(), err error) {
	if err := os.MkdirAll(filepath.Join(folder, tempFolder), 0o755); err != nil {
		return nil, folderError(folder, err)
	}
	return acquire(ctx, folder, true)
}

// passingFacts makes the facts of a ledger that may not be written to in a
// folder that is removed with them.
func (l *Ledger) passingFacts(ctx context.Context, month pharos.Month, fine fineScopes) (*factFiles, error) {
	folder, err := os.MkdirTemp("", "pharos-facts-")
	if err != nil {
		return nil, folderError(l.dir, err)
	}
	remove := func() { _ = os.RemoveAll(folder) }
	if err = os.Mkdir(filepath.Join(folder, tempFolder), 0o700); err != nil {
		remove()
		return nil, folderError(l.dir, err)
	}
	files, err := l.makeFacts(ctx, folder, month, fine)
	if err != nil {
		remove()
		return nil, err
	}
	files.after = remove
	return files, nil
}

// wanted is what the files must have been made from.
func (s *survey) wanted(fine fineScopes) (out [factShards]keptShard) {
	for i := range out {
		out[i] = keptShard{Lines: s.Shards[i]}
		if s.Shards[i] != "" {
			out[i].Fine = fine.fingerprint(i)
		}
	}
	return out
}

// makeFacts makes what is missing in folder, whose lock is held, and opens it.
func (l *Ledger) makeFacts(ctx context.Context, folder string, month pharos.Month, fine fineScopes) (*factFiles, error) {
	v, err := l.view(ctx, month)
	if err != nil {
		return nil, err
	}
	defer v.close()
	k := readKept(folder, month)
	if k.Lines != v.lines {
		k.Version, k.Lines = factsVersion, v.lines
		if k.Survey, err = takeSurvey(ctx, v); err != nil {
			return nil, err
		}
	}
	want := k.Survey.wanted(fine)
	files, good := k.open(folder, &want)
	if all(good) { // by another process, or an import changed none
		if err := k.save(folder, month, v.months); err != nil {
			files.close()
			return nil, err
		}
		return files, nil
	}
	files.close()
	r := &reduction{
		fine: fine, symbols: newSymbols(), meterRates: k.Survey.Rates, temp: filepath.Join(folder, tempFolder),
		held: max(1, l.heldFacts/runtime.GOMAXPROCS(0)),
	}
	clearFolder(r.temp)
	for i, ok := range good {
		if r.wanted[i] = !ok; !ok {
			k.Shards[i] = want[i]
		}
	}
	err = r.run(ctx, v, func(shard int, t *factTable, order []int32) error {
		return r.keep(folder, month, &k.Shards[shard], shard, t, order)
	})
	if err != nil {
		return nil, factsError(folder, err)
	}
	if err := k.save(folder, month, v.months); err != nil {
		return nil, err
	}
	files, good = k.open(folder, &want)
	if !all(good) {
		files.close()
		return nil, folderError(folder, errors.New("the day facts cannot be read back"))
	}
	return files, nil
}

// factsError is err with the folder, where it does not tell more already.
func factsError(folder string, err error) error {
	var fault *fs.PathError
	if errors.As(err, &fault) && pharos.CodeOf(err) == pharos.Internal {
		return folderError(folder, err)
	}
	return err
}

// keep writes the facts of a shard.
func (r *reduction) keep(folder string, month pharos.Month, s *keptShard, shard int, t *factTable, order []int32) error {
	if len(order) == 0 {
		return nil
	}
	temp := filepath.Join(r.temp, fmt.Sprintf("%02d%s", shard, extension))
	w, err := newFactWriter(temp)
	if err != nil {
		return err
	}
	for _, i := range order {
		if err := w.add(&t.keys[i], &t.sums[i], t.textOf(i), r.symbols.text); err != nil {
			return errors.Join(err, w.file.Close())
		}
	}
	if err := w.close(); err != nil {
		return err
	}
	s.Facts, s.CRC = int64(len(order)), w.sum.Sum32()
	s.File = fmt.Sprintf("%s-%02d-%s%.16s%s", month, shard, s.Lines, s.Fine, extension)
	return os.Rename(temp, filepath.Join(folder, s.File))
}

// save replaces the list of what is kept and removes what no list names.
func (k *keptMonth) save(folder string, month pharos.Month, months []pharos.Month) error {
	if err := k.write(folder, month); err != nil {
		return folderError(folder, err)
	}
	return sweepFacts(folder, months)
}

// sweepFacts removes lists of months without lines, and files of other lines
// than theirs. A file that somebody reads and that cannot be removed for that is left
// to the next time.
func sweepFacts(folder string, months []pharos.Month) error {
	named := map[string]bool{}
	for _, m := range months {
		named[indexName(m)] = true
		k := readKept(folder, m)
		for _, s := range k.Shards {
			named[s.File] = true
		}
		for _, what := range []string{keptNames, keptBilled, keptTotals, keptMasks} {
			named[sumsName(m, what, k.Lines)] = true
		}
	}
	found, err := os.ReadDir(folder)
	if err != nil {
		return folderError(folder, err)
	}
	for _, f := range found {
		if name := f.Name(); !named[name] && (strings.HasSuffix(name, extension) || strings.HasSuffix(name, ".json")) {
			_ = os.Remove(filepath.Join(folder, name))
		}
	}
	return nil
}

// clearFolder removes what somebody left behind who was killed. What another
// process writes there without the lock it can do without.
func clearFolder(dir string) {
	found, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, f := range found {
		_ = os.Remove(filepath.Join(dir, f.Name()))
	}
}
