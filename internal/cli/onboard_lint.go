package cli

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/onboard"
)

// The formats of findings in files.
const (
	formatSARIF  = "sarif"
	formatGitHub = "github"
)

type lintOptions struct {
	output     output
	parameters string
	customer   string
	csp        bool
	fix        bool
	dryRun     bool
	online     bool
	// subscription is the one whose delegations in force are looked at.
	subscription string
}

func newOnboardLint(e *env) *cobra.Command {
	var o lintOptions
	c := e.command(page{
		use:   "lint FILE...",
		short: "Say whether a delegation will earn, and what is wrong with it",
		long: `Reads ARM templates and Bicep (expressions are evaluated, with --parameters where values are missing),
Terraform (azurerm, HCL or JSON) and its plans (terraform show -json), and the authorizations of Managed Service offers.
The language is told by the content. What a file leaves open is said, never guessed. No file is sent anywhere;
--online asks the directory about the principals in it.`,
		example: `  pharos onboard lint delegation.json --parameters delegation.parameters.json
  pharos onboard lint delegation.bicep --fix
  pharos onboard lint infra/*.tf infra/*.bicep -o sarif --out findings.sarif
  terraform show -json plan.out | pharos onboard lint -`,
	}, someArgs("at least one file"), func(c *cobra.Command, files []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		if o.dryRun && !o.fix {
			return pharos.Errorf(pharos.Invalid, "--dry-run goes with --fix")
		}
		return e.lint(c.Context(), &o, files)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown, formatSARIF, formatGitHub)
	f := c.Flags()
	f.StringVar(&o.parameters, "parameters", "", "parameters `file` of ARM templates and Bicep: JSON, or .bicepparam")
	f.StringVar(&o.customer, "customer-tenant", "", "`id` of the tenant that the delegation is for")
	f.BoolVar(&o.fix, "fix", false, "mend what can be mended with certainty, in the file itself, and check it again")
	f.BoolVar(&o.dryRun, "dry-run", false, "with --fix: print what would be changed, as a diff, and write nothing")
	f.BoolVar(&o.online, "online", false, "ask the managing tenant's directory about the principals, and who of them is linked")
	f.StringVar(&o.subscription, "subscription", "", "`id` of the subscription that it is for: compare with its delegations in the history")
	f.BoolVar(&o.csp, "csp", true, "the subscriptions were sold by a CSP partner, as those that earn are")
	return c
}

func (e *env) lint(ctx context.Context, o *lintOptions, files []string) error {
	s, done, err := e.surroundings(ctx, o)
	if err != nil {
		return err
	}
	defer done()
	var parameters delegationfile.File
	if o.parameters != "" {
		if parameters, err = e.readInput(o.parameters); err != nil {
			return err
		}
	}
	var reports []onboard.Report
	found := 0
	var unasked error // what the directory did not answer
	for _, name := range files {
		f, err := e.readInput(name)
		if err != nil {
			return err
		}
		if o.fix {
			if f, parameters, err = e.mend(f, parameters, s, o.dryRun); err != nil {
				return err
			}
			if o.dryRun {
				continue
			}
		}
		p, err := delegationfile.Read(f, parameters)
		if err != nil {
			return err
		}
		r, err := onboard.Lint(p, s)
		if unasked == nil {
			unasked = err
		}
		reports = append(reports, r)
		found += len(r.Findings)
	}
	if o.dryRun {
		return nil
	}
	if err := o.output.report(e, report.Lint(reports, buildVersion().Version)); err != nil {
		return err
	}
	if unasked != nil {
		return unasked
	}
	if found > 0 {
		return pharos.Errorf(pharos.Findings, "%d findings", found).WithHint("`pharos explain RULE` tells why, with an example")
	}
	return nil
}

// surroundings is what the flags, the configuration where there is one, the
// directory and the history tell beside the files. The caller calls done.
func (e *env) surroundings(ctx context.Context, o *lintOptions) (s onboard.Surroundings, done func(), err error) {
	s, done = onboard.Surroundings{CSP: o.csp}, func() {}
	if o.customer != "" {
		id, err := pharos.ParseGUID(o.customer)
		if err != nil {
			return s, done, pharos.Errorf(pharos.Invalid, "--customer-tenant: %w", err)
		}
		s.Customer = pharos.TenantID(id)
	}
	asks := o.online || o.subscription != ""
	if file, err := config.Find(e.options.config, e.Getenv); !asks && (err != nil || file == "" && len(e.overrides()) == 0) {
		return s, done, err // a file can be judged without a configuration
	}
	c, err := e.load()
	if err != nil {
		return s, done, err
	}
	s.Manager = c.Partner.Tenant
	if o.subscription != "" {
		if s.Standing, err = e.standing(ctx, c, o.subscription); err != nil {
			return s, done, err
		}
	}
	if o.online {
		d, sessions, err := e.directory(ctx, c)
		if err != nil {
			return s, done, err
		}
		s.Directory, done = d, sessions.close
	}
	return s, done, nil
}

// readInput reads a file that the user named, - for standard input.
func (e *env) readInput(name string) (delegationfile.File, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(e.In)
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return delegationfile.File{}, pharos.Errorf(pharos.Invalid, "cannot read %s: %w", name, err)
	}
	return delegationfile.File{Name: name, Data: data}, nil
}
