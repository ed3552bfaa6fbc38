package emulator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// selfSigned writes a certificate and returns it with its key.
func selfSigned(t *testing.T, file string) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "robot"}, NotBefore: validFrom(), NotAfter: validUntil()}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestSDK_Certificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := selfSigned(t, filepath.Join(dir, "robot.pem"))
	other, otherKey := selfSigned(t, filepath.Join(dir, "other.pem"))
	text := strings.Replace(minimal, "secret: s", "certificate: robot.pem", 1)
	s, err := ParseScenario(filepath.Join(dir, "s.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	ready, err := e.WriteFiles(filepath.Join(dir, "azure"), loopback)
	if err != nil {
		t.Fatal(err)
	}
	if config, err := os.ReadFile(ready.ConfigFile); err != nil || !strings.Contains(string(config), "certificate: file:"+filepath.Join(dir, "robot.pem")) {
		t.Errorf("the configuration does not name the certificate: %v\n%s", err, config)
	}
	a := start(t, e)
	robot := principalOf(t, e, "msp", "robot")
	for _, c := range []struct {
		cert *x509.Certificate
		key  *rsa.PrivateKey
		want string
	}{{cert, key, ""}, {other, otherKey, "AADSTS700027"}} {
		cred, err := azidentity.NewClientCertificateCredential(string(robot.tenant.id), robot.appID, []*x509.Certificate{c.cert}, c.key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: a.options, DisableInstanceDiscovery: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{a.url + "/.default"}})
		if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// TestSDK_ClockMovesUnderAClient: a client whose token is over by the moved
// clock gets another one by itself.
func TestSDK_ClockMovesUnderAClient(t *testing.T) {
	a := start(t, emulate(t))
	list := subscriptionsOf(t, a, "provider-automation")
	if list() != 1 {
		t.Fatal("the robot sees no subscription")
	}
	if err := a.SetTime(a.Now().AddDate(0, 0, 3)); err != nil {
		t.Fatal(err)
	}
	if list() != 1 {
		t.Error("three days later the robot sees no subscription")
	}
}
