package ledger

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/pharos-pec/pharos"
)

// Drop removes the lines of whole months and tells what they took, by month;
// a month without lines is left out. All of them go at once, or none: killed at
// any point it leaves the old ledger or the new one, and files that the next
// import or drop removes. What the rules say of other months stays: which
// month an invoice bills is still decided with the lines that are gone. A file
// whose lines were dropped is taken again when it is imported again. Errors have code
// Interrupted, Conflict or Internal.
func (l *Ledger) Drop(ctx context.Context, months []pharos.Month) ([]MonthSize, error) {
	release, err := acquire(ctx, l.dir, true)
	if err != nil {
		return nil, err
	}
	defer release()
	m, err := l.begin()
	if err != nil {
		return nil, err
	}
	if err := sweep(l.dir, m); err != nil { // a full disk may need the room for the manifest
		return nil, folderError(l.dir, err)
	}
	dropped := m.Sizes(func(month pharos.Month) bool { return slices.Contains(months, month) })
	if len(dropped) == 0 {
		return nil, nil
	}
	m.drop(months)
	if err := m.write(l.dir, l.step); err != nil {
		return nil, err
	}
	l.step()
	_ = sweep(l.dir, m) // what cannot be removed now is removed by the next import
	for _, size := range dropped {
		_ = os.Remove(filepath.Join(l.dir, size.Month.String())) // unless somebody put a file there
	}
	l.dropFacts(ctx, m)
	return dropped, nil
}

// dropFacts removes the day facts of months without lines, unless another
// process is making some: it removes them when it is done.
func (l *Ledger) dropFacts(ctx context.Context, m manifest) {
	folder := filepath.Join(l.dir, factsFolder)
	if _, err := os.Stat(folder); err != nil {
		return
	}
	release, err := acquire(ctx, folder, false)
	if err != nil {
		return
	}
	defer release()
	_ = sweepFacts(folder, m.Months()) // or the next one that makes facts does
}

// Sizes tells what the wanted months take, oldest first. The bytes of files
// that an older Pharos wrote are not known and left out.
func (m *manifest) Sizes(wanted func(pharos.Month) bool) []MonthSize {
	sizes := map[pharos.Month]*MonthSize{}
	for _, s := range m.Sources {
		for _, g := range s.Segments {
			if !wanted(g.Month) {
				continue
			}
			if sizes[g.Month] == nil {
				sizes[g.Month] = &MonthSize{Month: g.Month}
			}
			size := sizes[g.Month]
			size.Files, size.Lines, size.Bytes = size.Files+1, size.Lines+g.Lines, size.Bytes+g.Bytes
		}
	}
	var out []MonthSize
	for _, month := range m.Months() {
		if size := sizes[month]; size != nil {
			out = append(out, *size)
		}
	}
	return out
}

// drop moves the parts of the months to those that are dropped, of which the
// counts alone are kept.
func (m *manifest) drop(months []pharos.Month) {
	m.Sources = slices.Clone(m.Sources)
	for i := range m.Sources {
		s := &m.Sources[i]
		var stay []segmentInfo
		s.Dropped = slices.Clone(s.Dropped)
		for _, g := range s.Segments {
			if !slices.Contains(months, g.Month) {
				stay = append(stay, g)
				continue
			}
			s.Dropped = append(s.Dropped, g.counts())
		}
		s.Segments = stay
		var restated []segmentInfo
		for _, g := range s.Restated { // as what restates them goes, too
			if slices.Contains(months, g.Month) {
				s.Dropped = append(s.Dropped, g)
			} else {
				restated = append(restated, g)
			}
		}
		s.Restated = restated
	}
	m.Sequence++
}

// counts is what is kept of a part whose file is removed.
func (g *segmentInfo) counts() segmentInfo {
	c := *g
	c.File, c.SHA256, c.Bytes, c.Sums = "", "", 0, nil
	return c
}

// whole reports whether a source that is in the ledger need not be read again:
// none of its lines were dropped, nor were any restated by files that a
// statement would now take it away from.
func (s *source) whole(st *Statement) bool {
	return len(s.Dropped) == 0 && (st == nil || len(s.Restated) == 0)
}

// restored is a source that was read again because lines of it were dropped:
// the parts that are still there stay as they are.
func (s *staged) restored(known source) {
	for i, g := range s.source.Segments {
		at := slices.IndexFunc(known.Segments, func(o segmentInfo) bool { return o.Month == g.Month })
		if at >= 0 {
			s.source.Segments[i] = known.Segments[at]
			s.inPlace = append(s.inPlace, g.Month)
		}
	}
}
