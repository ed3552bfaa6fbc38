package emulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// odataType is the type annotation of a directory object in mixed lists.
func odataType(k pharos.PrincipalKind) string { return "#microsoft.graph." + string(k) }

// collectionOf is the collection that a directory object is read from.
func collectionOf(k pharos.PrincipalKind) string { return string(k) + "s" }

// objectOf shows a principal as of the call's time.
func objectOf(p *principal, c *call) graphObject {
	o := graphObject{"id": string(p.id), "displayName": p.displayName}
	enabled := !p.disabled.at(c.now)
	switch p.kind {
	case pharos.User:
		o["userPrincipalName"], o["mail"], o["userType"] = p.upn, p.signInName(), "Member"
		o["accountEnabled"], o["externalUserState"] = enabled, nil
		issuer, assigned := p.tenant.domain, any(p.upn)
		kind := "userPrincipalName"
		if p.home != nil {
			o["userType"], o["externalUserState"] = "Guest", "Accepted"
			kind, issuer, assigned = "federated", "ExternalAzureAD", nil
		}
		o["identities"] = []any{graphObject{"signInType": kind, "issuer": issuer, "issuerAssignedId": assigned}}
	case pharos.Group:
		o["securityEnabled"], o["mailEnabled"], o["mailNickname"] = p.securityEnabled, !p.securityEnabled, p.name
		o["groupTypes"], o["description"] = []any{}, nil
	default:
		owner := p.tenant
		if p.home != nil {
			owner = p.home.tenant
		}
		o["appId"], o["appDisplayName"], o["accountEnabled"] = p.appID, p.displayName, enabled
		o["appOwnerOrganizationId"], o["servicePrincipalType"] = string(owner.id), "Application"
		o["servicePrincipalNames"] = []any{p.appID}
		o["appRoles"], o["oauth2PermissionScopes"], o["tags"] = []any{}, []any{}, []any{}
		o["keyCredentials"], o["passwordCredentials"] = []any{}, secretsOf(p, true)
	}
	o["createdDateTime"] = c.world.made(p).Format("2006-01-02T15:04:05Z")
	return o
}

// typed adds the type annotation that objects of mixed lists have.
func typed(p *principal, c *call) graphObject {
	o := objectOf(p, c)
	o["@odata.type"] = odataType(p.kind)
	return o
}

// listKind lists the principals of one kind in the caller's tenant.
func listKind(kind pharos.PrincipalKind) handler {
	return func(c *call) (reply, error) {
		var all []graphObject
		for _, p := range c.caller.tenant.principals {
			if p.kind == kind && p.exists.at(c.now) && !c.unseen(string(p.id)) {
				all = append(all, objectOf(p, c))
			}
		}
		return c.page(collectionOf(kind), all)
	}
}

// readKind reads one principal by object id; a user also by sign-in name.
func readKind(kind pharos.PrincipalKind) handler {
	return func(c *call) (reply, error) {
		p := c.find(c.vars["id"])
		if p == nil || p.kind != kind {
			return reply{}, missingObject(c.vars["id"])
		}
		return c.one(collectionOf(kind), objectOf(p, c))
	}
}

// find looks a principal of the caller's tenant up, nil when there is none now.
func (c *call) find(key string) *principal {
	t := c.caller.tenant
	p := c.world.principalBy[pharos.PrincipalRef{Tenant: t.id, ID: pharos.PrincipalID(strings.ToLower(key))}]
	if p == nil && strings.Contains(key, "@") {
		i := slices.IndexFunc(t.principals, func(p *principal) bool { return strings.EqualFold(p.upn, key) })
		if i >= 0 {
			p = t.principals[i]
		}
	}
	if p == nil || !p.exists.at(c.now) {
		return nil
	}
	return p
}

// readObject reads a directory object of any kind.
func readObject(c *call) (reply, error) {
	p := c.find(c.vars["id"])
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	return c.one("directoryObjects", typed(p, c))
}

// readByIDs answers with those of the objects that exist; the others are left
// out without a word (docs: graph/api/directoryobject-getbyids).
func readByIDs(c *call) (reply, error) {
	var want struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	if len(want.IDs) == 0 || len(want.IDs) > 1000 {
		return reply{}, badRequest("Request_BadRequest", "Invalid number of ids specified: between 1 and 1000 are allowed.")
	}
	q, err := parseODataQuery(c)
	if err != nil {
		return reply{}, err
	}
	found := []graphObject{}
	for _, id := range want.IDs {
		p := c.find(id)
		if p == nil || strings.Contains(id, "@") {
			continue
		}
		if len(want.Types) == 0 || slices.ContainsFunc(want.Types, func(t string) bool {
			return strings.EqualFold(t, string(p.kind)) || strings.EqualFold(t, "directoryObject")
		}) {
			found = append(found, q.project(typed(p, c)))
		}
	}
	return reply{status: http.StatusOK, body: graphObject{"@odata.context": c.context("directoryObjects"), "value": found}}, nil
}

// listMembers lists the members of a group as of now: direct ones, or also
// those of the groups in it, the groups included.
func listMembers(transitive bool) handler {
	return func(c *call) (reply, error) {
		g := c.find(c.vars["id"])
		if g == nil || g.kind != pharos.Group {
			return reply{}, missingObject(c.vars["id"])
		}
		found := []*principal{}
		var walk func(*principal)
		walk = func(g *principal) {
			for _, m := range g.members {
				if !m.during.Contains(c.now) || !m.member.exists.at(c.now) || slices.Contains(found, m.member) {
					continue
				}
				found = append(found, m.member)
				if transitive && m.member.kind == pharos.Group {
					walk(m.member)
				}
			}
		}
		walk(g)
		var all []graphObject
		for _, p := range found {
			all = append(all, typed(p, c))
		}
		return c.page("directoryObjects", all)
	}
}

// memberships answers with the ids of the groups that an object is in,
// directly or not: all of them, or those that were asked for (docs:
// graph/api/directoryobject-getmembergroups, -checkmembergroups).
func memberships(c *call) (reply, error) {
	var want struct {
		SecurityEnabledOnly bool
		GroupIDs, IDs       []string
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	p := c.find(c.vars["id"])
	if c.vars["id"] == "" && !c.caller.app {
		p = c.caller.principal
	}
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	asked := append(want.GroupIDs, want.IDs...)
	check := strings.Contains(strings.ToLower(c.URL.Path), "/checkmember")
	if check && (len(asked) == 0 || len(asked) > 20) {
		return reply{}, badRequest("Request_BadRequest", "Between 1 and 20 ids are checked at once.")
	}
	ids := []string{}
	for _, g := range p.groupsAt(c.now) {
		if want.SecurityEnabledOnly && !g.securityEnabled || check && !slices.ContainsFunc(asked, func(id string) bool { return strings.EqualFold(id, string(g.id)) }) {
			continue
		}
		ids = append(ids, string(g.id))
	}
	return ok(graphObject{"@odata.context": c.context("Collection(Edm.String)"), "value": ids})
}

// applicationOf shows the application behind a service principal of its own
// tenant. Its object id is another one than the service principal's.
func applicationOf(p *principal, c *call) graphObject {
	made := c.world.made(p)
	if p.application != nil && len(p.application.exists) > 0 {
		made = c.world.began(p.application.exists[0])
	}
	o := graphObject{
		"id": p.applicationID(), "appId": p.appID, "displayName": p.displayName,
		"signInAudience": "AzureADMultipleOrgs", "identifierUris": []any{}, "requiredResourceAccess": []any{},
		"keyCredentials": keysOf(p, c), "passwordCredentials": secretsOf(p, false), "appRoles": []any{}, "tags": []any{},
		"createdDateTime": made.Format("2006-01-02T15:04:05Z"),
	}
	if p.application != nil {
		maps.Copy(o, p.application.set)
	}
	return o
}

func listApplications(c *call) (reply, error) {
	var all []graphObject
	for _, p := range c.caller.tenant.principals {
		if p.kind == pharos.ServicePrincipal && p.home == nil && p.registered().at(c.now) && !c.unseen(p.applicationID()) {
			all = append(all, applicationOf(p, c))
		}
	}
	return c.page("applications", all)
}

func readApplication(c *call) (reply, error) {
	if p := c.application(c.vars["id"]); p != nil {
		return c.one("applications", applicationOf(p, c))
	}
	return reply{}, missingObject(c.vars["id"])
}

// application finds the service principal of an application by the
// application's object id.
func (c *call) application(id string) *principal {
	for _, p := range c.caller.tenant.principals {
		if p.kind == pharos.ServicePrincipal && p.home == nil && p.registered().at(c.now) &&
			strings.EqualFold(id, p.applicationID()) {
			return p
		}
	}
	return nil
}

// made is when the principal was made.
func (w *world) made(p *principal) time.Time {
	if len(p.exists) == 0 {
		return w.origin
	}
	return w.began(p.exists[0])
}
