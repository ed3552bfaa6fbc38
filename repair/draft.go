package repair

import (
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// draft is a step while its scopes are gathered.
type draft struct {
	step  Step
	needs map[string]bool
	mends []Mend
	money purse
	// edits are what the step changes, for each scope that it was found for.
	edits []remedy
}

func (p *planner) draft(s Step) *draft {
	d := p.drafts[s.ID]
	if d == nil {
		d = &draft{step: s, needs: map[string]bool{}, money: purse{}}
		p.drafts[s.ID] = d
	}
	return d
}

func (p *planner) draftOf(r remedy) *draft {
	d := p.draft(r.step)
	if len(d.edits) == 0 || !r.common {
		d.edits = append(d.edits, r)
	}
	return d
}

// note adds a scope, with its money, to a step.
func (p *planner) note(s Step, m Mend, money purse) {
	d := p.draft(s)
	d.mends = append(d.mends, m)
	d.money.add(money)
}

// plan puts the steps in order.
func (p *planner) plan() (*Plan, error) {
	out := &Plan{
		Version: Version, Scanned: p.in.History.LastScan, PartnerID: p.in.Partner.ID, Tenant: p.in.Partner.Tenant,
		Steps: []Step{}, Past: p.past.amounts(),
	}
	if p.in.Month != nil {
		out.Month = p.in.Month.Month
	}
	for _, d := range p.ordered() {
		s := d.step
		s.Needs = slices.Sorted(maps.Keys(d.needs))
		s.Mends, s.Money = d.mends, d.money.amounts()
		if s.Mends == nil {
			s.Mends = []Mend{}
		}
		out.Steps = append(out.Steps, s)
	}
	out.total()
	return out, out.Seal()
}

// total sums the steps up.
func (p *Plan) total() {
	sum := purse{}
	for i := range p.Steps {
		for _, a := range p.Steps[i].Money {
			sum.put(a)
		}
	}
	p.Totals = sum.amounts()
}

// ordered sorts the steps by money, then by id; steps that bring nothing by
// themselves stand before the first that needs them, and what cannot be done
// stands last.
func (p *planner) ordered() []*draft {
	all := slices.Collect(maps.Values(p.drafts))
	worth := map[*draft][]Stake{}
	for _, d := range all {
		for _, a := range d.money.amounts() {
			worth[d] = append(worth[d], Stake{Currency: a.Currency, Monthly: a.worth()})
		}
	}
	byStakes(all, func(d **draft) ([]Stake, string) { return worth[*d], hopeless(*d) + (*d).step.ID })
	var out []*draft
	placed := map[string]bool{}
	var place func(d *draft)
	place = func(d *draft) {
		if placed[d.step.ID] {
			return
		}
		placed[d.step.ID] = true
		for _, id := range slices.Sorted(maps.Keys(d.needs)) {
			place(p.drafts[id])
		}
		out = append(out, d)
	}
	for _, d := range all {
		place(d)
	}
	return out
}

// hopeless sorts what changes nothing behind what does.
func hopeless(d *draft) string {
	switch d.step.Kind {
	case Observe:
		return "1 "
	case Nothing:
		return "2 "
	default:
		return "0 "
	}
}

// Step returns the step whose id is, or begins with, what is given. The error
// has code NotFound, or Invalid when several begin so.
func (p *Plan) Step(id string) (*Step, error) {
	var found []*Step
	for i := range p.Steps {
		switch s := &p.Steps[i]; {
		case s.ID == id:
			return s, nil
		case id != "" && strings.HasPrefix(s.ID, id):
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return nil, pharos.Errorf(pharos.NotFound, "the plan has no step %q", id).WithHint("`pharos plan` lists the steps")
	case 1:
		return found[0], nil
	}
	return nil, pharos.Errorf(pharos.Invalid, "%d steps begin with %q", len(found), id).WithHint("for example %s and %s", found[0].ID, found[1].ID)
}
