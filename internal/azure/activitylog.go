package azure

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// The Activity log. Source: REST API Activity Logs - List and Tenant Activity
// Logs - List 2015-04-01; Microsoft Learn, "Azure Monitor activity log":
// entries are kept for 90 days.
const (
	activityLog  = "/providers/Microsoft.Insights/eventtypes/management/values"
	activityKept = 90*24*time.Hour - time.Hour // an hour less: the query takes its time
)

type wireEvent struct {
	ID         string     `json:"eventDataId"`
	FullID     string     `json:"id"`
	Time       instant    `json:"eventTimestamp"`
	Operation  wireLabel  `json:"operationName"`
	Status     wireLabel  `json:"status"`
	Event      wireLabel  `json:"eventName"`
	ResourceID string     `json:"resourceId"`
	Caller     string     `json:"caller"`
	Claims     wireCaller `json:"claims"`
	Describe   string     `json:"description"`
	Properties wireDetail `json:"properties"`
}

type wireLabel struct {
	Value string `json:"value"`
}

// wireCaller is the application that a caller used.
type wireCaller struct {
	AppID string `json:"appid"`
}

// wireDetail are the properties of an event that matter; both hold JSON as text.
type wireDetail struct {
	Request  string `json:"requestbody"`
	Response string `json:"responseBody"`
}

// UnmarshalJSON passes by properties that are no object of texts, of which
// other services write many.
func (d *wireDetail) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if json.Unmarshal(b, &raw) != nil {
		return nil
	}
	for k, v := range raw {
		var s string
		if json.Unmarshal(v, &s) != nil {
			continue
		}
		switch strings.ToLower(k) {
		case "requestbody":
			d.Request = s
		case "responsebody":
			d.Response = s
		}
	}
	return nil
}

func (e wireEvent) evidence() string { return firstOf(e.ID, e.FullID) }

// is reports whether the event is the successful end of an operation.
func (e wireEvent) is(operation string) bool {
	return strings.EqualFold(e.Operation.Value, operation) &&
		(strings.EqualFold(e.Status.Value, "Succeeded") || e.Status.Value == "" && strings.EqualFold(e.Event.Value, "EndRequest"))
}

// byPIM reports whether PIM wrote it on somebody's behalf: its application is
// the caller, by name or by id.
func (e wireEvent) byPIM() bool {
	const app = "01fc33a7-78ba-4d2f-a4b7-768e336e890e"
	return strings.EqualFold(e.Claims.AppID, app) || strings.EqualFold(e.Caller, app) || strings.EqualFold(e.Caller, "MS-PIM")
}

// AccessLog reads the subscription's Activity log for role and deny assignments
// that began or ended.
func (s *Session) AccessLog(ctx context.Context, v observe.Visible, from time.Time) (observe.AccessLog, error) {
	path := string(pharos.SubscriptionScope(v.ID)) + activityLog
	events, since, err := s.events(ctx, path, from, " and resourceProvider eq 'Microsoft.Authorization'", needReader)
	if err != nil {
		return observe.AccessLog{}, err
	}
	out := observe.AccessLog{Grants: observe.Log[pharos.Grant]{From: since}, Denials: observe.Log[pharos.Denial]{From: since}}
	for _, e := range events {
		if c, ok := e.grantChange(v.Customer); ok && !c.At.Before(since) { // an update of an older one begins nothing
			out.Grants.Changes = append(out.Grants.Changes, c)
		}
		if c, ok := e.denialChange(); ok && !c.At.Before(since) {
			out.Denials.Changes = append(out.Denials.Changes, c)
		}
	}
	return out, nil
}

// grantChange reads an event about a role assignment. One that PIM wrote is
// TimeBound.
func (e wireEvent) grantChange(tenant pharos.TenantID) (observe.Change[pharos.Grant], bool) {
	began := e.is("Microsoft.Authorization/roleAssignments/write")
	if !began && !e.is("Microsoft.Authorization/roleAssignments/delete") {
		return observe.Change[pharos.Grant]{}, false
	}
	at, grant := e.grant(tenant, began)
	return observe.Change[pharos.Grant]{At: at, Began: began, Value: grant, Evidence: e.evidence()}, true
}

// grant reads the assignment an event is about. What the event does not tell
// stays empty; the id is always there.
func (e wireEvent) grant(tenant pharos.TenantID, began bool) (time.Time, pharos.Grant) {
	at := e.Time.Time
	id := strings.ToLower(e.ResourceID)
	var w wireAssignment
	if json.Unmarshal([]byte(e.Properties.Response), &w) != nil || w.Properties.Principal == "" {
		w = wireAssignment{}
		if json.Unmarshal([]byte(e.Properties.Request), &w) != nil || w.Properties.Principal == "" {
			scope, _, _ := strings.Cut(id, "/providers/microsoft.authorization/roleassignments/")
			g := pharos.Grant{ID: id}
			if parsed, err := pharos.ParseScope(firstOf(scope, "/")); err == nil {
				g.Scope = parsed
			}
			return at, g
		}
	}
	g := w.grant(tenant)
	g.ID = id
	if g.Path == pharos.Direct && e.byPIM() {
		g.Kind = pharos.TimeBound
	}
	if created := w.Properties.Created; began && !created.IsZero() {
		at = created.Time
	}
	return at, g
}

// wireRegistration is the description of a delegation's event, JSON as text.
type wireRegistration struct {
	Delegation string `json:"delegationResourceId"`
}

// DelegationLog reads the managing tenant's Activity log for delegations made
// and removed. It tells only where and which; the grants carry no more. It
// needs Monitoring Reader at the root scope. Source: Microsoft Learn, "Monitor
// delegation changes in your managing tenant".
func (s *Session) DelegationLog(ctx context.Context, from time.Time) (observe.Log[pharos.Grant], error) {
	events, since, err := s.events(ctx, activityLog, from, "", "the role Monitoring Reader at the root scope (/) of its tenant")
	if err != nil {
		return observe.Log[pharos.Grant]{}, err
	}
	out := observe.Log[pharos.Grant]{From: since}
	for _, e := range events {
		began := e.is("Microsoft.Resources/tenants/register/action")
		if !began && !e.is("Microsoft.Resources/tenants/unregister/action") {
			continue
		}
		var w wireRegistration
		if json.Unmarshal([]byte(e.Describe), &w) != nil {
			continue // another registration of the tenant, with no delegation in it
		}
		g, ok := w.grant()
		if ok && !e.Time.Before(since) {
			out.Changes = append(out.Changes, observe.Change[pharos.Grant]{At: e.Time.Time, Began: began, Value: g, Evidence: e.evidence()})
		}
	}
	return out, nil
}

// grant returns the delegation by id, or by scope where only that is told.
func (w wireRegistration) grant() (pharos.Grant, bool) {
	if id, scope, err := delegationID(w.Delegation); err == nil {
		return pharos.Grant{Path: pharos.Lighthouse, ID: id, Scope: scope}, true
	}
	scope, err := pharos.ParseScope(w.Delegation)
	return pharos.Grant{Path: pharos.Lighthouse, Scope: scope}, err == nil && scope.Subscription() != ""
}

// events reads a log since from, or as far back as it is kept, and says since
// when it was read.
func (s *Session) events(ctx context.Context, path string, from time.Time, filter, need string) ([]wireEvent, time.Time, error) {
	now, err := s.now(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	if kept := now.Add(-activityKept); from.Before(kept) {
		from = kept
	}
	from = from.UTC().Truncate(time.Second)
	ref := path + query("api-version", "2015-04-01", "$filter", "eventTimestamp ge '"+from.Format(time.RFC3339)+"'"+filter)
	events, _, err := list[wireEvent](ctx, s.arm, call{ref: ref, need: need})
	return events, from, err
}
