package ledger

import (
	"context"
	"math/bits"
	"path/filepath"
	"slices"

	"github.com/pharos-pec/pharos"
)

// Compact removes the files of lines that can never count again, of the given
// months, and tells what they took, by month. Such a file was imported by itself,
// and each of its lines stands in another such file that is believed before it
// (rules 2 and 3 of the package comment): a bill that was downloaded every
// day leaves one file a month. Whatever is imported later, facts, lines and credit are
// what they would have been; the content stays known, so that it is not imported again.
// Left alone are the files of statements, which a later pull may take
// away, and lines that an invoice replaces, since which month an invoice bills may turn
// out otherwise. Killed at any point it leaves the old ledger or the new one.
// Errors have code Interrupted, Conflict or Internal.
func (l *Ledger) Compact(ctx context.Context, months []pharos.Month) ([]MonthSize, error) {
	release, err := acquire(ctx, l.dir, true)
	if err != nil {
		return nil, err
	}
	defer release()
	m, err := l.begin()
	if err != nil {
		return nil, err
	}
	if err := sweep(l.dir, m); err != nil {
		return nil, folderError(l.dir, err)
	}
	var removed []MonthSize
	m.Sources = slices.Clone(m.Sources)
	for _, month := range m.Months() {
		if !slices.Contains(months, month) {
			continue
		}
		restated, err := l.restated(ctx, m, month)
		if err != nil {
			return nil, err
		}
		if size := m.takeOut(month, restated); size.Files > 0 {
			removed = append(removed, size)
		}
	}
	if len(removed) == 0 {
		return nil, nil
	}
	m.Sequence++
	if err := m.write(l.dir, l.step); err != nil {
		return nil, err
	}
	l.step()
	_ = sweep(l.dir, m) // what cannot be removed now is removed by the next import
	return removed, nil
}

// restated returns the files of a month whose lines are all restated by files
// that stay.
func (l *Ledger) restated(ctx context.Context, m manifest, month pharos.Month) (map[string]bool, error) {
	v := &view{month: month, compared: l.compared}
	defer func() { v.close() }()
	for _, src := range m.Sources {
		if src.Statement != nil {
			continue
		}
		for _, info := range src.Segments {
			if info.Month != month {
				continue
			}
			s, err := openSegment(l.dir, src, info)
			if err != nil {
				return nil, err
			}
			v.segments = append(v.segments, s)
		}
	}
	dropped := make([]bitmap, len(v.segments))
	if err := dropRestated(ctx, v, dropped); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i, s := range v.segments {
		if s.info.Lines > 0 && dropped[i].count() == s.info.Lines {
			out[filepath.ToSlash(s.info.File)] = true
		}
	}
	return out, nil
}

// takeOut moves the parts of a month that have one of the files to those that
// are restated, and tells what they took.
func (m *manifest) takeOut(month pharos.Month, files map[string]bool) MonthSize {
	size := MonthSize{Month: month}
	for i := range m.Sources {
		s := &m.Sources[i]
		var stay []segmentInfo
		for _, g := range s.Segments {
			if !files[g.File] {
				stay = append(stay, g)
				continue
			}
			s.Restated = append(slices.Clone(s.Restated), g.counts())
			size.Files, size.Lines, size.Bytes = size.Files+1, size.Lines+g.Lines, size.Bytes+g.Bytes
		}
		s.Segments = stay
	}
	return size
}

// count returns how many rows are in the set.
func (b bitmap) count() int64 {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return int64(n)
}
