package emulator

import (
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pharos-pec/pharos"
)

// caller is who a token stands for.
type caller struct {
	principal *principal
	tenant    *tenant
	app       bool
	audience  string
}

// audiences are the public audiences of each service; the emulator's own
// address is an audience of all of them.
func audiences(s service) []string {
	switch s {
	case arm:
		return []string{"https://management.azure.com", "https://management.core.windows.net", "797f4846-ba00-4fd7-ba43-dac1f8f63013"}
	case graph:
		return []string{"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}
	case partnerCenter:
		return []string{"https://api.partnercenter.microsoft.com", "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd", "https://graph.windows.net"}
	default:
		return nil
	}
}

// ownAudience reports whether a resource is the emulator's own address: the
// same port, by the name the client used or by a loopback name.
func ownAudience(resource, base string) bool {
	r, err := url.Parse(resource)
	b, err2 := url.Parse(base)
	if err != nil || err2 != nil || r.Host == "" || strings.Trim(r.Path, "/") != "" || r.Port() != b.Port() {
		return false
	}
	ip := net.ParseIP(r.Hostname())
	return strings.EqualFold(r.Host, b.Host) || r.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
}

// knownResource reports whether a token can be had for the resource.
func knownResource(resource, base string) bool {
	r := strings.TrimRight(strings.ToLower(resource), "/")
	return ownAudience(resource, base) || slices.Contains(audiences(arm), r) ||
		slices.Contains(audiences(graph), r) || slices.Contains(audiences(partnerCenter), r)
}

// accessToken makes a token for p with the audience as it was asked for.
func (e *Emulator) accessToken(p *principal, client, resource string, now time.Time) (string, error) {
	tid := string(p.tenant.id)
	claims := jwt.MapClaims{
		"aud": resource, "iss": issuer(p.tenant), "tid": tid, "oid": string(p.id), "sub": string(p.id),
		"appid": client, "ver": "1.0", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
	}
	if p.kind == pharos.ServicePrincipal {
		claims["idtyp"], claims["appid"] = "app", p.appID
		if p.graph && p.tenant.partner != nil {
			claims["roles"] = []string{"AuditLog.Read.All", "Directory.ReadWrite.All", "PartnerBilling.Read.All"}
		} else if p.graph {
			claims["roles"] = []string{"AuditLog.Read.All", "Directory.ReadWrite.All"}
		} else if p.registrar {
			claims["roles"] = []string{"Application.ReadWrite.OwnedBy"}
		}
	} else {
		claims["idtyp"], claims["scp"], claims["name"] = "user", "user_impersonation", p.displayName
		if slices.Contains(audiences(graph), strings.TrimRight(strings.ToLower(resource), "/")) {
			claims["scp"], claims["wids"] = personScopes, []string{memberRole}
		}
		claims["upn"], claims["unique_name"] = p.signInName(), p.signInName()
		if p.home != nil {
			claims["idp"] = issuer(p.home.tenant)
			if claims["wids"] != nil {
				claims["wids"] = []string{guestRole}
			}
		}
	}
	return e.signer.sign(claims)
}

// issuer is who issues a tenant's tokens, in the form of version 1.0.
func issuer(t *tenant) string { return "https://sts.windows.net/" + string(t.id) + "/" }

// signInName is the name a person signs in by, in every tenant the same.
func (p *principal) signInName() string {
	if p.home != nil {
		return p.home.upn
	}
	return p.upn
}

// authenticate finds the caller of a token, or refuses it as the service would.
func (e *Emulator) authenticate(c *call, s service) (*caller, error) {
	if c.claims == nil { // else a change is made again, whose token was checked
		if err := e.checkToken(c, s); err != nil {
			return nil, err
		}
	}
	text := func(name string) string { v, _ := c.claims[name].(string); return v }
	aud := text("aud")
	if !ownAudience(aud, c.base) && !slices.Contains(audiences(s), strings.TrimRight(strings.ToLower(aud), "/")) {
		return nil, refuseToken(c, s, "InvalidAuthenticationTokenAudience", "The access token has been obtained for wrong audience or resource '"+aud+
			"'. It should exactly match with one of the allowed audiences '"+strings.Join(audiences(s), "','")+"','"+c.base+"'.")
	}
	p := e.world.tokenHolder(pharos.TenantID(text("tid")), pharos.PrincipalID(text("oid")), text("idp"), c.now)
	if p == nil || !p.able().at(c.now) {
		return nil, refuseToken(c, s, "InvalidAuthenticationToken", "The account of the access token does not exist or is disabled.")
	}
	return &caller{principal: p, tenant: p.tenant, app: text("idtyp") == "app", audience: aud}, nil
}

// tokenHolder finds the object that a token stands for: one of the tenant, or
// a foreign principal of it that still may act there.
func (w *world) tokenHolder(tenant pharos.TenantID, id pharos.PrincipalID, idp string, t time.Time) *principal {
	if p := w.principalBy[pharos.PrincipalRef{Tenant: tenant, ID: id}]; p != nil {
		return p
	}
	for _, by := range w.partners {
		if home := w.principalBy[pharos.PrincipalRef{Tenant: by.tenant.id, ID: id}]; home != nil && idp == issuer(by.tenant) {
			return home.abroad(w.tenantByID[tenant], t)
		}
	}
	return nil
}

// checkToken reads the claims of the call's token.
func (e *Emulator) checkToken(c *call, s service) error {
	scheme, raw, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	switch {
	case scheme == "":
		e := refuseToken(c, s, "AuthenticationFailed", "The authentication failed because of missing 'Authorization' header.")
		e.message = "Authentication failed. The 'Authorization' header is missing."
		return e
	case !strings.EqualFold(scheme, "Bearer") || raw == "":
		return refuseToken(c, s, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is provided in an invalid format.")
	}
	claims, err := e.signer.verify(raw, c.now)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		until, _ := claims.GetExpirationTime() // it has one, and it is past
		return expiredToken(c, s, until.Time)
	case err != nil:
		return refuseToken(c, s, "InvalidAuthenticationToken", "The access token is invalid.")
	}
	c.claims = claims
	if s == arm {
		return e.checkAuxiliary(c)
	}
	return nil
}

// auxiliaryHeader has tokens of other tenants for calls of Resource Manager that
// concern several (docs: Authenticate requests across tenants).
const auxiliaryHeader = "X-Ms-Authorization-Auxiliary"

// maxAuxiliary is how many tokens the header may have (documented).
const maxAuxiliary = 3

// checkAuxiliary refuses a call whose further tokens are not good. What they
// allow beyond the caller's own is not played: nothing here needs it. The code
// and words of the refusal are inferred.
func (e *Emulator) checkAuxiliary(c *call) error {
	tokens := strings.FieldsFunc(c.Header.Get(auxiliaryHeader), func(r rune) bool { return r == ',' || r == ';' })
	good := len(tokens) <= maxAuxiliary
	for _, t := range tokens {
		scheme, raw, _ := strings.Cut(strings.TrimSpace(t), " ")
		_, err := e.signer.verify(raw, c.now)
		good = good && err == nil && strings.EqualFold(scheme, "Bearer")
	}
	if !good {
		return refuseToken(c, arm, "InvalidAuxiliaryTokens", "Authentication failed for auxiliary token.")
	}
	return nil
}

// refuseToken is a 401 with the challenge that says where to sign in: for a
// subscription that is its tenant, which is how clients find it.
func refuseToken(c *call, s service, code, message string) *apiError {
	if s == graph {
		code = "InvalidAuthenticationToken"
	}
	tenant := "common"
	if path := split(c.URL.Path); s == arm && len(path) > 1 && strings.EqualFold(path[0], "subscriptions") {
		if sub := c.world.subByID[pharos.SubscriptionID(strings.ToLower(path[1]))]; sub != nil {
			tenant = string(sub.customer.tenant.id)
		}
	}
	e := &apiError{status: 401, code: code, message: message}
	e.header = map[string][]string{"Www-Authenticate": {
		`Bearer authorization_uri="` + c.base + "/" + tenant + `", error="invalid_token", error_description="` + message + `"`,
	}}
	return e
}

// expiredToken refuses a token whose hour is over by the emulator's clock.
// The clock may have been moved under a client that thinks its token fresh,
// so the challenge is the one of continuous access evaluation, upon which the
// Azure SDKs fetch another token (docs: claims challenges).
func expiredToken(c *call, s service, until time.Time) *apiError {
	const us = "1/2/2006 3:04:05 PM" // the form of the cloud's own message
	e := refuseToken(c, s, "ExpiredAuthenticationToken", "The access token expiry UTC time '"+until.UTC().Format(us)+
		"' is earlier than current UTC time '"+c.now.Format(us)+"'.")
	claims := `{"access_token":{"nbf":{"essential":true,"value":"` + c.now.Format("20060102150405") + `"}}}`
	e.header["Www-Authenticate"] = []string{
		`Bearer realm="", authorization_uri="` + c.base + `/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", ` +
			`error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`,
	}
	return e
}
