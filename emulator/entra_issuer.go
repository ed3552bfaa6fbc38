package emulator

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// issuerPatience is how long an issuer may take to answer.
	issuerPatience = 5 * time.Second
	// maxIssuerBody bounds a discovery document or key set.
	maxIssuerBody = 1 << 20
)

var errNotAsked = errors.New("only issuers on loopback are asked, such as http://127.0.0.1:8080")

// askIssuer asks the issuer of an assertion for its keys, by OpenID Connect
// Discovery 1.0. Only one that the application trusts is asked, and only on
// this machine: the emulator calls nobody else.
func askIssuer(c *call) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(form.Get("client_assertion"), claims); err != nil {
		return
	}
	issuer, _ := claims["iss"].(string)
	if !c.trusts(strings.ToLower(form.Get("client_id")), issuer) || c.isOwnIssuer(issuer) {
		return
	}
	keys, err := issuerKeys(c.Context(), issuer)
	c.issuer = &issuerAnswer{keys, err}
}

// trusts reports whether an application has a federated credential for the
// issuer.
func (c *call) trusts(app, issuer string) bool {
	c.world.mu.RLock()
	defer c.world.mu.RUnlock()
	for _, t := range c.world.tenants {
		p := c.world.apps[appKey{t.id, app}]
		if p != nil && slices.ContainsFunc(p.federated, func(f *federatedCredential) bool { return f.issuer == issuer }) {
			return true
		}
	}
	return false
}

// issuerKeys reads the discovery document of an issuer and the RSA keys that
// it points to. The document must be the issuer's own (section 4.3).
func issuerKeys(ctx context.Context, issuer string) (map[string]*rsa.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, issuerPatience)
	defer cancel()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{Control: loopbackDial}).DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("an issuer must not redirect") },
	}
	var about struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := readJSON(ctx, client, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", &about); err != nil {
		return nil, err
	}
	if about.Issuer != issuer {
		return nil, fmt.Errorf("the discovery document is of %q", about.Issuer)
	}
	var set struct {
		Keys []struct {
			ID   string `json:"kid"`
			Type string `json:"kty"`
			N    string `json:"n"`
			E    string `json:"e"`
		} `json:"keys"`
	}
	if err := readJSON(ctx, client, about.Keys, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		e, err2 := base64.RawURLEncoding.DecodeString(k.E)
		if k.Type == "RSA" && err == nil && err2 == nil && len(e) <= 4 {
			keys[k.ID] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		}
	}
	return keys, nil
}

// loopbackDial refuses every address of another machine, whatever its name.
func loopbackDial(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !isLoopback(host) {
		return errNotAsked
	}
	return nil
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}

// readJSON reads a document of an issuer.
func readJSON(ctx context.Context, client *http.Client, address string, into any) (err error) {
	u, err := url.Parse(address)
	if err != nil || !isLoopback(u.Hostname()) {
		return errNotAsked
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", u.Path, answer.Status)
	}
	return json.NewDecoder(io.LimitReader(answer.Body, maxIssuerBody)).Decode(into)
}
