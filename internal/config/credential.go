package config

import (
	"slices"

	"github.com/pharos-pec/pharos"
)

// credential reads one item of `credentials`.
func (d *decoder) credential(n node, c *Config) {
	var k Credential
	var methods []Method
	secret := func(m Method) func(node) {
		return func(n node) {
			methods = append(methods, m)
			k.Method, k.Ref = m, d.ref(n)
			if m != ClientSecret && k.Ref.Scheme == "env" {
				n.fail("must be file:PATH")
			}
		}
	}
	flagged := func(m Method) func(node) {
		return func(n node) {
			var on bool
			n.flag(&on)
			if on {
				methods = append(methods, m)
				k.Method = m
			}
		}
	}
	n.mapping(fields{
		"name":                  func(n node) { value(n, nonEmpty, &k.Name) },
		"tenant":                func(n node) { value(n, parseGUID[pharos.TenantID], &k.Tenant) },
		"clientId":              func(n node) { value(n, parseGUID[string], &k.ClientID) },
		string(ClientSecret):    secret(ClientSecret),
		string(Certificate):     secret(Certificate),
		string(FederatedToken):  secret(FederatedToken),
		string(ManagedIdentity): flagged(ManagedIdentity),
		string(AzureCLI):        flagged(AzureCLI),
		string(DeviceCode):      flagged(DeviceCode),
		"link":                  func(n node) { n.flag(&k.Link) },
	}, "name", "tenant")
	n.checkCredential(k, methods, c)
	c.Credentials = append(c.Credentials, k)
}

// checkCredential finds what no single key shows to be wrong.
func (n node) checkCredential(k Credential, methods []Method, c *Config) {
	switch {
	case len(methods) == 0:
		n.fail("has no way to sign in: give it one of %s", list(methodNames()))
	case len(methods) > 1:
		n.fail("has more than one way to sign in: %s", list(methods))
	case k.ClientID == "" && slices.Contains([]Method{ClientSecret, Certificate, FederatedToken}, k.Method):
		n.fail("needs clientId, the application (client) id to sign in as")
	}
	for _, other := range c.Credentials {
		if k.Name != "" && other.Name == k.Name {
			n.fail("the name %q is taken by another credential", k.Name)
		}
	}
}

func methodNames() []Method {
	return []Method{ClientSecret, Certificate, FederatedToken, ManagedIdentity, AzureCLI, DeviceCode}
}

// ref reads a reference to a secret; nothing here prints what is written.
func (d *decoder) ref(n node) Ref {
	s, ok := n.text()
	if !ok {
		return Ref{}
	}
	r, err := parseRef(s, d.dir)
	if err != nil {
		n.fail("%s", err)
		return Ref{}
	}
	n.keep(r.String())
	return r
}
