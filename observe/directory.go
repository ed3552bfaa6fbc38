package observe

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// remembered is how long after its end a grant's holder is still looked up:
// its days may be judged for as long as the Activity log tells of them.
const remembered = 95 * 24 * time.Hour

// directory is what the directories told.
type directory struct {
	agents  *Reading[pharos.Principal]
	found   map[pharos.PrincipalRef]state
	members map[pharos.PrincipalRef]*memberLook // of groups, nil when not read
}

// state is a principal as it was looked up.
type state struct {
	at        time.Time
	principal pharos.Principal // empty when it does not exist any more
	enabled   bool
}

// memberLook is a group's members and, where it proves something, the log.
type memberLook struct {
	Reading[Member]
	log *Log[pharos.PrincipalID]
}

// readDirectory looks up who holds the grants, and the members of groups.
func (s *scan) readDirectory() error {
	s.dir = directory{found: map[pharos.PrincipalRef]state{}, members: map[pharos.PrincipalRef]*memberLook{}}
	for _, e := range s.seats {
		if e.ok { // it signed in, so it is enabled
			s.dir.found[e.self.PrincipalRef] = state{at: e.self.At, principal: e.self.Principal, enabled: true}
		}
	}
	s.readAgentGroups()
	if err := s.lookUp(s.holders()); err != nil {
		return err
	}
	groups := s.groups(s.holders())
	for len(groups) > 0 {
		nested, err := s.readMembers(groups)
		if err != nil {
			return err
		}
		groups = nested
	}
	return s.readMemberLogs()
}

// eyesOf are the eyes signed in to a tenant.
func (s *scan) eyesOf(tenant pharos.TenantID) []seat {
	var out []seat
	for _, e := range s.seats {
		if e.ok && e.self.Tenant == tenant {
			out = append(out, e)
		}
	}
	return out
}

func (s *scan) readAgentGroups() {
	var faults []Problem
	for _, e := range s.eyesOf(s.Partner.Tenant) {
		r, err := e.AgentGroups(s.ctx)
		if err != nil {
			faults = append(faults, problem("tenant "+string(e.self.Tenant), "agent groups", e.Name(), err))
			continue
		}
		s.saw(r.At)
		s.dir.agents = &r
		return
	}
	s.note(faults)
}

// holders are the principals that hold a grant now or held one lately, and
// those whose link is known, by tenant.
func (s *scan) holders() map[pharos.TenantID][]pharos.PrincipalID {
	seen := map[pharos.PrincipalRef]bool{}
	add := func(g pharos.Grant) {
		if g.Path != pharos.AOBO {
			seen[g.Holder] = true
		}
	}
	for _, p := range s.places {
		for _, d := range p.delegations.items {
			add(d.Value)
		}
		for _, d := range p.assignments.items {
			add(d.Value)
		}
		if p.log != nil {
			for _, c := range p.log.Changes {
				add(c.Value)
			}
		}
	}
	for _, rec := range s.h.Grants {
		for _, f := range rec.Facts {
			if ended := f.Span.Ended.Latest; ended.IsZero() || ended.After(s.at.Add(-remembered)) {
				add(f.Value)
			}
		}
	}
	for ref := range s.h.Links {
		seen[ref] = true
	}
	for _, ref := range s.Known {
		seen[ref] = true
	}
	out := map[pharos.TenantID][]pharos.PrincipalID{}
	for _, ref := range sortedRefs(seen) {
		if ref.ID != "" && len(s.eyesOf(ref.Tenant)) > 0 {
			out[ref.Tenant] = append(out[ref.Tenant], ref.ID)
		}
	}
	return out
}

func sortedRefs[V any](m map[pharos.PrincipalRef]V) []pharos.PrincipalRef {
	return slices.SortedFunc(maps.Keys(m), func(a, b pharos.PrincipalRef) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ID, b.ID))
	})
}

// lookUp reads names, kinds and states of principals.
func (s *scan) lookUp(wanted map[pharos.TenantID][]pharos.PrincipalID) error {
	tenants := slices.Sorted(maps.Keys(wanted))
	read := make([]*Reading[Member], len(tenants))
	err := s.each("principals", len(tenants), func(i int) {
		var faults []Problem
		for _, e := range s.eyesOf(tenants[i]) {
			r, err := e.Principals(s.ctx, wanted[tenants[i]])
			if err != nil {
				faults = append(faults, problem("tenant "+string(tenants[i]), "principals", e.Name(), err))
				continue
			}
			s.saw(r.At)
			read[i] = &r
			return
		}
		s.note(faults)
	})
	for i, r := range read {
		if r == nil {
			continue
		}
		for _, id := range wanted[tenants[i]] {
			s.dir.found[pharos.PrincipalRef{Tenant: tenants[i], ID: id}] = state{at: r.At}
		}
		s.met(r)
	}
	return err
}

// met notes the principals of a reading.
func (s *scan) met(r *Reading[Member]) {
	for _, m := range r.Items {
		if m.Kind != "" { // a device or a contact holds no role
			s.dir.found[m.PrincipalRef] = state{at: r.At, principal: m.Principal, enabled: m.Enabled}
		}
	}
}

// kind is what is known of a principal's kind, "" for nothing.
func (s *scan) kind(ref pharos.PrincipalRef) pharos.PrincipalKind {
	if k := s.dir.found[ref].principal.Kind; k != "" {
		return k
	}
	return s.h.Principals[ref].Kind
}

func (s *scan) groups(of map[pharos.TenantID][]pharos.PrincipalID) []pharos.PrincipalRef {
	groups := map[pharos.PrincipalRef]bool{}
	for tenant, ids := range of {
		for _, id := range ids {
			ref := pharos.PrincipalRef{Tenant: tenant, ID: id}
			if s.kind(ref) == pharos.Group && s.exists(ref) {
				groups[ref] = true
			}
		}
	}
	return sortedRefs(groups)
}

// exists is false for what a look-up did not find any more.
func (s *scan) exists(ref pharos.PrincipalRef) bool {
	st, looked := s.dir.found[ref]
	return !looked || st.principal.ID != ""
}

// readMembers reads groups and returns the groups in them not read yet.
func (s *scan) readMembers(groups []pharos.PrincipalRef) ([]pharos.PrincipalRef, error) {
	read := make([]*memberLook, len(groups))
	err := s.each("members", len(groups), func(i int) {
		var faults []Problem
		for _, e := range s.eyesOf(groups[i].Tenant) {
			r, err := e.Members(s.ctx, groups[i].ID)
			if err != nil {
				faults = append(faults, problem(refName(groups[i]), "members", e.Name(), err))
				continue
			}
			s.saw(r.At)
			read[i] = &memberLook{Reading: r}
			return
		}
		s.note(faults)
	})
	nested := map[pharos.PrincipalRef]bool{}
	for i, r := range read {
		s.dir.members[groups[i]] = r
		if r == nil {
			continue
		}
		s.met(&r.Reading)
		for _, m := range r.Items {
			if m.Kind == pharos.Group {
				nested[m.PrincipalRef] = true
			}
		}
	}
	for ref := range nested {
		if _, done := s.dir.members[ref]; done {
			delete(nested, ref)
		}
	}
	return sortedRefs(nested), err
}

// readMemberLogs reads who joined and left. The log tells of direct members
// only, so it proves nothing of a group that has or had groups in it.
func (s *scan) readMemberLogs() error {
	var groups []pharos.PrincipalRef
	for _, ref := range sortedRefs(s.dir.members) {
		if r := s.dir.members[ref]; r != nil && !slices.ContainsFunc(r.Items, func(m Member) bool { return m.Kind == pharos.Group }) {
			groups = append(groups, ref)
		}
	}
	logs := make([]*Log[pharos.PrincipalID], len(groups))
	err := s.each("membership logs", len(groups), func(i int) {
		from := lookBack(s.old.Members[groups[i]].LastObserved())
		var faults []Problem
		for _, e := range s.eyesOf(groups[i].Tenant) {
			l, err := e.MemberLog(s.ctx, groups[i].ID, from)
			if err != nil {
				faults = append(faults, problem(refName(groups[i]), memberLog, e.Name(), err))
				continue
			}
			logs[i] = &l
			return
		}
		s.note(faults)
	})
	if err != nil {
		return err
	}
	if err := s.lookUp(s.strangers(groups, logs)); err != nil {
		return err
	}
	for i, l := range logs {
		if l != nil && !s.namesGroup(groups[i].Tenant, l) {
			s.dir.members[groups[i]].log = l
		}
	}
	return nil
}

// strangers are the principals that only the logs name.
func (s *scan) strangers(groups []pharos.PrincipalRef, logs []*Log[pharos.PrincipalID]) map[pharos.TenantID][]pharos.PrincipalID {
	unknown := map[pharos.PrincipalRef]bool{}
	for i, l := range logs {
		if l == nil {
			continue
		}
		for _, c := range l.Changes {
			ref := pharos.PrincipalRef{Tenant: groups[i].Tenant, ID: c.Value}
			if _, known := s.dir.found[ref]; !known {
				unknown[ref] = true
			}
		}
	}
	out := map[pharos.TenantID][]pharos.PrincipalID{}
	for _, ref := range sortedRefs(unknown) {
		out[ref.Tenant] = append(out[ref.Tenant], ref.ID)
	}
	return out
}

func (s *scan) namesGroup(tenant pharos.TenantID, l *Log[pharos.PrincipalID]) bool {
	return slices.ContainsFunc(l.Changes, func(c Change[pharos.PrincipalID]) bool {
		return s.kind(pharos.PrincipalRef{Tenant: tenant, ID: c.Value}) == pharos.Group
	})
}

// mergeDirectory merges what the directories told.
func (s *scan) mergeDirectory() {
	if s.dir.agents != nil {
		for _, g := range s.dir.agents.Items {
			s.h.AgentGroups[g.ID] = g.Name
		}
	}
	for _, ref := range sortedRefs(s.dir.found) {
		st := s.dir.found[ref]
		if st.principal.ID != "" {
			s.h.Principals[ref] = st.principal
		}
		obs := Observation[pharos.Disabled]{At: st.at}
		if !st.enabled {
			obs.Values = []Dated[pharos.Disabled]{{}}
		}
		if st.principal.Kind != pharos.Group || !st.enabled {
			s.h.Disabled[ref] = Merge(s.h.Disabled[ref], obs)
		}
	}
	for _, ref := range sortedRefs(s.dir.members) {
		look := s.dir.members[ref]
		if look == nil {
			continue
		}
		obs := Observation[pharos.PrincipalID]{At: look.At, Log: look.log}
		for _, m := range look.Items {
			if m.Kind != "" && m.Kind != pharos.Group {
				obs.Values = append(obs.Values, Dated[pharos.PrincipalID]{Value: m.ID})
			}
		}
		slices.SortFunc(obs.Values, func(a, b Dated[pharos.PrincipalID]) int { return cmp.Compare(a.Value, b.Value) })
		s.h.Members[ref] = Merge(s.h.Members[ref], obs)
	}
}
