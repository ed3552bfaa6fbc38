package emulator

import (
	"encoding/json"
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
	const path = "/providers/microsoft.insights/eventtypes/management/values"
	return []route{{
		method: http.MethodGet, service: arm, pattern: "/{scope...}" + path, handle: listActivity, versions: []string{"2015-04-01", "2017-03-01-preview"},
	}}
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
	f, err := parseFilter(c.URL.Query().Get("$filter"), "eventTimestamp", "resourceProvider", "resourceUri", "resourceGroupName", "caller", "operations", "eventChannels", "levels", "status")
	if err != nil {
		return reply{}, err
	}
	window, err := c.activityWindow(f)
	if err != nil {
		return reply{}, err
	}
	var events []event
	if on.sub == nil {
		events = c.world.tenantEvents(on.tenant)
	} else {
		events = c.world.subscriptionEvents(on.sub)
	}
	events = slices.DeleteFunc(events, func(e event) bool {
		return !window.Contains(e.at) || !f.keepsEvent(e) || !on.logs(e)
	})
	slices.SortStableFunc(events, func(a, b event) int { return b.at.Compare(a.at) }) // newest first
	return c.activityPage(on, events)
}

// logs reports whether an event stands in the log asked for. A resource
// group's has what happened in it; a subscription's also what it inherits.
func (t target) logs(e event) bool {
	if t.sub == nil || t.scope.ResourceGroup() == "" {
		return t.sub == nil || t.relates(e.scope)
	}
	return t.scope.Covers(e.scope)
}

// activityWindow reads the times of the filter, which must have a beginning
// within the retention.
func (c *call) activityWindow(f *filter) (pharos.Interval, error) {
	refuse := func(message string) (pharos.Interval, error) {
		return pharos.Interval{}, badRequest("BadRequest", message)
	}
	from, err := parseEventTime(f.after["eventtimestamp"])
	if err != nil {
		return refuse("The filter must have eventTimestamp ge 'TIME'.")
	}
	const slack = time.Hour // a client's "90 days ago" is a little old when it arrives
	oldest := c.now.Add(-activityRetention)
	if from.Before(oldest.Add(-slack)) {
		return refuse(fmt.Sprintf("The start time '%s' cannot be more than 90 days in the past.", from.Format(time.RFC3339)))
	}
	if from.Before(oldest) {
		from = oldest
	}
	to := c.now
	if text := f.until["eventtimestamp"]; text != "" {
		until, err := parseEventTime(text)
		if err != nil {
			return refuse("The filter's eventTimestamp le is no time.")
		}
		if until.Before(to) {
			to = until
		}
	}
	return pharos.Interval{From: from, To: to.Add(time.Nanosecond)}, nil
}

func parseEventTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, pharos.Errorf(pharos.Invalid, "%q is no time", s)
}

func (f *filter) keepsEvent(e event) bool {
	provider, _, _ := strings.Cut(e.operation, "/")
	for name, got := range map[string]string{
		"resourceprovider": provider, "resourceuri": e.resource, "resourcegroupname": e.scope.ResourceGroup(), "caller": e.by, "operations": e.operation,
	} {
		if want, given := f.equal[name]; given && !strings.EqualFold(want, got) {
			return false
		}
	}
	return true
}

// activityPage answers with the page that $skipToken names.
func (c *call) activityPage(on target, events []event) (reply, error) {
	q := c.URL.Query()
	start := 0
	if token := q.Get("$skipToken"); token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n < 0 || n > len(events) {
			return reply{}, badRequest("BadRequest", "The $skipToken is invalid.")
		}
		start = n
	}
	end := min(start+activityPage, len(events))
	value := []map[string]any{}
	for _, e := range events[start:end] {
		value = append(value, eventBody(on, e))
	}
	body := map[string]any{"value": value}
	if end < len(events) {
		q.Set("$skipToken", strconv.Itoa(end))
		body["nextLink"] = c.base + c.URL.Path + "?" + q.Encode()
	}
	return ok(body)
}

func eventBody(on target, e event) map[string]any {
	id := objectID("event", e.resource, e.operation+stamp(e.at))
	word := func(s string) map[string]string { return map[string]string{"value": s, "localizedValue": s} }
	kind, _ := cutLast(e.operation)
	if strings.HasSuffix(e.operation, "/action") {
		kind, _ = cutLast(kind)
	}
	provider, _, _ := strings.Cut(e.operation, "/")
	body := map[string]any{
		"id": e.resource + "/events/" + id + "/ticks/" + strconv.FormatInt(e.at.UnixNano(), 10), "eventDataId": id, "operationId": id, "correlationId": id,
		"authorization": map[string]string{"action": e.operation, "scope": e.resource}, "caller": e.by, "claims": map[string]string{},
		"channels": "Operation", "level": "Informational", "description": e.description,
		"eventName": word("EndRequest"), "category": word("Administrative"), "operationName": word(e.operation),
		"resourceProviderName": word(provider), "resourceType": word(kind), "status": word("Succeeded"), "subStatus": word(""),
		"resourceId": e.resource, "resourceGroupName": e.scope.ResourceGroup(),
		"eventTimestamp": stamp(e.at), "submissionTimestamp": stamp(e.at), "tenantId": string(on.tenant.id), "properties": e.properties,
	}
	if e.by == privilegedIdentityApp {
		body["claims"] = map[string]string{"appid": privilegedIdentityApp, "name": "MS-PIM"}
	}
	if on.sub != nil {
		body["subscriptionId"] = string(on.sub.id)
	}
	return body
}

func cutLast(s string) (head, tail string) {
	i := strings.LastIndex(s, "/")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// privilegedIdentityApp is the application that makes and ends assignments
// that have an end (MS-PIM, Privileged Identity Management).
const privilegedIdentityApp = "01fc33a7-78ba-4d2f-a4b7-768e336e890e"

// jsonText writes v as JSON inside a text, as event properties hold it.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // maps of texts always marshal
	}
	return string(text)
}
