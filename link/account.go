package link

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// Account is one signed-in credential, which can see and change only its own
// link. Errors bear the codes of [pharos.Error]: Unauthenticated when the
// credential was refused, Forbidden, Unavailable after the retries, Invalid
// when the cloud refuses the partner ID, Conflict when another link stands.
type Account interface {
	// Name is the credential's name in the configuration.
	Name() string
	// Principal signs in and says who the credential is.
	Principal(ctx context.Context) (pharos.Principal, error)
	// PartnerLink reads the link. No link is a zero ID, not an error.
	PartnerLink(ctx context.Context) (Link, error)
	// CreateLink links id where none is linked.
	CreateLink(ctx context.Context, id pharos.PartnerID) error
	// ChangeLink replaces the linked ID by id.
	ChangeLink(ctx context.Context, id pharos.PartnerID) error
	// DeleteLink removes the link to id.
	DeleteLink(ctx context.Context, id pharos.PartnerID) error
}

// Link is what the cloud answers a principal about its own link.
type Link struct {
	ID pharos.PartnerID // "" when none is linked
	// Since is the instant since when ID is linked without a break, zero when
	// none is linked.
	Since time.Time
	At    time.Time // the cloud's time of the answer
}
