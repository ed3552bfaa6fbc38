package link_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	partner = pharos.Partner{ID: "4987654", Organisation: []pharos.PartnerID{"4987654", "4987655"}}
	t0      = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
)

// account is a principal whose link lives in memory. refuse is what the cloud
// answers to a write, blind makes the cloud accept a write and forget it.
type account struct {
	name   string
	id     pharos.PartnerID
	since  time.Time
	signIn error
	refuse error
	blind  bool
	calls  []string
}

func (a *account) Name() string { return a.name }

func (a *account) Principal(context.Context) (pharos.Principal, error) {
	ref := pharos.PrincipalRef{Tenant: "tenant", ID: pharos.PrincipalID("object-" + a.name)}
	return pharos.Principal{PrincipalRef: ref, Kind: pharos.ServicePrincipal, Name: a.name}, a.signIn
}

func (a *account) PartnerLink(context.Context) (link.Link, error) {
	return link.Link{ID: a.id, Since: a.since, At: t0.Add(time.Hour)}, nil
}

func (a *account) CreateLink(_ context.Context, id pharos.PartnerID) error {
	return a.write("create", id)
}

func (a *account) ChangeLink(_ context.Context, id pharos.PartnerID) error {
	return a.write("change", id)
}

func (a *account) DeleteLink(_ context.Context, id pharos.PartnerID) error {
	if id != a.id {
		return pharos.Errorf(pharos.NotFound, "%s is not linked", id)
	}
	return a.write("delete", "")
}

func (a *account) write(verb string, id pharos.PartnerID) error {
	a.calls = append(a.calls, verb+" "+string(id))
	if a.refuse != nil {
		return a.refuse
	}
	if !a.blind {
		a.id, a.since = id, t0.Add(time.Minute)
	}
	return nil
}

func observe(t *testing.T, accounts ...link.Account) []link.Status {
	t.Helper()
	statuses, err := link.Observe(t.Context(), accounts, partner)
	if err != nil {
		t.Fatal(err)
	}
	return statuses
}
