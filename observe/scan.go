package observe

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pharos-pec/pharos"
)

// defaultParallel is how many readings are under way at a time.
const defaultParallel = 8

// Deps are what a scan works with.
type Deps struct {
	Eyes     []Eye
	Commerce Commerce // nil where Partner Center is not to be read
	Partner  pharos.Partner
	// Progress is told of every reading, one call at a time; nil for nobody.
	Progress func(Event)
	// Known are principals that nobody's grant may name, whose links are on
	// record all the same: a person at home, who works elsewhere as a guest.
	Known []pharos.PrincipalRef
	// Parallel is how many readings are under way at a time; 0 means 8.
	Parallel int
}

// Event is one step forward of a scan.
type Event struct {
	Step        string // "sign in", "subscriptions", …
	Done, Total int
}

// Problem is something that a scan could not read.
type Problem struct {
	Subject string      `json:"subject"` // what it is about: a scope, a principal, a tenant
	Reading string      `json:"reading"` // what could not be read of it
	Eye     string      `json:"eye,omitempty"`
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint,omitempty"`
	// Aid marks a change log that the credential may not read. Nothing that
	// holds now is missing for want of it, only the dates of some changes: the
	// least privilege that earns reads no logs, and its scans are complete.
	Aid bool `json:"aid,omitempty"`
}

// The readings that date changes.
const (
	accessLog     = "Activity log"
	delegationLog = "Activity log of delegations"
	memberLog     = "audit log of members"
)

// Seat is an eye that signed in, and as whom.
type Seat struct {
	Eye       string
	Principal pharos.Principal
}

// Result is what a scan added.
type Result struct {
	// History is the history given with what was seen merged into it; the one
	// given is not changed.
	History *pharos.History
	// At is the latest time that the cloud told, zero when it told none.
	At       time.Time
	Seats    []Seat
	Problems []Problem
	// Incomplete says that there are problems other than an Aid.
	Incomplete bool
	// Subscriptions is how many are known; Visible how many any eye sees.
	Subscriptions, Visible int
}

// Scan looks at everything the eyes see and merges it into a copy of history.
// The result does not depend on the order in which answers arrive.
//
// What one eye may not read is a problem of the result, not an error. Scan
// fails with code Invalid when there is nothing to look with, with the code of
// the first refusal when no eye could sign in and there is no Commerce, and
// with Interrupted when ctx is done; then there is no result at all.
func Scan(ctx context.Context, d Deps, history *pharos.History) (Result, error) {
	if len(d.Eyes) == 0 && d.Commerce == nil {
		return Result{}, pharos.Errorf(pharos.Invalid, "there is nothing to observe with").
			WithHint("list at least one credential in the configuration")
	}
	s := &scan{Deps: d, ctx: ctx, old: history, h: copyHistory(history)}
	for _, step := range []func() error{
		s.signIn, s.readCommerce, s.readLinks, s.listSubscriptions,
		s.readSubscriptions, s.readDelegationLog, s.readDirectory,
	} {
		if err := step(); err != nil {
			return Result{}, err
		}
	}
	s.merge()
	return s.result(), nil
}

// scan is one scan under way. The steps run in turn; within a step readings
// run at once and each writes to a place of its own.
type scan struct {
	Deps
	ctx context.Context
	old *pharos.History
	h   *pharos.History // the copy that is merged into

	seats  []seat
	shop   shop
	places []*place           // by subscription id
	log    *Log[pharos.Grant] // of delegations to our tenant
	logBy  map[pharos.SubscriptionID][]Change[pharos.Grant]
	dir    directory

	mu       sync.Mutex
	problems []Problem
	at       time.Time
}

// each runs do for 0 ≤ i < n, several at a time. It fails only when the scan
// is interrupted.
func (s *scan) each(step string, n int, do func(i int)) error {
	limit := s.Parallel
	if limit <= 0 {
		limit = defaultParallel
	}
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(limit, n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && s.ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
				s.progress(Event{Step: step, Done: int(done.Add(1)), Total: n})
			}
		})
	}
	workers.Wait()
	return s.interrupted()
}

func (s *scan) interrupted() error {
	if s.ctx.Err() == nil {
		return nil
	}
	return pharos.Errorf(pharos.Interrupted, "the scan was interrupted, nothing of it is kept: %w", context.Cause(s.ctx))
}

func (s *scan) progress(e Event) {
	if s.Progress == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Progress(e)
}

// saw notes a time that the cloud told.
func (s *scan) saw(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = later(s.at, t.UTC())
}

// fault notes what could not be read.
func (s *scan) fault(subject, reading, eye string, err error) {
	s.note([]Problem{problem(subject, reading, eye, err)})
}

func (s *scan) note(ps []Problem) {
	if s.ctx.Err() != nil {
		return // not a problem of the cloud's
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, ps...)
}

func problem(subject, reading, eye string, err error) Problem {
	return Problem{
		Subject: subject, Reading: reading, Eye: eye,
		Code: pharos.CodeOf(err), Message: strings.TrimSpace(err.Error()), Hint: pharos.HintOf(err),
		Aid: pharos.CodeOf(err) == pharos.Forbidden && slices.Contains([]string{accessLog, delegationLog, memberLog}, reading),
	}
}

func (s *scan) result() Result {
	slices.SortFunc(s.problems, func(a, b Problem) int {
		key := func(p Problem) string { return strings.Join([]string{p.Subject, p.Reading, p.Eye, p.Message}, "\x00") }
		return strings.Compare(key(a), key(b))
	})
	s.problems = slices.Compact(s.problems)
	s.h.LastScan = later(s.h.LastScan, s.at)
	r := Result{
		History: s.h, At: s.at, Problems: s.problems,
		Incomplete: slices.ContainsFunc(s.problems, func(p Problem) bool { return !p.Aid }), Subscriptions: len(s.h.Subscriptions),
	}
	for _, e := range s.seats {
		if e.ok {
			r.Seats = append(r.Seats, Seat{Eye: e.Name(), Principal: e.self.Principal})
		}
	}
	for _, p := range s.places {
		if len(p.views) > 0 {
			r.Visible++
		}
	}
	return r
}

// copyHistory copies the maps. Records are never changed in place, so they
// are shared.
func copyHistory(h *pharos.History) *pharos.History {
	if h == nil {
		return pharos.NewHistory()
	}
	c := *h
	empty := pharos.NewHistory()
	c.Customers = cloned(h.Customers, empty.Customers)
	c.Subscriptions = cloned(h.Subscriptions, empty.Subscriptions)
	c.Principals = cloned(h.Principals, empty.Principals)
	c.AgentGroups = cloned(h.AgentGroups, empty.AgentGroups)
	c.Grants = cloned(h.Grants, empty.Grants)
	c.Denials = cloned(h.Denials, empty.Denials)
	c.Members = cloned(h.Members, empty.Members)
	c.Links = cloned(h.Links, empty.Links)
	c.Disabled = cloned(h.Disabled, empty.Disabled)
	c.Sales = cloned(h.Sales, empty.Sales)
	c.Agreements = cloned(h.Agreements, empty.Agreements)
	return &c
}

func cloned[K comparable, V any](m, empty map[K]V) map[K]V {
	if m == nil {
		return empty
	}
	return maps.Clone(m)
}
