package azure

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/pharos-pec/pharos"
)

// claims are what Pharos reads of its own access token. The signature is not
// checked: the token came from Entra ID over TLS, and Resource Manager checks
// it. Source: Microsoft Learn, "Access token claims reference".
type claims struct {
	Tenant   guid     `json:"tid"`
	Object   guid     `json:"oid"`
	Type     string   `json:"idtyp"`
	AppID    string   `json:"appid"` // version 1.0 tokens
	Party    string   `json:"azp"`   // version 2.0 tokens
	Scopes   string   `json:"scp"`
	Roles    []string `json:"roles"` // application permissions
	WIDs     []string `json:"wids"`  // directory roles of a person, by their templates
	Name     string   `json:"name"`
	App      string   `json:"app_displayname"`
	UPN      string   `json:"upn"`
	Unique   string   `json:"unique_name"`
	Username string   `json:"preferred_username"`
	Email    string   `json:"email"`
	Provider string   `json:"idp"` // issuer of a guest's home tenant
}

// principalOf says whose token it is.
func principalOf(token string, c Credential) (pharos.Principal, error) {
	k, err := readClaims(token)
	if err != nil {
		return pharos.Principal{}, pharos.Errorf(pharos.Unavailable, "credential %s: the access token does not say whose it is: %w", c.Name, err)
	}
	p := pharos.Principal{PrincipalRef: pharos.PrincipalRef{Tenant: pharos.TenantID(k.Tenant), ID: pharos.PrincipalID(k.Object)}}
	if k.Type == "app" || (k.Type == "" && k.Scopes == "" && firstOf(k.UPN, k.Unique, k.Username) == "") {
		p.Kind = pharos.ServicePrincipal
		p.Name = firstOf(k.App, c.Name)
		p.Identity = strings.ToLower(firstOf(k.AppID, k.Party))
		return p, nil
	}
	p.Kind = pharos.User
	signIn := firstOf(k.UPN, k.Unique, k.Username, k.Email)
	p.Identity = homeName(signIn, k.Email)
	p.Name = firstOf(k.Name, p.Identity)
	p.Guest = isGuest(k) || strings.Contains(strings.ToLower(signIn), guestMark)
	return p, nil
}

// readClaims decodes the middle part of a token.
func readClaims(token string) (claims, error) {
	var k claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return k, pharos.Errorf(pharos.Unavailable, "it is no JSON web token")
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return k, pharos.Errorf(pharos.Unavailable, "it is not base64url")
	}
	if err := json.Unmarshal(b, &k); err != nil {
		return k, err
	}
	if k.Tenant == "" || k.Object == "" {
		return k, pharos.Errorf(pharos.Unavailable, "it has no tid or no oid")
	}
	return k, nil
}

// isGuest reports whether the issuer of the home account is not the token's
// tenant: another one, a consumer account, or another identity provider.
func isGuest(k claims) bool {
	for part := range strings.SplitSeq(k.Provider, "/") {
		if g, err := pharos.ParseGUID(part); err == nil {
			return g != string(k.Tenant)
		}
	}
	return k.Provider != ""
}

// guestMark is in the user principal name that Entra ID gives a guest:
// alice_contoso.com#EXT#@fabrikam.onmicrosoft.com.
const guestMark = "#ext#"

// homeName returns the sign-in name a user has at home, in lower case: for a
// guest the name before the mark, its last underscore being the at sign
// (domains have none), or else its mail address.
func homeName(signIn, mail string) string {
	name := strings.ToLower(signIn)
	local, _, guest := strings.Cut(name, guestMark)
	if !guest {
		return name
	}
	if i := strings.LastIndexByte(local, '_'); i > 0 && i < len(local)-1 {
		return local[:i] + "@" + local[i+1:]
	}
	return strings.ToLower(mail)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
