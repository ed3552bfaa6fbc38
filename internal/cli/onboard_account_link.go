package cli

import (
	"context"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/onboard"
)

// linkAccount signs in as the account and links it. Known is false when no
// credential for it is at hand. What this run made may be known to the
// directory only after a while.
func (e *env) linkAccount(ctx context.Context, c *config.Config, cloud azure.Cloud, o *accountOptions, file *keyFile, a onboard.Account) (known bool, err error) {
	credential, known := e.accountCredential(c, o, file, a)
	if !known {
		return false, nil
	}
	late := pharos.Unauthenticated
	if len(a.Made) == 0 {
		late = "" // nothing is new: what is refused is wrong
	}
	return true, e.patience().Until(ctx, late, func() error { return e.linkOnce(ctx, c, cloud, credential) })
}

// accountCredential is by what one can sign in as the account from here: what
// this run made, a certificate that was handed in with its key, or what is
// configured.
func (e *env) accountCredential(c *config.Config, o *accountOptions, file *keyFile, a onboard.Account) (azure.Credential, bool) {
	credential := azure.Credential{Name: a.Name, Tenant: c.Partner.Tenant, ClientID: a.ID}
	switch {
	case a.Secret != "":
		credential.Method = azure.ClientSecret
		credential.Secret = func() ([]byte, error) { return []byte(a.Secret), nil }
		return credential, true
	case file.written != "":
		credential.Method, credential.File = azure.Certificate, file.written
		return credential, true
	case o.certificate != "" && o.withKey:
		credential.Method, credential.File = azure.Certificate, o.certificate
		return credential, true
	}
	for _, k := range c.Credentials {
		if strings.EqualFold(k.ClientID, a.ID) && k.Tenant == c.Partner.Tenant {
			return e.credentialOf(k), true
		}
	}
	return credential, false
}

// patience waits for the directory, and says so.
func (e *env) patience() onboard.Patience {
	return onboard.Patience{Pause: func(ctx context.Context, d time.Duration) error {
		e.note("the directory does not know the new account everywhere yet, trying again in %s", d)
		select {
		case <-ctx.Done():
			return pharos.Errorf(pharos.Interrupted, "interrupted: %w", ctx.Err())
		case <-time.After(d):
			return nil
		}
	}}
}

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
