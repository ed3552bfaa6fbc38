package emulator

import (
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// proveAssertion checks what an application presents in place of a secret: a
// token that it signed itself, with one of its certificates, or one of an
// issuer that it trusts. Times are not checked: they are by another clock than
// the emulator's.
func (g *grant) proveAssertion(p *principal, assertion string) error {
	if g.form.Get("client_assertion_type") != assertionType {
		return aadError(http.StatusBadRequest, "invalid_request", 50027, "JWT token is invalid or malformed: client_assertion_type must be '%s'.", assertionType)
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(assertion, claims); err != nil {
		return aadError(http.StatusBadRequest, "invalid_request", 50027, "JWT token is invalid or malformed.")
	}
	if claims["iss"] == p.appID || claims["sub"] == p.appID {
		return g.proveCertificate(p, assertion)
	}
	return g.proveFederated(p, assertion, claims)
}

// proveCertificate checks a token that the application signed itself.
func (g *grant) proveCertificate(p *principal, assertion string) error {
	for _, k := range p.keys {
		claims := jwt.MapClaims{}
		_, err := jwt.ParseWithClaims(assertion, claims, func(*jwt.Token) (any, error) { return k.certificate.PublicKey, nil },
			jwt.WithoutClaimsValidation(), jwt.WithValidMethods([]string{"RS256", "PS256"}))
		if err != nil || claims["iss"] != p.appID || claims["sub"] != p.appID || !g.isTokenEndpoint(claims["aud"]) {
			continue
		}
		if !g.now.Before(k.to) {
			return aadError(http.StatusUnauthorized, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is expired on "+
				"application. [Reason - The key used is expired., Thumbprint of key used by client: '%s', Found key 'Start=%s, End=%s']",
				thumbprint(k.certificate), k.from.Format(time.DateTime), k.to.Format(time.DateTime))
		}
		return nil
	}
	return unknownCertificate(p.appID)
}

func unknownCertificate(appID string) *apiError {
	return aadError(http.StatusUnauthorized, "invalid_client", 700027,
		"The certificate with identifier used to sign the client assertion is not registered on application '%s'.", appID)
}

// isTokenEndpoint reports whether an assertion was made for this endpoint.
func (g *grant) isTokenEndpoint(aud any) bool {
	s, _ := aud.(string)
	u, err := url.Parse(s)
	return err == nil && u.Host == g.Host && strings.Contains(u.Path, g.vars["tenant"])
}

// proveFederated checks a token of another issuer against the federated
// credentials of the application: issuer, subject and audience must be the
// same, letter by letter (docs: workload identity federation).
func (g *grant) proveFederated(p *principal, assertion string, claims jwt.MapClaims) error {
	issuer, _ := claims["iss"].(string)
	subject, _ := claims["sub"].(string)
	audience, _ := claims.GetAudience() // a claim of another form fits nothing
	if g.isOwnIssuer(issuer) {
		return aadError(http.StatusUnauthorized, "invalid_client", 700222, "AAD-issued tokens may not be used for federated identity flows.")
	}
	const check = " Please note that the matching is done using a case-sensitive comparison. Check your federated identity credential Subject, Audience " +
		"and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
	mismatch := func(number int, what, value string) error {
		return aadError(http.StatusUnauthorized, "invalid_client", number, "No matching federated identity record found for presented assertion %s '%s'."+check, what, value)
	}
	trusted := slices.Clone(p.federated)
	for _, x := range []struct {
		number      int
		what, value string
		fits        func(*federatedCredential) bool
	}{
		{700211, "issuer", issuer, func(f *federatedCredential) bool { return f.issuer == issuer }},
		{700213, "subject", subject, func(f *federatedCredential) bool { return f.subject == subject }},
		{700212, "audience", strings.Join(audience, ","), func(f *federatedCredential) bool { return slices.Contains(audience, f.audience) }},
	} {
		trusted = slices.DeleteFunc(trusted, func(f *federatedCredential) bool { return !x.fits(f) })
		if len(trusted) == 0 {
			return mismatch(x.number, x.what, x.value)
		}
	}
	return g.proveIssuer(assertion)
}

// isOwnIssuer reports whether tokens of the issuer are the emulator's own.
func (c *call) isOwnIssuer(issuer string) bool {
	return strings.HasPrefix(issuer, "https://sts.windows.net/") || strings.HasPrefix(issuer, "https://login.microsoftonline.com/") ||
		strings.HasPrefix(strings.ToLower(issuer), strings.ToLower(c.base)+"/")
}

// proveIssuer checks the signature by the keys that the issuer told.
func (g *grant) proveIssuer(assertion string) error {
	if g.issuer == nil || g.issuer.err != nil {
		why := errNotAsked
		if g.issuer != nil {
			why = g.issuer.err
		}
		return aadError(http.StatusBadRequest, "invalid_request", 50166, "Request to External OIDC endpoint failed. (emulator: %v)", why)
	}
	_, err := jwt.Parse(assertion, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		key := g.issuer.keys[id]
		if key == nil {
			return nil, jwt.ErrTokenUnverifiable
		}
		return key, nil
	}, jwt.WithoutClaimsValidation(), jwt.WithValidMethods([]string{"RS256"}))
	if errors.Is(err, jwt.ErrTokenUnverifiable) {
		return aadError(http.StatusUnauthorized, "invalid_client", 700027, "Client assertion contains an invalid signature. [Reason - The key was not found.]")
	}
	if err != nil {
		return aadError(http.StatusUnauthorized, "invalid_client", 700027, "Client assertion contains an invalid signature. [Reason - The provided signature value did not match the expected signature value.]")
	}
	return nil
}

// issuerAnswer is what an issuer said of itself: the keys by which its tokens
// are checked, by their id, or why it could not be asked.
type issuerAnswer struct {
	keys map[string]*rsa.PublicKey
	err  error
}
