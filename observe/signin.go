package observe

import (
	"time"

	"github.com/pharos-pec/pharos"
)

// seat is an eye once it tried to sign in.
type seat struct {
	Eye
	self Self
	ok   bool
	// listed is when it listed its subscriptions, zero when it could not.
	listed time.Time
}

// signIn signs every eye in. One that is refused is a problem; all of them
// refused, with nothing else to read, is the end.
func (s *scan) signIn() error {
	s.seats = make([]seat, len(s.Eyes))
	refused := make([]error, len(s.Eyes))
	err := s.each("sign in", len(s.Eyes), func(i int) {
		self, err := s.Eyes[i].Self(s.ctx)
		s.seats[i] = seat{Eye: s.Eyes[i], self: self, ok: err == nil}
		refused[i] = err
		if err != nil {
			s.fault("credential "+s.Eyes[i].Name(), "sign-in", s.Eyes[i].Name(), err)
			return
		}
		s.saw(self.At)
	})
	if err != nil || s.Commerce != nil {
		return err
	}
	for _, e := range s.seats {
		if e.ok {
			return nil
		}
	}
	return refused[0]
}

// readLinks reads each eye's own partner link. A link that could not be read
// stays as it was last seen.
func (s *scan) readLinks() error {
	links := make([]*Link, len(s.seats))
	err := s.each("links", len(s.seats), func(i int) {
		e := s.seats[i]
		if !e.ok {
			return
		}
		l, err := e.Link(s.ctx)
		if err != nil {
			s.fault(refName(e.self.PrincipalRef), "partner link", e.Name(), err)
			return
		}
		s.saw(l.At)
		links[i] = &l
	})
	for i, l := range links {
		if l != nil {
			ref := s.seats[i].self.PrincipalRef
			s.h.Links[ref] = MergeLink(s.h.Links[ref], *l, pharos.Seen)
		}
	}
	return err
}

// MergeLink adds a reading of a principal's own link to its record. Source is
// Seen for a credential of ours, CheckIn for a person who signed in.
func MergeLink(rec *pharos.Record[pharos.PartnerID], l Link, source pharos.Source) *pharos.Record[pharos.PartnerID] {
	obs := Observation[pharos.PartnerID]{At: l.At, Single: true, Source: source}
	if l.PartnerID == "" {
		return Merge(rec, obs)
	}
	obs.Values = []Dated[pharos.PartnerID]{{Value: l.PartnerID, Since: l.Since}}
	if rec.LastObserved().IsZero() && !l.Created.IsZero() && !l.Since.IsZero() {
		// At first sight the service's own dates are the history: nothing was
		// linked before the record was created, and what was linked between
		// then and the last change nobody can tell.
		obs.Log = &Log[pharos.PartnerID]{Changes: []Change[pharos.PartnerID]{{At: l.Since, Began: true, Value: l.PartnerID}}}
		if l.Created.Before(l.Since) {
			obs.Gaps = []pharos.Interval{{From: l.Created, To: l.Since}}
		}
	}
	return Merge(rec, obs)
}

func refName(r pharos.PrincipalRef) string {
	return "principal " + string(r.ID) + " in tenant " + string(r.Tenant)
}
