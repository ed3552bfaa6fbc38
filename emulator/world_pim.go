package emulator

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pharos-pec/pharos"
)

// defaultActivation is the longest activation where nothing else is said
// (docs: PIM for Azure resources, role settings; Azure Lighthouse, eligible
// authorizations).
const defaultActivation = 8 * time.Hour

// eligibility is a role that its holder may activate for a while. One of a
// delegation has a role assignment made up for it.
type eligibility struct {
	*roleAssignment
	maximum    time.Duration
	approvers  []*principal
	manager    *tenant // nil: not by a delegation
	delegation *delegation
}

// eligibilities returns what may be activated at t in the subscription, below
// it, or above it where it is inherited; s is nil above subscriptions.
func (w *world) eligibilities(s *subscription, owner *tenant, t time.Time) []eligibility {
	all := owner.above
	if s != nil {
		all = w.assignmentsFor(s)
	}
	var out []eligibility
	for _, a := range all {
		if a.kind == pharos.Eligible && a.during.Contains(t) {
			out = append(out, eligibility{roleAssignment: a, maximum: activationLimit(a.maximum), approvers: a.approvers})
		}
	}
	if s == nil {
		return out
	}
	for _, d := range s.delegations {
		if def := d.definitionAt(t); def != nil {
			out = append(out, w.delegatedEligibilities(d, def)...)
		}
	}
	return out
}

func (w *world) delegatedEligibilities(d *delegation, def *definition) []eligibility {
	var out []eligibility
	for _, a := range def.authorizations {
		if !a.eligible {
			continue
		}
		e := eligibility{maximum: activationLimit(a.maximum), manager: def.manager, delegation: d, roleAssignment: &roleAssignment{
			id: objectID("eligibility", d.id, string(a.principalID)+"/"+string(a.role.ID)), tenant: d.sub.customer.tenant, scope: d.scope, role: a.role,
			principal: a.principal, principalID: a.principalID, principalKind: pharos.Group, kind: pharos.Eligible, during: d.during,
		}}
		if a.principal != nil {
			e.principalKind = a.principal.kind
		}
		for _, x := range a.approvers {
			if p := w.principalBy[pharos.PrincipalRef{Tenant: def.manager.id, ID: x.ID}]; p != nil {
				e.approvers = append(e.approvers, p)
			}
		}
		out = append(out, e)
	}
	return out
}

// usableBy reports whether p may activate the role at t.
func (e eligibility) usableBy(p *principal, t time.Time) bool {
	path := pharos.Direct
	if e.manager != nil {
		path = pharos.Lighthouse
	}
	return p.uses(path, e.tenant) && (e.manager == nil || e.manager == p.tenant) && p.is(e.principal, t)
}

// activations are those of the eligibility's grant.
func (e eligibility) activations() *[]activation {
	if e.delegation != nil {
		return &e.delegation.activations
	}
	return &e.roleAssignment.activations
}

// active returns the activation of p that stands, or will stand, from t on at
// a scope; nil for none.
func (e eligibility) active(p *principal, scope pharos.Scope, t time.Time) *activation {
	list := *e.activations()
	for i := range list {
		v := &list[i]
		if v.principal == p && v.role == e.role && v.at(e.scope) == scope && (v.during.To.IsZero() || v.during.To.After(t)) {
			return v
		}
	}
	return nil
}

// activate lets p have the role over a time, at the eligibility's scope or
// one below it.
func (e eligibility) activate(p *principal, scope pharos.Scope, during pharos.Interval) {
	list := e.activations()
	*list = append(slices.Clip(*list), activation{principal: p, role: e.role, scope: scope, during: during})
}

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$`)

// parseDuration reads an ISO 8601 duration without years, months and weeks,
// whose length is not fixed.
func parseDuration(text string) (time.Duration, bool) {
	m := isoDuration.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if n, err := strconv.Atoi(m[i+1]); err == nil {
			total += time.Duration(n) * unit
		}
	}
	return total, total > 0
}

// activationLimit is the longest activation that a policy allows.
func activationLimit(text string) time.Duration {
	if d, ok := parseDuration(text); ok {
		return d
	}
	return defaultActivation
}

// pimRequest is a request to Privileged Identity Management: to activate a
// role, to end an activation, or to give or take an assignment or eligibility.
type pimRequest struct {
	id, kind      string // kind is the resource type's last segment
	requestType   string
	scope         pharos.Scope
	sub           *subscription // nil above subscriptions
	tenant        *tenant
	role          *roleDefinition
	principal     *principal
	principalID   pharos.PrincipalID
	requestor     *principal
	created       time.Time
	justification string
	ticket        ticketInfo
	schedule      scheduleInfo
	from, until   time.Time // until is zero without end
	status        string
	// linked is the eligibility that is activated, nil for other requests.
	linked *eligibility
	review *review // of a request that needs approval
}

// ticketInfo is the ticket that a request names.
type ticketInfo struct {
	TicketNumber *string `json:"ticketNumber"`
	TicketSystem *string `json:"ticketSystem"`
}

// scheduleInfo is over which time a request asks for a role.
type scheduleInfo struct {
	StartDateTime *time.Time `json:"startDateTime"`
	Expiration    struct {
		Type        string     `json:"type"`
		EndDateTime *time.Time `json:"endDateTime"`
		Duration    *string    `json:"duration"`
	} `json:"expiration"`
}

// review is the one stage of an approval.
type review struct {
	result, justification string
	by                    *principal // nil until it is decided
	at                    time.Time
}

// approvalLife is how long a request waits for approval (docs: approve or deny
// requests for Azure resource roles).
const approvalLife = 24 * time.Hour

// statusAt is the request's status at t.
func (r *pimRequest) statusAt(t time.Time) string {
	if r.status == statusPending && !t.Before(r.created.Add(approvalLife)) {
		return "TimedOut"
	}
	return r.status
}

// Statuses of a request (REST API Role Assignment Schedule Requests).
const (
	statusPending     = "PendingApproval"
	statusProvisioned = "Provisioned"
	statusRevoked     = "Revoked"
	statusDenied      = "Denied"
	statusCanceled    = "Canceled"
)
