package repair

import (
	"cmp"
	"context"
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
)

// Input is what a proposal is made from.
type Input struct {
	Partner pharos.Partner
	// History is what was observed, with the register of check-ins.
	History *pharos.History
	// Month is the judged month that the money is taken from, nil for none;
	// Rows break it down by resource.
	Month *credit.Month
	Rows  []credit.Row
	// Credentials are the configured ones, as far as it is known who they are.
	Credentials []Credential
}

// Credential is a configured credential.
type Credential struct {
	Name      string
	Principal pharos.PrincipalRef
	// Link tells that the configuration wants it linked.
	Link bool
}

// standing is the history if nothing changed any more, its access, and the day
// to ask about.
func (in *Input) standing() (*pharos.History, *coverage.Access, pharos.Day) {
	h := coverage.Lasting(in.History)
	return h, coverage.New(h, in.Partner, h.LastScan), pharos.DayOf(h.LastScan)
}

// lasting is the access, of scopes on our bill, if nothing changed any more.
func (in *Input) lasting() (*coverage.Access, pharos.Day) {
	_, access, day := in.standing()
	return access.Billed(), day
}

// Propose says what would make every scope earn that does not: the scopes of
// the month's bill, and each subscription that has no usage. Each of its steps
// is proved: the coverage of what it mends would be full after it and the
// steps it needs. Nobody is asked who may do what: the actors are those who
// can always do it, until [Resolve] finds a credential that may.
//
// The same input has the same plan. The error has code Interrupted.
func Propose(ctx context.Context, in Input) (*Plan, error) {
	p := newPlanner(&in)
	for _, at := range p.sites() {
		if err := ctx.Err(); err != nil {
			return nil, pharos.Errorf(pharos.Interrupted, "the plan is not finished: %w", err)
		}
		p.mend(at)
	}
	return p.plan()
}

// planner makes one plan.
type planner struct {
	in  *Input
	day pharos.Day
	// billed is the access of scopes on our bill, known that of the others.
	billed, known *prospect
	roles         *pharos.RoleTable
	credentials   map[pharos.PrincipalRef]Credential
	accounts      map[pharos.TenantID][]account
	// shared are the prospects after steps that many scopes have in common.
	shared map[sharedKey]*prospect
	drafts map[string]*draft
	past   purse
}

func newPlanner(in *Input) *planner {
	h, access, day := in.standing()
	p := &planner{
		in: in, day: day, roles: pharos.Roles(),
		billed: newProspect(h, access.Billed()), known: newProspect(h, access),
		credentials: map[pharos.PrincipalRef]Credential{}, accounts: map[pharos.TenantID][]account{},
		shared: map[sharedKey]*prospect{}, drafts: map[string]*draft{}, past: purse{},
	}
	for _, c := range in.Credentials {
		if _, twice := p.credentials[c.Principal]; !twice && c.Principal.ID != "" {
			p.credentials[c.Principal] = c
		}
	}
	p.gatherAccounts(h)
	return p
}

// mend finds the steps that make a site earn, or says why there are none.
func (p *planner) mend(at site) {
	p.dispute(at)
	from := p.known
	if at.billed {
		from = p.billed
	}
	c := from.access.On(at.scope, p.day)
	if c.State == pharos.Full {
		p.past.add(at.lost.once())
		return
	}
	m := Mend{Scope: at.scope, SubscriptionName: at.subscription, CustomerName: at.customerName, Causes: slices.Clone(c.Causes)}
	if slices.Contains(c.Causes, pharos.NotBillTo) {
		p.note(p.nothing(pharos.NotBillTo), m, nil)
		return
	}
	steps, unseen := p.solve(from, at, maxSteps, nil)
	switch {
	case steps != nil:
		p.take(p.minimal(from, at, steps), m, at.gain(&c))
	case unseen != nil:
		p.note(p.observe(at, unseen), m, nil)
	default:
		p.note(p.nothing(c.Causes[0]), m, nil)
	}
}

// take puts the steps that mend a site into the plan. The money stands on the
// last of them: the one after which, when those it needs are done, it earns.
func (p *planner) take(steps []remedy, m Mend, money purse) {
	slices.SortStableFunc(steps, compareRemedies)
	var before []string
	for _, r := range steps {
		d := p.draftOf(r)
		for _, id := range before {
			d.needs[id] = true
		}
		before = append(before, r.step.ID)
	}
	p.note(steps[len(steps)-1].step, m, money)
}

// maxSteps is how many steps in a row are tried for one scope: three conditions
// of the sale, some denials, and a choice of access and of who holds it.
const maxSteps = 8

// solve searches, depth first and the least intrusive first, for steps after
// which the site earns; nil when there are none. unseen is a coverage on the
// way of which it is not known whether anything is missing.
func (p *planner) solve(from *prospect, at site, depth int, done []remedy) (steps []remedy, unseen *pharos.Coverage) {
	c := from.access.On(at.scope, p.day)
	switch {
	case c.State == pharos.Full:
		return done, nil
	case slices.Contains(c.Causes, pharos.NotObserved):
		return nil, &c
	case depth == 0:
		return nil, nil
	}
	for _, r := range p.remedies(from, at, &c) {
		next := p.after(from, r)
		if now := next.access.On(at.scope, p.day); sameCoverage(&now, &c) {
			continue
		}
		bare := r
		bare.needs = nil
		found, open := p.solve(next, at, depth-1, unique(slices.Concat(done, r.needs, []remedy{bare})))
		if found != nil {
			return found, nil
		}
		unseen = cmp.Or(unseen, open)
	}
	return nil, unseen
}

func sameCoverage(a, b *pharos.Coverage) bool {
	return a.State == b.State && slices.Equal(a.Causes, b.Causes) && slices.Equal(a.Notes, b.Notes)
}

// minimal leaves steps out that the others do without.
func (p *planner) minimal(from *prospect, at site, steps []remedy) []remedy {
	for i := 0; i < len(steps) && len(steps) > 1; {
		fewer := slices.Delete(slices.Clone(steps), i, i+1)
		without := from
		for _, r := range fewer {
			without = p.after(without, r)
		}
		if without.access.On(at.scope, p.day).State == pharos.Full {
			steps = fewer
			continue
		}
		i++
	}
	return steps
}

// unique keeps the first of each step.
func unique(steps []remedy) []remedy {
	seen := map[string]bool{}
	return slices.DeleteFunc(steps, func(r remedy) bool {
		twice := seen[r.step.ID]
		seen[r.step.ID] = true
		return twice
	})
}
