package cli

import (
	"crypto/x509"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/onboard"
)

type accountOptions struct {
	output output
	by     string
	name   string
	// kind is of the credential: one of [onboard.CredentialKind], or "".
	kind string
	// secretFile and certificateFile are where new ones are written,
	// certificate is one that was made elsewhere.
	secretFile, certificateFile, certificate string
	github                                   string
	federation                               onboard.Federation
	days                                     int
	another                                  bool
	// withKey is whether the certificate that was made elsewhere has its key.
	withKey bool
}

func (o *accountOptions) add(f *pflag.FlagSet) {
	f.StringVar(&o.by, "by", "", "`name` of the configured credential that registers it (default: the only one of the managing tenant)")
	f.StringVar(&o.name, "name", "Provider Automation Account", "name of the account")
	f.StringVar(&o.kind, "credential", "", "`kind` of credential it is to have: secret, certificate or federated (default: what it has, else a secret)")
	f.StringVar(&o.secretFile, "secret-file", "", "`file` that a new secret is written to (default: beside the configuration, NAME.secret)")
	f.StringVar(&o.certificateFile, "certificate-file", "", "`file` that a new certificate is written to, with its key (default: beside the configuration, NAME.pem)")
	f.StringVar(&o.certificate, "certificate", "", "PEM `file` of a certificate that you made, with its key where it is to be linked from here")
	f.StringVar(&o.github, "github", "", "workflows that may sign in: `OWNER/REPO`, then :ref:refs/heads/BRANCH (default main), :ref:refs/tags/TAG, :environment:NAME or :pull_request")
	f.StringVar(&o.federation.Issuer, "federated-issuer", "", "`URL` of who issues a pipeline's tokens, as iss in them")
	f.StringVar(&o.federation.Subject, "federated-subject", "", "`text` that names the pipeline, as sub in its tokens")
	f.StringVar(&o.federation.Audience, "federated-audience", "", "`text` that names Entra ID, as aud in its tokens (default: api://AzureADTokenExchange)")
	f.IntVar(&o.days, "days", 180, "how long a new secret (up to 730 days) or certificate (up to 365) is good")
	f.BoolVar(&o.another, "new-credential", false, "add another secret or certificate beside those that are there")
	f.BoolVar(&o.another, "new-secret", false, "the same")
	_ = f.MarkHidden("new-secret") // its name before there were certificates
}

// wanted reads from the flags what account is wanted in a cloud.
func (o *accountOptions) wanted(cloud string) (onboard.AccountOptions, error) {
	if err := o.chooseKind(); err != nil {
		return onboard.AccountOptions{}, err
	}
	want := onboard.AccountOptions{Name: o.name, By: onboard.CredentialKind(o.kind), Another: o.another, Days: o.days}
	longest := 730 // Entra ID's bounds (Microsoft Learn, "Add a certificate to an app using Microsoft Graph")
	switch want.By {
	case onboard.ByFederation:
		if err := o.federate(cloud); err != nil {
			return want, err
		}
		want.Federation = o.federation
	case onboard.ByCertificate:
		longest = 365
		if o.certificate != "" {
			var err error
			if want.Certificate, o.withKey, err = readCertificate(o.certificate); err != nil {
				return want, err
			}
		}
	case onboard.BySecret, "":
	}
	if o.days < 1 || o.days > longest {
		return want, pharos.Errorf(pharos.Invalid, "--days %d: it is good for 1 to %d days", o.days, longest)
	}
	return want, nil
}

// chooseKind takes the kind from the flags that only one kind has, and refuses
// flags of two.
func (o *accountOptions) chooseKind() error {
	var implied []string
	for _, x := range []struct {
		kind  onboard.CredentialKind
		flags []string
	}{
		{onboard.BySecret, []string{o.secretFile}},
		{onboard.ByCertificate, []string{o.certificate, o.certificateFile}},
		{onboard.ByFederation, []string{o.github, o.federation.Issuer, o.federation.Subject, o.federation.Audience}},
	} {
		if strings.Join(x.flags, "") != "" {
			implied = append(implied, string(x.kind))
		}
	}
	kinds := []string{string(onboard.BySecret), string(onboard.ByCertificate), string(onboard.ByFederation)}
	switch {
	case o.kind != "" && !slices.Contains(kinds, o.kind):
		return pharos.Errorf(pharos.Invalid, "--credential %q is none of %s", o.kind, strings.Join(kinds, ", "))
	case len(implied) == 1 && o.kind != "" && o.kind != implied[0]:
		return pharos.Errorf(pharos.Invalid, "--credential %s does not go with the flags of kind %s", o.kind, implied[0])
	case len(implied) > 1:
		return pharos.Errorf(pharos.Invalid, "the flags ask for credentials of two kinds: %s", strings.Join(implied, " and ")).
			WithHint("run it once for each")
	case len(implied) == 1 && implied[0] != string(onboard.BySecret):
		o.kind = implied[0]
	}
	return nil
}

// federate completes whose tokens sign in.
func (o *accountOptions) federate(cloud string) error {
	if o.github != "" {
		if o.federation.Issuer != "" || o.federation.Subject != "" {
			return pharos.Errorf(pharos.Invalid, "--github says issuer and subject already")
		}
		f, err := onboard.GitHub(o.github)
		if err != nil {
			return err
		}
		o.federation.Issuer, o.federation.Subject = f.Issuer, f.Subject
	}
	if o.federation.Audience == "" {
		o.federation.Audience = onboard.TokenExchange(cloud)
	}
	return o.federation.Check()
}

func readCertificate(file string) (*x509.Certificate, bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, false, pharos.Errorf(pharos.Invalid, "cannot read the certificate: %w", err)
	}
	cert, withKey, err := onboard.ReadCertificate(text)
	if err != nil {
		return nil, false, pharos.Errorf(pharos.Invalid, "%s: %w", file, err).WithHint("%s", pharos.HintOf(err))
	}
	return cert, withKey, nil
}

// keyFile opens the file for a new credential of a kind, nil when none is
// written.
func (o *accountOptions) keyFile(c *config.Config, kind onboard.CredentialKind) (*keyFile, error) {
	path, ending := o.secretFile, ".secret"
	switch {
	case kind == onboard.ByFederation || o.certificate != "":
		return &keyFile{}, nil
	case kind == onboard.ByCertificate:
		path, ending = o.certificateFile, ".pem"
	}
	if path == "" {
		path = c.Beside(strings.ReplaceAll(strings.ToLower(o.name), " ", "-") + ending)
	}
	return newKeyFile(path)
}
