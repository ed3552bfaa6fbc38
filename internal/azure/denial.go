package azure

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// wireDenial is a deny assignment.
type wireDenial struct {
	ID         string `json:"id"`
	Properties struct {
		Scope   scopeRef `json:"scope"`
		Created instant  `json:"createdOn"`
	} `json:"properties"`
}

const denyAssignments = "/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01"

// Denials lists the deny assignments of a subscription, or of the resource
// groups that are visible. Source: REST API Deny Assignments - List 2022-04-01.
func (s *Session) Denials(ctx context.Context, v observe.Visible) (observe.Denials, error) {
	read, err := readScoped[wireDenial](ctx, s, v.ID, denyAssignments, needReader)
	out := observe.Denials{Whole: read.whole}
	out.At = read.at
	for _, w := range read.items {
		d := observe.Dated[pharos.Denial]{
			Value: pharos.Denial{ID: strings.ToLower(w.ID), Scope: pharos.Scope(w.Properties.Scope)}, Since: w.Properties.Created.Time,
		}
		if !slices.Contains(out.Items, d) { // inherited by several groups
			out.Items = append(out.Items, d)
		}
	}
	return out, err
}

// denialChange reads an event about a deny assignment.
func (e wireEvent) denialChange() (observe.Change[pharos.Denial], bool) {
	began := e.is("Microsoft.Authorization/denyAssignments/write")
	if !began && !e.is("Microsoft.Authorization/denyAssignments/delete") {
		return observe.Change[pharos.Denial]{}, false
	}
	at, d, ok := e.denial(began)
	return observe.Change[pharos.Denial]{At: at, Began: began, Value: d, Evidence: e.evidence()}, ok
}

// denial reads the deny assignment an event is about. Its scope is in front of
// its id.
func (e wireEvent) denial(began bool) (time.Time, pharos.Denial, bool) {
	id := strings.ToLower(e.ResourceID)
	scope, _, ok := strings.Cut(id, "/providers/microsoft.authorization/denyassignments/")
	parsed, err := pharos.ParseScope(firstOf(scope, "/"))
	at := e.Time.Time
	var w wireDenial
	if began && json.Unmarshal([]byte(e.Properties.Response), &w) == nil && !w.Properties.Created.IsZero() {
		at = w.Properties.Created.Time
	}
	return at, pharos.Denial{ID: id, Scope: parsed}, ok && err == nil
}
