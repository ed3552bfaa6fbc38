// Package coverage turns the access history into an answer: does this scope
// earn partner earned credit on that day, by whom, and if not, why.
//
// A day earns when one chain holds from its first to its last instant: a
// permanent grant of an eligible role, at a scope that covers, to a principal
// of ours (or of the reseller of record) who is linked in the right tenant.
// Every condition of a chain is answered with a [pharos.Holding]; the chain is
// as good as its worst condition, the scope as good as its best chain.
//
// The package is pure: history in, coverage out. It never looks at the bill;
// where only the bill can tell, the coverage says what it leaves open
// ([pharos.Coverage.Disputed], [pharos.Coverage.Unread]).
package coverage

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// Access answers for every scope and day of one history. It may be used from
// several goroutines.
type Access struct {
	history *pharos.History
	partner pharos.Partner
	now     time.Time
	billed  bool

	roles *pharos.RoleTable
	// narrow lists, per subscription, the scopes below it at which a grant or
	// a denial ever stood, the longest first.
	narrow map[pharos.SubscriptionID][]pharos.Scope
	// persons groups the references that are one person or application.
	persons map[string][]pharos.PrincipalRef
	// linked lists, per tenant, whose links are on record, in order of id.
	linked map[pharos.TenantID][]pharos.PrincipalRef
	// supposed are records put in place of the history's; narrowed and
	// relinked what follows from them instead of narrow and linked.
	supposed Supposed
	narrowed map[pharos.SubscriptionID][]pharos.Scope
	relinked map[pharos.TenantID][]pharos.PrincipalRef

	mu    sync.Mutex
	cache map[cacheKey]pharos.Coverage
}

// kept is how many answers are kept: a month of 16,000 subscriptions, in some
// 250 MiB. Beyond it they are forgotten and given anew.
const kept = 1 << 19

type cacheKey struct {
	scope pharos.Scope // the scope, reduced to what can make a difference
	day   pharos.Day
}

// New returns the access that a history proves. now is the instant that
// "today" is judged at: what stood at the last observation of today is taken
// to stand until today's end.
func New(h *pharos.History, p pharos.Partner, now time.Time) *Access {
	a := &Access{
		history: h, partner: p, now: now, roles: pharos.Roles(),
		persons: map[string][]pharos.PrincipalRef{},
		linked:  map[pharos.TenantID][]pharos.PrincipalRef{},
		cache:   map[cacheKey]pharos.Coverage{},
	}
	a.narrow = a.narrowScopes()
	for ref, p := range h.Principals {
		if p.Identity != "" {
			id := strings.ToLower(p.Identity)
			a.persons[id] = append(a.persons[id], ref)
		}
	}
	for ref := range h.Links {
		a.linked[ref.Tenant] = append(a.linked[ref.Tenant], ref)
	}
	for _, refs := range a.linked {
		slices.SortFunc(refs, func(x, y pharos.PrincipalRef) int { return strings.Compare(string(x.ID), string(y.ID)) })
	}
	return a
}

// Billed returns the same access for scopes that stand on our bill: that a
// line is there proves that the subscription is billed to us on the Azure
// plan, whatever Partner Center showed at the time.
func (a *Access) Billed() *Access {
	return &Access{
		history: a.history, partner: a.partner, now: a.now, billed: true,
		roles: a.roles, narrow: a.narrow, persons: a.persons, linked: a.linked,
		supposed: a.supposed, narrowed: a.narrowed, relinked: a.relinked,
		cache: map[cacheKey]pharos.Coverage{},
	}
}

// narrowScopes collects the scopes below subscriptions that matter.
func (a *Access) narrowScopes() map[pharos.SubscriptionID][]pharos.Scope {
	narrow := map[pharos.SubscriptionID][]pharos.Scope{}
	note := func(sub pharos.SubscriptionID) {
		if _, done := narrow[sub]; !done {
			narrow[sub] = a.narrowOf(sub)
		}
	}
	for key := range a.history.Grants {
		note(key.Subscription)
	}
	for sub := range a.history.Denials {
		note(sub)
	}
	return narrow
}

func longestFirst(x, y pharos.Scope) int {
	return cmp.Or(cmp.Compare(len(y), len(x)), strings.Compare(string(x), string(y)))
}

// Fine lists the single resources at which a grant or a denial ever stood:
// their usage must be judged apart from their resource group's.
func (a *Access) Fine() []pharos.Scope {
	var fine []pharos.Scope
	note := func(scopes []pharos.Scope) {
		for _, s := range scopes {
			if s.IsResource() {
				fine = append(fine, s)
			}
		}
	}
	for sub := range a.narrow {
		note(a.below(sub))
	}
	for sub, scopes := range a.narrowed {
		if _, seen := a.narrow[sub]; !seen {
			note(scopes)
		}
	}
	slices.Sort(fine)
	return fine
}

// Scopes lists every subscription known, each followed by the scopes below it
// at which access was ever given or denied.
func (a *Access) Scopes() []pharos.Scope {
	subs := map[pharos.SubscriptionID]bool{}
	for s := range a.history.Subscriptions {
		subs[s] = true
	}
	for key := range a.history.Grants {
		subs[key.Subscription] = true
	}
	for s := range a.narrowed {
		subs[s] = true
	}
	var scopes []pharos.Scope
	for s := range subs {
		scopes = append(scopes, pharos.SubscriptionScope(s))
		scopes = append(scopes, a.below(s)...)
	}
	sort.Slice(scopes, func(i, j int) bool { return scopes[i] < scopes[j] })
	return scopes
}

// On returns the coverage of a scope on a day.
func (a *Access) On(scope pharos.Scope, day pharos.Day) pharos.Coverage {
	key := cacheKey{a.reduce(scope), day}
	a.mu.Lock()
	c, ok := a.cache[key]
	a.mu.Unlock()
	if !ok {
		c = a.judge(scope, day)
		a.mu.Lock()
		if len(a.cache) >= kept {
			clear(a.cache)
		}
		a.cache[key] = c
		a.mu.Unlock()
	}
	c.Scope = scope
	return c
}

// reduce maps scopes that no grant tells apart to one key.
func (a *Access) reduce(scope pharos.Scope) pharos.Scope {
	sub := scope.Subscription()
	if scope == pharos.SubscriptionScope(sub) {
		return scope
	}
	for _, n := range a.below(sub) {
		if n.Covers(scope) {
			return n
		}
	}
	return pharos.SubscriptionScope(sub) + "/*"
}

// judge computes what On caches.
func (a *Access) judge(scope pharos.Scope, day pharos.Day) pharos.Coverage {
	q := a.ask(scope, day)
	c := q.verdict()
	whole := pharos.SubscriptionScope(q.sub)
	if scope != whole || c.State != pharos.None {
		return c
	}
	for _, n := range a.below(q.sub) {
		if s := a.ask(n, day).verdict(); s.State == pharos.Full {
			c.State = pharos.Partial // a part of the subscription earns
			break
		}
	}
	return c
}

// on answers how a span held on a day. On the day of the last scan, while it
// is not over, what stands is taken to stand until the day's end.
func (a *Access) on(s pharos.Span, day pharos.Day) pharos.Holding {
	return a.standing(s, day).On(day)
}

func (a *Access) standing(s pharos.Span, day pharos.Day) pharos.Span {
	if a.running(day) && s.Open() && pharos.DayOf(s.Ended.Earliest) == day {
		s.Ended.Earliest = day.End()
		if s.Began.Earliest.IsZero() && s.Began.Latest.After(day.Start()) {
			s.Began.Latest = day.Start()
		}
	}
	return s
}

// absent answers how a fact did not hold on a day.
func (a *Access) absent(s pharos.Span, day pharos.Day) pharos.Holding {
	return a.standing(s, day).AbsentOn(day)
}

// running reports whether day is today, and today was looked at.
func (a *Access) running(day pharos.Day) bool {
	return !a.history.LastScan.IsZero() && pharos.DayOf(a.history.LastScan) == day && a.now.Before(day.End())
}

// known reports whether a value missing from the record was absent all day.
// Absence outlasts the last observation as long as scans go on: what was not
// there need not be confirmed at every scan, only what was there.
func known[T comparable](a *Access, rec *pharos.Record[T], day pharos.Day) bool {
	if rec == nil || len(rec.Observed) == 0 {
		return false
	}
	if rec.Knows(day) == pharos.Whole {
		return true
	}
	last := rec.Observed[len(rec.Observed)-1]
	if a.running(day) {
		return last.From.Before(day.End())
	}
	if a.history.LastScan.After(last.To) {
		last.To = a.history.LastScan
	}
	return last.ContainsDay(day)
}
