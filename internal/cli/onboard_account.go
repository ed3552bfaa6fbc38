package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/onboard"
)

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
	// SecretFile and CertificateFile are where a new secret, or a new
	// certificate with its key, was written; "" when there is none.
	SecretFile      string `json:"secretFile"`
	CertificateFile string `json:"certificateFile"`
	// Credentials are all by which one can sign in as the account.
	Credentials []credentialDocument `json:"credentials"`
}

// credentialDocument is one credential of an account.
type credentialDocument struct {
	Kind onboard.CredentialKind `json:"kind"`
	// ID is a certificate's thumbprint, or the id in the directory.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Until is a day, "" when it does not end.
	Until string                  `json:"until"`
	State onboard.CredentialState `json:"state"`
	// Issuer, subject and audience are of a federated one.
	Issuer   string `json:"issuer,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Audience string `json:"audience,omitempty"`
}

func newOnboardAccount(e *env) *cobra.Command {
	var o accountOptions
	c := e.command(page{
		use:   "account",
		short: "Make the account that earns, and link it to the partner ID",
		long: `Makes an application with its service principal and a credential in the managing tenant, signs in as it and
links it to the partner ID. What is there already is kept, so it can be repeated; no credential is ever removed.

The credential is a secret, a certificate (--credential certificate), or none that anybody could lose: with
--github or --federated-issuer the tokens of a pipeline sign in, and the pipeline makes the link.

Who registers it (--by) needs Graph's Application.ReadWrite.OwnedBy, or as a person the role Application
Developer, and nothing else. This is checked before anything is made. The account itself gets no role.`,
		example: `  pharos onboard account --by admin --secret-file automation.secret
  pharos onboard account --by admin --credential certificate --days 365
  pharos onboard account --by admin --github contoso/azure:environment:production
  pharos onboard account --by admin --name "Contoso robot" --new-credential -o json`,
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.onboardAccount(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV)
	o.add(c.Flags())
	return c
}

func (e *env) onboardAccount(ctx context.Context, o *accountOptions) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	want, err := o.wanted(c.Cloud.Name)
	if err != nil {
		return err
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
	file, err := o.keyFile(c, want.By)
	if err != nil {
		return err
	}
	defer file.forget()
	want.NewCertificate = func(from, until time.Time) (*x509.Certificate, error) {
		cert, text, err := onboard.NewCertificate(o.name, from, until)
		if err != nil {
			return nil, err
		}
		return cert, file.write(text)
	}
	want.Patience = e.patience()
	account, err := onboard.EnsureAccount(ctx, session.Registry(), want)
	if account.Secret != "" {
		err = errors.Join(err, file.write([]byte(account.Secret+"\n")))
	}
	if err != nil {
		return err
	}
	if err := file.keep(); err != nil {
		return err
	}
	return e.finishAccount(ctx, c, cloud, o, file, account)
}

// finishAccount links the account and reports it.
func (e *env) finishAccount(ctx context.Context, c *config.Config, cloud azure.Cloud, o *accountOptions, file *keyFile, account onboard.Account) error {
	doc := newAccountDocument(c, account)
	if account.Secret != "" {
		doc.SecretFile = file.written
	} else {
		doc.CertificateFile = file.written
	}
	known, failed := e.linkAccount(ctx, c, cloud, o, file, account)
	doc.Linked = known && failed == nil
	if err := o.output.report(e, accountReport(doc, known)); err != nil {
		return err
	}
	e.noteCredentials(account)
	e.noteConfiguration(c, o, doc)
	if known {
		return failed
	}
	if o.kind == string(onboard.ByFederation) {
		return pharos.Errorf(pharos.Incomplete, "the account is there, and only its pipeline can sign in as it to see or make its link").
			WithHint("there, write its token for the audience %s into a file, configure the credential as said above, and run `pharos link apply`", o.federation.Audience)
	}
	return pharos.Errorf(pharos.Incomplete, "the account is there, and nobody here can sign in as it to see or make its link").
		WithHint("put its credential into the configuration and run `pharos link apply`, or run this again with --new-credential")
}

func newAccountDocument(c *config.Config, a onboard.Account) accountDocument {
	d := accountDocument{
		Name: a.Name, ApplicationID: a.ID, PrincipalID: a.Principal, TenantID: c.Partner.Tenant, PartnerID: c.Partner.ID,
		Made: append([]string{}, a.Made...), Credentials: []credentialDocument{},
	}
	for _, k := range a.Credentials {
		until := ""
		if !k.Until.IsZero() {
			until = k.Until.Format(time.DateOnly)
		}
		d.Credentials = append(d.Credentials, credentialDocument{
			Kind: k.Kind, ID: k.ID, Name: k.Name, Until: until, State: k.State(a.At),
			Issuer: k.Federation.Issuer, Subject: k.Federation.Subject, Audience: k.Federation.Audience,
		})
	}
	return d
}

// noteCredentials says which credentials have ended or soon will. Nobody but
// a person can know whether something still uses them.
func (e *env) noteCredentials(a onboard.Account) {
	for _, k := range a.Credentials {
		switch k.State(a.At) {
		case onboard.CredentialEnded:
			e.note("note: the %s %s ended on %s; it can be deleted", k.Kind, k.ID, k.Until.Format(time.DateOnly))
		case onboard.CredentialEnding:
			e.note("note: the %s %s ends on %s; --new-credential adds another beside it", k.Kind, k.ID, k.Until.Format(time.DateOnly))
		case onboard.CredentialGood:
		}
	}
}

// noteConfiguration says how a new credential is configured.
func (e *env) noteConfiguration(c *config.Config, o *accountOptions, d accountDocument) {
	way := ""
	switch {
	case d.SecretFile != "":
		way = "secret: \"file:" + d.SecretFile + "\""
	case d.CertificateFile != "":
		way = "certificate: \"file:" + d.CertificateFile + "\""
	case o.kind == string(onboard.ByFederation) && !d.Linked:
		way = "federatedToken: \"file:token.jwt\""
	default:
		return
	}
	e.note("hint: add to %s under credentials: {name: automation, tenant: %s, clientId: %s, %s, link: true}", c.File, d.TenantID, d.ApplicationID, way)
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

// accountReport lays the account out; known says whether anybody could read its
// link.
func accountReport(d accountDocument, known bool) *report.Report {
	made := "nothing, all was there"
	if len(d.Made) > 0 {
		made = strings.Join(d.Made, ", ")
	}
	linked := "not linked"
	switch {
	case d.Linked:
		linked = string(d.PartnerID)
	case !known:
		linked = "unknown"
	}
	return report.List("Account", "", []string{"account", "application", "principal", "linked to", "made"},
		[][]string{{d.Name, d.ApplicationID, string(d.PrincipalID), linked, made}}, d)
}
