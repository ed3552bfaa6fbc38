package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// graphRoutes are the calls of Microsoft Graph v1.0: the directory of the
// token's tenant, its audit log, and the partner's billing exports.
func graphRoutes() []route {
	get := func(pattern string, h handler) route {
		return route{method: http.MethodGet, service: graph, pattern: "/v1.0" + pattern, handle: h}
	}
	post := func(pattern string, h handler) route {
		return route{method: http.MethodPost, service: graph, pattern: "/v1.0" + pattern, handle: h}
	}
	reads := []route{
		get("/me", readMe),
		get("/organization", directory(listOrganisation)),
		get("/organization/{id}", directory(readOrganisation)),
		get("/users", directory(listKind(pharos.User))),
		get("/users/{id}", directory(readKind(pharos.User))),
		get("/groups", directory(listKind(pharos.Group))),
		get("/groups/{id}", directory(readKind(pharos.Group))),
		get("/groups/{id}/members", directory(listMembers(false))),
		get("/groups/{id}/transitiveMembers", directory(listMembers(true))),
		get("/servicePrincipals", directory(listKind(pharos.ServicePrincipal))),
		get("/servicePrincipals/{id}", directory(readKind(pharos.ServicePrincipal))),
		get("/applications", directory(listApplications)),
		get("/applications/{id}", directory(readApplication)),
		get("/directoryObjects/{id}", directory(readObject)),
		post("/directoryObjects/getByIds", directory(readByIDs)),
		get("/auditLogs/directoryAudits", auditReader(listAudits)),
	}
	for _, of := range []string{"/users/{id}", "/groups/{id}", "/servicePrincipals/{id}", "/directoryObjects/{id}", "/me"} {
		reads = append(reads,
			post(of+"/getMemberGroups", directory(memberships)), post(of+"/getMemberObjects", directory(memberships)),
			post(of+"/checkMemberGroups", directory(memberships)), post(of+"/checkMemberObjects", directory(memberships)))
	}
	reads = append(reads, get("/{keyed}", directory(readKeyed)))
	return slices.Concat(reads, directoryWrites(), federatedRoutes(), exportRoutes(post, get))
}

// graphObject is a resource of Microsoft Graph, as JSON will show it. Filters
// and selections work on it by the names of its properties.
type graphObject map[string]any

// directory lets those read the directory who may in Entra ID: applications
// with Directory.Read.All and the members of the tenant, but not guests.
func directory(h handler) handler {
	return func(c *call) (reply, error) {
		p := c.caller.principal
		if (c.caller.app && !p.graph && !(p.registrar && c.ofApplications())) || (!c.caller.app && p.home != nil) {
			return reply{}, denied()
		}
		return h(c)
	}
}

// auditReader lets applications with AuditLog.Read.All read the audit log.
// People need a directory role for it, which a scenario does not give.
func auditReader(h handler) handler {
	return func(c *call) (reply, error) {
		if !c.caller.app || !c.caller.principal.graph {
			return reply{}, denied()
		}
		return h(c)
	}
}

func denied() *apiError {
	return forbidden("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

// missingObject is the refusal of an id that is not in the directory.
func missingObject(id string) *apiError {
	return notFound("Request_ResourceNotFound", "Resource '"+id+"' does not exist or one of its queried reference-property objects are not present.")
}

// context is the @odata.context of an answer.
func (c *call) context(of string) string { return c.base + "/v1.0/$metadata#" + of }

// one answers with a single object, reduced to what $select names.
func (c *call) one(of string, o graphObject) (reply, error) {
	q, err := parseODataQuery(c)
	if err != nil {
		return reply{}, err
	}
	o = q.project(o)
	o["@odata.context"] = c.context(of + "/$entity")
	return ok(o)
}

// readMe answers with the person who signed in.
func readMe(c *call) (reply, error) {
	if c.caller.app {
		return reply{}, badRequest("BadRequest", "/me request is only valid with delegated authentication flow.")
	}
	return c.one("users", objectOf(c.caller.principal, c))
}

func organisationOf(t *tenant) graphObject {
	return graphObject{
		"id": string(t.id), "displayName": t.name, "countryLetterCode": t.country, "tenantType": "AAD",
		"assignedPlans": []any{graphObject{ // Entra ID P1, by which the audit log is kept for 30 days
			"assignedDateTime": nil, "capabilityStatus": "Enabled", "service": "AADPremiumService", "servicePlanId": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
		}},
		"verifiedDomains": []any{graphObject{"name": t.domain, "type": "Managed", "isDefault": true, "isInitial": true}},
	}
}

func listOrganisation(c *call) (reply, error) {
	return c.page("organization", []graphObject{organisationOf(c.caller.tenant)})
}

func readOrganisation(c *call) (reply, error) {
	if !strings.EqualFold(c.vars["id"], string(c.caller.tenant.id)) {
		return reply{}, missingObject(c.vars["id"])
	}
	return c.one("organization", organisationOf(c.caller.tenant))
}

// readKeyed reads by an alternate key: servicePrincipals(appId='…').
func readKeyed(c *call) (reply, error) {
	set, key, _ := strings.Cut(strings.TrimSuffix(c.vars["keyed"], "')"), "(appId='")
	for _, p := range c.caller.tenant.principals {
		switch {
		case key == "" || p.appID != strings.ToLower(key):
			continue
		case strings.EqualFold(set, "servicePrincipals") && p.exists.at(c.now):
			return c.one("servicePrincipals", objectOf(p, c))
		case strings.EqualFold(set, "applications") && p.home == nil && p.registered().at(c.now):
			return c.one("applications", applicationOf(p, c))
		}
	}
	if key != "" && (strings.EqualFold(set, "servicePrincipals") || strings.EqualFold(set, "applications")) {
		return reply{}, missingObject(key)
	}
	return reply{}, c.refusePath(graph, segmentsOf(c.URL.EscapedPath()))
}
