package emulator

import (
	"context"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"crypto/tls"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azarm "github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// azure is an emulator behind TLS with what the Azure SDKs need to reach it.
type azure struct {
	*Emulator
	url     string
	options policy.ClientOptions
}

func start(t *testing.T, e *Emulator) *azure {
	t.Helper()
	dir := t.TempDir()
	s, err := e.Listen("127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return &azure{Emulator: e, url: s.URL, options: policy.ClientOptions{
		Transport: &http.Client{Transport: transport},
		Retry:     policy.RetryOptions{RetryDelay: 1, MaxRetryDelay: 1},
		Cloud: cloud.Configuration{
			ActiveDirectoryAuthorityHost: s.URL,
			Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: s.URL, Audience: s.URL}},
		},
	}}
}

func (a *azure) arm() *azarm.ClientOptions {
	return &azarm.ClientOptions{ClientOptions: a.options, DisableRPRegistration: true}
}

// signIn returns the credential of a service principal of the scenario.
func (a *azure) signIn(t *testing.T, tenant, name string) azcore.TokenCredential {
	t.Helper()
	p := principalNamed(t, a.world, tenant, name)
	cred, err := azidentity.NewClientSecretCredential(string(p.tenant.id), p.appID, p.secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: a.options, DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

func principalNamed(t *testing.T, w *world, tenant, name string) *principal {
	t.Helper()
	for _, x := range w.tenants {
		if x.name != tenant {
			continue
		}
		if p := x.byName[name]; p != nil {
			return p
		}
		if p := x.guestByName[name]; p != nil {
			return p
		}
	}
	t.Fatalf("no principal %s of %s", name, tenant)
	return nil
}

func emulate(t testing.TB) *Emulator {
	t.Helper()
	s, err := ReadScenario("testdata/contoso.yaml")
	return play(t, s, err)
}

// emulateText plays a scenario that is written in the test.
func emulateText(t testing.TB, text string) *Emulator {
	t.Helper()
	s, err := ParseScenario("x.yaml", []byte(text))
	return play(t, s, err)
}

// play makes the emulator of a scenario that was read, or not.
func play(t testing.TB, s *Scenario, err error) *Emulator {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
