package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// approvalVersions are the api-versions of role assignment approvals.
var approvalVersions = []string{"2021-01-01-preview"}

const (
	approvalsPath = "/providers/Microsoft.Authorization/roleAssignmentApprovals"
	notReviewed   = "NotReviewed"
)

// approvalRoutes are the calls by which approvers decide. They have no scope:
// an approval is found by the id of its request.
func approvalRoutes() []route {
	out := []route{
		{method: http.MethodGet, pattern: "/{scope...}" + approvalsPath, handle: listApprovals},
		{method: http.MethodGet, pattern: "/{scope...}" + approvalsPath + "/{id}", handle: getApproval},
		{method: http.MethodGet, pattern: "/{scope...}" + approvalsPath + "/{id}/stages", handle: listStages},
		{method: http.MethodGet, pattern: "/{scope...}" + approvalsPath + "/{id}/stages/{stage}", handle: getStage},
		{method: http.MethodPatch, pattern: "/{scope...}" + approvalsPath + "/{id}/stages/{stage}", handle: decideStage},
		{method: http.MethodPut, pattern: "/{scope...}" + approvalsPath + "/{id}/stages/{stage}", handle: decideStage},
	}
	for i := range out {
		out[i].service, out[i].versions = arm, approvalVersions
	}
	return out
}

func approvalID(r *pimRequest) string { return approvalsPath + "/" + r.id }

// stageID is the id of the one stage of a request's approval.
func stageID(r *pimRequest) string { return objectID("approvalStage", r.id, "") }

// approvedBy reports whether p may decide the request at t: it is an approver
// of the role's settings, and the request is not its own.
func (r *pimRequest) approvedBy(p *principal, t time.Time) bool {
	return r.review != nil && r.requestor.id != p.id &&
		slices.ContainsFunc(r.linked.approvers, func(a *principal) bool { return p.is(a, t) })
}

// approval finds the approval of the path. Who has no part in it does not
// find it.
func (c *call) approval() (*pimRequest, error) {
	p := c.caller.principal
	for _, r := range c.world.requests {
		if r.review != nil && strings.EqualFold(r.id, c.vars["id"]) && (r.approvedBy(p, c.now) || r.requestor.id == p.id) {
			if s := c.vars["stage"]; s == "" || strings.EqualFold(s, stageID(r)) {
				return r, nil
			}
		}
	}
	return nil, notFound("RoleAssignmentApprovalNotFound", fmt.Sprintf("The role assignment approval '%s' is not found.", c.vars["id"]))
}

func listApprovals(c *call) (reply, error) {
	f, err := parseFilter(c.URL.Query().Get("$filter"))
	if err == nil {
		err = f.onlyCalls(selfFilters...)
	}
	if err != nil {
		return reply{}, err
	}
	p := c.caller.principal
	var out []map[string]any
	for _, r := range c.world.requests {
		mine := r.requestor.id == p.id && !f.has("asapprover")
		decides := r.approvedBy(p, c.now) && !f.has("ascreatedby") && !f.has("astarget")
		if r.review != nil && (mine || decides) {
			out = append(out, c.approvalBody(r))
		}
	}
	return list(out)
}

func getApproval(c *call) (reply, error) {
	r, err := c.approval()
	if err != nil {
		return reply{}, err
	}
	return ok(c.approvalBody(r))
}

func listStages(c *call) (reply, error) {
	r, err := c.approval()
	if err != nil {
		return reply{}, err
	}
	return list([]map[string]any{c.stageBody(r)})
}

func getStage(c *call) (reply, error) {
	r, err := c.approval()
	if err != nil {
		return reply{}, err
	}
	return ok(c.stageBody(r))
}

// decideStage takes an approver's decision. The activation begins with it, or
// when it was to begin, and lasts as long as was asked for.
func decideStage(c *call) (reply, error) {
	r, err := c.approval()
	if err != nil {
		return reply{}, err
	}
	var want struct {
		ReviewResult, Justification string
		Properties                  struct{ ReviewResult, Justification string } `json:"properties"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	result, why := want.ReviewResult, want.Justification
	if result == "" {
		result, why = want.Properties.ReviewResult, want.Properties.Justification
	}
	switch {
	case !r.approvedBy(c.caller.principal, c.now):
		return reply{}, c.unauthorized("Microsoft.Authorization/roleAssignmentApprovals/stages/write", r.scope)
	case result != "Approve" && result != "Deny":
		return reply{}, badRequest("InvalidReviewResult", fmt.Sprintf("The review result '%s' is neither 'Approve' nor 'Deny'.", result))
	case r.statusAt(c.now) != statusPending:
		return reply{}, conflict("ApprovalAlreadyCompleted", "The approval has been completed.")
	}
	r.review.result, r.review.justification, r.review.by, r.review.at = result, why, c.caller.principal, c.now
	r.status = statusDenied
	if result == "Approve" {
		r.status = statusProvisioned
		asked := r.until.Sub(r.from)
		if r.from.Before(c.now) {
			r.from, r.until = c.now, c.now.Add(asked)
		}
		r.linked.activate(r.principal, r.scope, pharos.Interval{From: r.from, To: r.until})
	}
	return ok(c.stageBody(r))
}

func (c *call) approvalBody(r *pimRequest) map[string]any {
	return map[string]any{
		"id": approvalID(r), "name": r.id, "type": "Microsoft.Authorization/roleAssignmentApprovals",
		"properties": map[string]any{"stages": []any{c.stageBody(r)}},
	}
}

func (c *call) stageBody(r *pimRequest) map[string]any {
	v := r.review
	status := "Completed"
	if r.statusAt(c.now) == statusPending {
		status = "InProgress"
	}
	p := map[string]any{
		"displayName": nil, "status": status, "assignedToMe": r.approvedBy(c.caller.principal, c.now), "reviewResult": v.result,
		"reviewedBy": nil, "reviewedDateTime": nil, "justification": orNull(v.justification),
	}
	if v.by != nil {
		p["reviewedBy"] = map[string]string{
			"principalId": string(v.by.id), "principalType": strings.ToLower(string(v.by.kind)), "principalName": v.by.displayName, "userPrincipalName": v.by.upn,
		}
		p["reviewedDateTime"] = stamp(v.at)
	}
	return map[string]any{
		"id": approvalID(r) + "/stages/" + stageID(r), "name": stageID(r), "type": "Microsoft.Authorization/roleAssignmentApprovals/stages", "properties": p,
	}
}
