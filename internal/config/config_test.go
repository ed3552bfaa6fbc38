package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
)

const full = `partner:
  id: "4987654"
  organisation: ["4987654", "4987655"]
  tenant: 11111111-1111-4111-8111-111111111111
  kind: indirect-provider
  resellers:
    - name: litware
      partnerId: "7000002"
      tenant: 22222222-2222-4222-8222-222222222222
      adminAgents: [33333333-3333-4333-8333-333333333333]
cloud:
  authority: https://127.0.0.1:8443/
  resourceManager: https://127.0.0.1:8443/arm
  graph: https://127.0.0.1:8443/graph
  partnerCenter: https://127.0.0.1:8443/pc
  caFile: ca.pem
credentials:
  - name: robot
    tenant: 11111111-1111-4111-8111-111111111111
    clientId: 44444444-4444-4444-8444-444444444444
    secret: file:robot.secret
    link: true
  - {name: cli, tenant: 11111111-1111-4111-8111-111111111111, azureCLI: true}
register:
  - principal: 55555555-5555-4555-8555-555555555555
    tenant: 11111111-1111-4111-8111-111111111111
    partnerId: 4987654
    since: 2026-09-01
    until: 2026-10-09T08:00:00Z
store: sqlite:state/pharos.db
ledger: /var/lib/pharos/ledger
`

func TestParse_Full(t *testing.T) {
	got, err := Parse([]byte(full), "/etc/pharos/pharos.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	const home = pharos.TenantID("11111111-1111-4111-8111-111111111111")
	want := &Config{
		File: "/etc/pharos/pharos.yaml",
		Partner: pharos.Partner{
			ID: "4987654", Organisation: []pharos.PartnerID{"4987654", "4987655"}, Tenant: home, Kind: pharos.IndirectProvider,
			Resellers: []pharos.Reseller{{
				Name: "litware", PartnerID: "7000002", Tenant: "22222222-2222-4222-8222-222222222222",
				AgentGroups: []pharos.PrincipalID{"33333333-3333-4333-8333-333333333333"},
			}},
		},
		Cloud: Cloud{
			Name: CustomCloud, Authority: "https://127.0.0.1:8443", ResourceManager: "https://127.0.0.1:8443/arm",
			Graph: "https://127.0.0.1:8443/graph", PartnerCenter: "https://127.0.0.1:8443/pc", CAFile: "/etc/pharos/ca.pem",
		},
		Credentials: []Credential{
			{Name: "robot", Tenant: home, ClientID: "44444444-4444-4444-8444-444444444444", Method: ClientSecret, Ref: Ref{"file", "/etc/pharos/robot.secret"}, Link: true},
			{Name: "cli", Tenant: home, Method: AzureCLI},
		},
		Register: []Declared{{
			Principal: pharos.PrincipalRef{Tenant: home, ID: "55555555-5555-4555-8555-555555555555"}, PartnerID: "4987654",
			During: pharos.Interval{From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 9, 8, 0, 0, 0, time.UTC)},
		}},
		Store:  Location{"sqlite", "/etc/pharos/state/pharos.db"},
		Ledger: Location{"folder", "/var/lib/pharos/ledger"},
	}
	got.Settings = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestParse_Problems(t *testing.T) {
	const good = "partner: {id: \"4987654\", tenant: 11111111-1111-4111-8111-111111111111}\n"
	const key = good + "credentials:\n  - {name: a, tenant: 11111111-1111-4111-8111-111111111111, "
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "c.yaml:1: partner: is missing"},
		{"null", "~", "c.yaml:1: partner: is missing"},
		{"not YAML", "partner: [", "c.yaml:1: is not YAML: did not find expected node content"},
		{"a list", "- a", "c.yaml:1: must be a mapping of keys to values, not a list"},
		{"two documents", good + "---\n" + good, "c.yaml:2: a second document begins here; write one"},
		{"unknown key", good + "stores: x", "c.yaml:2: stores: unknown key; known here: cloud, contact, credentials, ledger, memory, partner, register, store"},
		{"wrong case", good + "Store: x", "c.yaml:2: Store: unknown key; did you mean store?"},
		{"twice", good + "store: sqlite:a\nstore: sqlite:b", "c.yaml:3: store: stands twice"},
		{"partner id", "partner: {id: PAL-1}", `c.yaml:1: partner.id: "PAL-1" is not a partner ID`},
		{"organisation twice", `partner: {id: "4987654", organisation: ["4987655", "4987655"]}`, "c.yaml:1: partner.organisation[1]: stands twice"},
		{"kind", `partner: {id: "4987654", kind: reseller}`, `c.yaml:1: partner.kind: "reseller" is not one of direct-bill, indirect-provider, indirect-reseller`},
		{"cloud", good + "cloud: germany", `c.yaml:2: cloud: "germany" is not one of public, usgovernment, china`},
		{"plain http", good + "cloud: {authority: 'http://a', resourceManager: 'https://a', graph: 'https://a', partnerCenter: 'https://a'}",
			`c.yaml:2: cloud.authority: "http://a" is not an https URL such as https://management.azure.com`},
		{"plain secret", key + "clientId: 11111111-1111-4111-8111-111111111111, secret: hunter2}",
			"c.yaml:3: credentials[0].secret: a secret may not stand here in plain text; write env:NAME or file:PATH"},
		{"no method", key + "link: true}",
			"c.yaml:3: credentials[0]: has no way to sign in: give it one of secret, certificate, federatedToken, managedIdentity, azureCLI, deviceCode"},
		{"two methods", key + "azureCLI: true, managedIdentity: true}", "c.yaml:3: credentials[0]: has more than one way to sign in: azureCLI, managedIdentity"},
		{"no client", key + "certificate: file:a.pem}", "c.yaml:3: credentials[0]: needs clientId, the application (client) id to sign in as"},
		{"certificate by variable", key + "clientId: 11111111-1111-4111-8111-111111111111, certificate: env:A}", "c.yaml:3: credentials[0].certificate: must be file:PATH"},
		{"link", key + "azureCLI: true, link: maybe}", "c.yaml:3: credentials[0].link: must be true or false"},
		{"alias", "partner: &p {id: \"4987654\"}\nregister: *p", "c.yaml:2: register: must be a list, not an alias (write the value out)"},
		{"time", good + "register: [{principal: 11111111-1111-4111-8111-111111111111, tenant: 11111111-1111-4111-8111-111111111111, partnerId: 4987654, since: soon}]",
			`c.yaml:2: register[0].since: "soon" is not a time; write 2026-10-09 or 2026-10-09T08:00:00Z`},
		{"backwards", good + "register: [{principal: 11111111-1111-4111-8111-111111111111, tenant: 11111111-1111-4111-8111-111111111111, partnerId: 4987654, since: 2026-10-02, until: 2026-10-02}]",
			"c.yaml:2: register[0]: ends (until) before it begins (since)"},
		{"store", good + "store: mysql://x", `c.yaml:2: store: "mysql://x" is not a store; write sqlite:FILE or postgres://…`},
		{"store without file", good + "store: 'sqlite:'", `c.yaml:2: store: "sqlite:" names no file or folder`},
		{"password in URL", good + "store: postgres://u:hunter2@db/pharos", "c.yaml:2: store: a secret may not stand here in plain text; leave the password out of the URL"},
		{"ledger", good + "ledger: s3://bucket", `c.yaml:2: ledger: "s3://bucket" names no file or folder`},
		{"tenant for credentials", "partner: {id: \"4987654\"}\ncredentials: [{name: a, tenant: 11111111-1111-4111-8111-111111111111, azureCLI: true}]",
			"c.yaml: partner.tenant: is missing: credentials need the managing tenant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), "c.yaml", nil)
			var ps Problems
			if !errors.As(err, &ps) || pharos.CodeOf(err) != pharos.Invalid {
				t.Fatalf("got %v, want problems", err)
			}
			if got := ps.Error(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the message repeats the secret")
			}
		})
	}
}

func TestParse_AllProblemsAtOnce(t *testing.T) {
	_, err := Parse([]byte("partner: {id: x, tenant: y}\nclod: public\nstore: z\n"), "c.yaml", nil)
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 4 {
		t.Fatalf("got %v, want 4 problems", err)
	}
}

func TestParse_Precedence(t *testing.T) {
	text := "partner: {id: \"4987654\"}\nstore: sqlite:a.db\n"
	c, err := Parse([]byte(text), "/c/pharos.yaml", []Override{
		{"store", "sqlite:/env.db", "PHAROS_STORE"},
		{"partner.id", "4987655", "PHAROS_PARTNER_ID"},
		{"store", "sqlite:/flag.db", "flag --store"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Setting{
		{"partner.id", "4987655", "PHAROS_PARTNER_ID"},
		{"store", "sqlite:/flag.db", "flag --store"},
		{"partner.kind", "direct-bill", "default"},
		{"partner.organisation", "with 4987655", "default"},
		{"cloud", "public", "default"},
		{"ledger", "/c/ledger", "default"},
	}
	if diff := cmp.Diff(want, c.Settings); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestParse_OverrideProblemNamesItsOrigin(t *testing.T) {
	_, err := Parse(nil, "", []Override{{"partner.id", "x", "PHAROS_PARTNER_ID"}})
	if want := `PHAROS_PARTNER_ID: partner.id: "x" is not a partner ID`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestRef_Resolve(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "secret")
	if err := os.WriteFile(path, []byte("s3cret\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) string { return map[string]string{"SET": "from env"}[name] }
	for _, tt := range []struct {
		ref  Ref
		want string
	}{
		{Ref{"env", "SET"}, "from env"},
		{Ref{"file", path}, "s3cret"},
		{Ref{"env", "UNSET"}, ""},
		{Ref{"file", filepath.Join(dir, "none")}, ""},
		{Ref{}, ""},
	} {
		got, err := tt.ref.Resolve(env)
		if string(got) != tt.want || (tt.want == "") != (pharos.CodeOf(err) == pharos.Unauthenticated) {
			t.Errorf("%s: got %q, %v, want %q", tt.ref, got, err, tt.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	home := t.TempDir()
	env := func(name string) string { return map[string]string{"XDG_CONFIG_HOME": home}[name] }
	find := func(named, want string) {
		t.Helper()
		if got, err := Find(named, env); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	find("", "")
	find("x.yaml", "x.yaml")
	inHome := filepath.Join(home, "pharos", FileName)
	write(t, inHome)
	find("", inHome)
	write(t, FileName)
	find("", FileName)
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUserDir(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	for _, tt := range []struct {
		system string
		env    map[string]string
		want   string
	}{
		{"linux", map[string]string{"HOME": "/h"}, "/h/.config"},
		{"linux", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x"},
		{"darwin", map[string]string{"HOME": "/h"}, "/h/Library/Application Support"},
		{"windows", map[string]string{"AppData": `C:\a`}, `C:\a`},
		{"linux", nil, ""},
	} {
		if got := userDir(tt.system, env(tt.env)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.system, got, tt.want)
		}
	}
}
