package onboard

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/pharos-pec/pharos"
)

// Registry is the directory of the managing tenant, as one who may register
// applications in it sees and changes it. Errors bear the codes of
// [pharos.Error]; NotFound, for an application that is there, says that the
// directory does not know it everywhere yet.
type Registry interface {
	// MayRegister fails with code Forbidden when the token shows that it does
	// not allow to register applications.
	MayRegister(ctx context.Context) error
	// Applications returns the applications of exactly that name.
	Applications(ctx context.Context, name string) ([]Application, error)
	CreateApplication(ctx context.Context, name string) (Application, error)
	// ServicePrincipal returns the object id of an application's service
	// principal, "" when it has none.
	ServicePrincipal(ctx context.Context, a Application) (pharos.PrincipalID, error)
	CreateServicePrincipal(ctx context.Context, a Application) (pharos.PrincipalID, error)
	// Credentials returns by what one can sign in as the application, and the
	// directory's time.
	Credentials(ctx context.Context, a Application) ([]Credential, time.Time, error)
	// AddSecret adds a secret that is good until an instant. It is told once.
	AddSecret(ctx context.Context, a Application, until time.Time) (Credential, string, error)
	// AddCertificate adds a certificate beside those that stand.
	AddCertificate(ctx context.Context, a Application, cert *x509.Certificate) (Credential, error)
	// Federate lets the application sign in by tokens of another issuer.
	Federate(ctx context.Context, a Application, f Federation) (Credential, error)
}

// Application is an application of the managing tenant.
type Application struct {
	// Object is the application's own object id, ID its application (client) id.
	Object, ID, Name string
}

// Account is the service principal that earns, as [EnsureAccount] left it.
type Account struct {
	Application
	Principal pharos.PrincipalID
	// Secret is set when one was added: it cannot be read again.
	Secret string
	// Credentials are all by which one can sign in as it, ended ones too.
	Credentials []Credential
	// Made tells what was made, in words; nothing when all was there.
	Made []string
	// At is the directory's time.
	At time.Time
}

// AccountOptions say how the account is to be.
type AccountOptions struct {
	Name string
	// By is the kind of credential that it is to have; "" is a secret, or
	// whatever good one it has.
	By CredentialKind
	// Another adds a credential of the kind although a good one is there.
	Another bool
	// Days is how long a new secret or certificate is good.
	Days int
	// Certificate is one that was made elsewhere. Without it, NewCertificate
	// makes one with its key, and keeps the key before it returns.
	Certificate    *x509.Certificate
	NewCertificate func(from, until time.Time) (*x509.Certificate, error)
	Federation     Federation
	Patience       Patience
}

// EnsureAccount makes the application, its service principal and a credential,
// as far as they are not there. It can be repeated: what is there is kept, and
// no credential is ever removed. Two applications of the name are an error with
// code Conflict, as nobody can tell them apart.
func EnsureAccount(ctx context.Context, r Registry, o AccountOptions) (Account, error) {
	if err := r.MayRegister(ctx); err != nil {
		return Account{}, err
	}
	a := Account{}
	app, made, err := ensureApplication(ctx, r, o)
	if err != nil {
		return a, err
	}
	a.Application = app
	if made {
		a.Made = append(a.Made, "application "+app.ID)
	}
	if err := a.ensurePrincipal(ctx, r, o.Patience); err != nil {
		return a, err
	}
	return a, a.ensureCredential(ctx, r, o)
}

// ensureApplication finds the application of the name, or makes it. Then it
// waits until it is listed: before, another run would make a second one; and
// an answer that was lost makes the client ask twice.
func ensureApplication(ctx context.Context, r Registry, o AccountOptions) (app Application, made bool, err error) {
	app, err = onlyApplication(ctx, r, o.Name)
	if pharos.CodeOf(err) != pharos.NotFound {
		return app, false, err
	}
	if app, err = r.CreateApplication(ctx, o.Name); err != nil {
		return app, false, err
	}
	return app, true, ignore(pharos.NotFound, o.Patience.Until(ctx, pharos.NotFound, func() error {
		_, err := onlyApplication(ctx, r, o.Name)
		return err
	}))
}

// onlyApplication returns the application of the name; NotFound without one,
// Conflict with several.
func onlyApplication(ctx context.Context, r Registry, name string) (Application, error) {
	found, err := r.Applications(ctx, name)
	switch {
	case err != nil:
		return Application{}, err
	case len(found) == 0:
		return Application{}, pharos.Errorf(pharos.NotFound, "the tenant has no application called %q", name)
	case len(found) > 1:
		return Application{}, pharos.Errorf(pharos.Conflict, "the tenant has %d applications called %q", len(found), name).
			WithHint("delete those that are not used, or choose another name with --name")
	}
	return found[0], nil
}

// ensurePrincipal finds the service principal, or makes it and waits until it
// is listed.
func (a *Account) ensurePrincipal(ctx context.Context, r Registry, p Patience) (err error) {
	if a.Principal, err = r.ServicePrincipal(ctx, a.Application); err != nil || a.Principal != "" {
		return err
	}
	err = p.Until(ctx, pharos.NotFound, func() error {
		a.Principal, err = r.CreateServicePrincipal(ctx, a.Application)
		return err
	})
	if err != nil {
		return err
	}
	a.Made = append(a.Made, "service principal "+string(a.Principal))
	return ignore(pharos.NotFound, p.Until(ctx, pharos.NotFound, func() error {
		if listed, err := r.ServicePrincipal(ctx, a.Application); err != nil || listed != "" {
			return err
		}
		return pharos.Errorf(pharos.NotFound, "the service principal %s is not listed", a.Principal)
	}))
}

// ignore drops an error of the code: a list that takes longer than anybody
// waits does not make undone what was done.
func ignore(code pharos.Code, err error) error {
	if pharos.CodeOf(err) == code {
		return nil
	}
	return err
}

// Patience waits for a directory that has not told all its copies of what is
// new, which takes seconds and at times minutes. Source: Microsoft Learn,
// "Best practices for working with Microsoft Graph", eventual consistency.
type Patience struct {
	// Pause waits, or fails when the context ends first.
	Pause func(ctx context.Context, d time.Duration) error
}

// The waits double from the first to the last, two minutes in all.
const (
	firstWait = time.Second
	lastWait  = time.Minute
)

// Until tries until there is no error of the code, or no patience is left. No
// code is late when it is "".
func (p Patience) Until(ctx context.Context, late pharos.Code, try func() error) error {
	for wait := firstWait; ; wait *= 2 {
		err := try()
		if err == nil || pharos.CodeOf(err) != late || wait > lastWait || p.Pause == nil {
			return err
		}
		if err := p.Pause(ctx, wait); err != nil {
			return err
		}
	}
}
