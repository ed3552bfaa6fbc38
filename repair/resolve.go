package repair

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// What changing a resource asks for. Sources: Microsoft Learn, "Onboard a
// customer to Azure Lighthouse" (whoever delegates must be able to give roles)
// and "Assign Azure roles using the REST API".
const (
	writeDefinitions = "Microsoft.ManagedServices/registrationDefinitions/write"
	writeAssignments = "Microsoft.Authorization/roleAssignments/write"
)

// Resolve looks, through the hands, at what every step that Pharos might do is
// about, and settles who does it: Pharos, where a hand may, with the exact
// calls, else a colleague or the customer, and says why. A step of others too
// has what stands now and what is wanted, where anybody of ours may read it.
// Steps that change the same resource follow each other. A step that the cloud
// has no need of any more is taken out, with a note. The plan is sealed.
//
// The error has code Incomplete when something could not be read: the plan is
// good all the same, its step is left to others. Any other error leaves a plan
// that is of no use.
func Resolve(ctx context.Context, p *Plan, d Deps) error {
	r := &resolver{Deps: d}
	var err error
	if r.all, err = d.seats(ctx); err != nil {
		return err
	}
	for _, t := range r.all {
		if t.err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("The credential %s could not sign in: %s", t.Name(), t.err))
		}
	}
	var open []*Step
	for i := range p.Steps {
		if p.Steps[i].resolvable() {
			open = append(open, &p.Steps[i])
		}
	}
	idle := make([]string, len(open)) // why a step is not needed
	err = d.each(ctx, "look", len(open), func(i int) { idle[i] = r.settle(ctx, open[i]) })
	if err != nil {
		return err
	}
	dropped := map[string]string{}
	for i, s := range open {
		if idle[i] != "" {
			dropped[s.ID] = idle[i]
		}
	}
	if err := chain(open, dropped); err != nil {
		return err
	}
	p.drop(dropped)
	p.Made = p.Scanned // of a plan for which there was nothing to look at
	if r.at.After(p.Made) {
		p.Made = r.at
	}
	return errors.Join(p.Seal(), r.incomplete())
}

// resolvable reports whether the step is of a kind that Pharos can do.
func (s *Step) resolvable() bool {
	switch s.Kind {
	case Link, AddAuthorization, MakeStanding, Assign, RestoreAOBO:
		return true
	default:
		return false
	}
}

// drop takes steps out of the plan, with a note for each.
func (p *Plan) drop(why map[string]string) {
	if len(why) == 0 {
		return
	}
	kept := []Step{}
	for _, s := range p.Steps {
		if reason, gone := why[s.ID]; gone {
			p.Notes = append(p.Notes, fmt.Sprintf("Step %s is not needed: %s. The history is out of date: scan again.", s.ID, reason))
			continue
		}
		s.Needs = slices.DeleteFunc(slices.Clone(s.Needs), func(id string) bool { _, gone := why[id]; return gone })
		kept = append(kept, s)
	}
	p.Steps = kept
	p.total()
}

// resolver is one resolution under way.
type resolver struct {
	Deps
	all []seat

	rights      memo[right, bool]
	delegations memo[view, []Delegation]
	grants      memo[view, []pharos.Grant]

	mu     sync.Mutex
	at     time.Time // the latest that the cloud told
	faults []error   // what could not be read
}

// right and view are questions asked of a hand.
type right struct {
	hand    string
	scope   pharos.Scope
	actions string
}

type view struct {
	hand string
	sub  pharos.SubscriptionID
}

// cannot reports whether an error says that a credential is not able to do or
// see something, as opposed to an answer that did not come.
func cannot(err error) bool {
	return slices.Contains([]pharos.Code{pharos.Forbidden, pharos.NotFound, pharos.Unauthenticated, pharos.Unsupported}, pharos.CodeOf(err))
}

// fault notes an answer that did not come.
func (r *resolver) fault(err error) {
	if err == nil || cannot(err) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, err)
}

func (r *resolver) incomplete() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortFunc(r.faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return pharos.Errorf(pharos.Incomplete, "%d things could not be looked at, the first: %w", len(r.faults), r.faults[0]).
		WithHint("what they are about is left to others in this plan; plan again")
}

// look reads the state of the resource at a path through a hand.
func (r *resolver) look(ctx context.Context, h Hand, path, name string) (Thing, error) {
	t, at, err := look(ctx, h, path, name)
	if err != nil {
		r.fault(err)
		return t, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.After(r.at) {
		r.at = at
	}
	return t, nil
}

// look reads the state of the resource at a path, and the cloud's time.
func look(ctx context.Context, h Hand, path, name string) (Thing, time.Time, error) {
	resource, at, err := h.Look(ctx, path)
	if err != nil {
		return Thing{}, at, err
	}
	state, err := stateOf(path, resource)
	return Thing{Path: path, Name: name, State: state}, at, err
}

// settle looks at what a step is about and settles who does it. It returns
// why the step is not needed, "" when it is.
func (r *resolver) settle(ctx context.Context, s *Step) (idle string) {
	s.Target.Customer = r.customer(s)
	s.Credential, s.As, s.Before, s.After, s.Writes = "", pharos.PrincipalRef{}, nil, nil, nil
	switch {
	case s.Kind == Link:
		return r.settleLink(ctx, s)
	case s.Target.Delegation != "":
		return r.settleDefinition(ctx, s)
	default:
		return r.settleAssignment(ctx, s)
	}
}

// give hands the step to Pharos with a credential, once Before is known.
func (s *Step) give(t *seat) {
	s.Actor, s.Credential, s.As = Pharos, t.Name(), t.self.PrincipalRef
}

// leave hands the step to somebody else and says why.
func (s *Step) leave(to Actor, why string, args ...any) {
	s.Actor = to
	s.Why = strings.TrimSpace(s.Why + " " + fmt.Sprintf(why, args...))
}
