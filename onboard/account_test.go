package onboard_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// registry is a directory in memory. Late lists an application only after it
// was asked for that many times, and behind is how many calls about it do not
// know it; twice repeats a creation, as a client does whose answer was lost.
type registry struct {
	apps        []onboard.Application
	principals  map[string]pharos.PrincipalID
	credentials []onboard.Credential
	late        int
	behind      map[string]int
	twice       bool
	refuse      error
	fails       map[string]error
}

// now is the directory's time.
var now = time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)

// unknown is the answer of a copy that does not know the application yet.
func (r *registry) unknown(call string) error {
	if r.behind[call] == 0 {
		return r.fails[call]
	}
	r.behind[call]--
	return pharos.Errorf(pharos.NotFound, "no such application")
}

func (r *registry) MayRegister(context.Context) error { return r.refuse }

func (r *registry) Applications(_ context.Context, name string) ([]onboard.Application, error) {
	if r.late > 0 {
		r.late--
		return nil, nil
	}
	var out []onboard.Application
	for _, a := range r.apps {
		if a.Name == name {
			out = append(out, a)
		}
	}
	return out, nil
}

func (r *registry) CreateApplication(_ context.Context, name string) (onboard.Application, error) {
	for range 1 + map[bool]int{true: 1}[r.twice] {
		n := len(r.apps) + 1
		r.apps = append(r.apps, onboard.Application{Object: fmt.Sprint("object-", n), ID: fmt.Sprint("app-", n), Name: name})
	}
	return r.apps[len(r.apps)-1], r.fails["application"]
}

func (r *registry) ServicePrincipal(_ context.Context, a onboard.Application) (pharos.PrincipalID, error) {
	return r.principals[a.ID], nil
}

func (r *registry) CreateServicePrincipal(_ context.Context, a onboard.Application) (pharos.PrincipalID, error) {
	if err := r.unknown("principal"); err != nil {
		return "", err
	}
	r.principals[a.ID] = pharos.PrincipalID("sp-" + a.ID)
	return r.principals[a.ID], nil
}

func (r *registry) Credentials(context.Context, onboard.Application) ([]onboard.Credential, time.Time, error) {
	return slices.Clone(r.credentials), now, r.unknown("credentials")
}

// add is how a credential is added of every kind.
func (r *registry) add(c onboard.Credential) (onboard.Credential, error) {
	if err := r.unknown("add"); err != nil {
		return c, err
	}
	r.credentials = append(r.credentials, c)
	return c, nil
}

func (r *registry) AddSecret(_ context.Context, _ onboard.Application, until time.Time) (onboard.Credential, string, error) {
	secret := fmt.Sprint("secret-", len(r.credentials)+1)
	c, err := r.add(onboard.Credential{Kind: onboard.BySecret, ID: secret, Until: until})
	if err != nil {
		secret = ""
	}
	return c, secret, err
}

func (r *registry) AddCertificate(_ context.Context, _ onboard.Application, cert *x509.Certificate) (onboard.Credential, error) {
	return r.add(onboard.Credential{Kind: onboard.ByCertificate, ID: onboard.Thumbprint(cert), Until: cert.NotAfter})
}

func (r *registry) Federate(_ context.Context, _ onboard.Application, f onboard.Federation) (onboard.Credential, error) {
	return r.add(onboard.Credential{Kind: onboard.ByFederation, ID: f.Name(), Federation: f})
}

// ensure makes the account as of the directory's time, for 180 days. It waits
// for nothing, and counts the waits.
func ensure(t *testing.T, r *registry, o onboard.AccountOptions) (onboard.Account, error) {
	t.Helper()
	o.Name, o.Days = "robot", 180
	o.Patience.Pause = func(context.Context, time.Duration) error { return nil }
	if o.NewCertificate == nil {
		o.NewCertificate = func(from, until time.Time) (*x509.Certificate, error) {
			cert, _, err := onboard.NewCertificate("robot", from, until)
			return cert, err
		}
	}
	return onboard.EnsureAccount(t.Context(), r, o)
}

func TestEnsureAccount(t *testing.T) {
	r := &registry{principals: map[string]pharos.PrincipalID{}}
	a, err := ensure(t, r, onboard.AccountOptions{})
	want := []string{"application app-1", "service principal sp-app-1", "a secret, good until 2027-04-01"}
	if err != nil || a.Secret != "secret-1" || !slices.Equal(a.Made, want) {
		t.Fatalf("first: %+v, %v", a, err)
	}
	if a, err = ensure(t, r, onboard.AccountOptions{}); err != nil || a.Secret != "" || len(a.Made) != 0 || a.Principal != "sp-app-1" {
		t.Errorf("again: %+v, %v", a, err)
	}
	if a, err = ensure(t, r, onboard.AccountOptions{Another: true}); err != nil || a.Secret != "secret-2" {
		t.Errorf("with another secret: %+v, %v", a, err)
	}
}

// TestEnsureAccount_GoesOn: what a run that failed has left is taken up.
func TestEnsureAccount_GoesOn(t *testing.T) {
	broken := pharos.Errorf(pharos.Unavailable, "the directory is away")
	r := &registry{principals: map[string]pharos.PrincipalID{}, fails: map[string]error{"principal": broken}}
	if _, err := ensure(t, r, onboard.AccountOptions{}); pharos.CodeOf(err) != pharos.Unavailable {
		t.Fatalf("got %v", err)
	}
	r.fails = nil
	if a, err := ensure(t, r, onboard.AccountOptions{Another: true}); err != nil || a.ID != "app-1" || a.Principal == "" || len(r.apps) != 1 {
		t.Errorf("%+v, %v, %d applications", a, err, len(r.apps))
	}
}

func TestEnsureAccount_Refuses(t *testing.T) {
	none := map[string]pharos.PrincipalID{}
	for name, x := range map[string]struct {
		r    *registry
		want pharos.Code
		apps int
	}{
		"two of the name":      {&registry{principals: none, apps: []onboard.Application{{Name: "robot"}, {Name: "robot"}}}, pharos.Conflict, 2},
		"made twice":           {&registry{principals: none, twice: true}, pharos.Conflict, 2},
		"no permission":        {&registry{principals: none, refuse: pharos.Errorf(pharos.Forbidden, "no")}, pharos.Forbidden, 0},
		"the creation refused": {&registry{principals: none, fails: map[string]error{"application": pharos.Errorf(pharos.Forbidden, "no")}}, pharos.Forbidden, 1},
	} {
		if a, err := ensure(t, x.r, onboard.AccountOptions{}); pharos.CodeOf(err) != x.want || a.Secret != "" || len(x.r.apps) != x.apps {
			t.Errorf("%s: %+v, %v, %d applications", name, a, err, len(x.r.apps))
		}
	}
}

// TestEnsureAccount_Late: a directory that does not list what it has just made
// is no reason to make it again.
func TestEnsureAccount_Late(t *testing.T) {
	r := &registry{principals: map[string]pharos.PrincipalID{}, late: 2}
	if a, err := ensure(t, r, onboard.AccountOptions{}); err != nil || len(r.apps) != 1 || a.ID != "app-1" {
		t.Errorf("%+v, %v, %d applications", a, err, len(r.apps))
	}
}
