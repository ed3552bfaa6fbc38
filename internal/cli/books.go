package cli

import (
	"context"
	"iter"
	"maps"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/link"
)

// historian keeps what was observed.
type historian interface {
	// LoadHistory returns everything observed so far.
	LoadHistory(ctx context.Context) (*pharos.History, error)
	// CheckIns returns the links that people reported by signing in.
	CheckIns(ctx context.Context) ([]store.CheckIn, error)
	// Scans returns the last scans, the newest first.
	Scans(ctx context.Context, limit int) ([]store.Scan, error)
	// Revision changes with every scan and check-in that is saved.
	Revision(ctx context.Context) (store.Revision, error)
}

// books answer every question about what is known: what was observed, what
// was billed, and what follows. Nothing in here asks Azure. A server sees with
// the next question what a scan or an import adds beside it.
type books struct {
	partner  pharos.Partner
	declared link.Register
	history  historian
	ledger   credit.Ledger
	// pulled tells the cloud's time at the last pull, zero if there was none.
	pulled func(context.Context) (time.Time, error)
	billed credit.Billed
	// reconciled tells what monthly reconciliation files charge, nil for none.
	reconciled credit.Reconciled
	// named tells what the bill calls the customers and subscriptions of a month.
	named func(context.Context, pharos.Month) (map[pharos.TenantID]pharos.Customer, map[pharos.SubscriptionID]pharos.Subscription, error)
	// files lists the usage files of a month.
	files func(context.Context, pharos.Month) ([]ledger.File, error)
	// asOf is the "now" that the user gave, zero for the cloud's time.
	asOf time.Time
	// machine is this machine's clock, for imported files alone.
	machine func() time.Time
	close   func()

	mu   sync.Mutex
	read *pharos.History // with the register; not changed after it was read
	of   store.Revision  // that read is of
}

// Now is the time by which pending is judged: what the user gave with
// --as-of, else the cloud's at the last scan or pull, else, for imported files
// alone, this machine's.
func (b *books) Now(ctx context.Context) (time.Time, error) {
	h, err := b.known(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return b.now(ctx, h)
}

// known returns the history with the register, which is read again only when
// the store holds another one. The revision is asked for first: what is saved
// while the history is read makes the next question read it again.
func (b *books) known(ctx context.Context) (*pharos.History, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	revision, err := b.history.Revision(ctx)
	if err != nil || b.read != nil && b.of == revision {
		return b.read, err
	}
	h, err := b.history.LoadHistory(ctx)
	if err != nil {
		return nil, err
	}
	checkIns, err := b.history.CheckIns(ctx)
	if err != nil {
		return nil, err
	}
	declare(h, register(b.declared, checkIns))
	b.read, b.of = h, revision
	return h, nil
}

func (b *books) now(ctx context.Context, h *pharos.History) (time.Time, error) {
	if !b.asOf.IsZero() {
		return b.asOf, nil
	}
	pulled, err := b.pulled(ctx)
	switch {
	case err != nil:
		return time.Time{}, err
	case pulled.IsZero() && h.LastScan.IsZero():
		return b.machine().UTC(), nil
	case pulled.After(h.LastScan):
		return pulled, nil
	}
	return h.LastScan, nil
}

// view is one consistent look at the history.
type view struct {
	history *pharos.History
	access  *coverage.Access
	now     time.Time
}

func (b *books) view(ctx context.Context) (view, error) {
	h, err := b.known(ctx)
	if err != nil {
		return view{}, err
	}
	now, err := b.now(ctx, h)
	if err != nil {
		return view{}, err
	}
	return view{h, coverage.New(h, b.partner, now), now}, nil
}

// Names returns what customers, subscriptions and principals are called.
func (b *books) Names(ctx context.Context) (explain.Names, error) {
	h, err := b.known(ctx)
	if err != nil {
		return explain.Names{}, err
	}
	return explain.NamesOf(h), nil
}

// Months lists the months that have usage, oldest first.
func (b *books) Months(ctx context.Context) ([]pharos.Month, error) { return b.ledger.Months(ctx) }

func (b *books) input(v view, m pharos.Month) credit.Input {
	return credit.Input{
		Month: m, Ledger: b.ledger, Access: v.access.Billed(), Billed: b.billed, Reconciled: b.reconciled, AsOf: v.now,
		Names: credit.Names{Customers: v.history.Customers, Subscriptions: v.history.Subscriptions},
	}
}

// monthInput is the input for judging a whole month. Beside the names that
// the history knows it has, for what was never observed, those on the bill.
func (b *books) monthInput(ctx context.Context, v view, m pharos.Month) (credit.Input, error) {
	in := b.input(v, m)
	customers, subs, err := b.named(ctx, m)
	if err != nil {
		return in, err
	}
	maps.Copy(customers, in.Names.Customers)
	maps.Copy(subs, in.Names.Subscriptions)
	in.Names = credit.Names{Customers: customers, Subscriptions: subs}
	return in, nil
}

// Month judges a month's bill.
func (b *books) Month(ctx context.Context, m pharos.Month) (*credit.Month, error) {
	v, err := b.view(ctx)
	if err != nil {
		return nil, err
	}
	in, err := b.monthInput(ctx, v, m)
	if err != nil {
		return nil, err
	}
	return credit.Judge(ctx, in)
}

// Lines yields the lines that q selects, with the verdicts that m gave them.
func (b *books) Lines(ctx context.Context, m *credit.Month, q credit.Query) iter.Seq2[credit.Line, error] {
	return func(yield func(credit.Line, error) bool) {
		v, err := b.view(ctx)
		if err != nil {
			yield(credit.Line{}, err)
			return
		}
		for line, err := range credit.Lines(ctx, b.input(v, m.Month), m, q) {
			if !yield(line, err) {
				return
			}
		}
	}
}

// Coverage says which scope earns on a day, and why not.
func (b *books) Coverage(ctx context.Context, d pharos.Day) ([]pharos.Coverage, error) {
	v, err := b.view(ctx)
	if err != nil {
		return nil, err
	}
	return v.coverage(d), nil
}

func (v view) coverage(d pharos.Day) []pharos.Coverage {
	var all []pharos.Coverage
	for _, scope := range v.access.Scopes() {
		all = append(all, v.access.On(scope, d))
	}
	return all
}

// Why returns the coverage, on a day, of a subscription that is on the bill
// and of each scope below it at which access was ever given or denied.
func (b *books) Why(ctx context.Context, id pharos.SubscriptionID, d pharos.Day) ([]pharos.Coverage, error) {
	v, err := b.view(ctx)
	if err != nil {
		return nil, err
	}
	billed := v.access.Billed()
	all := []pharos.Coverage{billed.On(pharos.SubscriptionScope(id), d)}
	for _, scope := range billed.Scopes() {
		if scope.Subscription() == id && scope != pharos.SubscriptionScope(id) {
			all = append(all, billed.On(scope, d))
		}
	}
	return all, nil
}
