package credit

import "github.com/pharos-pec/pharos"

// Access answers for the history of access. It is read only and gives the
// same answer to the same question for as long as a judgement lasts.
type Access interface {
	// On returns the coverage of a resource, a resource group or a whole
	// subscription on a day. A scope that was never observed has the state
	// unknown.
	On(scope pharos.Scope, day pharos.Day) pharos.Coverage
	// Fine lists the single resources at which a grant or a denial ever
	// stood: their lines must be judged apart from their resource group's.
	Fine() []pharos.Scope
}

// Names are the words for ids in what is shown. An id without an entry is
// shown as it is.
type Names struct {
	Customers     map[pharos.TenantID]pharos.Customer
	Subscriptions map[pharos.SubscriptionID]pharos.Subscription
}

// customerOf returns the customer of a fact; a source that does not name the
// customer is completed from the subscription.
func (n Names) customerOf(f *pharos.DayFact) pharos.TenantID {
	if f.Customer != "" {
		return f.Customer
	}
	return n.Subscriptions[f.Subscription].Customer
}
