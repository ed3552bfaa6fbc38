package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

type onboardNewOptions struct {
	offer, description, tenant string
	account, role              string
	teams, approvers, groups   []string
	policy                     bool
	languages                  []string
	dir, url                   string
	force                      bool
}

func newOnboardNew(e *env) *cobra.Command {
	var o onboardNewOptions
	c := e.command(page{
		use:   "new",
		short: "Write a delegation that earns",
		long: `Writes an Azure Lighthouse delegation for a customer to sign: the account that earns holds its role
and the delete role for good, strong roles are given just in time. Asks for what is missing on a terminal.`,
		example: `  pharos onboard new --offer "Contoso operations" --account 5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d=Automation
  pharos onboard new --offer Ops --account ID --team ID=Engineers:Contributor --approver ID=Leads \
    --resource-group rg-web --language arm,terraform --dir customer`,
	}, noArgs, func(*cobra.Command, []string) error { return e.onboardNew(&o) })
	f := c.Flags()
	f.StringVar(&o.offer, "offer", "", "name of the delegation; the same name again replaces it")
	f.StringVar(&o.description, "description", "", "what the customer reads beside the name")
	f.StringVar(&o.tenant, "tenant", "", "managing tenant (default: that of the configuration)")
	f.StringVar(&o.account, "account", "", "the linked service principal that earns: `ID[=NAME]`, its object id")
	f.StringVar(&o.role, "role", "Support Request Contributor", "role that the account holds for good, by name or GUID")
	f.StringArrayVar(&o.teams, "team", nil, "a user or group and its role: `ID=NAME:ROLE[:standing]`; strong roles are just in time unless standing")
	f.StringArrayVar(&o.approvers, "approver", nil, "who decides about activations: `ID[=NAME]`")
	f.StringArrayVar(&o.groups, "resource-group", nil, "delegate this resource group instead of the subscription")
	f.BoolVar(&o.policy, "policy", false, "write a policy that delegates every subscription under a management group")
	f.StringSliceVar(&o.languages, "language", []string{string(delegationfile.ARM)}, "arm, bicep, terraform, offer, or several")
	f.StringVar(&o.dir, "dir", ".", "`folder` to write to")
	f.StringVar(&o.url, "url", "", "address at which the customer will find the ARM template, for the button in the portal")
	f.BoolVar(&o.force, "force", false, "replace files that are there")
	return c
}

func (e *env) onboardNew(o *onboardNewOptions) error {
	if err := e.askMissing(o); err != nil {
		return err
	}
	r, err := e.request(o)
	if err != nil {
		return err
	}
	d, err := onboard.Compose(r)
	if err != nil {
		return err
	}
	var files []delegationfile.File
	for _, l := range o.languages {
		more, err := delegationfile.Write(delegationfile.Language(l), r, d, o.url)
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	if err := e.writeFiles(o.dir, files, o.force); err != nil {
		return err
	}
	for _, step := range d.Steps() {
		e.note("%s", step)
	}
	for _, f := range files {
		if _, err := fmt.Fprintln(e.Out, filepath.Join(o.dir, f.Name)); err != nil {
			return err
		}
	}
	e.note("hint: send the customer these files; customer.md says what to do with delegation.json")
	if !o.policy && slices.Contains(o.languages, string(delegationfile.ARM)) {
		e.note("hint: or deploy it, where you may: `pharos onboard deploy %s --subscription ID`", filepath.Join(o.dir, "delegation.json"))
	}
	return nil
}

// askMissing asks on a terminal for what has no default.
func (e *env) askMissing(o *onboardNewOptions) error {
	answers := bufio.NewReader(e.In)
	for _, q := range []struct {
		value          *string
		flag, question string
	}{
		{&o.offer, "--offer", "Name of the delegation, as the customer will see it"},
		{&o.account, "--account", "Object id of the linked service principal that earns"},
	} {
		if *q.value != "" {
			continue
		}
		if !isTerminal(e.In) || !isTerminal(e.Err) {
			return pharos.Errorf(pharos.Invalid, "%s is missing", q.flag).WithHint("`pharos onboard new --help` shows an example")
		}
		e.note("%s:", q.question)
		line, err := answers.ReadString('\n')
		if *q.value = strings.TrimSpace(line); *q.value == "" {
			return pharos.Errorf(pharos.Interrupted, "nothing was written")
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return pharos.Errorf(pharos.Interrupted, "nothing was written: %w", err)
		}
	}
	return nil
}

// request reads the flags.
func (e *env) request(o *onboardNewOptions) (onboard.Request, error) {
	r := onboard.Request{Offer: o.offer, Description: o.description, Groups: o.groups, Policy: o.policy}
	manager, err := e.manager(o.tenant)
	if err != nil {
		return r, err
	}
	r.Manager = manager
	if r.Account, err = member("--account", o.account, "Provider Automation Account"); err != nil {
		return r, err
	}
	if r.Role, err = roleNamed("--role", o.role); err != nil {
		return r, err
	}
	for _, s := range o.approvers {
		m, err := member("--approver", s, "Approvers")
		if err != nil {
			return r, err
		}
		r.Approvers = append(r.Approvers, m)
	}
	for _, s := range o.teams {
		t, err := team(s)
		if err != nil {
			return r, err
		}
		r.Teams = append(r.Teams, t)
	}
	return r, nil
}

// manager is the managing tenant: the flag's, or the configuration's.
func (e *env) manager(flag string) (pharos.TenantID, error) {
	if flag != "" {
		id, err := pharos.ParseGUID(flag)
		if err != nil {
			return "", pharos.Errorf(pharos.Invalid, "--tenant: %w", err)
		}
		return pharos.TenantID(id), nil
	}
	c, err := e.load()
	if err != nil {
		return "", pharos.Errorf(pharos.Invalid, "no managing tenant: %w", err).WithHint("give it with --tenant, or as partner.tenant of the configuration")
	}
	if c.Partner.Tenant == "" {
		return "", pharos.Errorf(pharos.Invalid, "no managing tenant: the configuration has no partner.tenant").WithHint("give it with --tenant")
	}
	return c.Partner.Tenant, nil
}

// member reads ID or ID=NAME.
func member(flag, s, unnamed string) (onboard.Member, error) {
	id, name, _ := strings.Cut(s, "=")
	guid, err := pharos.ParseGUID(id)
	if err != nil {
		return onboard.Member{}, pharos.Errorf(pharos.Invalid, "%s: %w", flag, err).WithHint("write the object id of a user, group or service principal of the managing tenant")
	}
	if name == "" {
		name = unnamed
	}
	return onboard.Member{ID: pharos.PrincipalID(guid), Name: name}, nil
}

// team reads ID=NAME:ROLE or ID=NAME:ROLE:standing.
func team(s string) (onboard.Team, error) {
	who, rest, ok := strings.Cut(s, ":")
	role, how, _ := strings.Cut(rest, ":")
	if !ok || (how != "" && how != "standing") {
		return onboard.Team{}, pharos.Errorf(pharos.Invalid, "--team %q is not ID=NAME:ROLE or ID=NAME:ROLE:standing", s)
	}
	m, err := member("--team", who, "Team")
	if err != nil {
		return onboard.Team{}, err
	}
	id, err := roleNamed("--team", role)
	return onboard.Team{Member: m, Role: id, Standing: how != ""}, err
}

// roleNamed finds a role by its name or GUID.
func roleNamed(flag, s string) (pharos.RoleID, error) {
	if id, err := pharos.ParseGUID(s); err == nil {
		return pharos.RoleID(id), nil
	}
	if r, ok := pharos.Roles().ByName(s); ok {
		return r.ID, nil
	}
	return "", pharos.Errorf(pharos.Invalid, "%s: no built-in role is called %q", flag, s).WithHint("write the role's name as the portal shows it, or its GUID")
}

// writeFiles writes all files, or none when one is there already.
func (e *env) writeFiles(dir string, files []delegationfile.File, force bool) error {
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.Name)); !force && !errors.Is(err, fs.ErrNotExist) {
			return pharos.Errorf(pharos.Conflict, "%s is there already", filepath.Join(dir, f.Name)).WithHint("--force replaces it, --dir writes elsewhere")
		}
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return cannotWrite(dir, err)
	}
	for _, f := range files {
		if err := e.writeFile(filepath.Join(dir, f.Name), f.Data); err != nil {
			return err
		}
	}
	return nil
}
