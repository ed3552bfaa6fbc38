package pharos

import "time"

// Source says how a fact became known, for the register and the evidence.
type Source string

// The sources of facts.
const (
	Seen     Source = "observed" // read from the cloud
	Logged   Source = "logged"   // dated by a change log
	CheckIn  Source = "check-in" // a person signed in and read their own
	Declared Source = "declared" // written in the configuration
)

// Fact is a value that held over a span of time.
type Fact[T comparable] struct {
	Value  T      `json:"value"`
	Span   Span   `json:"span"`
	Source Source `json:"source"`
	// Evidence names what dated it, for example an Activity log entry's id.
	Evidence string `json:"evidence,omitempty"`
}

// Record is the history of one subject (the role assignments of a
// subscription, the members of a group, the link of a principal): every value
// ever seen, and the times over which the whole set of values was known.
// Outside Observed a missing value says nothing; within it, it says no.
type Record[T comparable] struct {
	Observed []Interval `json:"observed"`
	Facts    []Fact[T]  `json:"facts"`
}

// Knows reports how completely the record was observed on day d: Whole when
// for all of it, PartOf when for some, Never when not at all.
func (r *Record[T]) Knows(d Day) Holding {
	if r == nil {
		return Never
	}
	known := Never
	for _, i := range r.Observed {
		if i.ContainsDay(d) {
			return Whole
		}
		if i.Overlaps(d) {
			known = PartOf
		}
	}
	return known
}

// LastObserved returns the end of the last observed interval, zero if none.
func (r *Record[T]) LastObserved() time.Time {
	if r == nil || len(r.Observed) == 0 {
		return time.Time{}
	}
	return r.Observed[len(r.Observed)-1].To
}

// GrantKey names the record of one subscription's grants by one path. The
// paths are kept apart because they are seen by different eyes: delegations
// from the managing tenant, direct assignments only from the customer's.
type GrantKey struct {
	Subscription SubscriptionID
	Path         Path
}

// Disabled is the fact that a principal is disabled or deleted.
type Disabled struct{}

// Signed is the fact that an agreement is signed.
type Signed struct{}

// History is everything observed so far. It is append-only in meaning: a
// later observation narrows a span or adds a fact, it never forgets one.
// Maps have no entry for what was never observed.
type History struct {
	Customers     map[TenantID]Customer
	Subscriptions map[SubscriptionID]Subscription
	Principals    map[PrincipalRef]Principal
	// AgentGroups are the object ids of our AdminAgents and HelpdeskAgents groups.
	AgentGroups map[PrincipalID]string

	Grants     map[GrantKey]*Record[Grant]
	Denials    map[SubscriptionID]*Record[Denial]
	Members    map[PrincipalRef]*Record[PrincipalID] // of a group, transitive, in the group's tenant
	Links      map[PrincipalRef]*Record[PartnerID]
	Disabled   map[PrincipalRef]*Record[Disabled]
	Sales      map[SubscriptionID]*Record[Sale]
	Agreements map[TenantID]*Record[Signed] // Microsoft Customer Agreement
	Programme  *Record[Signed]              // the partner programme agreement

	// LastScan is the cloud's time at the end of the last scan, zero if none.
	LastScan time.Time
}

// NewHistory returns an empty history.
func NewHistory() *History {
	return &History{
		Customers:     map[TenantID]Customer{},
		Subscriptions: map[SubscriptionID]Subscription{},
		Principals:    map[PrincipalRef]Principal{},
		AgentGroups:   map[PrincipalID]string{},
		Grants:        map[GrantKey]*Record[Grant]{},
		Denials:       map[SubscriptionID]*Record[Denial]{},
		Members:       map[PrincipalRef]*Record[PrincipalID]{},
		Links:         map[PrincipalRef]*Record[PartnerID]{},
		Disabled:      map[PrincipalRef]*Record[Disabled]{},
		Sales:         map[SubscriptionID]*Record[Sale]{},
		Agreements:    map[TenantID]*Record[Signed]{},
	}
}
