package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// partnerVersions are the api-versions of Microsoft.ManagementPartner.
var partnerVersions = []string{"2018-02-01"}

func managementPartnerRoutes() []route {
	const one = "/providers/Microsoft.ManagementPartner/partners/{id}"
	const operations = "/providers/Microsoft.ManagementPartner/operations"
	out := []route{
		{method: http.MethodGet, pattern: "/providers/Microsoft.ManagementPartner/partners", handle: getPartner},
		{method: http.MethodGet, pattern: one, handle: getPartner},
		{method: http.MethodPut, pattern: one, handle: putPartner},
		{method: http.MethodPatch, pattern: one, handle: patchPartner},
		{method: http.MethodDelete, pattern: one, handle: deletePartner},
		{method: http.MethodGet, pattern: operations, handle: partnerOperations},
	}
	for i := range out {
		out[i].service, out[i].versions = arm, partnerVersions
		if out[i].pattern != operations {
			out[i].handle = ofTheTenant(out[i].handle)
		}
	}
	return out
}

// ofTheTenant refuses callers without an object in the tenant, as the service
// does to a partner that is signed in on behalf of a customer. The words are
// Microsoft's; the status is a guess.
func ofTheTenant(h handler) handler {
	return func(c *call) (reply, error) {
		if c.caller.principal.foreign {
			return reply{}, linkError(http.StatusBadRequest, "BadRequest", "The user does not have an account in this tenant, work with the administrator "+
				"to add the account. If you are a CSP partner logged in the customer tenant, you will not be able to link the Partner ID")
		}
		return h(c)
	}
}

// active returns the index of the time at which the record is linked, or -1.
func (r *linkRecord) active(t time.Time) int {
	if r == nil {
		return -1
	}
	return slices.IndexFunc(r.times, func(l linkTime) bool { return l.during.Contains(t) })
}

// version counts the changes of the record up to t: every link, every change
// of the ID and every removal is one. The record outlives a removal.
func (r *linkRecord) version(t time.Time) (count int, updated time.Time) {
	note := func(at time.Time) {
		if at.After(t) {
			return
		}
		count++
		if at.After(updated) {
			updated = at
		}
	}
	for i, l := range r.times {
		note(l.during.From)
		changed := i+1 < len(r.times) && r.times[i+1].change
		if !l.during.To.IsZero() && !changed {
			note(l.during.To)
		}
	}
	return count, updated
}

// getPartner answers with the caller's own link: nobody can ask for another's
// (docs: link a partner ID).
func getPartner(c *call) (reply, error) {
	rec := c.world.links[c.caller.principal.ref()]
	i := rec.active(c.now)
	id := c.vars["id"]
	if i < 0 || (id != "" && id != string(rec.times[i].id)) {
		return reply{}, noPartner(id)
	}
	return ok(c.partnerBody(rec, rec.times[i].id))
}

func noPartner(id string) *apiError {
	message := "No partner ID is linked to this user or service principal in this tenant."
	if id != "" {
		message = fmt.Sprintf("The partner ID '%s' is not linked to this user or service principal in this tenant.", id)
	}
	return linkError(http.StatusNotFound, "NotFound", message)
}

// linkError is a refusal as the service's OpenAPI document has it: code and
// message stand beside the error as well as in it. The codes are the three
// that the document's first edition lists.
func linkError(status int, code, message string) *apiError {
	e := &apiError{status: status, code: code, message: message}
	e.body = map[string]any{"error": armError(e), "code": code, "message": message}
	return e
}

func (c *call) partnerBody(rec *linkRecord, id pharos.PartnerID) map[string]any {
	version, updated := rec.version(c.now)
	if updated.IsZero() {
		updated = c.world.origin
	}
	return map[string]any{
		"id": "/providers/microsoft.managementpartner/partners/" + string(id), "type": "Microsoft.ManagementPartner/partners",
		"name": string(id), "etag": version,
		"properties": map[string]any{
			"partnerId": string(id), "partnerName": c.world.knownPartner[id],
			"tenantId": string(rec.principal.tenant.id), "objectId": string(rec.principal.id), "version": version,
			"updatedTime": shortStamp(updated), "createdTime": shortStamp(c.world.began(rec.times[0].during)), "state": "Active",
		},
	}
}

// checkPartner refuses an ID that no location account has.
func (c *call) checkPartner() (pharos.PartnerID, error) {
	id, err := pharos.ParsePartnerID(c.vars["id"])
	if err == nil && !c.world.globalIDs[id] && c.world.knownPartner[id] != "" {
		return id, nil
	}
	return "", linkError(http.StatusBadRequest, "BadRequest", fmt.Sprintf("The partner ID '%s' is not valid: no partner location account has it.", c.vars["id"]))
}

func putPartner(c *call) (reply, error) {
	id, err := c.checkPartner()
	if err != nil {
		return reply{}, err
	}
	p := c.caller.principal
	rec := c.world.links[p.ref()]
	if i := rec.active(c.now); i >= 0 {
		if rec.times[i].id == id {
			return ok(c.partnerBody(rec, id))
		}
		return reply{}, linkError(http.StatusConflict, "Conflict", fmt.Sprintf(
			"Another partner ID, '%s', is already linked to this user or service principal. Update or remove it first.", rec.times[i].id))
	}
	if rec == nil {
		rec = &linkRecord{principal: p}
		c.world.links[p.ref()] = rec
	}
	rec.begin(linkTime{id: id, during: pharos.Interval{From: c.now}})
	return ok(c.partnerBody(rec, id))
}

// patchPartner changes the link to the ID in the path.
func patchPartner(c *call) (reply, error) {
	id, err := c.checkPartner()
	if err != nil {
		return reply{}, err
	}
	rec := c.world.links[c.caller.principal.ref()]
	i := rec.active(c.now)
	if i < 0 {
		return reply{}, noPartner("")
	}
	if rec.times[i].id != id {
		rec.times[i].during.To = c.now
		rec.begin(linkTime{id: id, during: pharos.Interval{From: c.now}, change: true})
	}
	return ok(c.partnerBody(rec, id))
}

func deletePartner(c *call) (reply, error) {
	rec := c.world.links[c.caller.principal.ref()]
	i := rec.active(c.now)
	if i < 0 || c.vars["id"] != string(rec.times[i].id) {
		return reply{}, noPartner(c.vars["id"])
	}
	rec.times[i].during.To = c.now
	return reply{status: http.StatusOK}, nil
}

// begin adds a time in order. Where the scenario has a later one, that one
// takes over as a change.
func (r *linkRecord) begin(l linkTime) {
	i := slices.IndexFunc(r.times, func(o linkTime) bool { return o.during.From.After(l.during.From) })
	if i < 0 {
		r.times = append(r.times, l)
		return
	}
	l.during.To, r.times[i].change = r.times[i].during.From, true
	r.times = slices.Insert(r.times, i, l)
}

// partnerOperations are the provider's operations, in the words of the
// example beside its OpenAPI document.
func partnerOperations(*call) (reply, error) {
	var out []map[string]any
	for _, o := range [][3]string{
		{"read", "Get ManagementPartner", "Read All ManagementPartner"},
		{"write", "Create ManagementPartner", "Create any ManagementPartner"},
		{"action", "Update ManagementPartner", "Update any ManagementPartner"},
		{"delete", "Delete ManagementPartner", "Delete any ManagementPartner"},
	} {
		out = append(out, map[string]any{
			"name":    "Microsoft.ManagementPartner/partners/" + o[0],
			"display": map[string]string{"provider": "Microsoft ManagementPartner", "resource": "ManagementPartner", "operation": o[1], "description": o[2]},
		})
	}
	return list(out)
}
