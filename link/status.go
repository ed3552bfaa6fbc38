package link

import (
	"context"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// State is the state of a principal's link, as the contract names it.
type State string

// The states of a link.
const (
	Linked        State = "linked"          // to an ID of our organisation
	NotLinked     State = "not-linked"      // to none
	LinkedToOther State = "linked-to-other" // to an ID outside our organisation
	Unreachable   State = "unreachable"     // the credential could not sign in or read its link
)

// Status is the link of one principal, as it was seen or declared.
type Status struct {
	Credential string             `json:"credential"` // "" for an entry of the register
	Tenant     pharos.TenantID    `json:"tenantId"`
	Principal  pharos.PrincipalID `json:"principalId"`
	Name       string             `json:"name,omitempty"` // the principal's display name
	PartnerID  pharos.PartnerID   `json:"partnerId"`
	State      State              `json:"state"`
	Since      time.Time          `json:"since,omitzero"`
	ObservedAt time.Time          `json:"observedAt,omitzero"` // the cloud's time
	Source     pharos.Source      `json:"source"`
	Problem    *Problem           `json:"problem,omitempty"` // of an unreachable one
	// Err is the error behind Problem.
	Err error `json:"-"`
}

// Problem is an error in the words of the JSON contract.
type Problem struct {
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint,omitempty"`
}

// readers bounds how many credentials sign in at the same time: enough to
// hide their latency, few enough not to be throttled.
const readers = 8

// Observe reads the link of every account, in the order given. An account
// that cannot be read is Unreachable and says why; only a cancelled context
// is an error of the whole.
func Observe(ctx context.Context, accounts []Account, p pharos.Partner) ([]Status, error) {
	statuses := make([]Status, len(accounts))
	turns := make(chan struct{}, readers)
	var all sync.WaitGroup
	for i, a := range accounts {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			statuses[i] = read(ctx, a, p)
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return nil, pharos.Errorf(pharos.Interrupted, "reading the links was interrupted: %w", err)
	}
	return statuses, nil
}

// read observes one account.
func read(ctx context.Context, a Account, p pharos.Partner) Status {
	s := Status{Credential: a.Name(), Source: pharos.Seen}
	self, err := a.Principal(ctx)
	if err != nil {
		return s.unreachable(err)
	}
	s.Tenant, s.Principal, s.Name = self.Tenant, self.ID, self.Name
	l, err := a.PartnerLink(ctx)
	if err != nil {
		return s.unreachable(err)
	}
	s.PartnerID, s.Since, s.ObservedAt = l.ID, l.Since, l.At
	s.State = StateOf(l.ID, p)
	return s
}

// unreachable returns s with the reason why its link is not known.
func (s Status) unreachable(err error) Status {
	s.State, s.Err = Unreachable, err
	s.Problem = &Problem{Code: pharos.CodeOf(err), Message: err.Error(), Hint: pharos.HintOf(err)}
	return s
}

// StateOf judges a linked ID from the side of partner p; "" is none.
func StateOf(id pharos.PartnerID, p pharos.Partner) State {
	switch {
	case id == "":
		return NotLinked
	case p.Owns(id):
		return Linked
	default:
		return LinkedToOther
	}
}
