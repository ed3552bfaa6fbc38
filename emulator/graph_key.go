package emulator

import (
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // a thumbprint names a certificate, it guards nothing
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// keyCredential is a certificate by which an application may sign in (docs:
// graph/api/resources/keycredential).
type keyCredential struct {
	id, name string
	// custom is the customKeyIdentifier, by default the thumbprint.
	custom      string
	certificate *x509.Certificate
	from, to    time.Time
}

// newKeyCredential is a certificate that is good as long as it says itself.
func newKeyCredential(id string, cert *x509.Certificate) keyCredential {
	return keyCredential{
		id: id, name: cert.Subject.String(), custom: thumbprint(cert), certificate: cert, from: cert.NotBefore.UTC(), to: cert.NotAfter.UTC(),
	}
}

// thumbprint names a certificate as Entra ID does, by its SHA-1.
func thumbprint(cert *x509.Certificate) string {
	sum := sha1.Sum(cert.Raw) //nolint:gosec // see the import
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// keysOf lists the certificates of an application. The certificate itself is
// told only to who asks for this property of a single object (docs:
// graph/api/resources/keycredential).
func keysOf(p *principal, c *call) []any {
	list := []any{}
	asked := c.vars["id"]+c.vars["keyed"] != "" && strings.Contains(strings.ToLower(c.URL.Query().Get("$select")), "keycredentials")
	for _, k := range p.keys {
		o := graphObject{
			"keyId": k.id, "displayName": k.name, "customKeyIdentifier": k.custom, "type": "AsymmetricX509Cert", "usage": "Verify", "key": nil,
			"startDateTime": k.from.Format(time.RFC3339), "endDateTime": k.to.Format(time.RFC3339),
		}
		if asked {
			o["key"] = base64.StdEncoding.EncodeToString(k.certificate.Raw)
		}
		list = append(list, o)
	}
	return list
}

// keyBody is a keyCredential as a client sends it.
type keyBody struct {
	KeyID, DisplayName, CustomKeyIdentifier, Type, Usage string
	Key                                                  *string
	StartDateTime, EndDateTime                           *time.Time
}

// keysFrom reads the list that is to stand in the place of an application's
// certificates: one that it has already is kept by its keyId, the others are
// added, what is not in the list is gone (docs: "Add a certificate to an app
// using Microsoft Graph").
func (c *call) keysFrom(list []keyBody, have []keyCredential) ([]keyCredential, error) {
	keys := []keyCredential{}
	for _, b := range list {
		i := slices.IndexFunc(have, func(k keyCredential) bool { return b.KeyID != "" && strings.EqualFold(k.id, b.KeyID) })
		var k keyCredential
		var err error
		if i >= 0 {
			k = have[i]
			err = b.mayKeep(k)
		} else {
			k, err = c.newKey(b)
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// mayKeep refuses another certificate, or other times, under the id of one
// that stands.
func (b keyBody) mayKeep(k keyCredential) error {
	same := b.Key == nil || *b.Key == base64.StdEncoding.EncodeToString(k.certificate.Raw)
	if same && (b.StartDateTime == nil || b.StartDateTime.Equal(k.from)) && (b.EndDateTime == nil || b.EndDateTime.Equal(k.to)) {
		return nil
	}
	return badRequest("Request_BadRequest", "Update to existing credential with KeyId '"+k.id+"' is not allowed.")
}

func (c *call) newKey(b keyBody) (keyCredential, error) {
	if b.Type != "AsymmetricX509Cert" {
		return keyCredential{}, badRequest("Request_BadRequest", `The value for the property "type" in one of your credentials is invalid. Acceptable values are AsymmetricX509Cert.`)
	}
	if b.Usage != "Verify" {
		return keyCredential{}, badRequest("Request_BadRequest", `The value for the property "usage" in one of your credentials is invalid. Acceptable values are Sign, Verify.`)
	}
	if b.Key == nil {
		return keyCredential{}, badRequest("Request_BadRequest", "Invalid value specified for property 'key' of one of your credentials: a new credential needs a certificate.")
	}
	der, err := base64.StdEncoding.DecodeString(*b.Key)
	if err != nil {
		return keyCredential{}, badRequest("Request_BadRequest", "Key value is invalid certificate")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return keyCredential{}, badRequest("Request_BadRequest", "Key value is invalid certificate")
	}
	if _, rsaKey := cert.PublicKey.(*rsa.PublicKey); !rsaKey {
		return keyCredential{}, badRequest("Request_BadRequest", "Key value is invalid certificate")
	}
	return c.datedKey(b, newKeyCredential(c.fresh("keyCredential"), cert))
}

// datedKey gives a new certificate the times and names that the client wants.
// Where it wants none, it is good from now for a year, or as long as it says
// itself.
func (c *call) datedKey(b keyBody, k keyCredential) (keyCredential, error) {
	if k.from.Before(c.now) {
		k.from = c.now.Truncate(time.Second)
	}
	if b.StartDateTime != nil {
		k.from = b.StartDateTime.UTC().Truncate(time.Second)
	}
	if year := k.from.AddDate(1, 0, 0); b.EndDateTime == nil && year.Before(k.to) {
		k.to = year
	}
	if b.EndDateTime != nil {
		if k.to = b.EndDateTime.UTC().Truncate(time.Second); k.to.After(k.certificate.NotAfter) {
			return k, badRequest("KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")
		}
	}
	if !k.to.After(c.now) || !k.to.After(k.from) {
		return k, badRequest("KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")
	}
	if b.DisplayName != "" {
		k.name = b.DisplayName
	}
	if b.CustomKeyIdentifier != "" {
		k.custom = b.CustomKeyIdentifier
	}
	return k, nil
}

// keysBody reads keyCredentials from the body of an application; a body that
// does not name them leaves those that stand.
func (c *call) keysBody(have []keyCredential) ([]keyCredential, error) {
	var body struct{ KeyCredentials *[]keyBody }
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.KeyCredentials == nil {
		return have, nil
	}
	return c.keysFrom(*body.KeyCredentials, have)
}

// choosesSecret is the refusal of secrets that a client wants to choose itself.
func choosesSecret() *apiError {
	return &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator does not implement setting passwordCredentials; a secret is added by addPassword"}
}
