//go:build unix

package azure_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
)

// TestAzureCLI signs in with a command of the name az that plays the real one.
func TestAzureCLI(t *testing.T) {
	f := newFake(t)
	m := &management{id: "4987654", state: "Active"}
	m.serve(f)
	dir := t.TempDir()
	play := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "az"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	token := jwt(map[string]any{"tid": tenant, "oid": object, "scp": "user_impersonation", "upn": "Alice@contoso.example", "name": "Alice"})
	play(`echo '{"accessToken":"` + token + `","expires_on":4102444800}'`)
	c := azure.Credential{Name: "me", Tenant: tenant, Method: azure.AzureCLI}
	s := f.open(c, quick())
	self, err := s.Self(t.Context())
	if err != nil || self.Identity != "alice@contoso.example" || self.Kind != pharos.User || self.Guest {
		t.Fatalf("got %+v, %v", self, err)
	}
	play(`echo never asked again >&2; exit 1`)
	if l, err := s.Link(t.Context()); err != nil || l.PartnerID != "4987654" {
		t.Errorf("got %+v, %v", l, err)
	}
	play(`echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`)
	_, err = f.open(c, quick()).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "me", "az login --tenant "+tenant)
}
