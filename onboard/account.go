package onboard

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// Registry is the directory of the managing tenant, as one who may register
// applications in it sees and changes it. Errors bear the codes of
// [pharos.Error].
type Registry interface {
	// MayRegister fails with code Forbidden when the token names permissions
	// and none of them allows to register applications.
	MayRegister(ctx context.Context) error
	// Applications returns the applications of exactly that name.
	Applications(ctx context.Context, name string) ([]Application, error)
	CreateApplication(ctx context.Context, name string) (Application, error)
	// ServicePrincipal returns the object id of an application's service
	// principal, "" when it has none.
	ServicePrincipal(ctx context.Context, a Application) (pharos.PrincipalID, error)
	CreateServicePrincipal(ctx context.Context, a Application) (pharos.PrincipalID, error)
	// AddSecret adds a secret that is good until an instant. It is told once.
	AddSecret(ctx context.Context, a Application, until time.Time) (string, error)
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
	// Made tells what was made, in words; nothing when all was there.
	Made []string
}

// AccountOptions say how the account is to be.
type AccountOptions struct {
	Name string
	// NewSecret adds a secret to an account that is there already; one that is
	// made gets one unless NoSecret is set.
	NewSecret, NoSecret bool
	// Until is when the secret ends.
	Until time.Time
}

// EnsureAccount makes the application, its service principal and a secret, as
// far as they are not there. It can be repeated: what is there is kept. Two
// applications of the name are an error with code Conflict, as nobody can tell
// them apart.
func EnsureAccount(ctx context.Context, r Registry, o AccountOptions) (Account, error) {
	if err := r.MayRegister(ctx); err != nil {
		return Account{}, err
	}
	a := Account{}
	app, made, err := ensureApplication(ctx, r, o.Name)
	if err != nil {
		return a, err
	}
	a.Application = app
	if made {
		a.Made = append(a.Made, "application "+app.ID)
	}
	if a.Principal, err = r.ServicePrincipal(ctx, app); err == nil && a.Principal == "" {
		if a.Principal, err = r.CreateServicePrincipal(ctx, app); err == nil {
			a.Made = append(a.Made, "service principal "+string(a.Principal))
		}
	}
	if err != nil {
		return a, err
	}
	if o.NewSecret || (made && !o.NoSecret) {
		if a.Secret, err = r.AddSecret(ctx, app, o.Until); err != nil {
			return a, err
		}
		a.Made = append(a.Made, "a secret, good until "+o.Until.UTC().Format(time.DateOnly))
	}
	return a, nil
}

// ensureApplication finds the application of the name, or makes it. It looks
// again after it made one: an answer that was lost makes the client ask twice.
func ensureApplication(ctx context.Context, r Registry, name string) (app Application, made bool, err error) {
	for {
		found, err := r.Applications(ctx, name)
		switch {
		case err != nil:
			return app, made, err
		case len(found) > 1:
			return app, made, pharos.Errorf(pharos.Conflict, "the tenant has %d applications called %q", len(found), name).
				WithHint("delete those that are not used, or choose another name with --name")
		case len(found) == 1:
			return found[0], made, nil
		case made:
			return app, true, nil // made, and not listed yet: the directory takes its time
		}
		if app, err = r.CreateApplication(ctx, name); err != nil {
			return app, false, err
		}
		made = true
	}
}
