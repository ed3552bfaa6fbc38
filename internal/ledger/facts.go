package ledger

import (
	"cmp"
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/sync/errgroup"

	"github.com/pharos-pec/pharos"
)

// linesPerPass bounds memory: a month with more lines than this is reduced in
// several passes, each over a part of the subscriptions.
const linesPerPass = 2 << 20

// Facts yields the day facts of a month, ordered by scope and day: the exact
// sums of the lines that count. Lines of a resource that is equal to or below
// one of fine are summed by that scope (the longest that covers the
// resource), all others by resource group. An error ends it.
func (l *Ledger) Facts(ctx context.Context, month pharos.Month, fine []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	return func(yield func(pharos.DayFact, error) bool) {
		if err := l.facts(ctx, month, fine, yield); err != nil {
			yield(pharos.DayFact{}, err)
		}
	}
}

func (l *Ledger) facts(ctx context.Context, month pharos.Month, fine []pharos.Scope, yield func(pharos.DayFact, error) bool) error {
	v, err := l.view(ctx, month)
	if err != nil {
		return err
	}
	defer v.close()
	rates, err := meterRates(ctx, v)
	if err != nil {
		return err
	}
	var rows int64
	for _, s := range v.segments {
		rows += s.info.Lines
	}
	r := &reduction{fine: newFineScopes(fine), symbols: newSymbols(), meterRates: rates, shards: uint32(rows/linesPerPass) + 1}
	for r.shard = range r.shards {
		sums, err := r.run(ctx, v)
		if err != nil {
			return err
		}
		for _, key := range r.ordered(sums) {
			if !yield(r.fact(key, sums), nil) {
				return nil
			}
		}
	}
	return nil
}

// meterRates returns the highest rate at which each meter was credited on
// any line of the month.
func meterRates(ctx context.Context, v *view) (map[string]string, error) {
	best := map[string]string{}
	var meters, rates words
	for _, s := range v.segments {
		for _, b := range s.blocks() {
			if err := cmp.Or(ctx.Err(), b.words("credited_percent", &rates)); err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(rates.values, func(r string) bool { return r != "" }) {
				continue
			}
			if err := b.words("meter_id", &meters); err != nil {
				return nil, err
			}
			seen := map[[2]int32]bool{}
			for i := range b.rows {
				pair := [2]int32{meters.index[i], rates.index[i]}
				if rates.at(i) == "" || seen[pair] || !b.kept(i) {
					continue
				}
				seen[pair] = true
				if m := meters.at(i); rateOf(rates.at(i)).GreaterThan(rateOf(best[m])) {
					best[m] = rates.at(i)
				}
			}
		}
	}
	return best, nil
}

// rateOf reads a rate as a segment has it; the ledger wrote it.
func rateOf(s string) decimal.Decimal {
	if s == "" {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Zero
	}
	return d
}

// reduction sums the lines of a month into day facts.
type reduction struct {
	fine          fineScopes
	symbols       *symbols
	meterRates    map[string]string
	shard, shards uint32
}

// run reduces one shard, with a worker for each processor.
func (r *reduction) run(ctx context.Context, v *view) (*factTable, error) {
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
	parts := make([]*factTable, runtime.GOMAXPROCS(0))
	for i := range parts {
		g.Go(func() error {
			w := newReducer(r)
			parts[i] = w.sums
			for b := range blocks {
				if err := w.block(b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		parts[0].merge(part)
	}
	return parts[0], nil
}

// ordered returns the keys by subscription, scope, day and the rest.
func (r *reduction) ordered(sums *factTable) []factKey {
	order := make([]uint32, len(r.symbols.text)) // place of each symbol in the alphabet
	byText := make([]uint32, len(order))
	for i := range byText {
		byText[i] = uint32(i)
	}
	slices.SortFunc(byText, func(a, b uint32) int { return strings.Compare(r.symbols.text[a], r.symbols.text[b]) })
	for place, symbol := range byText {
		order[symbol] = uint32(place)
	}
	keys := make([]factKey, 0, len(sums.index))
	for k := range sums.index {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b factKey) int {
		if c := cmp.Compare(order[a.scope], order[b.scope]); c != 0 {
			return c
		}
		if c := cmp.Compare(a.day, b.day); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(order[a.product], order[b.product]), cmp.Compare(order[a.credited], order[b.credited]),
			cmp.Compare(order[a.meterRate], order[b.meterRate]), cmp.Compare(order[a.currency], order[b.currency]),
			cmp.Compare(order[a.resellerID], order[b.resellerID]), cmp.Compare(order[a.customer], order[b.customer]))
	})
	return keys
}

func (r *reduction) fact(k factKey, sums *factTable) pharos.DayFact {
	lines, list := sums.total(k)
	text := r.symbols.string
	return pharos.DayFact{
		Day: pharos.Day(k.day), Customer: pharos.TenantID(text(k.customer)),
		Subscription: pharos.SubscriptionID(text(k.subscription)), Scope: pharos.Scope(text(k.scope)),
		Product: pharos.Cause(text(k.product)), Credited: pharos.Rate{Decimal: rateOf(text(k.credited))},
		MeterRate: pharos.Rate{Decimal: rateOf(text(k.meterRate))}, Currency: text(k.currency),
		Reseller: pharos.PartnerID(text(k.resellerID)), Lines: lines, List: list,
	}
}
