package repair

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pharos-pec/pharos"
)

// Hand is one signed-in credential, as far as a plan is made and applied with
// it. Errors bear the codes of [pharos.Error].
type Hand interface {
	// Name is the credential's name in the configuration.
	Name() string
	// Principal signs in and says who the credential is.
	Principal(ctx context.Context) (pharos.Principal, error)
	// May says whether the credential may do all of the actions at the scope,
	// as the cloud's permissions there tell.
	May(ctx context.Context, scope pharos.Scope, actions ...string) (bool, error)
	// Look returns the resource at an ARM path (with its api-version) as the
	// cloud tells it, nil when there is none, and the cloud's time.
	Look(ctx context.Context, path string) (json.RawMessage, time.Time, error)
	// Delegations lists the registration assignments of a subscription, each
	// with its definition's ARM id, as this credential sees them.
	Delegations(ctx context.Context, s pharos.SubscriptionID) ([]Delegation, error)
	// Assignments lists the permanent role assignments of a customer's
	// subscription, inherited ones and those below it included, as far as this
	// credential is shown them.
	Assignments(ctx context.Context, s pharos.SubscriptionID, customer pharos.TenantID) ([]pharos.Grant, error)
	// Send makes the call and waits until the cloud has done it.
	Send(ctx context.Context, w Write) error
}

// Delegation says which definition a registration assignment assigns. Both ids
// are ARM ids in lower case.
type Delegation struct {
	Assignment, Definition string
	Offer                  string
}
