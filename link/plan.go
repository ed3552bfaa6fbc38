package link

import (
	"fmt"

	"github.com/pharos-pec/pharos"
)

// Action is what a plan would do to one principal's link.
type Action string

// The actions. The first three and Unlink change something in Azure.
const (
	Create  Action = "link"    // none is linked: link the ID
	Change  Action = "change"  // another ID of our organisation is linked: change it
	Replace Action = "replace" // an ID outside our organisation is linked: replace it, as the user agreed
	Unlink  Action = "unlink"  // remove the link
	Keep    Action = "keep"    // nothing to do
	Refuse  Action = "refuse"  // would need ReplaceOther
	Skip    Action = "skip"    // unreachable: nothing can be planned
)

// Changes reports whether the action writes to Azure.
func (a Action) Changes() bool {
	return a == Create || a == Change || a == Replace || a == Unlink
}

// Step is the plan for one credential.
type Step struct {
	Credential string             `json:"credential"`
	Tenant     pharos.TenantID    `json:"tenantId"`
	Principal  pharos.PrincipalID `json:"principalId"`
	Name       string             `json:"name,omitempty"`
	Action     Action             `json:"action"`
	From       pharos.PartnerID   `json:"from"` // "" when none is linked
	To         pharos.PartnerID   `json:"to"`   // "" to remove the link
	// Reason says in one sentence why this action.
	Reason string `json:"reason"`
}

// Plan is what Apply would do, in the order of the statuses it was made from.
type Plan struct {
	Steps []Step `json:"steps"`
}

// Changes counts the steps that write to Azure.
func (p Plan) Changes() int {
	n := 0
	for _, s := range p.Steps {
		if s.Action.Changes() {
			n++
		}
	}
	return n
}

// Options are the user's decisions about a plan.
type Options struct {
	// ReplaceOther lets a plan replace or remove a link to an ID that is none
	// of our organisation's: another partner may be using that principal.
	ReplaceOther bool
}

// NewPlan says how every status becomes a link to the partner's ID. It is
// pure. It returns an error with code Invalid when that ID is malformed, so
// that a wrong ID reaches no cloud.
func NewPlan(statuses []Status, p pharos.Partner, o Options) (Plan, error) {
	want, err := pharos.ParsePartnerID(string(p.ID))
	if err != nil {
		return Plan{}, err
	}
	var plan Plan
	for _, s := range statuses {
		step := stepFor(s)
		step.To = want
		step.Action, step.Reason = planLink(s, want, p, o)
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

func planLink(s Status, want pharos.PartnerID, p pharos.Partner, o Options) (Action, string) {
	switch {
	case s.State == Unreachable:
		return Skip, unreachableReason(s)
	case s.PartnerID == "":
		return Create, "no partner ID is linked"
	case s.PartnerID == want:
		return Keep, "already linked"
	case p.Owns(s.PartnerID):
		return Change, fmt.Sprintf("%s, another ID of our organisation, is linked", s.PartnerID)
	case o.ReplaceOther:
		return Replace, fmt.Sprintf("%s, which is none of our organisation's IDs, is linked and will be replaced", s.PartnerID)
	default:
		return Refuse, fmt.Sprintf("%s, which is none of our organisation's IDs, is linked and is left alone", s.PartnerID)
	}
}

// NewRemoval says how every status becomes not linked. It is pure.
func NewRemoval(statuses []Status, p pharos.Partner, o Options) Plan {
	var plan Plan
	for _, s := range statuses {
		step := stepFor(s)
		step.Action, step.Reason = planRemoval(s, p, o)
		plan.Steps = append(plan.Steps, step)
	}
	return plan
}

func planRemoval(s Status, p pharos.Partner, o Options) (Action, string) {
	switch {
	case s.State == Unreachable:
		return Skip, unreachableReason(s)
	case s.PartnerID == "":
		return Keep, "no partner ID is linked"
	case p.Owns(s.PartnerID):
		return Unlink, fmt.Sprintf("%s is linked", s.PartnerID)
	case o.ReplaceOther:
		return Unlink, fmt.Sprintf("%s, which is none of our organisation's IDs, is linked and will be removed", s.PartnerID)
	default:
		return Refuse, fmt.Sprintf("%s, which is none of our organisation's IDs, is linked and is left alone", s.PartnerID)
	}
}

func stepFor(s Status) Step {
	return Step{Credential: s.Credential, Tenant: s.Tenant, Principal: s.Principal, Name: s.Name, From: s.PartnerID}
}

func unreachableReason(s Status) string {
	if s.Problem == nil {
		return "its link could not be read"
	}
	return s.Problem.Message
}
