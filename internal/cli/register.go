package cli

import (
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/link"
)

// declared returns the links that the configuration declares.
func declared(c *config.Config) link.Register {
	var r link.Register
	for _, d := range c.Register {
		r = append(r, link.Entry{Principal: d.Principal, PartnerID: d.PartnerID, Held: d.During, Source: pharos.Declared})
	}
	return r
}

// register returns the links of principals whose credentials Pharos does not
// hold: those that are declared, and those that people reported by signing in.
func register(declared link.Register, checkIns []store.CheckIn) link.Register {
	var checked link.Register
	for _, c := range checkIns {
		checked = checked.Add(link.Entry(c))
	}
	return append(slices.Clone(declared), checked...)
}

// linkedNow tells the ID that somebody of a register is linked to by its last
// entry that has no end, "" for none.
func linkedNow(r link.Register) func(pharos.PrincipalRef) pharos.PartnerID {
	now := map[pharos.PrincipalRef]pharos.PartnerID{}
	for _, e := range r {
		if e.Held.To.IsZero() {
			now[e.Principal] = e.PartnerID
		}
	}
	return func(p pharos.PrincipalRef) pharos.PartnerID { return now[p] }
}

// declare adds the register to the history.
func declare(h *pharos.History, r link.Register) {
	for _, e := range r {
		rec := &pharos.Record[pharos.PartnerID]{}
		if seen := h.Links[e.Principal]; seen != nil {
			rec.Observed, rec.Facts = seen.Observed, seen.Facts
		}
		rec.Facts = append(slices.Clone(rec.Facts), e.Fact())
		rec.Observed = union(append(slices.Clone(rec.Observed), told(e)))
		h.Links[e.Principal] = rec
	}
}

// told is the time over which an entry tells everything about its principal's
// links. Whoever declares a principal's links declares all of them; a check-in
// tells nothing of the time before the link was made.
func told(e link.Entry) pharos.Interval {
	if e.Source == pharos.Declared {
		return pharos.Interval{}
	}
	return e.Held
}

// union sorts intervals and joins those that meet.
func union(all []pharos.Interval) []pharos.Interval {
	slices.SortFunc(all, func(a, b pharos.Interval) int { return a.From.Compare(b.From) })
	var out []pharos.Interval
	for _, i := range all {
		n := len(out)
		if n == 0 || !out[n-1].To.IsZero() && out[n-1].To.Before(i.From) {
			out = append(out, i)
			continue
		}
		if last := &out[n-1]; !last.To.IsZero() && (i.To.IsZero() || i.To.After(last.To)) {
			last.To = i.To
		}
	}
	return out
}
