package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pharos-pec/pharos"
)

// logins are the sign-ins of people that are under way or can be renewed.
type logins struct {
	mu      sync.Mutex
	devices map[string]*deviceLogin // by device code
	refresh map[string]userLogin    // by refresh token
}

type userLogin struct {
	user   *principal // the home account
	client string
}

// deviceLogin waits for somebody to enter the user code.
type deviceLogin struct {
	code, client, resource string
	expires                time.Time
	user                   *principal // nil: nobody has yet
}

func newLogins() *logins {
	return &logins{devices: map[string]*deviceLogin{}, refresh: map[string]userLogin{}}
}

// startDeviceLogin is the device code endpoint.
func startDeviceLogin(c *call) (reply, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || form.Get("client_id") == "" {
		return reply{}, aadError(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.")
	}
	if c.world.tenantNamed(c.vars["tenant"]) == nil && !everyTenant(c.vars["tenant"]) {
		return reply{}, unknownTenant(c.vars["tenant"])
	}
	const life = 15 * time.Minute
	device, code := c.secret("device"), c.secret("code")[:9]
	l := c.emulator.logins
	l.mu.Lock()
	defer l.mu.Unlock()
	l.devices[device] = &deviceLogin{code: code, client: form.Get("client_id"), resource: resourceOf(form), expires: c.now.Add(life)}
	return ok(map[string]any{
		"user_code": code, "device_code": device, "verification_uri": c.base + "/emulator/device",
		"expires_in": int(life / time.Second), "interval": 1,
		"message": "To sign in, POST {\"user_code\": \"" + code + "\", \"principal\": \"NAME\"} to " + c.base + "/emulator/device.",
	})
}

// approveDevice signs a person in by {"user_code", "principal"}, as if they
// had entered the code in a browser. The principal is a user's name in the
// scenario, sign-in name or object id; "tenant" tells two of a name apart.
func approveDevice(c *call) (reply, error) {
	var want struct {
		Code      string `json:"user_code"`
		Principal string `json:"principal"`
		Tenant    string `json:"tenant"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	user := c.world.userNamed(want.Principal, want.Tenant)
	if user == nil {
		return reply{}, pharos.Errorf(pharos.NotFound, "no user is named %q", want.Principal)
	}
	l := c.emulator.logins
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.devices {
		if strings.EqualFold(d.code, want.Code) {
			d.user = user
			return ok(map[string]string{"status": "approved"})
		}
	}
	return reply{}, pharos.Errorf(pharos.NotFound, "no sign-in waits for the code %q", want.Code)
}

// userNamed finds a user's home account; tenant may be empty.
func (w *world) userNamed(name, tenant string) *principal {
	for _, t := range w.tenants {
		if tenant != "" && t.name != tenant && string(t.id) != tenant {
			continue
		}
		for _, p := range t.principals {
			if p.kind == pharos.User && p.home == nil && (p.name == name || string(p.id) == name || strings.EqualFold(p.upn, name)) {
				return p
			}
		}
	}
	return nil
}

func (g *grant) deviceCode() (reply, error) {
	l := g.emulator.logins
	l.mu.Lock()
	d := l.devices[g.form.Get("device_code")]
	l.mu.Unlock()
	switch {
	case d == nil:
		return reply{}, aadError(http.StatusBadRequest, "invalid_grant", 70000, "The provided device code is not valid.")
	case g.now.After(d.expires):
		return reply{}, aadError(http.StatusBadRequest, "expired_token", 70020, "The provided value for the input parameter 'device_code' is not valid. This device code has expired.")
	case d.user == nil:
		return reply{}, aadError(http.StatusBadRequest, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	}
	if g.resource == "" {
		g.resource = d.resource
	}
	return g.signIn(d.user, d.client)
}

func (g *grant) refresh() (reply, error) {
	l := g.emulator.logins
	l.mu.Lock()
	login, known := l.refresh[g.form.Get("refresh_token")]
	l.mu.Unlock()
	if !known {
		return reply{}, aadError(http.StatusBadRequest, "invalid_grant", 70000, "The provided refresh token is not valid.")
	}
	return g.signIn(login.user, login.client)
}

func (g *grant) password() (reply, error) {
	user := g.world.userNamed(g.form.Get("username"), "")
	if user == nil || !strings.EqualFold(user.upn, g.form.Get("username")) {
		return reply{}, aadError(http.StatusBadRequest, "invalid_grant", 50034, "The user account %s does not exist in the directory.", g.form.Get("username"))
	}
	if user.password == "" || user.password != g.form.Get("password") {
		return reply{}, aadError(http.StatusBadRequest, "invalid_grant", 50126, "Error validating credentials due to invalid username or password.")
	}
	return g.signIn(user, g.form.Get("client_id"))
}

// inTenant finds the account of a user in a tenant: the home account, or a guest.
func (u *principal) inTenant(t *tenant) *principal {
	if t == nil || t == u.tenant {
		return u
	}
	for _, g := range u.guests {
		if g.tenant == t {
			return g
		}
	}
	return nil
}

// signIn answers with tokens for a person, in the tenant that was asked for.
func (g *grant) signIn(user *principal, client string) (reply, error) {
	p := user.inTenant(g.tenant)
	if p == nil || !p.exists.at(g.now) {
		p = user.abroad(g.tenant, g.now)
	}
	switch {
	case p == nil || !p.exists.at(g.now):
		return reply{}, aadError(http.StatusBadRequest, "invalid_grant", 50020, "User account '%s' from identity provider does not exist in tenant '%s' "+
			"and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.", user.upn, g.vars["tenant"])
	case p.disabled.at(g.now):
		return reply{}, aadError(http.StatusBadRequest, "invalid_grant", 50057, "The user account is disabled.")
	}
	if g.resource == "" {
		g.resource = "https://graph.microsoft.com"
	}
	if err := g.checkResource(); err != nil {
		return reply{}, err
	}
	answer, err := tokenAnswer(g.call, p, client, g.resource)
	if err != nil {
		return reply{}, err
	}
	idToken, err := g.emulator.signer.sign(jwt.MapClaims{
		"aud": client, "iss": g.base + "/" + string(p.tenant.id) + "/v2.0", "tid": string(p.tenant.id), "oid": string(p.id), "sub": string(p.id),
		"preferred_username": user.upn, "name": p.displayName, "ver": "2.0", "iat": g.now.Unix(),
		// Clients compare this one with their own clock, which is not ours.
		"exp": g.now.AddDate(10, 0, 0).Unix(),
	})
	if err != nil {
		return reply{}, err
	}
	g.keep()
	refresh := g.secret("refresh")
	g.emulator.logins.mu.Lock()
	g.emulator.logins.refresh[refresh] = userLogin{user, client}
	g.emulator.logins.mu.Unlock()
	answer["id_token"], answer["refresh_token"] = idToken, refresh
	answer["scope"] = g.resource + "/.default openid profile offline_access"
	answer["client_info"] = b64(`{"uid":"` + string(user.id) + `","utid":"` + string(user.tenant.id) + `"}`)
	return reply{status: http.StatusOK, body: answer}, nil
}
