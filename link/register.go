package link

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// Entry is the link of a principal whose credential Pharos does not hold: a
// person who checked in, or a link declared in the configuration.
type Entry struct {
	Name      string // for people to read; may be ""
	Principal pharos.PrincipalRef
	PartnerID pharos.PartnerID
	// Held is when the ID was linked: a zero From means since before anybody
	// asked, a zero To means still.
	Held pharos.Interval
	// Source is CheckIn or Declared.
	Source pharos.Source
	// At is the cloud's time of a check-in, zero for what is only declared.
	At time.Time
}

// Register is the list of such links. A principal may stand in it several
// times, with other IDs at other times.
type Register []Entry

// CheckIn reads the link of a person's or robot's own identity, signed in now,
// as an entry of the register. A principal that has no link is an error with
// code NotFound: there is nothing to register.
func CheckIn(ctx context.Context, a Account) (Entry, error) {
	self, err := a.Principal(ctx)
	if err != nil {
		return Entry{}, err
	}
	l, err := a.PartnerLink(ctx)
	if err != nil {
		return Entry{}, err
	}
	if l.ID == "" {
		return Entry{}, pharos.Errorf(pharos.NotFound, "%s has no partner ID linked in tenant %s", self.Name, self.Tenant).
			WithHint("link it first, signed in to this tenant as the same identity")
	}
	return Entry{
		Name: self.Name, Principal: self.PrincipalRef, PartnerID: l.ID,
		Held: pharos.Interval{From: l.Since}, Source: pharos.CheckIn, At: l.At,
	}, nil
}

// Add returns the register with e in it. A check-in of a principal ends its
// open entries with another ID when the new link began, or at the check-in where
// that is not told, and replaces an open entry with the same ID.
func (r Register) Add(e Entry) Register {
	var out Register
	for _, old := range r {
		if old.Principal == e.Principal && old.Held.To.IsZero() {
			if old.PartnerID == e.PartnerID {
				continue
			}
			old.Held.To = e.Held.From
			if old.Held.To.IsZero() {
				old.Held.To = e.At
			}
		}
		out = append(out, old)
	}
	return append(out, e)
}

// Fact returns the entry as a fact of the access history. It is dated where
// the entry is; a declared link without dates has always held.
func (e Entry) Fact() pharos.Fact[pharos.PartnerID] {
	return pharos.Fact[pharos.PartnerID]{Value: e.PartnerID, Span: pharos.SpanOf(e.Held), Source: e.Source}
}

// Statuses returns how each principal of the register stood at t, from the
// side of partner p: the entry that held then, or not linked.
func (r Register) Statuses(p pharos.Partner, t time.Time) []Status {
	var out []Status
	index := map[pharos.PrincipalRef]int{}
	for _, e := range r {
		i, seen := index[e.Principal]
		if !seen {
			i = len(out)
			index[e.Principal] = i
			out = append(out, Status{
				Tenant: e.Principal.Tenant, Principal: e.Principal.ID, Name: e.Name,
				State: NotLinked, Source: e.Source, ObservedAt: e.At,
			})
		}
		if e.Held.Contains(t) {
			s := &out[i]
			s.PartnerID, s.State, s.Since = e.PartnerID, StateOf(e.PartnerID, p), e.Held.From
			s.Source, s.ObservedAt = e.Source, e.At
		}
	}
	return out
}
