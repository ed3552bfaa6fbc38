package credit

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// Input is what a judgement depends on.
type Input struct {
	Month  pharos.Month
	Ledger Ledger
	Access Access
	// Billed gives the totals of the bill for the cross-check, nil to leave
	// it out.
	Billed Billed
	// Reconciled gives the reconciliation files' totals, nil to leave them out.
	Reconciled Reconciled
	Names      Names
	// AsOf is the time by which pending is told from lost: the cloud's time
	// of the last pull or scan.
	AsOf time.Time
}

// settlement is what only the whole bill could tell.
type settlement struct {
	linked map[pharos.PrincipalRef]bool // holders who may be linked, by the bill's witness
	rate   pharos.Rate                  // for lines whose meter was credited nowhere
	rates  int                          // how many rates the bill shows
}

// Judge gives every usage line of the month its verdict. It reads the ledger
// once. Errors of the ledger and of ctx are returned as they are; a missing dependency
// or a fact of another month is our mistake and has code Internal. A month
// without lines is no error: it has a warning.
func Judge(ctx context.Context, in Input) (*Month, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	cube, heard, seen, err := in.read(ctx)
	if err != nil {
		return nil, err
	}
	rate, assumed := seen.fallback()
	s := settlement{linked: heard.linked(), rate: rate, rates: len(seen.seen)}
	m := cube.month(in, s)
	if len(cube.byDay) == 0 {
		m.Warnings = append(m.Warnings, *warn(NoLines, "there are no usage lines for %s: pull or import them first", in.Month))
	} else if assumed != nil && cube.usesFallback() {
		m.Warnings = append(m.Warnings, *assumed)
	}
	off, err := checkTotals(ctx, in)
	if err != nil {
		return nil, err
	}
	recon, err := checkRecon(ctx, in)
	if err != nil {
		return nil, err
	}
	m.Warnings = append(append(m.Warnings, off...), recon...)
	return m, nil
}

func (in *Input) check() error {
	if in.Ledger == nil || in.Access == nil || in.AsOf.IsZero() {
		return pharos.Errorf(pharos.Internal, "credit: ledger, access and the time of judgement must be given")
	}
	return nil
}

// ruled is a fact with its ruling.
type ruled struct {
	fact   pharos.DayFact
	ruling ruling
}

// batch is how many facts are handed on at a time.
const batch = 1024

// read rules on every fact of the month and keeps what they sum to, whom the
// bill shows as linked, and which rates it credits at. A goroutine of its own
// sums up what was ruled on, while the next facts are.
func (in *Input) read(ctx context.Context) (*cube, *witnesses, *rates, error) {
	cube, heard, seen := newCube(), &witnesses{}, &rates{}
	batches, free, summed := make(chan []ruled, 2), make(chan []ruled, 4), make(chan struct{})
	go func() {
		defer close(summed)
		for facts := range batches {
			for i := range facts {
				f := &facts[i].fact
				cube.add(in.Names.customerOf(f), f, facts[i].ruling)
			}
			select {
			case free <- facts[:0]:
			default: // there are enough
			}
		}
	}()
	err := in.ruleAll(ctx, heard, seen, batches, free)
	close(batches)
	<-summed
	if err != nil {
		return nil, nil, nil, err
	}
	return cube, heard, seen, nil
}

// ruleAll sends every fact of the month with its ruling, in batches that come
// back when they are done with.
func (in *Input) ruleAll(ctx context.Context, heard *witnesses, seen *rates, batches chan<- []ruled, free <-chan []ruled) error {
	access := &lastAnswer{Access: in.Access}
	out := make([]ruled, 0, batch)
	for f, err := range in.Ledger.Facts(ctx, in.Month, in.Access.Fine()) {
		if err == nil && len(out) == 0 { // a ledger may yield from memory and not look
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if f.Day.Month() != in.Month {
			return pharos.Errorf(pharos.Internal, "the ledger gave a fact of %s for %s", f.Day, in.Month)
		}
		seen.note(f.Credited)
		seen.note(f.MeterRate)
		out = append(out, ruled{f, in.rule(access, &f, heard)})
		if len(out) == batch {
			batches <- out
			select {
			case out = <-free:
			default:
				out = make([]ruled, 0, batch)
			}
		}
	}
	batches <- out
	return nil
}

// rule asks for the coverage of a fact only where the verdict depends on it:
// products that never earn are most of some bills.
func (in *Input) rule(access *lastAnswer, f *pharos.DayFact, heard *witnesses) ruling {
	c := &pharos.Coverage{}
	if f.Credited.IsPositive() || f.Product == "" {
		c = access.on(f.Scope, f.Day)
	}
	if f.Credited.IsPositive() {
		heard.hear(c)
	}
	return rule(f, c, in.AsOf)
}

// lastAnswer remembers the last coverage: a ledger yields the facts of a scope
// and day (by product and rate) one after the other.
type lastAnswer struct {
	Access
	scope    pharos.Scope
	day      pharos.Day
	coverage *pharos.Coverage
}

func (l *lastAnswer) on(scope pharos.Scope, day pharos.Day) *pharos.Coverage {
	if l.coverage == nil || l.scope != scope || l.day != day {
		c := l.On(scope, day)
		l.scope, l.day, l.coverage = scope, day, &c
	}
	return l.coverage
}

// settle turns a ruling into the final verdict.
func (s *settlement) settle(r ruling) ruling {
	for _, holder := range r.open {
		if s.linked[holder] {
			return notObserved()
		}
	}
	return r
}

// usesFallback reports whether any amount hangs on the fallback rate.
func (c *cube) usesFallback() bool {
	for _, at := range c.byDay {
		if !at.open.IsZero() {
			return true
		}
	}
	return false
}
