package repair

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/pharos-pec/pharos"
)

// defaultParallel is how many readings are under way at a time.
const defaultParallel = 8

// Deps are what a plan is resolved, applied, looked after and undone with.
type Deps struct {
	Hands   []Hand
	Partner pharos.Partner
	// TenantOf tells in whose tenant a subscription is, "" where that is not
	// known; nil knows none. A step that names its customer is not asked about.
	TenantOf func(pharos.SubscriptionID) pharos.TenantID
	// CheckedIn tells the partner ID that somebody of whom we hold no credential
	// is linked to by the register, "" for none; nil knows nobody.
	CheckedIn func(pharos.PrincipalRef) pharos.PartnerID
	// Journal is needed by [Apply] and [Undo].
	Journal Journal
	// Progress is told of every step forward, one call at a time; nil for nobody.
	Progress func(Event)
	// Parallel is how many readings are under way at a time; 0 means 8.
	Parallel int
}

// Event is one step forward.
type Event struct {
	Doing       string // "sign in", "look", "apply"
	Done, Total int
}

// each runs do for 0 ≤ i < n, several at a time. It fails, with code
// Interrupted, only when ctx is done.
func (d *Deps) each(ctx context.Context, doing string, n int, do func(i int)) error {
	limit := d.Parallel
	if limit <= 0 {
		limit = defaultParallel
	}
	var next atomic.Int64
	var mu sync.Mutex
	var workers sync.WaitGroup
	done := 0
	for range min(limit, n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
				mu.Lock()
				done++
				d.tell(Event{Doing: doing, Done: done, Total: n})
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return stopped(ctx)
}

func (d *Deps) tell(e Event) {
	if d.Progress != nil {
		d.Progress(e)
	}
}

// stopped is the error of a run whose context is done, else nil.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return pharos.Errorf(pharos.Interrupted, "interrupted: %w", context.Cause(ctx))
}

// stoppedAfter is stopped for a run of steps, and says how far it came.
func stoppedAfter(ctx context.Context, done, total int) error {
	if ctx.Err() == nil {
		return nil
	}
	return pharos.Errorf(pharos.Interrupted, "interrupted after %d of %d steps: %w", done, total, context.Cause(ctx)).WithHint("run it again to go on")
}

// customer is the tenant of the subscription that a step is about, "" where
// it is not known.
func (d *Deps) customer(s *Step) pharos.TenantID {
	if s.Target.Customer != "" || d.TenantOf == nil {
		return s.Target.Customer
	}
	return d.TenantOf(s.Target.Scope.Subscription())
}

// seat is a hand that was asked who it is.
type seat struct {
	Hand
	self pharos.Principal
	err  error // why it could not sign in
}

// seats signs every hand in.
func (d *Deps) seats(ctx context.Context) ([]seat, error) {
	out := make([]seat, len(d.Hands))
	err := d.each(ctx, "sign in", len(out), func(i int) {
		self, err := d.Hands[i].Principal(ctx)
		out[i] = seat{Hand: d.Hands[i], self: self, err: err}
	})
	return out, err
}

// memo asks each question once, whoever asks it first.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	asked map[K]func() (V, error)
}

func (m *memo[K, V]) get(key K, ask func() (V, error)) (V, error) {
	m.mu.Lock()
	if m.asked == nil {
		m.asked = map[K]func() (V, error){}
	}
	once, known := m.asked[key]
	if !known {
		once = sync.OnceValues(ask)
		m.asked[key] = once
	}
	m.mu.Unlock()
	return once()
}
