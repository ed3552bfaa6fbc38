package cli

import (
	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
)

// signIn says who acts in a customer's tenant: a credential of the
// configuration, or a person who signs in now.
type signIn struct {
	by                   string
	azureCLI, deviceCode bool
}

func (s *signIn) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.by, "by", "", "`name` of the configured credential that deploys (default: the only one of the customer's tenant)")
	f.BoolVar(&s.azureCLI, "azure-cli", false, "deploy as whoever is signed in to az, such as an admin agent on the customer's behalf")
	f.BoolVar(&s.deviceCode, "device-code", false, "sign in as yourself with a code in a browser, such as an admin agent on the customer's behalf")
	c.MarkFlagsMutuallyExclusive("by", "azure-cli", "device-code")
}

// credential is who signs in to the customer's tenant.
func (s *signIn) credential(c *config.Config, customer pharos.TenantID) (config.Credential, error) {
	switch {
	case s.azureCLI:
		return config.Credential{Name: "az", Tenant: customer, Method: config.AzureCLI}, nil
	case s.deviceCode:
		return config.Credential{Name: "device-code", Tenant: customer, Method: config.DeviceCode}, nil
	case s.by != "":
		return named(c, s.by, customer)
	}
	var found []config.Credential
	for _, k := range c.Credentials {
		if k.Tenant == customer {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return config.Credential{}, pharos.Errorf(pharos.Invalid, "the configuration has no credential of the customer's tenant %s", customer).
			WithHint("add one that may deploy there, or sign in as an admin agent with --device-code or --azure-cli")
	}
	return config.Credential{}, pharos.Errorf(pharos.Invalid, "%d credentials of the customer's tenant %s are configured", len(found), customer).
		WithHint("say with --by which one deploys")
}

// named is the credential of that name. A person's signs in to whatever tenant
// it is needed in; an application's is of the tenant it is written for.
func named(c *config.Config, name string, customer pharos.TenantID) (config.Credential, error) {
	for _, k := range c.Credentials {
		if k.Name != name {
			continue
		}
		if k.Method == config.AzureCLI || k.Method == config.DeviceCode {
			k.Tenant = customer
		}
		if k.Tenant != customer {
			return k, pharos.Errorf(pharos.Invalid, "the credential %q is of the tenant %s, and the subscription is in %s", name, k.Tenant, customer).
				WithHint("who deploys must sign in to the customer's tenant; an admin agent does with --device-code or --azure-cli")
		}
		return k, nil
	}
	return config.Credential{}, pharos.Errorf(pharos.Invalid, "the configuration has no credential %q", name).
		WithHint("`pharos config check` lists the credentials")
}
