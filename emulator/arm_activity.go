package emulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// activityRetention is how far back the Activity log goes (docs: Azure
// Monitor activity log).
const activityRetention = 90 * 24 * time.Hour

// activityPage is how many events an answer holds.
const activityPage = 100

func activityRoutes() []route {
	const path = "/providers/Microsoft.Insights/"
	return each([]route{
		{method: http.MethodGet, pattern: "/{scope...}" + path + "eventtypes/management/values", handle: listActivity, versions: []string{"2014-04-01", "2015-04-01", "2017-03-01-preview"}},
		{method: http.MethodGet, pattern: path + "eventcategories", handle: listEventCategories, versions: []string{"2015-04-01"}},
		{method: http.MethodGet, pattern: "/{scope...}" + path + "eventtypes/management/digestevents", versions: []string{"2014-04-01", "2015-04-01"}},
	}, func(r *route) { r.service, r.faith = arm, documented })
}

// listEventCategories lists the categories of events (docs: REST API Event
// Categories - List).
func listEventCategories(*call) (reply, error) {
	var out []map[string]string
	for _, name := range strings.Fields("Administrative Security ServiceHealth Alert Recommendation Policy Autoscale ResourceHealth") {
		out = append(out, label(name, name))
	}
	return list(out)
}

// event is one entry of an Activity log.
type event struct {
	at         time.Time
	operation  string // such as Microsoft.Authorization/roleAssignments/write
	resource   string // ARM id
	scope      pharos.Scope
	by         string // who did it
	properties map[string]any
	// description is JSON for delegation events, empty for others.
	description string
	// call is the client's call that did it; nil for what the scenario says.
	call *activity
}

// listActivity answers for a subscription's log, or the caller's tenant's.
func listActivity(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require("Microsoft.Insights/eventtypes/values/read", on); err != nil {
		return reply{}, err
	}
	f, err := c.activityFilter()
	if err != nil {
		return reply{}, err
	}
	fields, err := c.activityFields()
	if err != nil {
		return reply{}, err
	}
	var events []event
	if on.sub == nil {
		events = c.world.logOfTenant(on.tenant)
	} else {
		events = c.world.logOf(on.sub)
	}
	events = slices.DeleteFunc(events, func(e event) bool {
		return !f.window.Contains(e.at) || !f.keeps(e) || !on.logs(e)
	})
	slices.SortStableFunc(events, func(a, b event) int { // newest first
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.number(), a.number()))
	})
	return c.activityPage(on, events, fields)
}

// logs reports whether an event stands in the log asked for. A resource
// group's has what happened in it; a subscription's also what it inherits.
func (t target) logs(e event) bool {
	if t.sub == nil || t.scope.ResourceGroup() == "" {
		return t.sub == nil || t.relates(e.scope)
	}
	return t.scope.Covers(e.scope)
}

// activityPage answers with the page that $skipToken names.
func (c *call) activityPage(on target, events []event, fields []string) (reply, error) {
	q := c.URL.Query()
	start := 0
	for name := range q {
		if !strings.EqualFold(name, "$skipToken") {
			continue
		}
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 0 || n > len(events) {
			return reply{}, badActivity("The $skipToken is invalid.")
		}
		start = n
		q.Del(name)
	}
	end := min(start+activityPage, len(events))
	value := []map[string]any{}
	for _, e := range events[start:end] {
		body := eventBody(on, e)
		for name := range body {
			if fields != nil && !slices.Contains(fields, strings.ToLower(name)) {
				delete(body, name)
			}
		}
		value = append(value, body)
	}
	body := map[string]any{"value": value}
	if end < len(events) {
		q.Set("$skipToken", strconv.Itoa(end))
		body["nextLink"] = c.base + c.URL.Path + "?" + q.Encode()
	}
	return ok(body)
}

// badActivity refuses a query of the log, in the form that Azure Monitor has
// for its errors (the REST API's ErrorResponse).
func badActivity(format string, args ...any) *apiError {
	e := badRequest("BadRequest", fmt.Sprintf(format, args...))
	e.body = map[string]string{"code": e.code, "message": e.message}
	return e
}

// ticks counts 100 nanoseconds since the year 1, as ids of events do.
func ticks(t time.Time) string {
	const unixEpoch = 621355968000000000
	return strconv.FormatInt(unixEpoch+t.Unix()*1e7+int64(t.Nanosecond()/100), 10)
}

func label(value, text string) map[string]string {
	return map[string]string{"value": value, "localizedValue": text}
}

// operationText is what the log calls an operation, where that is known.
func operationText(operation string) string {
	switch strings.ToLower(operation) {
	case "microsoft.authorization/roleassignments/write":
		return "Create role assignment"
	case "microsoft.authorization/roleassignments/delete":
		return "Delete role assignment"
	case "microsoft.resources/deployments/write":
		return "Create Deployment"
	case "microsoft.resources/deployments/validate/action":
		return "Validate Deployment"
	case "microsoft.resources/subscriptions/resourcegroups/write":
		return "Update resource group"
	case "microsoft.resources/subscriptions/resourcegroups/delete":
		return "Delete resource group"
	}
	return operation
}

// outcome is the status, substatus and level of an entry.
func (e event) outcome() (status, sub map[string]string, level string) {
	code := http.StatusOK
	switch {
	case e.call != nil && strings.EqualFold(e.operation, e.call.operation):
		code = e.call.status
	case strings.HasSuffix(e.operation, "/write"):
		code = http.StatusCreated
	}
	text := http.StatusText(code)
	sub = label(strings.ReplaceAll(text, " ", ""), fmt.Sprintf("%s (HTTP Status Code: %d)", text, code))
	if code >= http.StatusBadRequest {
		return label("Failed", "Failed"), sub, "Error"
	}
	return label("Succeeded", "Succeeded"), sub, "Informational"
}

func eventBody(on target, e event) map[string]any {
	id := e.id()
	kind, _ := cutLast(e.operation)
	if strings.HasSuffix(e.operation, "/action") {
		kind, _ = cutLast(kind)
	}
	provider, _, _ := strings.Cut(e.operation, "/")
	status, sub, level := e.outcome()
	body := map[string]any{
		"id": e.resource + "/events/" + id + "/ticks/" + ticks(e.at), "eventDataId": id, "operationId": id, "correlationId": e.correlation(),
		"authorization": map[string]string{"action": e.operation, "scope": e.resource}, "caller": e.by, "claims": map[string]string{},
		"channels": "Operation", "level": level, "description": e.description,
		"eventName": label("EndRequest", "End request"), "category": label("Administrative", "Administrative"), "operationName": label(e.operation, operationText(e.operation)),
		"resourceProviderName": label(provider, provider), "resourceType": label(kind, kind), "status": status, "subStatus": sub,
		"resourceId": e.resource, "resourceGroupName": e.scope.ResourceGroup(),
		"eventTimestamp": stamp(e.at), "submissionTimestamp": stamp(e.at), "tenantId": string(on.tenant.id), "properties": e.properties,
	}
	if e.by == privilegedIdentityApp {
		body["claims"] = map[string]string{"appid": privilegedIdentityApp, "name": "MS-PIM"}
	}
	if a := e.call; a != nil {
		body["claims"], body["httpRequest"], body["operationId"] = a.claims, a.request, a.id
	}
	if on.sub != nil {
		body["subscriptionId"] = string(on.sub.id)
	}
	return body
}

// number orders the events of one instant: what the scenario says comes first.
func (e event) number() int {
	if e.call == nil {
		return 0
	}
	return e.call.number
}

// id is the event's own: the same at every look.
func (e event) id() string {
	of := e.operation + stamp(e.at)
	if e.call != nil {
		of += e.call.id
	}
	return objectID("event", e.resource, of)
}

// correlation is what events of one change have in common.
func (e event) correlation() string {
	if e.call != nil {
		return e.call.correlation
	}
	return e.id()
}

func cutLast(s string) (head, tail string) {
	i := strings.LastIndex(s, "/")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}
