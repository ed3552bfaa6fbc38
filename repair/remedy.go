package repair

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
)

// remedy is a step that may mend a scope, and what would be after it.
type remedy struct {
	step Step
	// rank orders remedies by intrusion, the least first.
	rank int
	// edit says what the step changes in a prospect.
	edit func(*prospect) coverage.Supposed
	// needs are remedies without which this one is no use.
	needs []remedy
	// common marks a step that mends many scopes at once, so that the
	// prospect after it is worth keeping.
	common bool
}

// The ranks: what we do ourselves, what colleagues do, what gives little away,
// and what gives much.
const (
	byOurselves = iota
	byMembership
	byColleague
	byNewMember // who is to be linked first
	byAuthorization
	byAssignment
	byReturn // of what the customer gave before
	byDelegation
	byAwakening
	byAgents
)

// remedies are the steps that may bring a site nearer to earning, the least
// intrusive first. Whether they do is for coverage to say. What no access can
// do without, the sale and the absence of denials, is mended by itself first:
// there is no choice in it.
func (p *planner) remedies(from *prospect, at site, c *pharos.Coverage) []remedy {
	var identity, access bool
	for _, cause := range c.Causes {
		switch cause {
		case pharos.NoCustomerAgreement, pharos.NotAzurePlan, pharos.ProgrammeInactive:
			return []remedy{p.saleRemedy(at, cause)}
		case pharos.NotLinked, pharos.LinkedToOther, pharos.LinkedWrongTenant, pharos.LinkedNotMember, pharos.PrincipalDisabled:
			identity, access = true, true
		case pharos.NotObserved, pharos.NotBillTo:
			return nil
		default:
			access = true
		}
	}
	if slices.Contains(c.Causes, pharos.DenyAssignment) {
		return p.denialRemedies(from, at)
	}
	var out []remedy
	if identity {
		out = append(out, p.identityRemedies(from, at)...)
	}
	if access {
		out = append(out, p.accessRemedies(from, at)...)
	}
	slices.SortStableFunc(out, func(a, b remedy) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.step.ID, b.step.ID))
	})
	return unique(out)
}

// sharedKey names a prospect after a common step.
type sharedKey struct {
	from *prospect
	step string
}

// after is the prospect after a remedy and those it needs.
func (p *planner) after(from *prospect, r remedy) *prospect {
	for _, n := range r.needs {
		from = p.after(from, n)
	}
	if !r.common || from.before != nil {
		return from.with(r.edit(from))
	}
	key := sharedKey{from, r.step.ID}
	if p.shared[key] == nil {
		p.shared[key] = from.with(r.edit(from))
	}
	return p.shared[key]
}

// compareRemedies orders the steps of one scope as they are done: somebody who
// is linked comes before the role that he is given, and what is not ours to
// change comes last.
func compareRemedies(a, b remedy) int {
	order := []Kind{Enable, Link, CheckIn, JoinGroup, AddAuthorization, MakeStanding, Assign, Delegate, RestoreAOBO, LiftDenial, Sell}
	return cmp.Or(cmp.Compare(slices.Index(order, a.step.Kind), slices.Index(order, b.step.Kind)), strings.Compare(a.step.ID, b.step.ID))
}

// named gives a step its id, which depends on its kind and target alone, not
// on what people call things.
func named(s Step, more ...string) Step {
	t := s.Target
	parts := append([]string{
		string(s.Kind), string(t.Tenant), string(t.Principal), string(t.Group), string(t.Role), string(t.Scope),
		t.Delegation, string(t.PartnerID), string(t.Customer), string(t.Cause),
	}, more...)
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	s.ID = string(s.Kind) + "-" + hex.EncodeToString(sum[:6])
	s.Risk = riskOf(&s)
	return s
}

// riskOf says what a step gives away, or can break.
func riskOf(s *Step) Risk {
	who := s.Target.PrincipalName
	switch s.Kind {
	case Link, CheckIn:
		return Risk{NoRisk, "Microsoft learns whom " + who + " works for; nobody gains any right."}
	case JoinGroup:
		return Risk{Medium, who + " gains every role that the group holds, at every customer."}
	case Enable:
		return Risk{Medium, who + " can sign in again, with every role that it still holds."}
	case AddAuthorization, MakeStanding, Assign, Delegate:
		return Risk{Low, who + " can open support requests at " + string(s.Target.Scope) + " and see that resources exist; it can change none of them."}
	case RestoreAOBO:
		return Risk{High, "Every member of " + who + " becomes Owner of the subscription: all resources and data, and who else has access."}
	case LiftDenial:
		return Risk{Medium, "What the deny assignment protects can be changed again by whoever holds a role there."}
	case Sell:
		if s.Target.Cause == pharos.NotAzurePlan {
			return Risk{Medium, "Price and terms of the subscription change; reservations and support contracts need a look first."}
		}
		return Risk{NoRisk, "A signature; nobody's access changes."}
	case Dispute, Observe, Nothing:
	}
	return Risk{NoRisk, "Nothing is changed."}
}
