package ledger

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
)

// resolve decides which lines of a month do not count; see rules 2, 3 and 5
// of the package comment. The answer has one bitmap for each segment.
func resolve(ctx context.Context, v *view) ([]bitmap, error) {
	dropped := make([]bitmap, len(v.segments))
	if err := dropReplaced(ctx, v, dropped); err != nil {
		return nil, err
	}
	return dropped, dropRestated(ctx, v, dropped)
}

// dropRestated drops the lines that are the same as one of another set that
// counts (rules 2 and 3).
func dropRestated(ctx context.Context, v *view, dropped []bitmap) error {
	segments := v.segments
	var meeting []int // segments whose lines may stand elsewhere too
	var rows int64
	for i := range segments {
		if meets(segments, i) {
			meeting = append(meeting, i)
			rows += segments[i].info.Lines
		}
	}
	shards := uint64(rows/int64(max(v.compared, 1)) + 1)
	ranks := ranks(segments)
	lines := make([]lineRef, 0, rows/int64(shards)*17/16+64)
	for shard := range shards {
		var err error
		lines, err = collect(ctx, segments, meeting, shard, shards, lines[:0])
		if err != nil {
			return err
		}
		dropEqual(lines, ranks, func(l lineRef) {
			drop(segments, dropped, int(l.segment), int64(l.row))
		})
	}
	return nil
}

// drop notes that a row does not count.
func drop(segments []*segment, dropped []bitmap, segment int, row int64) {
	if dropped[segment] == nil {
		dropped[segment] = newBitmap(segments[segment].info.Lines)
	}
	dropped[segment].add(row)
}

// meets reports whether another set has lines of the days of segment i.
func meets(segments []*segment, i int) bool {
	a := segments[i]
	for _, b := range segments {
		if a.set() != b.set() && a.info.First <= b.info.Last && b.info.First <= a.info.Last {
			return true
		}
	}
	return false
}

// rank orders sets from the oldest statement to the newest.
type rank struct {
	set      int // equal for segments of the same set
	last     int32
	sequence int64
}

func ranks(segments []*segment) []rank {
	out := make([]rank, len(segments))
	sets := map[string]int{}
	last := map[string]int32{}
	for _, s := range segments {
		if _, ok := sets[s.set()]; !ok {
			sets[s.set()] = len(sets)
		}
		last[s.set()] = max(last[s.set()], int32(s.info.Last))
	}
	for i, s := range segments {
		out[i] = rank{set: sets[s.set()], last: last[s.set()], sequence: s.source.Sequence}
	}
	return out
}

func (r rank) compare(o rank) int {
	return cmp.Or(cmp.Compare(r.last, o.last), cmp.Compare(r.sequence, o.sequence), cmp.Compare(r.set, o.set))
}

// lineRef is one line and its identity.
type lineRef struct {
	hi, lo   uint64
	segment  int32
	row      int32
	unbilled bool
}

// collect appends the identities of the lines of one shard.
func collect(ctx context.Context, segments []*segment, which []int, shard, shards uint64, out []lineRef) ([]lineRef, error) {
	var keys []byte
	var invoices words
	for _, i := range which {
		for _, b := range segments[i].blocks() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var err error
			if keys, err = b.keys(keys); err != nil {
				return nil, err
			}
			if err := b.words("invoice", &invoices); err != nil {
				return nil, err
			}
			for row := range b.rows {
				hi := binary.LittleEndian.Uint64(keys[row*16:])
				if hi%shards != shard {
					continue
				}
				out = append(out, lineRef{
					hi: hi, lo: binary.LittleEndian.Uint64(keys[row*16+8:]),
					segment: int32(i), row: int32(b.first) + int32(row), unbilled: invoices.at(row) == "",
				})
			}
		}
	}
	return out, nil
}

// dropEqual calls drop with each line that does not count because the same
// line of another set does.
func dropEqual(lines []lineRef, ranks []rank, drop func(lineRef)) {
	slices.SortFunc(lines, func(a, b lineRef) int {
		return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo))
	})
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].hi == lines[0].hi && lines[n].lo == lines[0].lo {
			n++
		}
		if same := lines[:n]; n > 1 {
			winner := winner(same, ranks)
			for _, l := range same {
				if ranks[l.segment].set != winner {
					drop(l)
				}
			}
		}
		lines = lines[n:]
	}
}

// winner returns the set whose lines count among equal ones: of an invoice,
// the set that has the most of them; without one, the newest. The newest also
// wins where several have as many.
func winner(same []lineRef, ranks []rank) int {
	counts := map[int]int{}
	best := ranks[same[0].segment]
	for _, l := range same {
		counts[ranks[l.segment].set]++
	}
	for _, l := range same[1:] {
		r := ranks[l.segment]
		byCount := 0
		if !l.unbilled {
			byCount = cmp.Compare(counts[r.set], counts[best.set])
		}
		if byCount > 0 || byCount == 0 && r.compare(best) > 0 {
			best = r
		}
	}
	return best.set
}
