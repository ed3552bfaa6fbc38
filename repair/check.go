package repair

import (
	"context"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Check looks whether the steps of a plan are done by now, or those that only
// names, also the steps of customers and colleagues, as far as our credentials
// can tell. Nothing is written. What cannot be done at all is left out.
func Check(ctx context.Context, p *Plan, d Deps, only []string) ([]Outcome, error) {
	var steps []*Step
	for _, id := range only {
		s, err := p.Step(id)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	for i := range p.Steps {
		if len(only) == 0 && p.Steps[i].Kind != Nothing {
			steps = append(steps, &p.Steps[i])
		}
	}
	r := &resolver{Deps: d}
	var err error
	if r.all, err = d.seats(ctx); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(steps))
	err = d.each(ctx, "look", len(steps), func(i int) { out[i] = r.inspect(ctx, steps[i]) })
	return out, err
}

// inspect tells whether what a step is to bring about is there, by whomever
// and in whatever order it was made.
func (r *resolver) inspect(ctx context.Context, s *Step) Outcome {
	o := newOutcome(s)
	about := *s // what is asked is not noted in the plan
	about.Target.Customer = r.customer(s)
	switch {
	case s.Kind == Link || s.Kind == CheckIn:
		o.State, o.Reason = r.linked(ctx, &about)
	case s.Kind == Delegate:
		o.State, o.Reason = r.authorized(ctx, &about, func(d Delegation) bool {
			at, _, _ := strings.Cut(d.Assignment, "/providers/microsoft.managedservices/")
			scope, err := pharos.ParseScope(at)
			return err == nil && scope.Covers(s.Target.Scope)
		})
	case s.Target.Delegation != "":
		o.State, o.Reason = r.authorized(ctx, &about, s.Target.delegated)
	case s.resolvable():
		o.State, o.Reason = r.standing(ctx, &about)
	default:
		o.State, o.Reason = Unknown, "only a scan tells: run `pharos scan`, then `pharos plan`"
	}
	return o
}

// linked tells whether somebody is linked to us: by the link that a credential
// of ours reads, or by the register.
func (r *resolver) linked(ctx context.Context, s *Step) (State, string) {
	who := pharos.PrincipalRef{Tenant: s.Target.Tenant, ID: s.Target.Principal}
	own := r.find(func(t *seat) bool { return t.err == nil && t.self.PrincipalRef == who })
	if own == nil {
		if r.CheckedIn != nil && r.Partner.Owns(r.CheckedIn(who)) {
			return Done, "it checked in"
		}
		return Unknown, "only itself can read its link: it tells by `pharos link check-in`"
	}
	t, err := r.look(ctx, own, partnersPath+partnersVersion, "the partner link of "+own.Name())
	if err != nil {
		return Unknown, err.Error()
	}
	if id := linkedID(t.State); id != s.Target.PartnerID {
		return NotDone, "the link is " + orNone(id)
	}
	return Done, ""
}

// delegated reports whether a delegation is the target's.
func (t Target) delegated(d Delegation) bool { return d.Assignment == t.Delegation }

// authorized tells whether a delegation that fits has the authorization.
func (r *resolver) authorized(ctx context.Context, s *Step, fits func(Delegation) bool) (State, string) {
	reason, seen := "no credential is shown the subscription's delegations", false
	own, others := r.near(s.Target.Customer)
	sub := s.Target.Scope.Subscription()
	for _, t := range append(own, others...) {
		all, err := r.delegations.get(view{t.Name(), sub}, func() ([]Delegation, error) { return t.Delegations(ctx, sub) })
		if err != nil {
			reason = err.Error()
			continue
		}
		seen = true
		for _, d := range all {
			if !fits(d) {
				continue
			}
			thing, err := r.look(ctx, t, d.Definition+definitionsVersion, d.Offer)
			if err == nil && has(thing.State, s.Target) {
				return Done, ""
			}
		}
	}
	if seen {
		return NotDone, "no delegation there has the authorization"
	}
	return Unknown, reason
}

// standing tells whether a role is assigned. Through a delegation only what
// foreign groups hold is shown.
func (r *resolver) standing(ctx context.Context, s *Step) (State, string) {
	held, seen, _ := r.assigned(ctx, s)
	switch {
	case held:
		return Done, ""
	case seen:
		return NotDone, "the role is not assigned"
	}
	return Unknown, "no credential is shown the subscription's role assignments"
}
