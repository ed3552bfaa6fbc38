package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/onboard"
)

type accountOptions struct {
	output     output
	by         string
	name       string
	secretFile string
	days       int
	newSecret  bool
}

// accountDocument is the document of `pharos onboard account -o json`.
type accountDocument struct {
	Name          string             `json:"name"`
	ApplicationID string             `json:"applicationId"`
	PrincipalID   pharos.PrincipalID `json:"principalId"`
	TenantID      pharos.TenantID    `json:"tenantId"`
	PartnerID     pharos.PartnerID   `json:"partnerId"`
	// Linked is false where nobody could sign in as the account to link it.
	Linked bool `json:"linked"`
	// Made tells what this run made: [] when all was there.
	Made []string `json:"made"`
	// SecretFile is where a new secret was written, "" when there is none.
	SecretFile string `json:"secretFile"`
}

func newOnboardAccount(e *env) *cobra.Command {
	var o accountOptions
	c := e.command(page{
		use:   "account",
		short: "Make the account that earns, and link it to the partner ID",
		long: `Makes an application with its service principal and a secret in the managing tenant, signs in as it and
links it to the partner ID. What is there already is kept, so it can be repeated. The credential
that does it needs Graph's Application.ReadWrite.OwnedBy or the role Application Developer.`,
		example: "  pharos onboard account --by admin --secret-file automation.secret\n  pharos onboard account --by admin --name \"Contoso robot\" -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.onboardAccount(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV)
	f := c.Flags()
	f.StringVar(&o.by, "by", "", "`name` of the configured credential that registers it (default: the only one of the managing tenant)")
	f.StringVar(&o.name, "name", "Provider Automation Account", "name of the account")
	f.StringVar(&o.secretFile, "secret-file", "", "`file` that a new secret is written to (default: beside the configuration, NAME.secret)")
	f.IntVar(&o.days, "days", 180, "how long a new secret is good")
	f.BoolVar(&o.newSecret, "new-secret", false, "add a secret to an account that is there already")
	return c
}

func (e *env) onboardAccount(ctx context.Context, o *accountOptions) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	if o.days < 1 || o.days > 730 {
		return pharos.Errorf(pharos.Invalid, "--days %d: a secret is good for 1 to 730 days", o.days)
	}
	by, err := registrar(c, o.by)
	if err != nil {
		return err
	}
	cloud, err := cloudOf(c.Cloud)
	if err != nil {
		return err
	}
	session, err := azure.Open(e.credentialOf(by), cloud, e.azureOptions())
	if err != nil {
		return err
	}
	defer session.Close()
	file, err := newSecretFile(c, o)
	if err != nil {
		return err
	}
	defer file.forget()
	account, err := onboard.EnsureAccount(ctx, session.Registry(), onboard.AccountOptions{
		Name: o.name, NewSecret: o.newSecret, Until: e.Now().AddDate(0, 0, o.days),
	})
	if account.Secret != "" {
		if kept := file.keep(account.Secret); kept != nil {
			return kept
		}
	}
	if err != nil {
		return err
	}
	doc := accountDocument{
		Name: account.Name, ApplicationID: account.ID, PrincipalID: account.Principal, TenantID: c.Partner.Tenant, PartnerID: c.Partner.ID,
		Made: append([]string{}, account.Made...), SecretFile: file.written,
	}
	known, failed := e.linkAccount(ctx, c, cloud, account)
	doc.Linked = known && failed == nil
	if err := o.output.report(e, accountReport(doc)); err != nil {
		return err
	}
	if account.Secret != "" {
		e.note("hint: add to %s under credentials: {name: automation, tenant: %s, clientId: %s, secret: \"file:%s\", link: true}", c.File, doc.TenantID, doc.ApplicationID, doc.SecretFile)
	}
	if !known {
		return pharos.Errorf(pharos.Incomplete, "the account is there, and nobody here can sign in as it to see or make its link").
			WithHint("put its credential into the configuration and run `pharos link apply`, or run this again with --new-secret")
	}
	return failed
}

// registrar is the credential that registers the account.
func registrar(c *config.Config, name string) (config.Credential, error) {
	var found []config.Credential
	for _, k := range c.Credentials {
		if k.Name == name || name == "" && k.Tenant == c.Partner.Tenant {
			found = append(found, k)
		}
	}
	switch {
	case len(found) == 1 && found[0].Tenant == c.Partner.Tenant:
		return found[0], nil
	case name == "":
		return config.Credential{}, pharos.Errorf(pharos.Invalid, "%d credentials of the managing tenant are configured", len(found)).WithHint("say with --by which one registers the account")
	case len(found) == 0:
		return config.Credential{}, pharos.Errorf(pharos.Invalid, "the configuration has no credential %q", name)
	}
	return config.Credential{}, pharos.Errorf(pharos.Invalid, "the credential %q is not of the managing tenant %s", name, c.Partner.Tenant)
}

// linkAccount signs in as the account and links it. Known is false when no
// credential for it is at hand.
func (e *env) linkAccount(ctx context.Context, c *config.Config, cloud azure.Cloud, a onboard.Account) (known bool, err error) {
	credential := azure.Credential{
		Name: a.Name, Tenant: c.Partner.Tenant, ClientID: a.ID, Method: azure.ClientSecret,
		Secret: func() ([]byte, error) { return []byte(a.Secret), nil },
	}
	if a.Secret == "" {
		for _, k := range c.Credentials {
			if strings.EqualFold(k.ClientID, a.ID) && k.Tenant == c.Partner.Tenant {
				credential, known = e.credentialOf(k), true
			}
		}
		if !known {
			return false, nil
		}
	}
	wait := firstWait
	for {
		err := e.linkOnce(ctx, c, cloud, credential)
		if pharos.CodeOf(err) != pharos.Unauthenticated || a.Secret == "" || wait > lastWait {
			return true, err
		}
		e.note("the directory does not know the new account everywhere yet, trying again in %s", wait)
		select {
		case <-ctx.Done():
			return true, pharos.Errorf(pharos.Interrupted, "interrupted: %w", ctx.Err())
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// A new account is known everywhere after some seconds, at times minutes.
const (
	firstWait = 2 * time.Second
	lastWait  = time.Minute
)

// linkOnce signs in anew: a session keeps what the directory said.
func (e *env) linkOnce(ctx context.Context, c *config.Config, cloud azure.Cloud, credential azure.Credential) error {
	session, err := azure.Open(credential, cloud, e.azureOptions())
	if err != nil {
		return err
	}
	defer session.Close()
	accounts := []link.Account{session.Account()}
	statuses, err := link.Observe(ctx, accounts, c.Partner)
	if err == nil {
		err = unreached(statuses)
	}
	if err != nil {
		return err
	}
	plan, err := link.NewPlan(statuses, c.Partner, link.Options{})
	if err != nil {
		return err
	}
	outcomes, err := link.Apply(ctx, plan, accounts)
	if noted := e.noteChanges(context.WithoutCancel(ctx), c, outcomes); noted != nil {
		return noted
	}
	if err != nil {
		return err
	}
	return link.Failure(outcomes)
}

func accountReport(d accountDocument) *report.Report {
	made := "nothing, all was there"
	if len(d.Made) > 0 {
		made = strings.Join(d.Made, ", ")
	}
	linked := "not linked"
	if d.Linked {
		linked = string(d.PartnerID)
	}
	return report.List("Account", "", []string{"account", "application", "principal", "linked to", "made"},
		[][]string{{d.Name, d.ApplicationID, string(d.PrincipalID), linked, made}}, d)
}

// secretFile is a file that is opened before a secret is asked for: a secret
// is told once, and must have a place to go.
type secretFile struct {
	path    string
	file    *os.File
	written string
}

func newSecretFile(c *config.Config, o *accountOptions) (*secretFile, error) {
	path := o.secretFile
	if path == "" {
		path = c.Beside(strings.ReplaceAll(strings.ToLower(o.name), " ", "-") + ".secret")
	}
	temp, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, pharos.Errorf(pharos.Conflict, "%s.new is there: another run is at it, or was ended in the middle", path).WithHint("remove it when no other run is at it")
	}
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	return &secretFile{path: path, file: temp}, nil
}

// keep writes the secret and puts the file in its place.
func (s *secretFile) keep(secret string) error {
	_, err := fmt.Fprintln(s.file, secret)
	err = errors.Join(err, s.file.Sync(), s.file.Close())
	if err == nil {
		err = os.Rename(s.path+".new", s.path)
	}
	if err != nil {
		return cannotWrite(s.path, err)
	}
	s.written = s.path
	return nil
}

// forget removes a file that no secret was written to.
func (s *secretFile) forget() {
	if s.written == "" {
		_ = s.file.Close() // nothing is in it
		_ = os.Remove(s.path + ".new")
	}
}
