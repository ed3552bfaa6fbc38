package emulator

import (
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// grant is a request to the token endpoint.
type grant struct {
	*call
	form     url.Values
	tenant   *tenant // nil: whichever the account is of
	resource string
}

// issueToken is the token endpoint.
func issueToken(c *call) (reply, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return reply{}, aadError(http.StatusBadRequest, "invalid_request", 900144, "The request body is not a form.")
	}
	g := &grant{call: c, form: form, tenant: c.world.tenantNamed(c.vars["tenant"])}
	if g.tenant == nil && !everyTenant(c.vars["tenant"]) {
		return reply{}, unknownTenant(c.vars["tenant"])
	}
	g.resource = resourceOf(form)
	switch kind := form.Get("grant_type"); kind {
	case "client_credentials":
		return g.clientCredentials()
	case "device_code", "urn:ietf:params:oauth:grant-type:device_code":
		return g.deviceCode()
	case "refresh_token":
		return g.refresh()
	case "password":
		return g.password()
	case "":
		return reply{}, aadError(http.StatusBadRequest, "invalid_request", 900144,
			"The request body must contain the following parameter: 'grant_type'.")
	default:
		return reply{}, aadError(http.StatusBadRequest, "unsupported_grant_type", 70003,
			"The app requested an unsupported grant type '%s'.", kind)
	}
}

// resourceOf finds the resource in the scope, which is a list separated by
// blanks in which the OpenID scopes may stand too; v1 has a parameter for it.
func resourceOf(form url.Values) string {
	for _, s := range strings.Fields(form.Get("scope")) {
		if r, ok := strings.CutSuffix(s, "/.default"); ok {
			return r
		}
	}
	for _, s := range strings.Fields(form.Get("scope")) {
		if i := strings.LastIndex(s, "/"); strings.HasPrefix(s, "https://") && i > len("https://") {
			return s[:i]
		}
	}
	return form.Get("resource")
}

func (g *grant) checkResource() error {
	if g.resource == "" {
		return aadError(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'.")
	}
	if !knownResource(g.resource, g.base) {
		return aadError(http.StatusBadRequest, "invalid_resource", 500011, "The resource principal named %s was not found in the tenant named %s. "+
			"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "+
			"You might have sent your authentication request to the wrong tenant.", g.resource, g.vars["tenant"])
	}
	return nil
}

func (g *grant) clientCredentials() (reply, error) {
	id := strings.ToLower(g.form.Get("client_id"))
	if g.tenant == nil {
		return reply{}, aadError(http.StatusBadRequest, "invalid_request", 53003, "An application signs in to one tenant; '%s' names none.", g.vars["tenant"])
	}
	p := g.world.apps[appKey{g.tenant.id, id}]
	if p == nil || !p.registered().at(g.now) {
		return reply{}, unknownApplication(id, g.tenant.name)
	}
	if !p.exists.at(g.now) {
		return reply{}, aadError(http.StatusBadRequest, "invalid_client", 7000229, "The client application %s is missing service principal in the tenant %s.", id, g.tenant.id)
	}
	if err := g.proveApp(p); err != nil {
		return reply{}, err
	}
	if p.disabled.at(g.now) {
		return reply{}, aadError(http.StatusBadRequest, "unauthorized_client", 7000112, "Application '%s'(%s) is disabled.", id, p.displayName)
	}
	if err := g.checkResource(); err != nil {
		return reply{}, err
	}
	answer, err := tokenAnswer(g.call, p, id, g.resource)
	return reply{status: http.StatusOK, body: answer}, err
}

// proveApp checks the secret or the assertion of an application. It stands on
// the registration, which for a guest is in its home.
func (g *grant) proveApp(p *principal) error {
	if p.home != nil {
		p = p.home
	}
	if assertion := g.form.Get("client_assertion"); assertion != "" {
		return g.proveAssertion(p, assertion)
	}
	given := g.form.Get("client_secret")
	if given == "" {
		return aadError(http.StatusUnauthorized, "invalid_client", 7000218,
			"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	good, expired := p.hasSecret(given, g.now)
	if expired {
		return aadError(http.StatusUnauthorized, "invalid_client", 7000222, "The provided client secret keys for app '%s' are expired. "+
			"Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security.", p.appID)
	}
	if !good {
		return wrongSecret(p.appID)
	}
	return nil
}

func unknownApplication(id, tenant string) *apiError {
	return aadError(http.StatusBadRequest, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory '%s'. "+
		"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "+
		"You may have sent your authentication request to the wrong tenant.", id, tenant)
}

func wrongSecret(appID string) *apiError {
	return aadError(http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the "+
		"request is the client secret value, not the client secret ID, for a secret added to app '%s'.", appID)
}

// hasSecret reports whether the application may sign in with the secret at t:
// the scenario's, or one added since, which may have expired. A guest
// application signs in with its own.
func (p *principal) hasSecret(given string, t time.Time) (good, expired bool) {
	if p.home != nil {
		return p.home.hasSecret(given, t)
	}
	same := func(s string) bool { return s != "" && subtle.ConstantTimeCompare([]byte(s), []byte(given)) == 1 }
	if same(p.secret) {
		return true, false
	}
	for _, s := range p.addedSecrets {
		if same(s.text) {
			return t.Before(s.to), !t.Before(s.to)
		}
	}
	return false, false
}

// readCertificates reads the certificates of a PEM file; keys in it are left alone.
func readCertificates(file string) ([]*x509.Certificate, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, pharos.Errorf(pharos.NotFound, "cannot read the certificate: %w", err)
	}
	var out []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, pharos.Errorf(pharos.Invalid, "%s: %w", file, err)
		}
		out = append(out, cert)
	}
	if out == nil {
		return nil, pharos.Errorf(pharos.Invalid, "%s has no certificate", file)
	}
	return out, nil
}

// certificateFile is the place of a certificate named in a scenario: beside it.
func (s *Scenario) certificateFile(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(s.File), name)
}

// b64 is base64 as JWTs use it.
func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
