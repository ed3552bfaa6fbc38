package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// factShards is into how many files a month's facts are cut by subscription.
// What changed in one of them leaves the others as they are.
const factShards = 32

// shardOf returns the shard of a subscription.
func shardOf(subscription string) int {
	h := newHash()
	h.text(subscription)
	return int(h.sum()[0] % factShards)
}

// survey is what the facts of a month depend on beside the fine scopes.
type survey struct {
	Rates map[string]string `json:"rates"` // the highest at which a meter was credited on any line
	// Shards are the fingerprints of what each shard's facts are made from:
	// the segments with lines of it, which of those lines do not count, and
	// the rates of its meters. Those of equal lines are equal.
	Shards [factShards]string `json:"shards"`
}

// surveyor reads blocks for a survey; each worker has one.
type surveyor struct {
	rates  map[string]string
	meters map[string]uint64                  // meter -> bits of the shards that have lines of it
	has    map[string]*[factShards]shardLines // by segment file

	subs, meter, rate words
}

// shardLines are the lines that a segment has of a shard.
type shardLines struct {
	lines   int64
	dropped hash // sum of the hashes of row numbers: equal for equal sets
}

// takeSurvey reads the few columns that tell what the facts depend on, with a
// worker for each processor.
func takeSurvey(ctx context.Context, v *view) (survey, error) {
	all := make([]*surveyor, runtime.GOMAXPROCS(0))
	err := v.eachBlock(ctx, len(all), func(worker int) func(block) error {
		all[worker] = &surveyor{rates: map[string]string{}, meters: map[string]uint64{}, has: map[string]*[factShards]shardLines{}}
		return all[worker].block
	})
	if err != nil {
		return survey{}, err
	}
	for _, o := range all[1:] {
		all[0].merge(o)
	}
	return all[0].survey(), nil
}

// eachBlock reads the segments with so many workers, each of which gets a
// function of its own to call with blocks.
func (v *view) eachBlock(ctx context.Context, workers int, each func(worker int) func(block) error) error {
	blocks := make(chan block)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(blocks)
		for _, s := range v.segments {
			for _, b := range s.blocks() {
				select {
				case blocks <- b:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for i := range workers {
		read := each(i)
		g.Go(func() error {
			for b := range blocks {
				if err := read(b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

func (s *surveyor) block(b block) error {
	if err := cmp.Or(b.words("subscription_id", &s.subs), b.words("meter_id", &s.meter), b.words("credited_percent", &s.rate)); err != nil {
		return err
	}
	file := b.segment.info.File
	if s.has[file] == nil {
		s.has[file] = &[factShards]shardLines{}
	}
	shards := make([]int, len(s.subs.values))
	for i, sub := range s.subs.values {
		shards[i] = shardOf(sub)
	}
	meters := make([]uint64, len(s.meter.values))
	pair, last := map[[2]int32]bool{}, [2]int32{-1, -1}
	for i := range b.rows {
		shard := shards[s.subs.index[i]]
		at := &s.has[file][shard]
		at.lines++
		meters[s.meter.index[i]] |= 1 << shard
		if !b.kept(i) {
			at.drop(b.first + int64(i))
			continue
		}
		if p := [2]int32{s.meter.index[i], s.rate.index[i]}; p != last {
			pair[p], last = true, p
		}
	}
	for i, bits := range meters {
		s.meters[s.meter.values[i]] |= bits
	}
	for p := range pair {
		s.credit(s.meter.values[p[0]], s.rate.values[p[1]])
	}
	return nil
}

// credit takes note that a meter was credited at a rate.
func (s *surveyor) credit(meter, rate string) {
	if rate != "" && rateOf(rate).GreaterThan(rateOf(s.rates[meter])) {
		s.rates[meter] = rate
	}
}

// drop takes note of a line that does not count.
func (l *shardLines) drop(row int64) {
	h := newHash()
	h.word(uint64(row))
	h.word(h.a ^ h.b)
	l.dropped.a += h.a
	l.dropped.b += h.b
}

// merge adds what another surveyor saw.
func (s *surveyor) merge(o *surveyor) {
	for meter, rate := range o.rates {
		s.credit(meter, rate)
	}
	for meter, bits := range o.meters {
		s.meters[meter] |= bits
	}
	for file, theirs := range o.has {
		ours := s.has[file]
		if ours == nil {
			s.has[file] = theirs
			continue
		}
		for i := range theirs {
			ours[i].lines += theirs[i].lines
			ours[i].dropped.a += theirs[i].dropped.a
			ours[i].dropped.b += theirs[i].dropped.b
		}
	}
}

func (s *surveyor) survey() survey {
	out := survey{Rates: s.rates}
	files, meters := slices.Sorted(maps.Keys(s.has)), slices.Sorted(maps.Keys(s.rates))
	for shard := range out.Shards {
		h := sha256.New()
		lines := int64(0)
		for _, file := range files {
			at := &s.has[file][shard]
			lines += at.lines
			if at.lines > 0 {
				_, _ = fmt.Fprintf(h, "%s %x %x\n", file, at.dropped.a, at.dropped.b)
			}
		}
		for _, meter := range meters {
			if s.meters[meter]&(1<<shard) != 0 {
				_, _ = fmt.Fprintf(h, "%q %s\n", meter, s.rates[meter])
			}
		}
		if lines > 0 {
			out.Shards[shard] = hex.EncodeToString(h.Sum(nil)[:16])
		}
	}
	return out
}

// fingerprint names the fine scopes of a shard, "" where there are none.
func (f fineScopes) fingerprint(shard int) string {
	var of []string
	for sub, scopes := range f {
		if shardOf(sub) == shard {
			for _, s := range scopes {
				of = append(of, string(s))
			}
		}
	}
	if len(of) == 0 {
		return ""
	}
	slices.Sort(of)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(of), "\n")))
	return hex.EncodeToString(sum[:16])
}
