package onboard

import (
	"context"
	"crypto/sha1" //nolint:gosec // a thumbprint names a certificate, it guards nothing
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// CredentialKind is how one signs in as an account.
type CredentialKind string

// The kinds of [Credential].
const (
	BySecret      CredentialKind = "secret"
	ByCertificate CredentialKind = "certificate"
	// ByFederation is by a token of another issuer, such as a pipeline's: there
	// is no secret that anybody could lose.
	ByFederation CredentialKind = "federated"
)

// Credential is one way to sign in as an account, as the directory tells it:
// nothing of it is secret.
type Credential struct {
	Kind CredentialKind
	// ID names it in the directory; a certificate's is its thumbprint.
	ID, Name string
	// Until is when it ends; zero for a federated one, which does not.
	Until time.Time
	// Federation is whose tokens a federated one is for.
	Federation Federation
}

// soon is how long before its end a credential ought to have a successor.
const soon = 30 * 24 * time.Hour

// CredentialState is how long a credential is still good.
type CredentialState string

// The states of a credential at an instant.
const (
	CredentialGood   CredentialState = "good"
	CredentialEnding CredentialState = "ending" // within 30 days
	CredentialEnded  CredentialState = "ended"
)

// State is how long the credential is still good at an instant.
func (c Credential) State(at time.Time) CredentialState {
	switch {
	case c.Until.IsZero() || c.Until.Sub(at) > soon:
		return CredentialGood
	case at.Before(c.Until):
		return CredentialEnding
	}
	return CredentialEnded
}

// Thumbprint is the id of a certificate in the directory: its SHA-1.
func Thumbprint(cert *x509.Certificate) string {
	sum := sha1.Sum(cert.Raw) //nolint:gosec // see the import
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// ensureCredential adds a credential of the kind that is wanted, where there
// is no good one or another is wanted.
func (a *Account) ensureCredential(ctx context.Context, r Registry, o AccountOptions) error {
	err := o.Patience.Until(ctx, pharos.NotFound, func() (err error) {
		a.Credentials, a.At, err = r.Credentials(ctx, a.Application)
		return err
	})
	if err != nil {
		return err
	}
	until := a.At.AddDate(0, 0, o.Days)
	switch o.By {
	case ByFederation:
		return a.ensureFederation(ctx, r, o)
	case ByCertificate:
		return a.ensureCertificate(ctx, r, o, until)
	case BySecret, "":
	}
	if a.hasGood(o.By) && !o.Another {
		return nil
	}
	return a.add(ctx, o.Patience, "a secret, good until "+until.Format(time.DateOnly), func() (c Credential, err error) {
		c, a.Secret, err = r.AddSecret(ctx, a.Application, until)
		return c, err
	})
}

// hasGood reports whether one can sign in by a kind, "" for any.
func (a *Account) hasGood(kind CredentialKind) bool {
	for _, c := range a.Credentials {
		if (kind == "" || c.Kind == kind) && c.State(a.At) != CredentialEnded {
			return true
		}
	}
	return false
}

// add adds a credential as soon as the directory knows the application.
func (a *Account) add(ctx context.Context, p Patience, words string, add func() (Credential, error)) error {
	return p.Until(ctx, pharos.NotFound, func() error {
		c, err := add()
		if err == nil {
			a.Credentials, a.Made = append(a.Credentials, c), append(a.Made, words)
		}
		return err
	})
}

func (a *Account) ensureCertificate(ctx context.Context, r Registry, o AccountOptions, until time.Time) error {
	cert := o.Certificate
	if cert == nil {
		if a.hasGood(ByCertificate) && !o.Another {
			return nil
		}
		made, err := o.NewCertificate(a.At, until)
		if err != nil {
			return err
		}
		cert = made
	}
	if !a.At.Before(cert.NotAfter) {
		return pharos.Errorf(pharos.Invalid, "the certificate %s ended on %s", Thumbprint(cert), cert.NotAfter.UTC().Format(time.DateOnly)).
			WithHint("without --certificate a new one is made")
	}
	for _, c := range a.Credentials {
		if c.Kind == ByCertificate && c.ID == Thumbprint(cert) {
			return nil
		}
	}
	return a.add(ctx, o.Patience, "a certificate, good until "+cert.NotAfter.UTC().Format(time.DateOnly), func() (Credential, error) {
		return r.AddCertificate(ctx, a.Application, cert)
	})
}

// maxFederations is how many federated credentials an application can have
// (Microsoft Learn, "Important considerations and restrictions for federated
// identity credentials").
const maxFederations = 20

func (a *Account) ensureFederation(ctx context.Context, r Registry, o AccountOptions) error {
	f, n := o.Federation, 0
	for _, c := range a.Credentials {
		if c.Kind != ByFederation {
			continue
		}
		n++
		if c.Federation == f {
			return nil
		}
		if c.Federation.Issuer == f.Issuer && c.Federation.Subject == f.Subject {
			return pharos.Errorf(pharos.Conflict, "the account trusts %s of %s already, for the audience %q", f.Subject, f.Issuer, c.Federation.Audience).
				WithHint("ask for tokens of that audience, or delete the federated credential %s first", c.Name)
		}
	}
	if n >= maxFederations {
		return pharos.Errorf(pharos.Conflict, "the account has %d federated credentials, and can have no more", n).
			WithHint("delete those that are not used, or make another account with --name")
	}
	return a.add(ctx, o.Patience, "a federated credential for "+f.Subject, func() (Credential, error) {
		return r.Federate(ctx, a.Application, f)
	})
}
