package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

const (
	assignmentRequests  = "roleAssignmentScheduleRequests"
	eligibilityRequests = "roleEligibilityScheduleRequests"
	writeAssignments    = "Microsoft.Authorization/roleAssignments/write"
	deleteAssignments   = "Microsoft.Authorization/roleAssignments/delete"
)

// pimBody is the body of a request.
type pimBody struct {
	Properties struct {
		PrincipalID, RoleDefinitionID, RequestType, Justification string
		LinkedRoleEligibilityScheduleID                           string
		TicketInfo                                                ticketInfo
		ScheduleInfo                                              scheduleInfo
	} `json:"properties"`
}

// readPIMRequest reads and checks a request without doing what it asks for.
func (c *call) readPIMRequest(kind string) (*pimRequest, error) {
	on, err := c.locate()
	if err != nil {
		return nil, err
	}
	id, err := c.guidVar("id")
	if err != nil {
		return nil, err
	}
	var want pimBody
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	p := want.Properties
	role, err := c.roleNamed(on.tenant, p.RoleDefinitionID)
	if err != nil {
		return nil, err
	}
	r := &pimRequest{
		id: id, kind: kind, requestType: p.RequestType, scope: on.scope, sub: on.sub, tenant: on.tenant, role: role,
		principalID: pharos.PrincipalID(strings.ToLower(p.PrincipalID)), requestor: c.caller.principal, created: c.now,
		justification: p.Justification, ticket: p.TicketInfo, schedule: p.ScheduleInfo, status: statusProvisioned,
	}
	if err := r.readTimes(c.now); err != nil {
		return nil, err
	}
	if strings.HasPrefix(r.requestType, "Self") && kind == assignmentRequests {
		return r, c.checkSelf(r)
	}
	return r, c.checkAdmin(on, r)
}

// readTimes reads when the role is to be held. A beginning in the past is now.
func (r *pimRequest) readTimes(now time.Time) error {
	r.from = now
	if s := r.schedule.StartDateTime; s != nil && s.After(now) {
		r.from = s.UTC()
	}
	switch e := r.schedule.Expiration; {
	case strings.EqualFold(e.Type, "AfterDuration"):
		if e.Duration == nil {
			return invalidSchedule()
		}
		d, ok := parseDuration(*e.Duration)
		if !ok {
			return invalidSchedule()
		}
		r.until = r.from.Add(d)
	case strings.EqualFold(e.Type, "AfterDateTime"):
		if e.EndDateTime == nil || !e.EndDateTime.After(r.from) {
			return invalidSchedule()
		}
		r.until = e.EndDateTime.UTC()
	case e.Type != "" && !strings.EqualFold(e.Type, "NoExpiration"):
		return invalidSchedule()
	}
	return nil
}

func invalidSchedule() *apiError {
	return badRequest("InvalidRoleAssignmentRequestSchedule", "The role assignment request schedule is invalid.")
}

// failedRules is the refusal of a request that the role's settings forbid.
func failedRules(rules []string) *apiError {
	return badRequest("RoleAssignmentRequestPolicyValidationFailed", `The following policy rules failed: ["`+strings.Join(rules, `","`)+`"]`)
}

// checkSelf checks a request of somebody for their own: it wants no role, but
// an eligibility.
func (c *call) checkSelf(r *pimRequest) error {
	p := c.caller.principal
	r.principal = p
	if r.principalID != p.id {
		return forbidden("AuthorizationFailed", fmt.Sprintf("%s cannot make the request '%s' for the principal '%s'.", c.client(), r.requestType, r.principalID))
	}
	for _, e := range c.world.eligibilities(r.sub, r.tenant, c.now) {
		if e.role == r.role && e.scope.Covers(r.scope) && e.usableBy(p, c.now) && (r.linked == nil || e.active(p, r.scope, c.now) != nil) {
			r.linked = &e
		}
	}
	if r.linked == nil {
		return failedRules([]string{"EligibilityRule"})
	}
	active := r.linked.active(p, r.scope, c.now)
	switch r.requestType {
	case "SelfActivate":
		if active != nil {
			return badRequest("RoleAssignmentExists", "The Role assignment already exists.")
		}
		return c.checkActivation(r)
	case "SelfDeactivate":
		if active == nil {
			return badRequest("RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
		}
		if c.now.Before(active.during.From.Add(5 * time.Minute)) {
			return badRequest("ActiveDurationTooShort", "The Active duration is too short. Miniumum Required is 5 minutes.") // sic
		}
		r.status = statusRevoked
		return nil
	default:
		return notDone(r)
	}
}

// checkActivation holds an activation against the role's settings.
func (c *call) checkActivation(r *pimRequest) error {
	var failed []string
	if r.until.IsZero() || r.until.Sub(r.from) > r.linked.maximum {
		failed = append(failed, "ExpirationRule")
	}
	if strings.TrimSpace(r.justification) == "" {
		failed = append(failed, "JustificationRule")
	}
	if failed != nil {
		return failedRules(failed)
	}
	pending := func(o *pimRequest) bool {
		return o.principal == r.principal && o.role == r.role && o.scope == r.scope && o.statusAt(c.now) == statusPending
	}
	if slices.ContainsFunc(c.world.requests, pending) {
		return badRequest("PendingRoleAssignmentRequest", "There is already an existing pending Role assignment request.")
	}
	if len(r.linked.approvers) > 0 {
		r.status, r.review = statusPending, &review{result: notReviewed}
	}
	return nil
}

// notDone refuses a kind of request that the emulator does not know.
func notDone(r *pimRequest) *apiError {
	return &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: fmt.Sprintf("the emulator does not implement requests of type '%s' here", r.requestType)}
}

// checkAdmin checks a request of somebody who may give or take roles. Nobody
// may by a delegation.
func (c *call) checkAdmin(on target, r *pimRequest) error {
	action := writeAssignments
	if r.requestType == "AdminRemove" {
		action = deleteAssignments
	}
	if err := c.require(action, on); err != nil {
		return err
	}
	if c.projected(on) {
		return c.unauthorized("Microsoft.Authorization/"+r.kind+"/write", on.scope)
	}
	if r.requestType != "AdminAssign" && r.requestType != "AdminRemove" {
		return notDone(r)
	}
	r.principal = c.world.principalBy[pharos.PrincipalRef{Tenant: on.tenant.id, ID: r.principalID}]
	if r.principal == nil || !r.principal.exists.at(c.now) {
		return principalNotFound(string(r.principalID), on.tenant)
	}
	held := c.heldByRequest(r)
	if r.requestType == "AdminRemove" {
		if held == nil {
			return badRequest("RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
		}
		r.status = statusRevoked
		return nil
	}
	if held != nil {
		return badRequest("RoleAssignmentExists", "The Role assignment already exists.")
	}
	if r.kind == assignmentRequests && strings.TrimSpace(r.justification) == "" {
		return failedRules([]string{"JustificationRule"})
	}
	return nil
}

// heldByRequest finds the assignment, or eligibility, that a request of an
// administrator is about, nil when there is none.
func (c *call) heldByRequest(r *pimRequest) *roleAssignment {
	all := r.tenant.above
	if r.sub != nil {
		all = r.sub.assignments
	}
	for _, a := range all {
		if a.principal == r.principal && a.role == r.role && a.scope == r.scope && a.during.Contains(c.now) &&
			(a.kind == pharos.Eligible) == (r.kind == eligibilityRequests) {
			return a
		}
	}
	return nil
}

// do does what a checked request asks for.
func (c *call) do(r *pimRequest) {
	during := pharos.Interval{From: r.from, To: r.until}
	switch r.requestType {
	case "SelfActivate":
		if r.status == statusProvisioned {
			r.linked.activate(r.principal, r.scope, during)
		}
	case "SelfDeactivate":
		r.linked.active(r.principal, r.scope, c.now).during.To = c.now
	case "AdminRemove":
		a := c.heldByRequest(r)
		a.during.To, a.removedBy = c.now, r.requestor.id
	case "AdminAssign":
		a := &roleAssignment{
			id: r.id, tenant: r.tenant, scope: r.scope, role: r.role, principal: r.principal, principalID: r.principalID, principalKind: r.principal.kind,
			kind: pharos.Permanent, expires: r.until, during: during, createdBy: r.requestor.id, description: r.justification,
		}
		switch {
		case r.kind == eligibilityRequests:
			a.kind = pharos.Eligible
		case !r.until.IsZero():
			a.kind = pharos.TimeBound
		}
		c.world.addAssignment(r.sub, a)
	}
}

func putPIMRequest(kind string) handler {
	return func(c *call) (reply, error) {
		r, err := c.readPIMRequest(kind)
		if err != nil {
			return reply{}, err
		}
		if slices.ContainsFunc(c.world.requests, func(o *pimRequest) bool { return o.id == r.id && o.kind == kind }) {
			return reply{}, conflict("RoleAssignmentRequestExists", fmt.Sprintf("The request '%s' already exists.", r.id))
		}
		c.do(r)
		c.world.requests = append(c.world.requests, r)
		return reply{status: http.StatusCreated, body: c.pimRequestBody(r)}, nil
	}
}

// validatePIMRequest checks a request and does nothing.
func validatePIMRequest(kind string) handler {
	return func(c *call) (reply, error) {
		r, err := c.readPIMRequest(kind)
		if err != nil {
			return reply{}, err
		}
		return ok(c.pimRequestBody(r))
	}
}

// pimRequests are the requests at, above and below a target that the caller
// may see: those it asked for its own by, or all where it may read.
func (c *call) pimRequests(kind string, on target, f *assignmentFilter) []*pimRequest {
	var out []*pimRequest
	p := c.caller.principal
	for _, r := range c.world.requests {
		switch {
		case r.kind != kind || !on.relates(r.scope) || (on.sub == nil && !f.self && r.tenant != on.tenant):
		case f.has("asapprover") && !r.approvedBy(p, c.now):
		case (f.has("ascreatedby") || f.has("asrequestor")) && r.requestor.id != p.id:
		case !f.self && c.caller.tenant != r.tenant && r.requestor.tenant != c.caller.tenant: // the customer's own are none of a managing tenant's business
		case f.equal["status"] != "" && !strings.EqualFold(f.equal["status"], r.statusAt(c.now)):
		case !f.keeps(on, r.scope, r.principal, r.principalID, c.now):
		default:
			out = append(out, r)
		}
	}
	return out
}

func listPIMRequests(kind string) handler {
	return func(c *call) (reply, error) {
		on, f, err := c.authorizationList("Microsoft.Authorization/" + kind + "/read")
		if err != nil {
			return reply{}, err
		}
		var out []map[string]any
		for _, r := range c.pimRequests(kind, on, f) {
			out = append(out, c.pimRequestBody(r))
		}
		return list(out)
	}
}

// findPIMRequest finds the request of the path; only who made it, may approve
// it or may read the scope is told of it.
func (c *call) findPIMRequest(kind string) (*pimRequest, error) {
	on, err := c.locate()
	if err != nil {
		return nil, err
	}
	p := c.caller.principal
	for _, r := range c.world.requests {
		if r.kind != kind || r.scope != on.scope || !strings.EqualFold(r.id, c.vars["id"]) {
			continue
		}
		if r.requestor.id == p.id || r.principalID == p.id || r.approvedBy(p, c.now) {
			return r, nil
		}
		return r, c.require("Microsoft.Authorization/"+kind+"/read", on)
	}
	return nil, notFound("RoleAssignmentRequestNotFound", fmt.Sprintf("The request '%s' is not found.", c.vars["id"]))
}

func getPIMRequest(kind string) handler {
	return func(c *call) (reply, error) {
		r, err := c.findPIMRequest(kind)
		if err != nil {
			return reply{}, err
		}
		return ok(c.pimRequestBody(r))
	}
}

// cancelPIMRequest takes a request back that has not been decided.
func cancelPIMRequest(kind string) handler {
	return func(c *call) (reply, error) {
		r, err := c.findPIMRequest(kind)
		if err != nil {
			return reply{}, err
		}
		if r.requestor.id != c.caller.principal.id {
			return reply{}, c.unauthorized("Microsoft.Authorization/"+kind+"/cancel/action", r.scope)
		}
		if r.statusAt(c.now) != statusPending {
			return reply{}, badRequest("RoleAssignmentRequestCannotBeCancelled", fmt.Sprintf("The request cannot be cancelled in the status '%s'.", r.statusAt(c.now)))
		}
		r.status = statusCanceled
		return reply{status: http.StatusOK}, nil
	}
}

// pimRequestBody is a request as it is told.
func (c *call) pimRequestBody(r *pimRequest) map[string]any {
	kind := pharos.User
	if r.principal != nil {
		kind = r.principal.kind
	}
	schedule := map[string]any{"startDateTime": stamp(r.from), "expiration": map[string]any{
		"type": orNull(r.schedule.Expiration.Type), "endDateTime": r.schedule.Expiration.EndDateTime, "duration": r.schedule.Expiration.Duration,
	}}
	p := map[string]any{
		"scope": string(r.scope), "roleDefinitionId": roleDefinitionID(r.sub, r.role.ID), "principalId": string(r.principalID), "principalType": armKind(kind),
		"requestType": r.requestType, "status": r.statusAt(c.now), "approvalId": nil, "scheduleInfo": schedule, "ticketInfo": r.ticket,
		"justification": orNull(r.justification), "requestorId": string(r.requestor.id), "createdOn": stamp(r.created), "condition": nil, "conditionVersion": nil,
		"expandedProperties": c.expanded(r.scope, r.role, r.principal, r.principalID, kind),
	}
	if r.review != nil {
		p["approvalId"] = approvalID(r)
	}
	if r.kind == assignmentRequests {
		p["linkedRoleEligibilityScheduleId"], p["targetRoleAssignmentScheduleId"] = nil, r.id
		if r.linked != nil {
			p["linkedRoleEligibilityScheduleId"] = r.linked.id
		}
	} else {
		p["targetRoleEligibilityScheduleId"] = r.id
	}
	return map[string]any{
		"id": assignmentID(r.scope, r.kind, r.id), "name": r.id, "type": "Microsoft.Authorization/" + strings.ToUpper(r.kind[:1]) + r.kind[1:], "properties": p,
	}
}
