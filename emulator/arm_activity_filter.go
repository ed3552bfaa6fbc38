package emulator

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// activityFilter is the $filter of a query of the log.
type activityFilter struct {
	*filter
	window pharos.Interval
}

// activityFilter reads the $filter. It takes few forms: times, at most one of
// a resource group, a resource, a provider and a correlation id, and what
// clients add to them (docs: REST API Activity Logs - List; az monitor
// activity-log list). The words of the refusals are inferred.
func (c *call) activityFilter() (*activityFilter, error) {
	text := c.URL.Query().Get("$filter")
	if strings.TrimSpace(text) == "" {
		return nil, badActivity("The $filter parameter is required, with at least eventTimestamp ge 'TIME'.")
	}
	f, err := parseFilter(text, "eventTimestamp", "resourceGroupName", "resourceUri", "resourceId", "resourceProvider", "correlationId",
		"caller", "operations", "eventChannels", "levels", "status")
	if err == nil {
		err = f.onlyCalls()
	}
	if err != nil {
		return nil, badActivity("$filter searching parameters invalid: '%s'.", text)
	}
	var about []string
	for _, x := range f.terms {
		isTime := x.name == "eventtimestamp"
		if isTime != (x.operator == "ge" || x.operator == "le") || (!isTime && x.operator != "eq") {
			return nil, badActivity("$filter searching parameters invalid: '%s %s' is not supported.", x.name, x.operator)
		}
		if slices.Contains([]string{"resourcegroupname", "resourceuri", "resourceid", "resourceprovider", "correlationid"}, x.name) {
			about = append(about, x.name)
		}
	}
	if len(about) > 1 {
		return nil, badActivity("$filter searching parameters invalid: only one of resourceGroupName, resourceUri, resourceProvider and correlationId can be given.")
	}
	window, err := c.activityWindow(f)
	return &activityFilter{f, window}, err
}

// activityWindow reads the times of the filter, which must have a beginning
// within the retention.
func (c *call) activityWindow(f *filter) (pharos.Interval, error) {
	from, err := parseEventTime(f.after["eventtimestamp"])
	if err != nil {
		return pharos.Interval{}, badActivity("The $filter must have eventTimestamp ge 'TIME'.")
	}
	const slack = time.Hour // a client's "90 days ago" is a little old when it arrives
	oldest := c.now.Add(-activityRetention)
	if from.Before(oldest.Add(-slack)) {
		return pharos.Interval{}, badActivity("The start time '%s' cannot be more than 90 days in the past.", from.Format(time.RFC3339))
	}
	if from.Before(oldest) {
		from = oldest
	}
	to := c.now
	if text, given := f.until["eventtimestamp"]; given {
		until, err := parseEventTime(text)
		if err != nil {
			return pharos.Interval{}, badActivity("The eventTimestamp '%s' is no time.", text)
		}
		if until.Before(from) {
			return pharos.Interval{}, badActivity("The end time '%s' cannot be before the start time.", until.Format(time.RFC3339))
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

// keeps applies all but the times. Channels and levels are lists in one text.
func (f *activityFilter) keeps(e event) bool {
	provider, _, _ := strings.Cut(e.operation, "/")
	status, _, level := e.outcome()
	for name, got := range map[string]string{
		"resourceprovider": provider, "resourceuri": e.resource, "resourceid": e.resource, "resourcegroupname": e.scope.ResourceGroup(), "caller": e.by,
		"operations": e.operation, "correlationid": e.correlation(), "status": status["value"], "levels": level, "eventchannels": "Operation",
	} {
		want, given := f.equal[name]
		isList := name == "levels" || name == "eventchannels" || name == "operations"
		if given && !strings.EqualFold(want, got) && !(isList && slices.ContainsFunc(strings.Split(want, ","), func(w string) bool { return strings.EqualFold(strings.TrimSpace(w), got) })) {
			return false
		}
	}
	return true
}

// activityFields reads $select: names of properties, nil for all (docs: REST
// API Activity Logs - List).
func (c *call) activityFields() ([]string, error) {
	text := c.URL.Query().Get("$select")
	if text == "" {
		return nil, nil
	}
	known := strings.Fields("authorization caller category channels claims correlationid description eventdataid eventname eventtimestamp httprequest id level " +
		"operationid operationname properties resourcegroupname resourceid resourceprovidername resourcetype status submissiontimestamp subscriptionid substatus tenantid")
	var out []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(known, name) {
			return nil, badActivity("The $select parameter has the unknown property '%s'.", name)
		}
		out = append(out, name)
	}
	return out, nil
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
