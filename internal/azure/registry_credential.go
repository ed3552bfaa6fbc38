package azure

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// credentialName is what secrets of ours are called in the directory.
const credentialName = "pharos"

type wireSecret struct {
	ID     string    `json:"keyId"`
	Name   string    `json:"displayName"`
	Until  time.Time `json:"endDateTime"`
	Secret string    `json:"secretText"`
}

type wireKey struct {
	ID     string    `json:"keyId"`
	Name   string    `json:"displayName"`
	Custom string    `json:"customKeyIdentifier"`
	Until  time.Time `json:"endDateTime"`
	Key    string    `json:"key"`
}

// credential names a certificate by its thumbprint, where it is told: by the
// certificate itself, or by an identifier that is the thumbprint by default.
func (w wireKey) credential() onboard.Credential {
	c := onboard.Credential{Kind: onboard.ByCertificate, ID: firstOf(w.Custom, w.ID), Name: w.Name, Until: w.Until.UTC()}
	if der, err := base64.StdEncoding.DecodeString(w.Key); err == nil {
		if cert, err := x509.ParseCertificate(der); err == nil {
			c.ID = onboard.Thumbprint(cert)
		}
	}
	return c
}

type wireFederated struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Issuer    string   `json:"issuer"`
	Subject   string   `json:"subject"`
	Audiences []string `json:"audiences"`
}

func (w wireFederated) credential() onboard.Credential {
	f := onboard.Federation{Issuer: w.Issuer, Subject: w.Subject}
	if len(w.Audiences) > 0 {
		f.Audience = w.Audiences[0] // Entra ID allows one
	}
	return onboard.Credential{Kind: onboard.ByFederation, ID: w.ID, Name: w.Name, Federation: f}
}

// Credentials reads by what one can sign in as an application. Microsoft Graph
// tells certificates only when nothing else is selected.
func (r Registry) Credentials(ctx context.Context, a onboard.Application) ([]onboard.Credential, time.Time, error) {
	var out []onboard.Credential
	secrets, _, err := read[struct {
		Secrets []wireSecret `json:"passwordCredentials"`
	}](ctx, r, applicationPath(a)+query("$select", "passwordCredentials"))
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, w := range secrets.Secrets {
		out = append(out, onboard.Credential{Kind: onboard.BySecret, ID: w.ID, Name: w.Name, Until: w.Until.UTC()})
	}
	keys, err := r.keys(ctx, a)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, raw := range keys {
		var w wireKey
		if err := json.Unmarshal(raw, &w); err != nil {
			return nil, time.Time{}, pharos.Errorf(pharos.Unavailable, "credential %s: Graph tells a certificate of %s in an unknown form: %w", r.session.Name(), a.Name, err)
		}
		out = append(out, w.credential())
	}
	federated, at, err := r.federated(ctx, a)
	return append(out, federated...), at, err
}

// keys reads the certificates of an application as Graph tells them.
func (r Registry) keys(ctx context.Context, a onboard.Application) ([]json.RawMessage, error) {
	w, _, err := read[struct {
		Keys []json.RawMessage `json:"keyCredentials"`
	}](ctx, r, applicationPath(a)+query("$select", "keyCredentials"))
	return w.Keys, err
}

func (r Registry) federated(ctx context.Context, a onboard.Application) ([]onboard.Credential, time.Time, error) {
	all, at, err := list[wireFederated](ctx, r.session.graph, call{ref: applicationPath(a) + "/federatedIdentityCredentials", need: needRegistering})
	var out []onboard.Credential
	for _, w := range all {
		out = append(out, w.credential())
	}
	return out, at, err
}

// AddSecret adds a client secret, which is told this once.
func (r Registry) AddSecret(ctx context.Context, a onboard.Application, until time.Time) (onboard.Credential, string, error) {
	w, err := post[wireSecret](ctx, r, applicationPath(a)+"/addPassword", map[string]any{
		"passwordCredential": map[string]any{"displayName": credentialName, "endDateTime": until.UTC().Format(time.RFC3339)},
	})
	if err == nil && w.Secret == "" {
		err = pharos.Errorf(pharos.Unavailable, "credential %s: Graph added a secret and did not tell it", r.session.Name()).WithHint("--new-credential adds another")
	}
	return onboard.Credential{Kind: onboard.BySecret, ID: w.ID, Name: firstOf(w.Name, credentialName), Until: until.UTC()}, w.Secret, err
}

// AddCertificate adds a certificate. The list of certificates can only be
// replaced as a whole, so those that stand are sent back as they were read
// (Microsoft Learn, "Add a certificate to an app using Microsoft Graph").
func (r Registry) AddCertificate(ctx context.Context, a onboard.Application, cert *x509.Certificate) (onboard.Credential, error) {
	keys, err := r.keys(ctx, a)
	if err != nil {
		return onboard.Credential{}, err
	}
	list := []any{}
	for _, raw := range keys {
		list = append(list, raw)
	}
	name := cert.Subject.String()
	list = append(list, map[string]any{
		"type": "AsymmetricX509Cert", "usage": "Verify", "displayName": name, "key": base64.StdEncoding.EncodeToString(cert.Raw),
		"startDateTime": cert.NotBefore.UTC().Format(time.RFC3339), "endDateTime": cert.NotAfter.UTC().Format(time.RFC3339),
	})
	_, err = r.session.graph.do(ctx, call{
		method: http.MethodPatch, ref: applicationPath(a), body: map[string]any{"keyCredentials": list}, need: needRegistering,
	})
	return onboard.Credential{Kind: onboard.ByCertificate, ID: onboard.Thumbprint(cert), Name: name, Until: cert.NotAfter.UTC()}, err
}

// Federate adds a federated credential. One for the same tokens, made by a try
// whose answer was lost, is taken.
func (r Registry) Federate(ctx context.Context, a onboard.Application, f onboard.Federation) (onboard.Credential, error) {
	w, err := post[wireFederated](ctx, r, applicationPath(a)+"/federatedIdentityCredentials", map[string]any{
		"name": f.Name(), "issuer": f.Issuer, "subject": f.Subject, "audiences": []string{f.Audience}, "description": "made by pharos onboard account",
	})
	if pharos.CodeOf(err) != pharos.Conflict && pharos.CodeOf(err) != pharos.Invalid {
		return w.credential(), err
	}
	if have, _, listed := r.federated(ctx, a); listed == nil {
		for _, c := range have {
			if c.Federation == f {
				return c, nil
			}
		}
	}
	return onboard.Credential{}, err
}

// read makes one call that reads an object, with the cloud's time of it.
func read[T any](ctx context.Context, r Registry, ref string) (T, time.Time, error) {
	ans, err := r.session.graph.do(ctx, call{ref: ref, need: needRegistering})
	if err != nil {
		var none T
		return none, time.Time{}, err
	}
	v, err := decode[T](ans)
	return v, ans.at, err
}
