package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// refusePath refuses a call that has no route: as the cloud does where it has
// no such call either, else with 501.
func (c *call) refusePath(svc service, path []string) error {
	methods := c.emulator.router.methods(path)
	switch {
	case svc == control:
		return notFound("NotFound", "the emulator has no call "+c.Method+" "+c.URL.Path+"; GET /emulator/coverage lists what it has")
	case svc == entra && len(methods) > 0:
		return aadError(http.StatusBadRequest, "invalid_request", 900561,
			"The endpoint only accepts %s requests. Received a %s request.", strings.Join(methods, ", "), c.Method)
	case svc == graph && len(path) > 1 && !isGraphSegment(path[1]):
		return badRequest("BadRequest", "Resource not found for the segment '"+path[1]+"'.")
	case svc == arm && len(methods) > 0:
		return methodNotAllowed(c.Method, methods)
	case svc == arm:
		return c.refuseARM(path)
	}
	return notImplemented(c.Request)
}

// notImplemented refuses a call that the cloud has and the emulator has not.
func notImplemented(r *http.Request) *apiError {
	return &apiError{
		status: http.StatusNotImplemented, code: "NotImplemented",
		message: fmt.Sprintf("the emulator does not implement %s %s; GET /emulator/coverage lists what it does", r.Method, r.URL.Path),
	}
}

// methodNotAllowed refuses a method in Resource Manager's own form, which is
// not the form of its other errors.
func methodNotAllowed(method string, allowed []string) *apiError {
	text := "The requested resource does not support http method '" + method + "'."
	return &apiError{
		status: http.StatusMethodNotAllowed, code: "MethodNotAllowed", message: text,
		body:   map[string]string{"Message": text},
		header: http.Header{"Allow": {strings.Join(allowed, ", ")}},
	}
}

// refuseARM refuses a path that Resource Manager has no route for here.
func (c *call) refuseARM(path []string) error {
	namespace, kind := provider(path)
	version := c.apiVersion()
	switch {
	case namespace != "" && !isNamespace(namespace):
		return notFound("InvalidResourceNamespace", "The resource namespace '"+namespace+"' is invalid.")
	case namespace != "":
		types := resourceTypes(namespace)
		if types != nil && kind != "" && !slices.Contains(types, strings.ToLower(kind)) {
			return notFound("InvalidResourceType", fmt.Sprintf(
				"The resource type '%s' could not be found in the namespace '%s' for api version '%s'.", kind, namespace, version))
		}
	case len(path) == 0 || !slices.Contains(topLevel(), strings.ToLower(path[0])):
		return missingSubscription()
	}
	return notImplemented(c.Request)
}

// missingSubscription refuses a path that begins with nothing that Resource
// Manager knows.
func missingSubscription() *apiError {
	return notFound("MissingSubscription", "The request did not have a subscription or a valid tenant level resource provider.")
}

// topLevel are the first segments that Resource Manager's own paths have.
func topLevel() []string {
	return []string{"subscriptions", "tenants", "providers", "metadata", "locations", "batch", "calculatetemplatehash", "operations"}
}

// provider returns the namespace and the type of a path's last provider.
func provider(path []string) (namespace, kind string) {
	for i := len(path) - 2; i >= 0; i-- {
		if strings.EqualFold(path[i], "providers") {
			namespace = path[i+1]
			if i+2 < len(path) {
				kind = path[i+2]
			}
			return namespace, kind
		}
	}
	return "", ""
}

// isGraphSegment reports whether Microsoft Graph v1.0 has an entity set,
// singleton or function of the name (docs: graph/api, the metadata document).
func isGraphSegment(s string) bool {
	s, _, _ = strings.Cut(s, "(")
	return slices.Contains(strings.Fields("$batch $metadata admin agreementacceptances agreements appcatalogs applications applicationtemplates auditlogs "+
		"authenticationmethodconfigurations authenticationmethodspolicy certificatebasedauthconfiguration chats communications compliance connections "+
		"contacts contracts copilot datapolicyoperations deviceappmanagement devicemanagement devices directory directoryobjects directoryroles "+
		"directoryroletemplates domaindnsrecords domains drive drives education employeeexperience external filteroperators functions groups "+
		"grouplifecyclepolicies groupsettings groupsettingtemplates identity identitygovernance identityprotection identityproviders informationprotection "+
		"invitations me oauth2permissiongrants organization permissiongrants places planner policies print privacy reports rolemanagement schemaextensions "+
		"scopedrolememberships search security serviceprincipals shares sites solutions storage subscribedskus subscriptions teams teamstemplates teamwork "+
		"tenantrelationships users"), strings.ToLower(s))
}

// apiVersion returns the api-version of the call, "" where there is none. Given
// more than once, the values are joined by commas, as the cloud reads them.
func (c *call) apiVersion() string {
	version := ""
	for part := range strings.SplitSeq(c.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		if !strings.EqualFold(name, "api-version") {
			continue
		}
		if u, err := url.QueryUnescape(value); err == nil {
			value = strings.TrimSpace(u)
		}
		if version != "" {
			version += ","
		}
		version += value
	}
	return version
}

// checkVersion demands the api-version that every call of Resource Manager
// has, and that its type has. The front door words the refusal for its own
// paths; for providers, as for a type that this version does not have.
func (c *call) checkVersion(rt *route) error {
	v := c.apiVersion()
	switch {
	case v == "":
		return badRequest("MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	case rt == nil || len(rt.versions) == 0 || slices.ContainsFunc(rt.versions, func(x string) bool { return strings.EqualFold(x, v) }):
		return nil
	}
	namespace, kind := provider(rt.segments)
	if namespace == "" || strings.HasPrefix(namespace, "{") || strings.EqualFold(namespace, "Microsoft.Resources") || !isVersion(v) {
		return badRequest("InvalidApiVersionParameter", fmt.Sprintf(
			"The api-version '%s' is invalid. The supported versions are '%s'.", v, strings.Join(coreVersions(), ",")))
	}
	newest := slices.Clone(rt.versions)
	slices.SortFunc(newest, func(a, b string) int { return strings.Compare(b, a) })
	return notFound("InvalidResourceType", fmt.Sprintf(
		"The resource type '%s' could not be found in the namespace '%s' for api version '%s'. The supported api-versions are '%s'.",
		kind, namespace, v, strings.Join(newest, ",")))
}

// isVersion reports whether a text has the form of an api-version.
func isVersion(v string) bool {
	return len(v) >= len("2022-12-01") && v[4] == '-' && v[7] == '-' && strings.Trim(v[:10], "0123456789-") == "" && !strings.Contains(v, ",")
}

// coreVersions are the api-versions of Resource Manager's own resources, as
// its refusals list them (a public recording of 2026-09-19).
func coreVersions() []string {
	return strings.Split("2026-06-01,2025-04-01,2025-03-01,2024-10-01-preview,2024-11-01,2024-08-01,2024-07-01,2024-06-01-preview,2024-03-01,"+
		"2023-07-01,2023-07-01-preview,2023-03-01-preview,2022-12-01,2022-11-01-preview,2022-09-01,2022-06-01,2022-05-01,2022-03-01-preview,"+
		"2022-01-01,2021-04-01,2021-01-01,2020-10-01,2020-09-01,2020-08-01,2020-07-01,2020-06-01,2020-05-01,2020-01-01,2019-11-01,2019-10-01,"+
		"2019-09-01,2019-08-01,2019-07-01,2019-06-01,2019-05-10,2019-05-01,2019-03-01,2018-11-01,2018-09-01,2018-08-01,2018-07-01,2018-06-01,"+
		"2018-05-01,2018-02-01,2018-01-01,2017-12-01,2017-08-01,2017-06-01,2017-05-10,2017-05-01,2017-03-01,2016-09-01,2016-07-01,2016-06-01,"+
		"2016-02-01,2015-11-01,2015-01-01,2014-04-01-preview,2014-04-01,2014-01-01,2013-03-01,2014-02-26,2014-04", ",")
}
