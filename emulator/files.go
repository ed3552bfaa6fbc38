package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// Ready is what a client needs to know of an emulator that accepts
// connections. Its JSON is the line that `pharos emulator -o json` prints.
type Ready struct {
	Ready      bool   `json:"ready"`
	URL        string `json:"url"`
	CAFile     string `json:"caFile"`
	ConfigFile string `json:"configFile"`
	EnvFile    string `json:"envFile"`
}

// The configuration that the emulator writes for Pharos.
type (
	configFile struct {
		Partner     configPartner      `yaml:"partner"`
		Cloud       configCloud        `yaml:"cloud"`
		Credentials []configCredential `yaml:"credentials"`
		Register    []configLink       `yaml:"register,omitempty"`
		Store       string             `yaml:"store"`
		Ledger      string             `yaml:"ledger"`
	}
	configPartner struct {
		ID           pharos.PartnerID   `yaml:"id"`
		Organisation []pharos.PartnerID `yaml:"organisation"`
		Tenant       pharos.TenantID    `yaml:"tenant"`
		Kind         pharos.PartnerKind `yaml:"kind"`
		Resellers    []configReseller   `yaml:"resellers,omitempty"`
	}
	configReseller struct {
		Name        string               `yaml:"name"`
		PartnerID   pharos.PartnerID     `yaml:"partnerId"`
		Tenant      pharos.TenantID      `yaml:"tenant"`
		AdminAgents []pharos.PrincipalID `yaml:"adminAgents,flow"`
	}
	configCloud struct {
		Authority       string `yaml:"authority"`
		ResourceManager string `yaml:"resourceManager"`
		Graph           string `yaml:"graph"`
		PartnerCenter   string `yaml:"partnerCenter"`
		CAFile          string `yaml:"caFile"`
	}
	configCredential struct {
		Name        string          `yaml:"name"`
		Tenant      pharos.TenantID `yaml:"tenant"`
		ClientID    string          `yaml:"clientId"`
		Secret      string          `yaml:"secret,omitempty"`
		Certificate string          `yaml:"certificate,omitempty"`
		Link        bool            `yaml:"link,omitempty"`
	}
	configLink struct {
		Principal pharos.PrincipalID `yaml:"principal"`
		Tenant    pharos.TenantID    `yaml:"tenant"`
		PartnerID pharos.PartnerID   `yaml:"partnerId"`
		Since     string             `yaml:"since,omitempty"`
		Until     string             `yaml:"until,omitempty"`
	}
)

// WriteFiles writes into dir what clients of the emulator at url need: the
// certificate authority's certificate (ca.pem, when it is not there yet), a
// configuration that makes every Pharos command talk to the emulator
// (pharos.yaml, secrets in files beside it that only the owner may read), and
// a file of shell exports for other clients (env).
func (e *Emulator) WriteFiles(dir, url string) (Ready, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Ready{}, pharos.Errorf(pharos.Invalid, "%s is no folder: %w", dir, err)
	}
	if _, _, err := authority(dir); err != nil {
		return Ready{}, err
	}
	e.world.mu.RLock()
	defer e.world.mu.RUnlock()
	w := e.world
	out := Ready{
		Ready: true, URL: url, CAFile: filepath.Join(dir, caFile),
		ConfigFile: filepath.Join(dir, "pharos.yaml"), EnvFile: filepath.Join(dir, "env"),
	}
	config := configFile{
		Partner: configPartner{ID: w.us.id, Organisation: w.us.organisation, Tenant: w.us.tenant.id, Kind: w.us.kind, Resellers: w.configResellers()},
		Cloud:   configCloud{Authority: url, ResourceManager: url, Graph: url, PartnerCenter: url, CAFile: caFile},
		Store:   "sqlite:pharos.db", Ledger: "ledger/", Register: w.configRegister(),
	}
	if config.Credentials, err = w.configCredentials(dir); err != nil {
		return Ready{}, err
	}
	var text bytes.Buffer
	text.WriteString("# Written by the emulator: with this configuration every command talks to it.\n")
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(config); err != nil {
		return Ready{}, pharos.Errorf(pharos.Internal, "cannot write the configuration: %w", err)
	}
	if err := writeSecret(out.ConfigFile, text.Bytes()); err != nil {
		return Ready{}, err
	}
	return out, writeSecret(out.EnvFile, []byte(w.exports(out)))
}

// observers are the service principals that can sign in and observe: ours,
// and those of the customers' own tenants, in the order of the scenario.
func (w *world) observers() []*principal {
	var out []*principal
	for _, t := range w.tenants {
		if t.partner != nil && t.partner != w.us {
			continue
		}
		for _, p := range t.principals {
			if p.credential {
				out = append(out, p)
			}
		}
	}
	return out
}

// configCredentials writes each secret into a file and returns the entries. A
// name that two tenants have is told apart by its tenant's.
func (w *world) configCredentials(dir string) ([]configCredential, error) {
	secrets := filepath.Join(dir, "secrets")
	if err := os.MkdirAll(secrets, 0o700); err != nil {
		return nil, pharos.Errorf(pharos.Unavailable, "cannot make the folder %s: %w", secrets, err)
	}
	taken := map[string]bool{}
	var out []configCredential
	for _, p := range w.observers() {
		name := p.name
		if taken[name] {
			name = p.tenant.name + "-" + p.name
		}
		taken[name] = true
		c := configCredential{Name: name, Tenant: p.tenant.id, ClientID: p.appID, Link: p.tenant == w.us.tenant}
		if p.secret != "" {
			if err := writeSecret(filepath.Join(secrets, string(p.id)), []byte(p.secret)); err != nil {
				return nil, err
			}
			c.Secret = "file:secrets/" + string(p.id)
		} else {
			file, err := filepath.Abs(p.certificate)
			if err != nil {
				return nil, pharos.Errorf(pharos.Invalid, "%s is no file: %w", p.certificate, err)
			}
			c.Certificate = "file:" + file
		}
		out = append(out, c)
	}
	return out, nil
}

// configRegister lists the links of people, and of whom the configuration has
// no secret (another partner's robots), as they checked in: nobody can read
// them for them.
func (w *world) configRegister() []configLink {
	var out []configLink
	live := w.observers() // these are read, by their own credentials
	for _, rec := range w.links {
		if slices.Contains(live, rec.principal) {
			continue
		}
		for _, l := range rec.times {
			if l.checkedIn {
				out = append(out, configLink{
					Principal: rec.principal.id, Tenant: rec.principal.tenant.id, PartnerID: l.id,
					Since: optionalTime(l.during.From), Until: optionalTime(l.during.To),
				})
			}
		}
	}
	slices.SortFunc(out, func(a, b configLink) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Since, b.Since))
	})
	return out
}

func optionalTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// configResellers are the partners that are anywhere a reseller of record.
func (w *world) configResellers() []configReseller {
	var out []configReseller
	for _, p := range w.partners {
		of := func(c *customer) bool { return c.resoldBy(p) != nil }
		if p == w.us || !slices.ContainsFunc(w.customers, of) {
			continue
		}
		for i, id := range p.organisation {
			name := p.name
			if i > 0 {
				name = fmt.Sprintf("%s-%d", p.name, i+1)
			}
			out = append(out, configReseller{
				Name: name, PartnerID: id, Tenant: p.tenant.id, AdminAgents: []pharos.PrincipalID{p.adminAgents.id, p.helpdesk.id},
			})
		}
	}
	return out
}

// exports is the env file: for az, the SDKs and Terraform. The first of our
// credentials is the one they sign in with.
func (w *world) exports(r Ready) string {
	var b strings.Builder
	set := func(name, value string) {
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	b.WriteString("# Written by the emulator, to be sourced by a shell.\n")
	set("PHAROS_EMULATOR_URL", r.URL)
	set("AZURE_AUTHORITY_HOST", r.URL)
	set("AZURE_RESOURCE_MANAGER_ENDPOINT", r.URL)
	set("AZURE_GRAPH_ENDPOINT", r.URL)
	set("PARTNER_CENTER_ENDPOINT", r.URL)
	set("ARM_METADATA_HOSTNAME", strings.TrimPrefix(r.URL, "https://"))
	set("ARM_CLOUD_METADATA_URL", r.URL+"/metadata/endpoints?api-version=2019-05-01")
	for _, name := range []string{"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"} {
		set(name, r.CAFile)
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		set(name, "127.0.0.1,localhost,::1")
	}
	for i, p := range w.observers() {
		prefix := "PHAROS_" + envName(p.tenant.name) + "_" + envName(p.name)
		set(prefix+"_TENANT_ID", string(p.tenant.id))
		set(prefix+"_CLIENT_ID", p.appID)
		set(prefix+"_CLIENT_SECRET", p.secret)
		if i == 0 {
			for _, family := range []string{"AZURE", "ARM"} {
				set(family+"_TENANT_ID", string(p.tenant.id))
				set(family+"_CLIENT_ID", p.appID)
				set(family+"_CLIENT_SECRET", p.secret)
			}
		}
	}
	for _, c := range w.customers {
		for _, s := range c.subs {
			set("PHAROS_"+envName(c.name)+"_"+envName(s.name)+"_SUBSCRIPTION_ID", string(s.id))
		}
	}
	return b.String()
}

func envName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(s))
}
