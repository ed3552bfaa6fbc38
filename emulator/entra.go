package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// entraRoutes are the calls of sign-in. The form under /adfs/aad is for az
// CLI versions that look up every authority they do not know at
// login.microsoftonline.com, except those whose path begins with adfs.
func entraRoutes() []route {
	var out []route
	for _, prefix := range []string{"", "/adfs/aad"} {
		out = append(out,
			route{method: http.MethodGet, pattern: prefix + "/{tenant}/v2.0/.well-known/openid-configuration", handle: openIDConfiguration},
			route{method: http.MethodGet, pattern: prefix + "/{tenant}/.well-known/openid-configuration", handle: openIDConfiguration},
			route{method: http.MethodGet, pattern: prefix + "/{tenant}/discovery/v2.0/keys", handle: signingKeys},
			route{method: http.MethodGet, pattern: prefix + "/{tenant}/discovery/keys", handle: signingKeys},
			route{method: http.MethodGet, pattern: prefix + "/{tenant}/discovery/instance", handle: instanceDiscovery},
			route{method: http.MethodPost, pattern: prefix + "/{tenant}/oauth2/v2.0/token", asks: true, before: askIssuer, handle: issueToken},
			route{method: http.MethodPost, pattern: prefix + "/{tenant}/oauth2/token", asks: true, before: askIssuer, handle: issueToken},
			route{method: http.MethodPost, pattern: prefix + "/{tenant}/oauth2/v2.0/devicecode", handle: startDeviceLogin},
		)
	}
	out = append(out, route{method: http.MethodGet, pattern: "/adfs/.well-known/openid-configuration", handle: openIDConfiguration})
	for i := range out {
		out[i].service = entra
	}
	return append(out, route{method: http.MethodPost, service: control, pattern: "/emulator/device", handle: loopbackOnly(approveDevice)})
}

// everyTenant reports whether a path's tenant means "whichever the account is of".
func everyTenant(name string) bool {
	return name == "common" || name == "organizations" || name == "consumers" || name == ""
}

// tenantNamed finds a tenant by id or domain.
func (w *world) tenantNamed(name string) *tenant {
	name = strings.ToLower(name)
	if t := w.tenantByID[pharos.TenantID(name)]; t != nil {
		return t
	}
	for _, t := range w.tenants {
		if strings.EqualFold(t.domain, name) {
			return t
		}
	}
	return nil
}

func openIDConfiguration(c *call) (reply, error) {
	name := c.vars["tenant"]
	if t := c.world.tenantNamed(name); t != nil {
		name = string(t.id)
	} else if !everyTenant(name) {
		return reply{}, unknownTenant(name)
	}
	authority := c.base + "/" + name
	if name == "" {
		authority = c.base + "/organizations"
	}
	// The first form of discovery tells the issuer of access tokens; az cuts
	// the id of a tenant that it knows by its domain out of it.
	issuer := "https://sts.windows.net/" + name + "/"
	if strings.HasSuffix(strings.ToLower(c.URL.Path), "/v2.0/.well-known/openid-configuration") {
		issuer = authority + "/v2.0"
	}
	return ok(map[string]any{
		"issuer": issuer, "jwks_uri": authority + "/discovery/v2.0/keys",
		"authorization_endpoint":        authority + "/oauth2/v2.0/authorize",
		"token_endpoint":                authority + "/oauth2/v2.0/token",
		"device_authorization_endpoint": authority + "/oauth2/v2.0/devicecode",
		"end_session_endpoint":          authority + "/oauth2/v2.0/logout",
		"response_types_supported":      []string{"code", "id_token", "token"},
		"response_modes_supported":      []string{"query", "fragment", "form_post"},
		"subject_types_supported":       []string{"pairwise"},
		"scopes_supported":              []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":              []string{"sub", "iss", "aud", "exp", "iat", "tid", "oid", "upn"},
		"token_endpoint_auth_methods_supported": []string{
			"client_secret_post", "private_key_jwt",
		},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"cloud_instance_name":                   "microsoftonline.com",
		"tenant_region_scope":                   "EU",
	})
}

func signingKeys(c *call) (reply, error) { return ok(c.emulator.signer.keySet()) }

// instanceDiscovery says that this authority is known, with its aliases.
func instanceDiscovery(c *call) (reply, error) {
	return ok(map[string]any{
		"tenant_discovery_endpoint": c.base + "/common/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{map[string]any{
			"preferred_network": c.Host, "preferred_cache": c.Host, "aliases": []string{c.Host},
		}},
	})
}

// aadError is a refusal of sign-in: the OAuth error and Entra's own number.
func aadError(status int, oauth string, number int, format string, args ...any) *apiError {
	return &apiError{status: status, code: oauth, message: fmt.Sprintf("AADSTS%d: ", number) + fmt.Sprintf(format, args...)}
}

func unknownTenant(name string) *apiError {
	return aadError(http.StatusBadRequest, "invalid_request", 90002,
		"Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", name)
}

// entraError is the body of a refusal of sign-in.
func entraError(e *apiError, c *call) map[string]any {
	if !strings.HasPrefix(e.message, "AADSTS") {
		if e.status == http.StatusNotImplemented || e.status == http.StatusInternalServerError {
			return map[string]any{"error": map[string]any{"code": e.code, "message": e.message}}
		}
		return map[string]any{"error": e.code, "error_description": e.message}
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(e.message, "AADSTS"), ":")
	trace, correlation := c.id, c.Header.Get("client-request-id")
	if correlation == "" {
		correlation = objectID("correlation", "", c.id)
	}
	when := c.now.Format("2006-01-02 15:04:05Z")
	var code int
	if _, err := fmt.Sscan(number, &code); err != nil {
		code = 0
	}
	return map[string]any{
		"error":             e.code,
		"error_description": fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", e.message, trace, correlation, when),
		"error_codes":       []int{code}, "timestamp": when, "trace_id": trace, "correlation_id": correlation,
		"error_uri": c.base + "/error?code=" + number,
	}
}

// tokenAnswer is the answer of a successful sign-in.
func tokenAnswer(c *call, p *principal, client, resource string) (map[string]any, error) {
	token, err := c.emulator.accessToken(p, client, resource, c.now)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLife/time.Second) - 1, "ext_expires_in": int(tokenLife/time.Second) - 1,
		"access_token": token,
	}, nil
}
