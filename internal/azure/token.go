package azure

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/pharos-pec/pharos"
)

// renewBefore is how long before its end a token is replaced, so that it does
// not end on its way.
const renewBefore = 5 * time.Minute

// tokens holds one credential's token for one audience. The SDK's credentials
// cache too, but not all of them, and none lets go of a token that the cloud
// has begun to refuse.
type tokens struct {
	owner  Credential
	host   string // of Entra ID, for errors
	source azcore.TokenCredential
	scope  string
	now    func() time.Time

	mu      sync.Mutex
	current azcore.AccessToken
}

// get returns the current token, or a new one when it is about to end.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.Token != "" && t.now().Add(renewBefore).Before(t.current.ExpiresOn) {
		return t.current.Token, nil
	}
	return t.mint(ctx, "")
}

// renew replaces a token that the cloud refused although it had not ended by
// this machine's clock: it was revoked, or the two clocks differ. When another
// call has replaced it meanwhile, that one is returned.
func (t *tokens) renew(ctx context.Context, refused, claims string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.Token != refused && t.current.Token != "" {
		return t.current.Token, nil
	}
	if claims == "" {
		// The claim that Entra ID's own challenges carry; it makes the SDK pass by its cache.
		claims = fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, t.now().Unix())
	}
	return t.mint(ctx, claims)
}

func (t *tokens) mint(ctx context.Context, claims string) (string, error) {
	if m := t.owner.Method; m == AzureCLI || m == ManagedIdentity {
		claims = "" // these two take none; az asks Entra ID itself
	}
	if t.owner.Method == FederatedToken {
		// The SDK would bury the error of a missing file in one of its own.
		if _, err := t.owner.readToken(); err != nil {
			return "", err
		}
	}
	tok, err := t.source.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{t.scope}, EnableCAE: true, Claims: claims})
	if err != nil {
		return "", signInError(ctx, t.owner, t.host, err)
	}
	t.current = tok
	return tok.Token, nil
}

// Do is the pipeline policy that bears the token, and once renews it.
func (t *tokens) Do(req *policy.Request) (*http.Response, error) {
	ctx := req.Raw().Context()
	if req.Raw().URL.Scheme != "https" {
		return nil, final{pharos.Errorf(pharos.Internal, "a token may only travel over https")}
	}
	token, err := t.get(ctx)
	if err != nil {
		return nil, final{err}
	}
	req.Raw().Header.Set("Authorization", "Bearer "+token)
	resp, err := req.Next()
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	fresh, err := t.renew(ctx, token, challenge(resp.Header.Get("WWW-Authenticate")))
	if err != nil {
		return nil, final{err}
	}
	if fresh == token {
		return resp, nil
	}
	if err := req.RewindBody(); err != nil {
		return nil, err
	}
	_ = resp.Body.Close() // the refusal is answered, not read
	req.Raw().Header.Set("Authorization", "Bearer "+fresh)
	return req.Next()
}

var claimsParameter = regexp.MustCompile(`claims="([A-Za-z0-9+/=_-]+)"`)

// challenge returns the claims a resource asks for when it refuses a token
// (continuous access evaluation), or "".
func challenge(header string) string {
	m := claimsParameter.FindStringSubmatch(header)
	if m == nil {
		return ""
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding, base64.URLEncoding, base64.RawStdEncoding} {
		if b, err := e.DecodeString(m[1]); err == nil {
			return string(b)
		}
	}
	return ""
}

// final is an error that no further try can mend.
type final struct{ error }

// NonRetriable marks the error for the SDK's retry policy.
func (final) NonRetriable() {}

// Unwrap returns the error.
func (f final) Unwrap() error { return f.error }
