package repair

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/explain"
)

// Impact says what credit stops when access is taken away and nothing else
// changes. Its JSON is the document of `pharos plan --without`.
type Impact struct {
	// Scanned is the cloud's time of the scan whose history it was made from.
	Scanned time.Time `json:"scanned,omitzero"`
	// Month is the judged month that the money is taken from, nil for none.
	Month   *pharos.Month `json:"month,omitempty"`
	Removed []Removed     `json:"removed"`
	// Totals sum up what stops, by currency.
	Totals []Stake `json:"totals"`
	// Earning is how many scopes earn now. A subscription and a scope below it
	// at which access was ever given are two, and each amount stands at one.
	Earning int       `json:"earning"`
	Stopped []Stopped `json:"stopped"`
	// Weakened are the scopes that would still earn, through one only.
	Weakened []Weakened `json:"weakened"`
}

// Earner is a scope that earns now, with its names and its money.
type Earner struct {
	Scope            pharos.Scope    `json:"scope"`
	SubscriptionName string          `json:"subscriptionName,omitempty"`
	Customer         pharos.TenantID `json:"customerId,omitempty"`
	CustomerName     string          `json:"customerName,omitempty"`
	Stakes           []Stake         `json:"stakes"`
}

// Stopped is a scope that would stop earning.
type Stopped struct {
	Earner
	// State is what the scope would be: partial, none, or unknown where a link
	// that nobody read may save it.
	State  pharos.CoverageState `json:"state"`
	Causes []pharos.Cause       `json:"causes"`
	Notes  []string             `json:"notes"`
}

// Weakened is a scope of which one person, robot or agent group would be left
// to earn through.
type Weakened struct {
	Earner
	Was  int      `json:"was"` // how many it earns through now
	Last []Person `json:"last"`
}

// Person is somebody a scope earns through.
type Person struct {
	Name string `json:"name"`
	// Identity is the sign-in name or application id, where it was seen.
	Identity string `json:"identity,omitempty"`
	// AOBO marks an agent group: no leaving of people ends what it holds, the
	// removal of its role assignment does.
	AOBO    bool                  `json:"aobo,omitempty"`
	Objects []pharos.PrincipalRef `json:"objects"`
}

// Without says which scopes that earn now would stop, and which would hang on
// one person, if the removals happened. It asks coverage about the history as
// it would be, so that it says what a scan would find afterwards. The error has
// code Invalid, NotFound or Conflict: a removal that cannot be told for certain.
func Without(in Input, removals ...Removal) (*Impact, error) {
	access, day := in.lasting()
	standing := coverage.Lasting(in.History)
	c, removed, err := cutting(standing, removals)
	if err != nil {
		return nil, err
	}
	after := access.Supposing(c.supposed(standing))
	names := explain.NamesOf(in.History)
	out := &Impact{Scanned: in.History.LastScan, Removed: removed, Totals: []Stake{}, Stopped: []Stopped{}, Weakened: []Weakened{}}
	if in.Month != nil {
		out.Month = &in.Month.Month
	}
	for _, p := range in.earners(access, day) {
		out.Earning++
		then := after.On(p.Scope, day)
		was, left := names.People(p.Earning), names.People(then.Earning)
		switch {
		case then.State != pharos.Full:
			out.Totals = addStakes(out.Totals, p.stakes...)
			out.Stopped = append(out.Stopped, Stopped{p.named(names), then.State, append([]pharos.Cause{}, then.Causes...), append([]string{}, then.Notes...)})
		case len(left) == 1 && len(was) > 1:
			out.Weakened = append(out.Weakened, Weakened{p.named(names), len(was), persons(names, then.Earning)})
		}
	}
	byStakes(out.Stopped, func(s *Stopped) ([]Stake, string) { return s.Stakes, string(s.Scope) })
	byStakes(out.Weakened, func(w *Weakened) ([]Stake, string) { return w.Stakes, string(w.Scope) })
	return out, nil
}

// named is the scope with its names.
func (p *earner) named(n explain.Names) Earner {
	sub := n.Subscriptions[p.Scope.Subscription()]
	return Earner{p.Scope, sub.Name, sub.Customer, n.Customers[sub.Customer].Name, append([]Stake{}, p.stakes...)}
}

// persons are the distinct people of a scope, in the order of earning.
func persons(n explain.Names, earning []pharos.EarningPrincipal) []Person {
	keys := n.People(earning)
	out := make([]Person, len(keys))
	for _, e := range earning {
		p := &out[slices.Index(keys, n.Person(e.PrincipalRef))]
		if p.Objects == nil {
			*p = Person{Name: e.Name, Identity: n.Principals[e.PrincipalRef].Identity, AOBO: !e.Linked}
		}
		p.Objects = append(p.Objects, e.PrincipalRef)
	}
	return out
}
