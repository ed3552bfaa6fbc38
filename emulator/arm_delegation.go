package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

const managedServices = "/providers/Microsoft.ManagedServices/"

// managedServicesVersions are the api-versions of Microsoft.ManagedServices.
var managedServicesVersions = []string{"2019-06-01", "2019-09-01", "2020-02-01-preview", "2022-01-01-preview", "2022-10-01"}

func managedServicesRoutes() []route {
	const scoped = "/{scope...}" + managedServices
	out := []route{
		{method: http.MethodGet, pattern: scoped + "registrationDefinitions", handle: listDefinitions},
		{method: http.MethodGet, pattern: scoped + "registrationDefinitions/{id}", handle: getDefinition},
		{method: http.MethodPut, pattern: scoped + "registrationDefinitions/{id}", handle: putDefinition},
		{method: http.MethodDelete, pattern: scoped + "registrationDefinitions/{id}", handle: deleteDefinition},
		{method: http.MethodGet, pattern: scoped + "registrationAssignments", handle: listDelegations},
		{method: http.MethodGet, pattern: scoped + "registrationAssignments/{id}", handle: getDelegation},
		{method: http.MethodPut, pattern: scoped + "registrationAssignments/{id}", handle: putDelegation},
		{method: http.MethodDelete, pattern: scoped + "registrationAssignments/{id}", handle: deleteDelegation},
		{method: http.MethodGet, pattern: scoped + "operationStatuses/{id}", handle: delegationStatus},
		{method: http.MethodGet, pattern: scoped + "marketplaceRegistrationDefinitions", handle: listMarketplace},
		{method: http.MethodGet, pattern: scoped + "marketplaceRegistrationDefinitions/{id}", handle: getMarketplace},
		{method: http.MethodGet, pattern: scoped + "operations", handle: managedServicesOperations},
	}
	for i := range out {
		out[i].service, out[i].versions, out[i].region = arm, managedServicesVersions, "westeurope"
	}
	return out
}

// definitionAt returns the version of the delegation's definition in force at
// t, nil when the delegation does not stand then.
func (d *delegation) definitionAt(t time.Time) *definition {
	if !d.during.Contains(t) {
		return nil
	}
	return d.sub.definition(d.definitionID, t)
}

// definition finds the version of a definition at t.
func (s *subscription) definition(id string, t time.Time) *definition {
	for _, d := range s.definitions {
		if d.during.Contains(t) && strings.EqualFold(d.id, id) {
			return d
		}
	}
	return nil
}

func (d *definition) armID() string {
	return string(pharos.SubscriptionScope(d.sub.id)) + managedServices + "registrationDefinitions/" + d.id
}

func (d *delegation) armID() string {
	return string(d.scope) + managedServices + "registrationAssignments/" + d.id
}

// definitionBody is a definition; full adds what only an expanded assignment
// tells.
func (c *call) definitionBody(d *definition, full bool) map[string]any {
	permanent, eligible := []map[string]any{}, []map[string]any{}
	for _, a := range d.authorizations {
		if a.eligible {
			eligible = append(eligible, eligibleBody(a))
			continue
		}
		body := map[string]any{"principalId": string(a.principalID), "roleDefinitionId": string(a.role.ID)}
		if a.displayName != "" && c.apiVersion() != "2019-06-01" {
			body["principalIdDisplayName"] = a.displayName
		}
		if a.delegatedRoles != nil {
			body["delegatedRoleDefinitionIds"] = a.delegatedRoles
		}
		permanent = append(permanent, body)
	}
	p := map[string]any{
		"registrationDefinitionName": d.offer, "managedByTenantId": string(d.manager.id),
		"managedByTenantName": d.manager.name, "authorizations": permanent, "provisioningState": "Succeeded",
	}
	if d.description != "" {
		p["description"] = d.description
	}
	if !c.beforeEligible() && len(eligible) > 0 {
		p["eligibleAuthorizations"] = eligible
	}
	if full {
		p["manageeTenantId"], p["manageeTenantName"] = string(d.sub.customer.tenant.id), d.sub.customer.tenant.name
	}
	body := map[string]any{
		"id": d.armID(), "name": d.id, "type": "Microsoft.ManagedServices/registrationDefinitions", "properties": p,
	}
	c.addSystemData(body, c.world.began(d.during), d.updated)
	if d.marketplace != nil {
		body["plan"] = d.marketplace
	}
	return body
}

func eligibleBody(a authorization) map[string]any {
	approvers := []map[string]string{}
	for _, p := range a.approvers {
		approvers = append(approvers, map[string]string{"principalId": string(p.ID), "principalIdDisplayName": p.Name})
	}
	return map[string]any{
		"principalId": string(a.principalID), "principalIdDisplayName": a.displayName, "roleDefinitionId": string(a.role.ID),
		"justInTimeAccessPolicy": map[string]any{
			"multiFactorAuthProvider": a.mfa, "maximumActivationDuration": a.maximum, "managedByTenantApprovers": approvers,
		},
	}
}

// beforeEligible reports whether the api-version is older than eligible
// authorizations.
func (c *call) beforeEligible() bool {
	return strings.HasPrefix(c.URL.Query().Get("api-version"), "2019-")
}

func (d *definition) hasEligible() bool {
	return slices.ContainsFunc(d.authorizations, func(a authorization) bool { return a.eligible })
}

// checkEligible refuses a definition with eligible authorizations to an
// api-version that does not know them.
func (c *call) checkEligible(d *definition) error {
	if d != nil && d.hasEligible() && c.beforeEligible() {
		return badRequest("InvalidRegistrationDefinitionCreateRequest",
			"managed services operations with eligible authorizations only allowed with api-version greater and equal to '2020-02-01-preview'")
	}
	return nil
}

// shown reports whether the caller is shown a definition: the customer's side
// sees all, a managing tenant those to itself.
func (c *call) shown(on target, d *definition) bool {
	return d != nil && (!c.projected(on) || d.manager == c.caller.tenant)
}

// managedBy applies the $filter managedByTenantId eq or in.
func managedBy(f *filter, d *definition) bool {
	want, one := f.equal["managedbytenantid"]
	several, in := f.in["managedbytenantid"]
	id := string(d.manager.id)
	return (!one || strings.EqualFold(want, id)) &&
		(!in || slices.ContainsFunc(several, func(s string) bool { return strings.EqualFold(s, id) }))
}

// managedServicesFilter reads the $filter; official examples carry one that
// is encoded twice and begins with its own name.
func (c *call) managedServicesFilter() (*filter, error) {
	text := c.URL.Query().Get("$filter")
	if rest, ok := strings.CutPrefix(text, "$filter="); ok {
		text = rest
		if u, err := url.QueryUnescape(rest); err == nil {
			text = u
		}
	}
	return parseFilter(text, "managedByTenantId")
}

func (c *call) readDelegations(kind string) (target, *filter, error) {
	on, err := c.target()
	if err != nil {
		return target{}, nil, err
	}
	if on.sub == nil || on.scope.IsResource() {
		return target{}, nil, notFound("InvalidResourceType", "Delegations stand at subscriptions and resource groups.")
	}
	if err := c.require("Microsoft.ManagedServices/"+kind+"/read", on); err != nil && !c.delegatedAt(on) {
		return target{}, nil, err
	}
	f, err := c.managedServicesFilter()
	return on, f, err
}

// delegatedAt reports whether the caller holds anything by a delegation that
// covers the target: whoever is authorized by it may read it here, whatever
// the role. Microsoft documents only that the portal's list wants Reader.
func (c *call) delegatedAt(on target) bool {
	return c.projected(on) && slices.ContainsFunc(c.world.heldAt(c.caller.principal, on.sub, c.now), func(a access) bool {
		return a.path == pharos.Lighthouse && a.scope.Covers(on.scope)
	})
}

func listDefinitions(c *call) (reply, error) {
	on, f, err := c.readDelegations("registrationDefinitions")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, d := range on.sub.definitions {
		if d.during.Contains(c.now) && c.shown(on, d) && managedBy(f, d) {
			out = append(out, c.definitionBody(d, false))
		}
	}
	return list(out)
}

func getDefinition(c *call) (reply, error) {
	on, _, err := c.readDelegations("registrationDefinitions")
	if err != nil {
		return reply{}, err
	}
	d := on.sub.definition(c.vars["id"], c.now)
	if !c.shown(on, d) {
		return reply{}, notFound("RegistrationDefinitionNotFound", fmt.Sprintf("The registration definition '%s' could not be found.", c.vars["id"]))
	}
	if err := c.checkEligible(d); err != nil {
		return reply{}, err
	}
	return ok(c.definitionBody(d, false))
}

// listDelegations lists the assignments at a subscription and in its resource
// groups, or at one resource group.
func listDelegations(c *call) (reply, error) {
	on, f, err := c.readDelegations("registrationAssignments")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, d := range on.sub.delegations {
		def := d.definitionAt(c.now)
		if on.scope.Covers(d.scope) && c.shown(on, def) && managedBy(f, def) {
			out = append(out, c.delegationBody(d, def))
		}
	}
	return list(out)
}

func getDelegation(c *call) (reply, error) {
	on, _, err := c.readDelegations("registrationAssignments")
	if err != nil {
		return reply{}, err
	}
	d := on.sub.delegation(c.vars["id"], on.scope, c.now)
	if d == nil || !c.shown(on, d.definitionAt(c.now)) {
		return reply{}, notFound("RegistrationAssignmentNotFound", fmt.Sprintf("The registration assignment '%s' could not be found.", c.vars["id"]))
	}
	if err := c.checkEligible(d.definitionAt(c.now)); err != nil {
		return reply{}, err
	}
	return ok(c.delegationBody(d, d.definitionAt(c.now)))
}

// delegation finds the assignment of an id at exactly the scope.
func (s *subscription) delegation(id string, scope pharos.Scope, t time.Time) *delegation {
	for _, d := range s.delegations {
		if d.scope == scope && d.during.Contains(t) && strings.EqualFold(d.id, id) {
			return d
		}
	}
	return nil
}

func (c *call) delegationBody(d *delegation, def *definition) map[string]any {
	p := map[string]any{"registrationDefinitionId": def.armID(), "provisioningState": "Succeeded"}
	if strings.EqualFold(c.URL.Query().Get("$expandRegistrationDefinition"), "true") {
		p["registrationDefinition"] = c.definitionBody(def, true)
	}
	body := map[string]any{
		"id": d.armID(), "name": d.id, "type": "Microsoft.ManagedServices/registrationAssignments", "properties": p,
	}
	c.addSystemData(body, c.world.began(d.during), c.world.began(d.during))
	return body
}

// addSystemData tells when a resource was made and changed, in the api-versions
// that do (docs: the provider's OpenAPI documents).
func (c *call) addSystemData(body map[string]any, created, changed time.Time) {
	if c.apiVersion() >= "2022" {
		body["systemData"] = map[string]string{
			"createdAt": stamp(created), "createdByType": "User", "lastModifiedAt": stamp(changed), "lastModifiedByType": "User",
		}
	}
}
