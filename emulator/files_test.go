package emulator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestWriteFiles(t *testing.T) {
	e, dir := emulate(t), t.TempDir()
	ready, err := e.WriteFiles(dir, "https://127.0.0.1:8443")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(ready.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "s3cret-for-tests") {
		t.Error("the configuration holds a secret in plain text")
	}
	var c configFile
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	links := map[string]bool{}
	for _, x := range c.Credentials {
		links[x.Name] = x.Link
		file := filepath.Join(dir, strings.TrimPrefix(x.Secret, "file:"))
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", x.Name, info, err)
		}
	}
	want := map[string]bool{"provider-automation": true, "backup-automation": true, "reader": false, "local-admin": false, "watcher": false}
	if len(links) != len(want) {
		t.Errorf("credentials %v, want %v", links, want)
	}
	for name, link := range want {
		if links[name] != link {
			t.Errorf("%s: link %v, want %v", name, links[name], link)
		}
	}
	guest := principalOf(t, e, "fabrikam", "alice")
	if len(c.Register) != 1 || c.Register[0].Principal != guest.id || c.Register[0].Tenant != guest.tenant.id {
		t.Errorf("register %+v, want alice's link in the customer's tenant", c.Register)
	}
	env, err := os.ReadFile(ready.EnvFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"export AZURE_CLIENT_SECRET='s3cret-for-tests'", "export REQUESTS_CA_BUNDLE='" + ready.CAFile + "'", "export AZURE_AUTHORITY_HOST='https://127.0.0.1:8443'"} {
		if !strings.Contains(string(env), want) {
			t.Errorf("env lacks %s:\n%s", want, env)
		}
	}
}

func TestAuthority_IsKept(t *testing.T) {
	dir := t.TempDir()
	first, _, err := authority(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := authority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !first.Equal(again) {
		t.Error("another authority was made: what trusted the first trusts it no more")
	}
}

// TestWriteFiles_Reseller: a reseller's robot is no credential of ours, so its
// link stands in the register.
func TestWriteFiles_Reseller(t *testing.T) {
	e := emulateText(t, minimal+`otherPartners:
  - name: acme
    partnerId: "5000001"
    tenant: {name: acme}
    principals: [{name: acme-robot, kind: servicePrincipal, secret: a}]
links:
  - {principal: acme-robot, partnerId: "5000001", from: 2026-09-01T00:00:00Z}
  - {principal: robot, partnerId: "4987654"}
customers:
  - {name: fabrikam, reseller: acme}
`)
	ready, err := e.WriteFiles(t.TempDir(), loopback)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(ready.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	var c configFile
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	acme := e.world.partners[1]
	if len(c.Credentials) != 1 || len(c.Register) != 1 || c.Register[0].PartnerID != "5000001" || c.Register[0].Since != "2026-09-01T00:00:00Z" {
		t.Errorf("credentials %+v, register %+v", c.Credentials, c.Register)
	}
	if len(c.Partner.Resellers) != 1 || c.Partner.Resellers[0].Tenant != acme.tenant.id || c.Partner.Resellers[0].AdminAgents[0] != acme.adminAgents.id {
		t.Errorf("resellers %+v", c.Partner.Resellers)
	}
}
