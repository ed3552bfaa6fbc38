package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// ticket is a support request: of a subscription or, without one, of a tenant.
type ticket struct {
	name    string
	number  string // supportTicketId
	sub     *subscription
	tenant  *tenant
	by      *principal
	service supportService
	problem supportProblem
	// asked are the properties as they were sent, with what was changed since.
	asked             ticketRequest
	created, modified time.Time
	status            string // Open | Closed
	messages          []message
	// operation is the id of the operation that made it.
	operation string
}

func (t *ticket) armID() string {
	return supportScope(t.sub) + supportProvider + "supportTickets/" + t.name
}

// supportScope is what stands before the provider in ids.
func supportScope(s *subscription) string {
	if s == nil {
		return ""
	}
	return string(pharos.SubscriptionScope(s.id))
}

// enum is a value as Microsoft.Support writes it: HighestCriticalImpact.
func enum(value string, all ...string) (string, bool) {
	i := slices.IndexFunc(all, func(x string) bool { return strings.EqualFold(x, value) })
	if i < 0 {
		return "", false
	}
	return all[i], true
}

// response are the minutes in which the first response comes, and the time in
// which they pass: only critical tickets are worked on around the clock (the
// minutes of Minimal, and the time, are recorded; the rest is analogy).
func (t *ticket) response() (minutes int, within time.Duration) {
	switch t.asked.Severity {
	case "Minimal":
		return 480, 20 * time.Hour
	case "Moderate":
		return 240, 20 * time.Hour
	case "Critical":
		return 60, time.Hour
	default:
		return 15, 15 * time.Minute
	}
}

// supportTime writes an instant as Microsoft.Support does.
func supportTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// body is a ticket in the form of an api-version.
func (t *ticket) body(version string) map[string]any {
	minutes, within := t.response()
	p := map[string]any{
		"supportTicketId": t.number, "title": t.asked.Title, "description": t.asked.Description, "severity": t.asked.Severity, "status": t.status,
		"serviceId": t.service.armID(), "serviceDisplayName": t.service.name,
		"problemClassificationId": t.service.armID() + "/problemClassifications/" + t.problem.id, "problemClassificationDisplayName": t.problem.name,
		"require24X7Response": t.asked.Require24X7Response, "contactDetails": t.asked.ContactDetails, "supportEngineer": map[string]any{},
		"enrollmentId": "", "supportPlanType": "Basic",
		"serviceLevelAgreement": map[string]any{
			"startTime": supportTime(t.created), "expirationTime": supportTime(t.created.Add(within)), "slaMinutes": minutes,
		},
		"createdDate": supportTime(t.created), "modifiedDate": supportTime(t.modified),
	}
	if t.asked.ProblemStartTime != nil {
		p["problemStartTime"] = supportTime(*t.asked.ProblemStartTime)
	}
	if t.asked.TechnicalTicketDetails != nil {
		p["technicalTicketDetails"] = t.asked.TechnicalTicketDetails
	}
	if t.asked.QuotaTicketDetails != nil {
		p["quotaTicketDetails"] = t.asked.QuotaTicketDetails
	}
	if version >= "2024" {
		p["advancedDiagnosticConsent"], p["isTemporaryTicket"] = t.asked.AdvancedDiagnosticConsent, "No"
		p["supportPlanDisplayName"], p["supportPlanId"] = "Basic support", basicPlan
		p["fileWorkspaceName"] = t.number
		if t.asked.FileWorkspaceName != "" {
			p["fileWorkspaceName"] = t.asked.FileWorkspaceName
		}
		if t.asked.ProblemScopingQuestions != "" {
			p["problemScopingQuestions"] = t.asked.ProblemScopingQuestions
		}
		if t.asked.SecondaryConsent != nil {
			p["secondaryConsent"] = t.asked.SecondaryConsent
		}
	}
	return map[string]any{"id": t.armID(), "name": t.name, "type": "Microsoft.Support/supportTickets", "properties": p}
}

// basicPlan is the plan that every subscription has (a public recording).
const basicPlan = "U291cmNlOkZyZWUsRnJlZUlkOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwOSw="

// supportTarget finds whose tickets the call is about, and demands the
// permission for those of a subscription. Without a subscription everybody
// may write tickets for the own tenant; it is not documented who may read
// them, so here it is those who wrote them, and who may read at the root.
func (c *call) supportTarget(action string) (target, error) {
	if c.vars["sub"] == "" {
		return target{"/", nil, c.caller.tenant}, nil
	}
	on, err := c.target()
	if err == nil {
		err = c.require("Microsoft.Support/"+action, on)
	}
	return on, err
}

// tickets are those that the caller is shown at the target, newest first.
func (c *call) tickets(on target) []*ticket {
	var out []*ticket
	all := on.sub == nil && c.world.may(c.caller.principal, "Microsoft.Support/supportTickets/read", on, c.now)
	for _, t := range slices.Backward(c.world.tickets) {
		own := t.by == c.caller.principal || all
		if t.sub == on.sub && t.tenant == on.tenant && (on.sub != nil || own) {
			out = append(out, t)
		}
	}
	return out
}

// ticket finds the ticket of the call's path.
func (c *call) ticket(action string) (*ticket, error) {
	on, err := c.supportTarget(action)
	if err != nil {
		return nil, err
	}
	all := c.tickets(on)
	i := slices.IndexFunc(all, func(t *ticket) bool { return strings.EqualFold(t.name, c.vars["ticket"]) })
	if i < 0 {
		return nil, notFound("ResourceNotFound", fmt.Sprintf("The support ticket '%s' could not be found.", c.vars["ticket"]))
	}
	return all[i], nil
}

func getTicket(c *call) (reply, error) {
	t, err := c.ticket("supportTickets/read")
	if err != nil {
		return reply{}, err
	}
	return ok(t.body(c.apiVersion()))
}

// listTickets lists tickets by pages of $top, filtered by when they were
// created, their status, service and problem.
func listTickets(c *call) (reply, error) {
	on, err := c.supportTarget("supportTickets/read")
	if err != nil {
		return reply{}, err
	}
	f, err := c.supportFilter("CreatedDate", "Status", "ServiceId", "ProblemClassificationId")
	if err != nil {
		return reply{}, err
	}
	all := slices.DeleteFunc(c.tickets(on), func(t *ticket) bool {
		return !f.keeps(map[string]string{
			"status": t.status, "serviceid": t.service.armID(), "problemclassificationid": t.service.armID() + "/problemClassifications/" + t.problem.id,
		}, t.created)
	})
	var out []map[string]any
	for _, t := range all {
		out = append(out, t.body(c.apiVersion()))
	}
	return c.supportPage(out, 25, 100)
}

// supportFilter reads a $filter: a date by gt or ge, everything else by eq.
func (c *call) supportFilter(date string, names ...string) (*filter, error) {
	text := c.URL.Query().Get("$filter")
	f, err := parseFilter(text, append(names, date)...)
	if err == nil {
		err = f.onlyCalls()
	}
	if err == nil {
		for _, x := range f.terms {
			isDate := strings.EqualFold(x.name, date)
			_, bad := parseEventTime(x.value)
			if isDate && (bad != nil || (x.operator != "gt" && x.operator != "ge")) || !isDate && x.operator != "eq" {
				err = badRequest("InvalidFilter", "")
			}
		}
	}
	if err != nil {
		return nil, badRequest("InvalidParameterValue", "The filter '"+text+"' is invalid. Status, ServiceId and ProblemClassificationId can only be used with 'eq', "+date+" with 'gt' and 'ge'.")
	}
	return f, nil
}

// keeps applies a filter of supportFilter to values by their names in lower
// case, and to when the thing was created.
func (f *filter) keeps(values map[string]string, created time.Time) bool {
	for _, x := range f.terms {
		if x.operator == "eq" {
			if !strings.EqualFold(values[x.name], x.value) && !strings.EqualFold(lastSegment(values[x.name]), x.value) {
				return false
			}
			continue
		}
		since, _ := parseEventTime(x.value) // supportFilter has read it
		if created.Before(since) || (x.operator == "gt" && created.Equal(since)) {
			return false
		}
	}
	return true
}

// supportPage answers with a page of a list.
func (c *call) supportPage(all []map[string]any, size, most int) (reply, error) {
	q := c.URL.Query()
	if text := q.Get("$top"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return reply{}, badRequest("InvalidParameterValue", fmt.Sprintf("The value '%s' of $top is invalid. It must be between 1 and %d.", text, most))
		}
		size = n
	}
	start := 0
	if token := q.Get("$skiptoken"); token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n < 0 || n > len(all) {
			return reply{}, badRequest("InvalidParameterValue", "The $skiptoken is invalid.")
		}
		start = n
	}
	end := min(start+size, len(all))
	body := map[string]any{"value": append([]map[string]any{}, all[start:end]...)}
	if end < len(all) {
		next := url.Values{"api-version": {c.apiVersion()}, "$skiptoken": {strconv.Itoa(end)}, "$top": {strconv.Itoa(size)}}
		if f := q.Get("$filter"); f != "" {
			next.Set("$filter", f)
		}
		body["nextLink"] = c.base + c.URL.Path + "?" + next.Encode()
	}
	return ok(body)
}

// supportStatus tells how the making of a ticket or a message goes on.
func supportStatus(c *call) (reply, error) {
	id := c.vars["operation"]
	out, err := c.outcome(id, "Microsoft.Support/supportTickets/read")
	if err != nil {
		return reply{}, err
	}
	if failed, is := out.body.(map[string]any); is {
		failed["id"] = c.URL.Path
		return ok(failed)
	}
	body := map[string]any{"id": c.URL.Path, "status": out.body.(map[string]string)["status"]}
	for _, t := range c.world.tickets {
		if t.operation == id {
			body["properties"] = map[string]string{"supportTicketCreationWarning": "", "supportTicketId": t.number}
		}
	}
	return ok(body)
}

// supportResult answers with what an operation made.
func supportResult(c *call) (reply, error) {
	id := c.vars["operation"]
	if _, err := c.outcome(id, "Microsoft.Support/supportTickets/read"); err != nil {
		return reply{}, err
	}
	for _, t := range c.world.tickets {
		if t.operation == id {
			return ok(t.body(c.apiVersion()))
		}
		for _, m := range t.messages {
			if m.operation == id {
				return ok(m.body(t))
			}
		}
	}
	return reply{}, notFound("ResourceNotFound", "The operation '"+id+"' could not be found.")
}

// startSupport answers a write that goes on, and fails if failure says so: the
// cloud's answer has no body.
func (c *call) startSupport(t *ticket, resource string, failure *apiError) (id string, out reply) {
	on := target{"/", nil, t.tenant}
	if t.sub != nil {
		on = target{pharos.SubscriptionScope(t.sub.id), t.sub, t.tenant}
	}
	id = c.begin(on, resource, failure)
	h := c.operationHeaders("Azure-Asyncoperation", supportScope(t.sub)+supportProvider+"operationsStatus/"+id)
	h["Location"] = c.operationHeaders("Location", supportScope(t.sub)+supportProvider+"operationResults/"+id)["Location"]
	return id, reply{status: http.StatusAccepted, header: h}
}
