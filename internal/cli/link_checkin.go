package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/link"
)

type checkInOptions struct {
	output     output
	credential string
	tenant     string
	clientID   string
	azureCLI   bool
}

func newLinkCheckIn(e *env) *cobra.Command {
	var o checkInOptions
	c := e.command(page{
		use:   "check-in",
		short: "Sign in as yourself and register your own partner link",
		long: `Azure tells a partner link only to the person who holds it. Signs you in (with a code in a browser unless
told otherwise), reads your own link in the tenant, and adds it to the register of the store.`,
		example: "  pharos link check-in\n  pharos link check-in --tenant 22222222-2222-4222-8222-222222222222 --azure-cli",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.checkIn(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV)
	f := c.Flags()
	f.StringVar(&o.tenant, "tenant", "", "`id` of the tenant in which you hold access (default partner.tenant)")
	f.StringVar(&o.clientID, "client-id", "", "`id` of the application to sign in through (default the one of Azure's own tools)")
	f.BoolVar(&o.azureCLI, "azure-cli", false, "sign in as whoever is signed in to az")
	f.StringVar(&o.credential, "credential", "", "check in with this credential of the configuration, by `name`")
	return c
}

func (e *env) checkIn(ctx context.Context, o *checkInOptions) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	k, err := o.identity(c)
	if err != nil {
		return err
	}
	cloud, err := cloudOf(c.Cloud)
	if err != nil {
		return err
	}
	session, err := azure.Open(e.credentialOf(k), cloud, e.azureOptions())
	if err != nil {
		return err
	}
	defer session.Close()
	entry, err := link.CheckIn(ctx, session.Account())
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c.Store)
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveCheckIn(ctx, store.CheckIn(entry)), s.Close()); err != nil {
		return err
	}
	return o.output.report(e, report.Links(link.Register{entry}.Statuses(c.Partner, entry.At)))
}

// identity is who checks in.
func (o *checkInOptions) identity(c *config.Config) (config.Credential, error) {
	if o.credential != "" {
		i := slices.IndexFunc(c.Credentials, func(k config.Credential) bool { return k.Name == o.credential })
		if i < 0 {
			return config.Credential{}, pharos.Errorf(pharos.Invalid, "the configuration has no credential %q", o.credential).
				WithHint("`pharos config check` lists the credentials")
		}
		return c.Credentials[i], nil
	}
	k := config.Credential{Name: "check-in", Tenant: c.Partner.Tenant, ClientID: o.clientID, Method: config.DeviceCode}
	if o.azureCLI {
		k.Method = config.AzureCLI
	}
	if o.tenant != "" {
		id, err := pharos.ParseGUID(o.tenant)
		if err != nil {
			return k, pharos.Errorf(pharos.Invalid, "--tenant: %w", err)
		}
		k.Tenant = pharos.TenantID(id)
	}
	if k.Tenant == "" {
		return k, pharos.Errorf(pharos.Invalid, "there is no tenant to sign in to").WithHint("add --tenant, or partner.tenant to the configuration")
	}
	return k, nil
}
