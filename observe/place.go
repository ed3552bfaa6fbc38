package observe

import (
	"cmp"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// view is one eye's sight of a subscription.
type view struct {
	seat
	visible Visible
}

// customerSide reports whether the eye is of the subscription's own tenant,
// where everything is shown.
func (v view) customerSide() bool { return v.self.Tenant == v.visible.Customer }

// place is a subscription with what was read of it.
type place struct {
	sub   pharos.Subscription
	views []view // the eyes that see it, those that see most first

	delegations delegationLook
	assignments assignmentLook
	denials     denialLook
	log         *Log[pharos.Grant]
	denialLog   *Log[pharos.Denial]
}

// delegationLook is what the eyes together saw of the delegations.
type delegationLook struct {
	read  bool
	at    time.Time // the earliest of the readings: what each of them proves absent was so then
	items []Dated[pharos.Grant]
	whole bool
	// tenants are those of which every delegation is in items.
	tenants map[pharos.TenantID]bool
}

// assignmentLook is what the eyes together saw of the role assignments.
type assignmentLook struct {
	read    bool
	at      time.Time
	items   []Dated[pharos.Grant]
	direct  bool                     // all of them are in items
	foreign bool                     // all those to foreign groups are
	tenants map[pharos.TenantID]bool // tenants of which all those to their groups are
}

// denialLook is what the eyes together saw of the deny assignments.
type denialLook struct {
	read, whole bool
	at          time.Time
	items       []Dated[pharos.Denial]
}

// listSubscriptions finds every subscription: those that an eye sees, those
// that Partner Center lists, and those known before.
func (s *scan) listSubscriptions() error {
	lists := make([]*Reading[Visible], len(s.seats))
	err := s.each("subscriptions", len(s.seats), func(i int) {
		if !s.seats[i].ok {
			return
		}
		r, err := s.seats[i].Subscriptions(s.ctx)
		if err != nil {
			s.fault("tenant "+string(s.seats[i].self.Tenant), "subscriptions", s.seats[i].Name(), err)
			return
		}
		s.saw(r.At)
		lists[i] = &r
	})
	views := map[pharos.SubscriptionID][]view{}
	for _, r := range s.shop.sales {
		for _, sold := range salesOf(r) {
			s.know(sold.Subscription)
		}
	}
	for i, l := range lists {
		if l == nil {
			continue
		}
		s.seats[i].listed = l.At.UTC()
		for _, v := range l.Items {
			s.know(v.Subscription)
			views[v.ID] = append(views[v.ID], view{s.seats[i], v})
		}
	}
	for id, sub := range s.h.Subscriptions {
		p := &place{sub: sub, views: views[id]}
		slices.SortStableFunc(p.views, func(a, b view) int { return cmp.Compare(s.rank(a), s.rank(b)) })
		s.places = append(s.places, p)
	}
	slices.SortFunc(s.places, func(a, b *place) int { return cmp.Compare(a.sub.ID, b.sub.ID) })
	return err
}

// rank orders views by how much they can show: the customer's side, our
// tenant, others.
func (s *scan) rank(v view) int {
	switch {
	case v.customerSide():
		return 0
	case v.self.Tenant == s.Partner.Tenant:
		return 1
	default:
		return 2
	}
}

// know notes a subscription. What one source does not tell is kept.
func (s *scan) know(sub pharos.Subscription) {
	old := s.h.Subscriptions[sub.ID]
	if sub.Customer == "" {
		sub.Customer = old.Customer
	}
	if sub.Name == "" {
		sub.Name = old.Name
	}
	s.h.Subscriptions[sub.ID] = sub
}

// readSubscriptions reads every subscription that an eye sees.
func (s *scan) readSubscriptions() error {
	return s.each("access", len(s.places), func(i int) {
		p := s.places[i]
		if len(p.views) == 0 {
			return
		}
		subject := string(pharos.SubscriptionScope(p.sub.ID))
		s.readDelegations(p, subject)
		s.readAssignments(p, subject)
		s.readDenials(p, subject)
		s.readAccessLog(p, subject)
	})
}

// readDelegations asks eyes until all delegations are known, or those to
// every tenant of ours that has an eye here.
func (s *scan) readDelegations(p *place, subject string) {
	look := delegationLook{tenants: map[pharos.TenantID]bool{}}
	var faults []Problem
	for _, v := range p.views {
		if look.whole || look.tenants[v.self.Tenant] {
			continue
		}
		r, err := v.Delegations(s.ctx, v.visible)
		if err != nil {
			faults = append(faults, problem(subject, "delegations", v.Name(), err))
			continue
		}
		s.saw(r.At)
		look.at = first(look.at, r.At)
		look.items, look.read = append(look.items, r.Items...), true
		look.whole = look.whole || r.Whole
		if r.Own || r.Whole {
			look.tenants[v.self.Tenant] = true
		}
	}
	if !look.whole && !look.tenants[s.Partner.Tenant] {
		s.note(faults)
	}
	p.delegations = look
}

// readAssignments asks eyes until all role assignments are known.
func (s *scan) readAssignments(p *place, subject string) {
	look := assignmentLook{tenants: map[pharos.TenantID]bool{}}
	var faults []Problem
	for _, v := range p.views {
		if look.direct || (look.tenants[v.self.Tenant] && !v.customerSide()) {
			continue
		}
		r, err := v.Assignments(s.ctx, v.visible)
		if err != nil {
			faults = append(faults, problem(subject, "role assignments", v.Name(), err))
			continue
		}
		if r.Gap != nil {
			faults = append(faults, problem(subject, "schedules of role assignments", v.Name(), r.Gap))
		}
		s.saw(r.At)
		look.at = first(look.at, r.At)
		look.items, look.read = append(look.items, r.Items...), true
		look.direct = look.direct || r.Direct
		look.foreign = look.foreign || r.Direct || (r.Foreign && v.customerSide())
		if r.Foreign {
			look.tenants[v.self.Tenant] = true
		}
	}
	if !look.direct {
		s.note(faults)
	}
	p.assignments = look
}

// readDenials asks eyes until all deny assignments are known. What none of them
// may read reaches no access that they could tell of.
func (s *scan) readDenials(p *place, subject string) {
	var look denialLook
	var faults []Problem
	for _, v := range p.views {
		if look.whole {
			break
		}
		r, err := v.Denials(s.ctx, v.visible)
		if err != nil {
			faults = append(faults, problem(subject, "deny assignments", v.Name(), err))
			continue
		}
		s.saw(r.At)
		look.at = first(look.at, r.At)
		look.items, look.read, look.whole = append(look.items, r.Items...), true, r.Whole
	}
	p.denials = look
	if !look.read {
		s.note(faults)
	}
}

// overlap is how far a log is read again, for entries that arrive late: the
// Activity log and the directory's audit log lag by minutes.
const overlap = 2 * time.Hour

// readAccessLog reads the subscription's Activity log since it was last
// observed, or as far back as there is one, by the first eye that may. When
// none may, changes between two looks are not known, and the scan says so.
func (s *scan) readAccessLog(p *place, subject string) {
	if !p.assignments.read && !p.denials.read {
		return
	}
	from := s.accessSince(p)
	var faults []Problem
	for _, v := range p.views {
		l, err := v.AccessLog(s.ctx, v.visible, from)
		if err != nil {
			faults = append(faults, problem(subject, accessLog, v.Name(), err))
			continue
		}
		if p.assignments.read {
			p.log = &l.Grants
		}
		if p.denials.read {
			p.denialLog = &l.Denials
		}
		return
	}
	s.note(faults)
}

// accessSince is from when on the log is of interest for what was read.
func (s *scan) accessSince(p *place) time.Time {
	var all []time.Time
	if p.assignments.read {
		all = append(all, s.since(pharos.GrantKey{Subscription: p.sub.ID, Path: pharos.AOBO}))
	}
	if p.assignments.direct {
		all = append(all, s.since(pharos.GrantKey{Subscription: p.sub.ID, Path: pharos.Direct}))
	}
	if p.denials.read {
		all = append(all, lookBack(s.old.Denials[p.sub.ID].LastObserved()))
	}
	return slices.MinFunc(all, time.Time.Compare)
}

// since is from when on a log of grants is of interest, zero for all of it.
func (s *scan) since(key pharos.GrantKey) time.Time {
	return lookBack(s.old.Grants[key].LastObserved())
}

func lookBack(observed time.Time) time.Time {
	if observed.IsZero() {
		return observed
	}
	return observed.Add(-overlap)
}

// readDelegationLog reads the log of our tenant, in which every delegation to
// it is entered, by the first eye that may.
func (s *scan) readDelegationLog() error {
	var from time.Time
	for i, p := range s.places {
		since := s.since(pharos.GrantKey{Subscription: p.sub.ID, Path: pharos.Lighthouse})
		if i == 0 || since.Before(from) {
			from = since
		}
	}
	var faults []Problem
	for _, e := range s.seats {
		if !e.ok || e.self.Tenant != s.Partner.Tenant {
			continue
		}
		l, err := e.DelegationLog(s.ctx, from)
		if err != nil {
			faults = append(faults, problem("tenant "+string(e.self.Tenant), delegationLog, e.Name(), err))
			continue
		}
		s.log = &l
		return s.interrupted()
	}
	s.note(faults)
	return s.interrupted()
}

// first is the earlier of two times, of which a may be zero for none.
func first(a, b time.Time) time.Time {
	if a.IsZero() {
		return b.UTC()
	}
	return earlier(a, b.UTC())
}
