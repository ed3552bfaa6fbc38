package repair

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// BusFactor says on how few a customer's credit hangs.
type BusFactor struct {
	Customer     pharos.TenantID `json:"customerId,omitempty"`
	CustomerName string          `json:"customerName,omitempty"`
	// Earning is how many scopes of the customer earn now.
	Earning int `json:"earning"`
	// Factor is the smallest number of distinct people, robots and agent groups
	// whose leaving stops the credit of a scope.
	Factor int `json:"busFactor"`
	// Weakest are the sets of that many, by money.
	Weakest []Dependence `json:"weakest"`
}

// Dependence is a set of people and what stops when all of them leave.
type Dependence struct {
	People []Person `json:"people"`
	Scopes []Earner `json:"scopes"`
	Stakes []Stake  `json:"stakes"`
}

// BusFactors says for each customer of whom a scope earns how few must leave
// to stop one, who they are, and how much hangs on them: by money.
func BusFactors(in Input) []BusFactor {
	access, day := in.lasting()
	names := explain.NamesOf(in.History)
	customers := map[pharos.TenantID]*BusFactor{}
	sets := map[string]*Dependence{} // by customer and people
	for _, p := range in.earners(access, day) {
		h := p.named(names)
		b := customers[h.Customer]
		if b == nil {
			b = &BusFactor{Customer: h.Customer, CustomerName: h.CustomerName}
			customers[h.Customer] = b
		}
		b.Earning++
		who := names.People(p.Earning)
		slices.Sort(who)
		key := string(h.Customer) + "\n" + strings.Join(who, "\n")
		if sets[key] == nil {
			sets[key] = &Dependence{People: persons(names, p.Earning), Stakes: []Stake{}}
		}
		d := sets[key]
		d.Scopes = append(d.Scopes, h)
		d.Stakes = addStakes(d.Stakes, h.Stakes...)
		if b.Factor == 0 || len(who) < b.Factor {
			b.Factor = len(who)
		}
	}
	for key, d := range sets {
		customer, _, _ := strings.Cut(key, "\n")
		if b := customers[pharos.TenantID(customer)]; len(d.People) == b.Factor {
			b.Weakest = append(b.Weakest, *d)
		}
	}
	out := make([]BusFactor, 0, len(customers))
	for _, b := range customers {
		byStakes(b.Weakest, func(d *Dependence) ([]Stake, string) { return d.Stakes, string(d.Scopes[0].Scope) })
		for i := range b.Weakest {
			byStakes(b.Weakest[i].Scopes, func(h *Earner) ([]Stake, string) { return h.Stakes, string(h.Scope) })
		}
		out = append(out, *b)
	}
	byStakes(out, func(b *BusFactor) ([]Stake, string) { return b.stakes(), string(b.Customer) })
	return out
}

// stakes are the money of all the weakest sets.
func (b *BusFactor) stakes() []Stake {
	var sum []Stake
	for _, d := range b.Weakest {
		sum = addStakes(sum, d.Stakes...)
	}
	return sum
}
