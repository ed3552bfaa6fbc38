package repair

import (
	"context"
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
)

// settleLink looks at the link of the principal that is to be linked, which
// only a credential of that principal can read and change. Pharos does it only
// where the proposal says so: the configuration decides whom it may link.
func (r *resolver) settleLink(ctx context.Context, s *Step) (idle string) {
	who := pharos.PrincipalRef{Tenant: s.Target.Tenant, ID: s.Target.Principal}
	own := r.find(func(t *seat) bool { return t.err == nil && t.self.PrincipalRef == who })
	switch {
	case own == nil && s.Actor == Pharos:
		s.leave(Colleague, "No configured credential signs in as it now: only itself can be linked.")
		return ""
	case own == nil:
		return ""
	}
	t, err := r.look(ctx, own, partnersPath+partnersVersion, "the partner link of "+own.Name())
	if err == nil && linkedID(t.State) == s.Target.PartnerID {
		return fmt.Sprintf("%s is linked to %s already", own.Name(), s.Target.PartnerID)
	}
	if s.Actor != Pharos {
		return ""
	}
	if err != nil {
		s.leave(Colleague, "Its link could not be read: %s.", err)
		return ""
	}
	if id := linkedID(t.State); id != "" && !r.Partner.Owns(id) {
		s.Command = "pharos link apply --replace-other"
		s.leave(Colleague, "It is linked to %s, which is none of our organisation's IDs: a person has to agree that it is replaced.", id)
		return ""
	}
	s.Before = []Thing{t}
	s.give(own)
	return ""
}

// find returns the first seat that fits, or nil.
func (r *resolver) find(fits func(*seat) bool) *seat {
	for i := range r.all {
		if fits(&r.all[i]) {
			return &r.all[i]
		}
	}
	return nil
}

// near are the hands that signed in, those of the customer's tenant first:
// they may change things, those of the managing tenant may read.
func (r *resolver) near(customer pharos.TenantID) (own, others []*seat) {
	for i := range r.all {
		switch t := &r.all[i]; {
		case t.err != nil:
		case customer == "" || t.self.Tenant == customer:
			own = append(own, t)
		default:
			others = append(others, t)
		}
	}
	return own, others
}

// writer finds a hand of the customer's tenant that may do the actions at the
// scope, and else says who could.
func (r *resolver) writer(ctx context.Context, s *Step, scope pharos.Scope, actions ...string) (*seat, string) {
	own, _ := r.near(s.Target.Customer)
	var names []string
	for _, t := range own {
		may, err := r.rights.get(right{t.Name(), scope, strings.Join(actions, " ")}, func() (bool, error) { return t.May(ctx, scope, actions...) })
		if may {
			return t, ""
		}
		r.fault(err)
		names = append(names, t.Name())
	}
	who := fmt.Sprintf("An Owner at %s, of the customer's tenant, can do it", scope)
	if len(names) == 0 {
		return nil, who + "; no credential of that tenant is configured."
	}
	return nil, fmt.Sprintf("%s; the credential %s may not.", who, strings.Join(names, ", "))
}

// settleDefinition looks at the definition of the delegation that the step
// adds an authorization to. It is written by the customer's side, and read by
// ours too.
func (r *resolver) settleDefinition(ctx context.Context, s *Step) (idle string) {
	sub := s.Target.Scope.Subscription()
	by, who := r.writer(ctx, s, pharos.SubscriptionScope(sub), writeDefinitions, writeAssignments)
	t, err := r.definition(ctx, s)
	switch {
	case err != nil:
		s.leave(Customer, "%s What stands there could not be read: %s.", who, err)
		return ""
	case has(t.State, s.Target):
		return fmt.Sprintf("%s has the authorization already", t.Name)
	}
	s.Before = []Thing{t}
	switch {
	case fromMarketplace(t.State):
		s.leave(Colleague, "The delegation came with a Marketplace plan: publish a new version of the plan with this authorization, which the customer then accepts.")
	case by == nil:
		s.leave(Customer, "%s", who)
	default:
		s.give(by)
	}
	return ""
}

// definition finds the definition that the step's delegation assigns and reads
// it, through the first hand that can.
func (r *resolver) definition(ctx context.Context, s *Step) (Thing, error) {
	own, others := r.near(s.Target.Customer)
	sub := s.Target.Scope.Subscription()
	missing := error(pharos.Errorf(pharos.NotFound, "no credential is shown the delegation"))
	for _, t := range append(own, others...) {
		all, err := r.delegations.get(view{t.Name(), sub}, func() ([]Delegation, error) { return t.Delegations(ctx, sub) })
		if err != nil {
			r.fault(err)
			missing = err
			continue
		}
		for _, d := range all {
			if !s.Target.delegated(d) {
				continue
			}
			thing, err := r.look(ctx, t, d.Definition+definitionsVersion, fmt.Sprintf("the delegation %s of subscription %s", d.Offer, sub))
			if err == nil && !thing.absent() {
				return thing, nil
			}
			if err != nil {
				missing = err
			}
		}
	}
	return Thing{}, missing
}

// settleAssignment looks whether the role is assigned already, under whatever
// name, and who may assign it.
func (r *resolver) settleAssignment(ctx context.Context, s *Step) (idle string) {
	if held, _, by := r.assigned(ctx, s); held {
		return fmt.Sprintf("%s sees the role assigned already", by)
	}
	by, who := r.writer(ctx, s, s.Target.Scope, writeAssignments)
	if by == nil {
		s.leave(Customer, "%s", who)
		return ""
	}
	t, err := r.look(ctx, by, assignmentPath(s.Target), fmt.Sprintf("the role assignment of %s at %s", s.Target.who(), s.Target.Scope))
	if err != nil {
		s.leave(Customer, "%s What stands there could not be read: %s.", who, err)
		return ""
	}
	s.Before = []Thing{t}
	s.give(by)
	return ""
}

// assigned reports whether a hand sees the role assigned to the principal for
// good where it is wanted, and which one; seen is whether any would.
func (r *resolver) assigned(ctx context.Context, s *Step) (held, seen bool, by string) {
	own, others := r.near(s.Target.Customer)
	sub := s.Target.Scope.Subscription()
	for i, t := range append(own, others...) {
		all, err := r.grants.get(view{t.Name(), sub}, func() ([]pharos.Grant, error) { return t.Assignments(ctx, sub, s.Target.Customer) })
		if err != nil {
			r.fault(err)
			continue
		}
		if s.Target.among(all) {
			return true, true, t.Name()
		}
		seen = seen || i < len(own) || s.Target.PrincipalKind == pharos.ForeignGroup
	}
	return false, seen, ""
}

// among reports whether the role that a target wants is among the grants.
func (t Target) among(all []pharos.Grant) bool {
	for _, g := range all {
		if g.Holder.ID == t.Principal && g.Role == t.Role && g.Scope.Covers(t.Scope) && g.Kind == pharos.Permanent {
			return true
		}
	}
	return false
}

// who names the principal for people.
func (t Target) who() string {
	if t.PrincipalName != "" {
		return t.PrincipalName
	}
	return string(t.Principal)
}
