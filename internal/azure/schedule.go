package azure

import (
	"context"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// PIM tells of an assignment whether it ends, and which roles are only
// eligible. Source: REST API Role Assignment Schedule Instances and Role
// Eligibility Schedule Instances - List For Scope 2020-10-01.
const (
	activeInstances   = "/providers/Microsoft.Authorization/roleAssignmentScheduleInstances?api-version=2020-10-01"
	eligibleInstances = "/providers/Microsoft.Authorization/roleEligibilityScheduleInstances?api-version=2020-10-01"
)

// noPIM is the code with which a tenant without the licence for PIM answers:
// then there are no schedules.
const noPIM = "AadPremiumLicenseRequired"

type wireInstance struct {
	ID         string `json:"id"`
	Properties struct {
		Scope         scopeRef `json:"scope"`
		Role          roleRef  `json:"roleDefinitionId"`
		Principal     guid     `json:"principalId"`
		PrincipalType string   `json:"principalType"`
		Member        string   `json:"memberType"`     // Direct, Inherited, Group
		Type          string   `json:"assignmentType"` // Assigned, Activated
		Origin        string   `json:"originRoleAssignmentId"`
		Assignment    string   `json:"roleAssignmentScheduleId"`
		Eligibility   string   `json:"roleEligibilityScheduleId"`
		Start         instant  `json:"startDateTime"`
		End           instant  `json:"endDateTime"`
		Created       instant  `json:"createdOn"`
	} `json:"properties"`
}

// bounded reports whether an active instance ends.
func (w wireInstance) bounded() bool {
	return !w.Properties.End.IsZero() || strings.EqualFold(w.Properties.Type, "Activated")
}

// holding is what an assignment and its instance have in common.
type holding struct {
	scope  pharos.Scope
	role   pharos.RoleID
	holder pharos.PrincipalID
}

func (w wireInstance) holding() holding {
	p := w.Properties
	return holding{pharos.Scope(p.Scope), pharos.RoleID(p.Role), pharos.PrincipalID(p.Principal)}
}

// grant returns the instance as a grant; id is that of its schedule.
func (w wireInstance) grant(id string, kind pharos.GrantKind, tenant pharos.TenantID) observe.Dated[pharos.Grant] {
	h := w.holding()
	return observe.Dated[pharos.Grant]{Since: w.Properties.Start.Time, Value: pharos.Grant{
		Path: pharos.Direct, Kind: kind, ID: strings.ToLower(firstOf(id, w.ID)), Scope: h.scope, Role: h.role,
		Holder: pharos.PrincipalRef{Tenant: tenant, ID: h.holder}, HolderKind: kindOf(w.Properties.PrincipalType),
	}}
}

// schedules is what PIM knows of a subscription.
type schedules struct {
	active, eligible []wireInstance
	// boundedByID and boundedByHolding find the assignments that end.
	boundedByID      map[string]bool
	boundedByHolding map[holding]bool
	matched          map[string]bool // active instances that stand for an assignment
}

// schedules reads PIM's instances.
func (s *Session) schedules(ctx context.Context, sub pharos.SubscriptionID) (schedules, error) {
	out := schedules{boundedByID: map[string]bool{}, boundedByHolding: map[holding]bool{}, matched: map[string]bool{}}
	active, err := s.instances(ctx, sub, activeInstances)
	if err != nil {
		return out, err
	}
	eligible, err := s.instances(ctx, sub, eligibleInstances)
	if err != nil {
		return out, err
	}
	out.active, out.eligible = active, eligible
	for _, w := range active {
		if !w.bounded() {
			continue
		}
		if origin := w.Properties.Origin; origin != "" {
			out.boundedByID[strings.ToLower(origin)] = true
		} else {
			out.boundedByHolding[w.holding()] = true
		}
	}
	return out, nil
}

func (s *Session) instances(ctx context.Context, sub pharos.SubscriptionID, resource string) ([]wireInstance, error) {
	read, err := readScoped[wireInstance](ctx, s, sub, resource, needReader)
	if f := faultOf(err); f != nil && f.code == noPIM {
		return nil, nil
	}
	if err != nil {
		return nil, pharos.Errorf(pharos.CodeOf(err), "PIM schedules of subscription %s: %w", sub, err).WithHint("%s", pharos.HintOf(err))
	}
	return read.items, nil
}

// isGap reports whether the error of the PIM calls leaves a gap rather than
// being a failure: the cloud says that this cannot be read here.
func isGap(err error) bool {
	return slices.Contains([]pharos.Code{pharos.Forbidden, pharos.NotFound, pharos.Unsupported, pharos.Invalid}, pharos.CodeOf(err))
}

// ends reports whether an active assignment is one that PIM ends.
func (s schedules) ends(g pharos.Grant) bool {
	if g.Path != pharos.Direct {
		return false
	}
	h := holding{g.Scope, g.Role, g.Holder.ID}
	if s.boundedByID[g.ID] {
		s.matched[g.ID] = true
		return true
	}
	return s.boundedByHolding[h]
}

// others returns the grants that no role assignment shows: eligible ones, and
// bounded ones whose assignment was not listed.
func (s schedules) others(tenant pharos.TenantID) []observe.Dated[pharos.Grant] {
	var out []observe.Dated[pharos.Grant]
	for _, w := range s.eligible {
		out = append(out, w.grant(w.Properties.Eligibility, pharos.Eligible, tenant))
	}
	for _, w := range s.active {
		origin := strings.ToLower(w.Properties.Origin)
		if w.bounded() && origin != "" && !s.matched[origin] {
			out = append(out, w.grant(w.Properties.Assignment, pharos.TimeBound, tenant))
		}
	}
	return out
}
