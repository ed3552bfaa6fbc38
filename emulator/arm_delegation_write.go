package emulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// writeDelegation checks what every change of a delegation needs: a place
// where it can stand, and the right to give roles away, of which a guest may
// make no use (docs: onboard a customer). Who manages by a delegation may only
// remove it, by the role that is there for it (docs: remove access to a
// delegation).
func (c *call) writeDelegation(action string) (target, error) {
	on, err := c.target()
	if err != nil {
		return target{}, err
	}
	if on.sub == nil || on.scope.IsResource() {
		return target{}, notFound("InvalidResourceType", "Delegations stand at subscriptions and resource groups.")
	}
	if err := c.require("Microsoft.ManagedServices/"+action, on); err != nil || c.projected(on) {
		return on, err
	}
	p := c.caller.principal
	guest := p.home != nil && !p.foreign
	if strings.HasSuffix(action, "/write") && guest || !c.world.may(p, writeAssignments, on, c.now) {
		return target{}, forbidden("InsufficientPrivilegesForManagedServiceResource", "The requested user doesn't have sufficient privileges to perform the operation.")
	}
	return on, nil
}

// definitionRequest is the body of a registration definition.
type definitionRequest struct {
	Properties struct {
		RegistrationDefinitionName, Description, ManagedByTenantID string
		Authorizations                                             []authorizationRequest
		EligibleAuthorizations                                     []authorizationRequest
	} `json:"properties"`
	Plan *marketplacePlan `json:"plan"`
}

type authorizationRequest struct {
	PrincipalID, PrincipalIDDisplayName, RoleDefinitionID string
	DelegatedRoleDefinitionIDs                            []string
	JustInTimeAccessPolicy                                struct {
		MultiFactorAuthProvider, MaximumActivationDuration string
		ManagedByTenantApprovers                           []struct{ PrincipalID, PrincipalIDDisplayName string }
	}
}

// putDefinition writes a definition. One of the same id is replaced from the
// emulator's present on; only the newest authorizations hold.
func putDefinition(c *call) (reply, error) {
	on, err := c.writeDelegation("registrationDefinitions/write")
	if err != nil {
		return reply{}, err
	}
	if on.scope.ResourceGroup() != "" {
		return reply{}, badRequest("InvalidRegistrationDefinitionUri", fmt.Sprintf(
			"The registration definition request scope '%s' should be '/subscriptions/<subscriptionId>'.", strings.ToLower(string(on.scope))))
	}
	id, err := c.guidVar("id")
	if err != nil {
		return reply{}, err
	}
	var want definitionRequest
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	d, err := c.newDefinition(on, id, &want)
	if err != nil {
		return reply{}, err
	}
	status := http.StatusCreated
	if old := on.sub.definition(id, c.now); old != nil {
		old.during.To, status = c.now, http.StatusOK
	}
	on.sub.definitions = append(on.sub.definitions, d)
	return reply{status: status, body: c.definitionBody(d, false)}, nil
}

func (c *call) newDefinition(on target, id string, want *definitionRequest) (*definition, error) {
	p := &want.Properties
	d := &definition{
		id: id, sub: on.sub, offer: p.RegistrationDefinitionName, description: p.Description, marketplace: want.Plan,
		during: pharos.Interval{From: c.now}, updated: c.now, manager: c.world.tenantByID[pharos.TenantID(strings.ToLower(p.ManagedByTenantID))],
	}
	switch {
	case d.offer == "" || p.ManagedByTenantID == "" || len(p.Authorizations)+len(p.EligibleAuthorizations) == 0:
		return nil, badRequest("InvalidRegistrationDefinitionCreateRequest",
			"The request must have 'registrationDefinitionName', 'managedByTenantId' and 'authorizations'.")
	case d.manager == nil || d.manager == on.tenant:
		return nil, badRequest("InvalidRegistrationDefinitionCreateRequest", fmt.Sprintf(
			"The registration definition '%s' not allowed to use the '%s' as ManagedByTenantId.", id, p.ManagedByTenantID))
	}
	for _, a := range p.Authorizations {
		auth, err := c.newAuthorization(d, a, false)
		if err != nil {
			return nil, err
		}
		d.authorizations = append(d.authorizations, auth)
	}
	for _, a := range p.EligibleAuthorizations {
		auth, err := c.newAuthorization(d, a, true)
		if err != nil {
			return nil, err
		}
		d.authorizations = append(d.authorizations, auth)
	}
	if err := d.checkPolicies(); err != nil {
		return nil, err
	}
	return d, c.checkEligible(d)
}

func (c *call) newAuthorization(d *definition, a authorizationRequest, eligible bool) (authorization, error) {
	refuse := func(format string, args ...any) (authorization, error) {
		return authorization{}, badRequest("InvalidRegistrationDefinitionCreateRequest", fmt.Sprintf(format, args...))
	}
	role := loadRoles().byID[pharos.RoleID(strings.ToLower(a.RoleDefinitionID))]
	if role == nil {
		return refuse("The role definition '%s' of registration definition '%s' is not a built-in role.", a.RoleDefinitionID, d.id)
	}
	if _, isApp := c.world.apps[appKey{d.manager.id, strings.ToLower(a.PrincipalID)}]; isApp {
		return refuse("Principals of type Application cannot validly be used in role assignments.")
	}
	id, err := pharos.ParseGUID(a.PrincipalID)
	if err != nil {
		return refuse("The principal id '%s' of registration definition '%s' is not a GUID.", a.PrincipalID, d.id)
	}
	out := authorization{
		principalID: pharos.PrincipalID(id), displayName: a.PrincipalIDDisplayName, role: role, eligible: eligible,
		principal: c.world.principalBy[pharos.PrincipalRef{Tenant: d.manager.id, ID: pharos.PrincipalID(id)}],
	}
	for _, r := range a.DelegatedRoleDefinitionIDs {
		out.delegatedRoles = append(out.delegatedRoles, pharos.RoleID(strings.ToLower(r)))
	}
	switch {
	case role.hasDataActions():
		return refuse("The role definition '%s' with data actions not allowed for registration definition '%s'. "+
			"Only built in role definitions without any data and notData actions are allowed.", role.ID, d.id)
	case eligible && (role.ID == pharos.Owner || role.ID == pharos.UserAccessAdministrator):
		return refuse("The role definition '%s' is restricted for eligible authorization in registration definition '%s'. "+
			"Restricted role definitions are '%s;%s'.", role.ID, d.id, pharos.Owner, pharos.UserAccessAdministrator)
	case role.ID == pharos.UserAccessAdministrator && len(out.delegatedRoles) == 0,
		role.ID != pharos.UserAccessAdministrator && role.restricted():
		return refuse("The role definition '%s' is not allowed for registration definition '%s' because of restricted actions.", role.ID, d.id)
	case eligible && out.principal != nil && out.principal.kind == pharos.ServicePrincipal:
		return refuse("The service principal '%s' is not allowed in an eligible authorization of registration definition '%s'.", id, d.id)
	}
	return out.withPolicy(a), nil
}

func (d *roleDefinition) hasDataActions() bool {
	return slices.ContainsFunc(d.Permissions, func(p rolePermission) bool { return len(p.DataActions)+len(p.NotDataActions) > 0 })
}

// restricted reports whether the role may change who has access: such roles
// cannot be delegated (docs: tenants, users and roles in Azure Lighthouse).
func (d *roleDefinition) restricted() bool {
	for _, kind := range []string{"roleAssignments", "roleDefinitions", "classicAdministrators", "locks", "denyAssignments"} {
		if d.allows("Microsoft.Authorization/"+kind+"/write") || d.allows("Microsoft.Authorization/"+kind+"/delete") {
			return true
		}
	}
	return false
}

func deleteDefinition(c *call) (reply, error) {
	on, err := c.writeDelegation("registrationDefinitions/delete")
	if err != nil {
		return reply{}, err
	}
	d := on.sub.definition(c.vars["id"], c.now)
	if !c.shown(on, d) {
		return reply{status: http.StatusNoContent}, nil
	}
	for _, a := range on.sub.delegations {
		if a.definitionAt(c.now) == d {
			return reply{}, conflict("Conflict", fmt.Sprintf("The registration definition '%s' is used by the registration assignment '%s'.", d.id, a.id))
		}
	}
	d.during.To = c.now
	return reply{status: http.StatusOK}, nil
}

// putDelegation puts a definition into force at a subscription or resource group.
func putDelegation(c *call) (reply, error) {
	on, err := c.writeDelegation("registrationAssignments/write")
	if err != nil {
		return reply{}, err
	}
	id, err := c.guidVar("id")
	if err != nil {
		return reply{}, err
	}
	var want struct {
		Properties struct{ RegistrationDefinitionID string } `json:"properties"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	text := want.Properties.RegistrationDefinitionID
	def := on.sub.definition(text[strings.LastIndex(text, "/")+1:], c.now)
	if def == nil {
		return reply{}, badRequest("InvalidRegistrationAssignmentCreateRequest", fmt.Sprintf("The registration definition '%s' could not be found.", text))
	}
	if err := c.checkEligible(def); err != nil {
		return reply{}, err
	}
	for _, o := range on.sub.delegations {
		if o.scope == on.scope && o.id != id && o.definitionAt(c.now) == def {
			return reply{}, badRequest("InvalidRegistrationAssignmentCreateRequest", fmt.Sprintf("Another registration assignment present at this scope '%s' "+
				"for registration definition '%s'. Multiple registration assignments are not allowed.", on.scope, strings.ToLower(def.armID())))
		}
	}
	status := http.StatusCreated
	d := on.sub.delegation(id, on.scope, c.now)
	if d == nil || d.definitionID != def.id {
		if d != nil {
			d.during.To, status = c.now, http.StatusOK
		}
		d = &delegation{id: id, sub: on.sub, scope: on.scope, definitionID: def.id, during: pharos.Interval{From: c.now}}
		on.sub.delegations = append(on.sub.delegations, d)
	} else {
		status = http.StatusOK
	}
	body := c.delegationBody(d, def)
	body["properties"].(map[string]any)["provisioningState"] = "Accepted"
	return reply{status: status, body: body, header: c.operation(on, d, "Azure-Asyncoperation")}, nil
}

func deleteDelegation(c *call) (reply, error) {
	on, err := c.writeDelegation("registrationAssignments/delete")
	if err != nil {
		return reply{}, err
	}
	d := on.sub.delegation(c.vars["id"], on.scope, c.now)
	if d == nil || !c.shown(on, d.definitionAt(c.now)) {
		return reply{status: http.StatusNoContent}, nil
	}
	d.during.To = c.now
	return reply{status: http.StatusAccepted, header: c.operation(on, d, "Location")}, nil
}

// operation is the address at which a client asks how a change goes on: the
// provider's, whose id holds the resource and the job.
func (c *call) operation(on target, d *delegation, header string) http.Header {
	job := c.begin(on, d.armID(), nil)
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"fullyQualifiedResourceId":"` + d.armID() + `","jobId":"` + job + `"}`))
	return c.operationHeaders(header, string(pharos.SubscriptionScope(on.sub.id))+managedServices+"operationStatuses/"+token)
}

// delegationStatus answers how a change went.
func delegationStatus(c *call) (reply, error) {
	var job struct{ JobID string }
	if text, err := base64.RawURLEncoding.DecodeString(c.vars["id"]); err != nil || json.Unmarshal(text, &job) != nil {
		job.JobID = ""
	}
	return c.outcome(job.JobID, "Microsoft.ManagedServices/operationStatuses/read")
}

// marketplaceOffers are the offers that came from the Marketplace, of the
// definitions that stand at the scope.
func (c *call) marketplaceOffers() ([]map[string]any, error) {
	on, err := c.target()
	if err != nil || on.sub == nil {
		return nil, err
	}
	var out []map[string]any
	for _, d := range on.sub.definitions {
		if d.marketplace == nil || !d.during.Contains(c.now) || !c.shown(on, d) {
			continue
		}
		m := d.marketplace
		name := strings.Join([]string{m.Publisher, m.Product, m.Name, m.Version}, ".")
		out = append(out, map[string]any{
			"id":   string(on.scope) + managedServices + "marketplaceRegistrationDefinitions/" + name,
			"name": name, "type": "Microsoft.ManagedServices/marketplaceRegistrationDefinitions", "plan": m,
			"properties": map[string]any{
				"managedByTenantId": string(d.manager.id), "offerDisplayName": d.offer, "publisherDisplayName": d.manager.name,
				"planDisplayName": m.Name, "authorizations": c.definitionBody(d, false)["properties"].(map[string]any)["authorizations"],
			},
		})
	}
	return out, nil
}

func listMarketplace(c *call) (reply, error) {
	offers, err := c.marketplaceOffers()
	if err != nil {
		return reply{}, err
	}
	return list(offers)
}

// getMarketplace answers with the first offer of an identifier, which is a
// publisher, or goes on to the product, the plan and the version.
func getMarketplace(c *call) (reply, error) {
	offers, err := c.marketplaceOffers()
	if err != nil {
		return reply{}, err
	}
	want := strings.ToLower(c.vars["id"]) + "."
	for _, o := range offers {
		if strings.HasPrefix(strings.ToLower(o["name"].(string))+".", want) {
			return ok(o)
		}
	}
	return reply{}, notFound("MarketplaceRegistrationDefinitionNotFound",
		fmt.Sprintf("The marketplace registration definition '%s' could not be found.", c.vars["id"]))
}

func managedServicesOperations(*call) (reply, error) {
	var out []map[string]any
	for _, kind := range []string{"registrationDefinitions", "registrationAssignments"} {
		for _, verb := range []string{"read", "write", "delete"} {
			out = append(out, map[string]any{
				"name":    "Microsoft.ManagedServices/" + kind + "/" + verb,
				"display": map[string]string{"provider": "Microsoft.ManagedServices", "resource": kind, "operation": verb, "description": verb + " " + kind},
			})
		}
	}
	return list(out)
}
