package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// armRoutes are the calls of Resource Manager.
func armRoutes() []route {
	out := []route{
		{method: http.MethodGet, pattern: "/metadata/endpoints", handle: describeCloud},
		{method: http.MethodGet, pattern: "/tenants", handle: listTenants},
		{method: http.MethodGet, pattern: "/subscriptions", handle: listSubscriptions},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}", handle: getSubscription},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/locations", handle: listLocations},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/resourceGroups", handle: listResourceGroups},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/resourceGroups/{group}", handle: getResourceGroup},
		{method: http.MethodPut, pattern: "/subscriptions/{sub}/resourceGroups/{group}", handle: putResourceGroup},
		{method: http.MethodPatch, pattern: "/subscriptions/{sub}/resourceGroups/{group}", handle: patchResourceGroup},
		{method: http.MethodDelete, pattern: "/subscriptions/{sub}/resourceGroups/{group}", handle: deleteResourceGroup},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/resourceGroups/{group}/resources", handle: listResources},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/resources", handle: listResources},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/providers", handle: listProviders},
		{method: http.MethodGet, pattern: "/subscriptions/{sub}/providers/{namespace}", handle: getProvider},
		{method: http.MethodPost, pattern: "/subscriptions/{sub}/providers/{namespace}/register", handle: registerProvider},
	}
	return slices.Concat(
		each(out, func(r *route) {
			r.service, r.versions, r.head = arm, coreVersions(), r.method == http.MethodGet && strings.HasSuffix(r.pattern, "/{group}")
		}),
		each(managementPartnerRoutes(), recordedUnless("operations")),
		each(managedServicesRoutes(), recordedUnless("operations", "marketplaceRegistrationDefinitions")),
		each(authorizationRoutes(), authorizationVersions), activityRoutes(), resourceGraphRoutes(), supportRoutes(),
		each(deploymentRoutes(), core),
		armGaps(), resourceRoutes(),
	)
}

// core marks routes of Resource Manager's own types. Resource groups and
// deployments can be asked for by HEAD.
func core(r *route) {
	r.service = arm
	if r.versions == nil {
		r.versions = coreVersions()
	}
	r.head = r.method == http.MethodGet && (strings.HasSuffix(r.pattern, "/{group}") || strings.HasSuffix(r.pattern, "deployments/{id}"))
}

// authorizationVersions gives the types of Microsoft.Authorization the
// api-versions that they have (docs: REST reference, and the provider's own
// list).
func authorizationVersions(r *route) {
	if r.versions != nil {
		return
	}
	switch _, kind := provider(split(r.pattern)); kind {
	case "roleAssignments", "roleDefinitions":
		r.versions = []string{
			"2014-04-01-preview", "2014-07-01-preview", "2014-10-01-preview", "2015-05-01-preview", "2015-06-01", "2015-07-01", "2016-07-01", "2017-05-01",
			"2017-09-01", "2017-10-01-preview", "2018-01-01-preview", "2018-07-01", "2018-09-01-preview", "2018-12-01-preview", "2019-04-01-preview",
			"2020-03-01-preview", "2020-04-01-preview", "2020-08-01-preview", "2020-10-01-preview", "2021-04-01-preview", "2022-01-01-preview", "2022-04-01",
		}
		if kind == "roleDefinitions" {
			r.versions = append(r.versions, "2022-05-01-preview")
		}
	case "denyAssignments":
		r.versions = []string{"2018-07-01-preview", "2019-03-01-preview", "2022-04-01", "2024-07-01-preview"}
	case "permissions":
		r.versions = []string{"2015-07-01", "2018-01-01-preview", "2018-07-01", "2022-04-01", "2022-05-01-preview"}
	case "checkAccess":
		r.versions, r.faith = []string{"2018-09-01-preview", "2021-06-01-preview"}, inferred
	default: // privileged identity management
		r.versions = []string{"2020-10-01-preview", "2020-10-01", "2022-04-01-preview", "2024-02-01-preview", "2024-09-01-preview"}
	}
}

// recordedUnless marks routes as held against public recordings, but for those
// of the named types, which were not recorded.
func recordedUnless(types ...string) func(*route) {
	return func(r *route) {
		_, kind := provider(split(r.pattern))
		if r.faith == unstated && !slices.Contains(types, kind) {
			r.faith = recorded
		}
	}
}

// armGaps are the calls that Azure has among the areas that the emulator
// answers in, and that it leaves out.
func armGaps() []route {
	const authorization = "/{scope...}" + authorizationProvider
	return each([]route{
		{method: http.MethodGet, pattern: authorization + "roleManagementPolicies"},
		{method: http.MethodGet, pattern: authorization + "roleManagementPolicyAssignments"},
		{method: http.MethodGet, pattern: authorization + "eligibleChildResources"},
		{method: http.MethodPost, pattern: authorization + "elevateAccess"},
		{method: http.MethodGet, pattern: authorization + "providerOperations"},
		{method: http.MethodGet, pattern: authorization + "providerOperations/{namespace}"},
	}, func(r *route) { r.service, r.faith = arm, documented })
}

// describeCloud tells the endpoints of this cloud, as az and Terraform ask
// for them; each api-version has a form of its own.
func describeCloud(c *call) (reply, error) {
	b := c.base
	switch v := c.URL.Query().Get("api-version"); {
	case v < "2018":
		return ok(map[string]any{
			"galleryEndpoint": b, "graphEndpoint": b + "/", "portalEndpoint": b,
			"authentication": map[string]any{"loginEndpoint": b + "/adfs/aad", "audiences": []string{b + "/"}},
		})
	case v < "2022":
		return ok([]any{cloudBody(b, b+"/adfs/aad")})
	default:
		return ok(cloudBody(b, b))
	}
}

func cloudBody(b, login string) map[string]any {
	return map[string]any{
		"name": "PharosEmulator", "portal": b, "resourceManager": b + "/", "microsoftGraphResourceId": b + "/", "graph": b + "/", "graphAudience": b + "/",
		"authentication": map[string]any{"loginEndpoint": login, "audiences": []string{b + "/", b}, "tenant": "common", "identityProvider": "AAD"},
		"suffixes": map[string]string{
			"storage": "core.windows.net", "keyVaultDns": "vault.azure.net", "sqlServerHostname": "database.windows.net",
			"azureDataLakeStoreFileSystem": "azuredatalakestore.net", "acrLoginServer": "azurecr.io",
		},
		"batch": b, "gallery": b, "media": b, "sqlManagement": b, "vmImageAliasDoc": b, "activeDirectoryDataLake": b,
	}
}

func listLocations(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, shown := range []string{"West Europe", "North Europe", "Germany West Central"} {
		name := strings.ReplaceAll(strings.ToLower(shown), " ", "")
		out = append(out, map[string]any{
			"id": string(t.scope) + "/locations/" + name, "name": name, "type": "Region", "displayName": shown, "regionalDisplayName": "(Europe) " + shown,
			"metadata": map[string]any{"regionType": "Physical", "regionCategory": "Recommended", "geography": "Europe", "geographyGroup": "Europe"},
		})
	}
	return list(out)
}

// providerNames are the resource providers that can be registered.
var providerNames = []string{
	"Microsoft.Authorization", "Microsoft.Compute", "Microsoft.Insights", "Microsoft.ManagedServices", "Microsoft.ManagementPartner",
	"Microsoft.Network", "Microsoft.ResourceGraph", "Microsoft.Resources", "Microsoft.Sql", "Microsoft.Storage", "Microsoft.Support", "Microsoft.Web",
}

func (c *call) providerBody(t target, namespace string) map[string]any {
	policy := "RegistrationRequired"
	if namespace == "Microsoft.Authorization" || namespace == "Microsoft.Resources" || namespace == "Microsoft.Support" {
		policy = "RegistrationFree"
	}
	return map[string]any{
		"id": string(t.scope) + "/providers/" + namespace, "namespace": namespace,
		"registrationState": "Registered", "registrationPolicy": policy, "resourceTypes": c.providerTypes(namespace),
	}
}

func listProviders(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, n := range providerNames {
		out = append(out, c.providerBody(t, n))
	}
	return list(out)
}

// getProvider answers for every provider: here all of them are registered.
func getProvider(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	for _, n := range providerNames {
		if strings.EqualFold(n, c.vars["namespace"]) {
			return ok(c.providerBody(t, n))
		}
	}
	return reply{}, notFound("InvalidResourceNamespace", fmt.Sprintf("The resource namespace '%s' is invalid.", c.vars["namespace"]))
}

func registerProvider(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require(c.vars["namespace"]+"/register/action", t); err != nil {
		return reply{}, err
	}
	return getProvider(c)
}
