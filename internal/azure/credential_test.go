package azure_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
)

// pemFile writes a certificate with its key, and the certificate alone.
func pemFile(t *testing.T) (both, certificate string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "robot"}, NotBefore: now, NotAfter: now.AddDate(20, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	both, certificate = filepath.Join(t.TempDir(), "both.pem"), filepath.Join(t.TempDir(), "certificate.pem")
	for name, text := range map[string][]byte{both: append(private, public...), certificate: public} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return both, certificate
}

// TestCertificate signs in to the emulator with a certificate, which checks
// the signature.
func TestCertificate(t *testing.T) {
	both, certificate := pemFile(t)
	text, err := os.ReadFile(filepath.Join("testdata", "month.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Replace(string(text), "secret: s3cret-for-tests", "certificate: "+certificate, 1)
	e := emulateText(t, known)
	c := azure.Credential{
		Name: "provider-automation", Tenant: tenant, Method: azure.Certificate, File: both,
		ClientID: scenarioID("application", "contoso-msp", "provider-automation"),
	}
	self, err := e.sessionAs(c).Self(t.Context())
	if err != nil || nameOf(self.ID) != "provider-automation" {
		t.Errorf("got %+v, %v", self, err)
	}
	c.File, _ = pemFile(t)
	_, err = e.sessionAs(c).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "AADSTS700027", "certificate was refused")
}

// TestFederatedToken holds that the file is read anew for each token.
func TestFederatedToken(t *testing.T) {
	f := newFake(t)
	file := filepath.Join(t.TempDir(), "token")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(s+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	f.mux.HandleFunc("POST /"+tenant+"/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.FormValue("client_assertion"))
		if len(seen) == 3 {
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]any{"error": "invalid_client", "error_description": "AADSTS700024: Client assertion is not within its valid time range. Trace ID: x"})
			return
		}
		writeJSON(w, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(map[string]any{"tid": tenant, "oid": object, "idtyp": "app", "azp": client, "n": len(seen)})})
	})
	refuse := false
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, _ *http.Request) {
		if refuse {
			refuse = false
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"value":[]}`))
	})
	c := f.credential()
	c.Method, c.File, c.Secret = azure.FederatedToken, file, nil
	s := f.open(c, quick())
	_, err := s.Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "robot", "federated token")
	write("first")
	if _, err := s.Self(t.Context()); err != nil {
		t.Fatal(err)
	}
	write("second")
	refuse = true
	if _, err := s.Subscriptions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(seen) != "[first second]" {
		t.Errorf("got assertions %v", seen)
	}
	refuse = true
	_, err = s.Subscriptions(t.Context())
	wantError(t, err, pharos.Unauthenticated, "AADSTS700024", "not valid at this time", "renew the token file")
}

// TestCertificate_OfAnotherKind holds that a key that Entra ID does not take
// is refused in words.
func TestCertificate_OfAnotherKind(t *testing.T) {
	f := newFake(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600); err != nil {
		t.Fatal(err)
	}
	c := f.credential()
	c.Method, c.File = azure.Certificate, file
	_, err = azure.Open(c, f.cloud(), quick())
	wantError(t, err, pharos.Unauthenticated, "robot", "private key")
}
