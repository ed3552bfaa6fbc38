package ledger

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/sync/errgroup"
)

// reduction sums the lines of a month into day facts: the segments are read
// once, and what is summed is kept by shard, in memory or in runs.
type reduction struct {
	fine       fineScopes
	symbols    *symbols
	meterRates map[string]string
	wanted     [factShards]bool
	held       int    // how many facts a worker holds in memory
	temp       string // folder for runs
}

// run reduces the wanted shards and has write called for each that has facts,
// with a worker for each processor.
func (r *reduction) run(ctx context.Context, v *view, write func(shard int, facts *factTable, order []int32) error) (err error) {
	workers := make([]*reducer, runtime.GOMAXPROCS(0))
	defer func() {
		for _, w := range workers {
			err = errors.Join(err, w.runs.close())
		}
	}()
	for i := range workers {
		workers[i] = newReducer(r)
	}
	err = v.eachBlock(ctx, len(workers), func(i int) func(block) error { return workers[i].block })
	if err != nil {
		return err
	}
	places := make([][factShards][]int32, len(workers))
	for i, w := range workers {
		places[i] = w.byShard()
	}
	alphabet := r.alphabet()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(len(workers))
	for shard := range r.wanted {
		if !r.wanted[shard] {
			continue
		}
		g.Go(func() error {
			all := newFactTable()
			for i, w := range workers {
				for _, at := range places[i][shard] {
					all.addFact(w.sums.keys[at], &w.sums.sums[at], w.sums.textOf(at))
				}
				if err := cmp.Or(ctx.Err(), w.runs.addTo(all, shard)); err != nil {
					return err
				}
			}
			return write(shard, all, all.ordered(alphabet))
		})
	}
	return g.Wait()
}

// alphabet returns the place of each symbol in the order of the texts.
func (r *reduction) alphabet() []uint32 {
	byText := make([]uint32, len(r.symbols.text))
	for i := range byText {
		byText[i] = uint32(i)
	}
	slices.SortFunc(byText, func(a, b uint32) int { return strings.Compare(r.symbols.text[a], r.symbols.text[b]) })
	order := make([]uint32, len(byText))
	for place, symbol := range byText {
		order[symbol] = uint32(place)
	}
	return order
}

// ordered returns the places of the facts by scope, day and the rest.
func (t *factTable) ordered(alphabet []uint32) []int32 {
	out := make([]int32, len(t.keys))
	for i := range out {
		out[i] = int32(i)
	}
	slices.SortFunc(out, func(x, y int32) int {
		a, b := &t.keys[x], &t.keys[y]
		if c := cmp.Compare(alphabet[a.scope], alphabet[b.scope]); c != 0 {
			return c
		}
		if c := cmp.Compare(a.day, b.day); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(alphabet[a.product], alphabet[b.product]), cmp.Compare(alphabet[a.credited], alphabet[b.credited]),
			cmp.Compare(alphabet[a.meterRate], alphabet[b.meterRate]), cmp.Compare(alphabet[a.currency], alphabet[b.currency]),
			cmp.Compare(alphabet[a.resellerID], alphabet[b.resellerID]), cmp.Compare(alphabet[a.customer], alphabet[b.customer]),
			cmp.Compare(alphabet[a.subscription], alphabet[b.subscription]))
	})
	return out
}

// textOf returns what of a fact's list cost is no fixed amount.
func (t *factTable) textOf(i int32) decimal.Decimal {
	if len(t.texts) == 0 {
		return decimal.Zero
	}
	return t.texts[i]
}
