package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/observe"
	"github.com/pharos-pec/pharos/onboard"
)

// prove finds out whether the delegation is visible from the managing tenant,
// who earns by it, and from which day on. The error has code Incomplete when
// one of these is missing.
func (r *rollout) prove(ctx context.Context, by *azure.Session, at *report.DeployedTo, effects []onboard.Effect) error {
	r.note("%s: looking for the delegation from the managing tenant", at.Subscription)
	w := sought{manager: r.config.Partner.Tenant, ids: map[string]bool{}}
	for _, e := range effects {
		if e.IsAssignment() && e.Kind != onboard.Deletes && e.Kind != onboard.Untouched {
			w.ids[strings.ToLower(e.Resource)] = true
		}
	}
	visible := observe.Visible{Subscription: pharos.Subscription{ID: at.Subscription, Customer: at.Customer}}
	if read, err := by.Delegations(ctx, visible); err == nil {
		w.given = w.of(read)
	} else if pharos.CodeOf(err) == pharos.Interrupted {
		return err
	}
	visible.Projected = true
	if err := r.seek(ctx, &w, visible); err != nil {
		return err
	}
	at.Delegations = w.delegations()
	earners := r.earners(w.grants())
	for _, x := range earners {
		l := report.EarnerLink{Principal: x.Principal, Name: x.Name, Role: pharos.Roles().Lookup(x.Role).Name, Linked: x.Linked, Since: x.LinkedSince}
		if !slices.Contains(at.Links, l) { // of several scopes
			at.Links = append(at.Links, l)
		}
	}
	at.FirstDay = onboard.FirstDay(earners)
	switch {
	case !w.whole():
		return pharos.Errorf(pharos.Incomplete, "deployed, and no credential of the managing tenant sees the delegation yet").
			WithHint("run this again later: Azure takes up to 15 minutes, and only who holds a role in the delegation sees it")
	case at.FirstDay.Known == onboard.No:
		return pharos.Errorf(pharos.Incomplete, "deployed, and it earns nothing: %s", at.FirstDay.Why).WithHint("`pharos link apply` links the credentials of the configuration")
	case at.FirstDay.Known != onboard.Yes:
		return pharos.Errorf(pharos.Incomplete, "deployed, and the first day that earns is unknown: %s", at.FirstDay.Why).
			WithHint("only the holder of a link can read it: put its credential into the configuration, or let it check in (`pharos link check-in`)")
	}
	return nil
}

// sought are the delegations that a deployment put into force.
type sought struct {
	manager pharos.TenantID
	ids     map[string]bool // in lower case; none where the what-if could not tell
	// given are what they give and since when, as the customer's side says; seen
	// as the managing tenant saw it last, which may be what was before.
	given, seen map[pharos.Grant]time.Time
}

// of picks what is sought from a reading.
func (w *sought) of(read observe.Delegations) map[pharos.Grant]time.Time {
	out := map[pharos.Grant]time.Time{}
	for _, g := range read.Items {
		v := g.Value
		if v.Holder.Tenant != w.manager || len(w.ids) > 0 && !w.ids[v.ID] {
			continue
		}
		if out[v] = g.Since; g.Since.IsZero() {
			out[v] = read.At // it held then
		}
	}
	return out
}

// grants are what the delegations give, as whoever could tell says.
func (w *sought) grants() map[pharos.Grant]time.Time {
	if len(w.given) > 0 {
		return w.given
	}
	return w.seen
}

// delegations lists them. One is visible when the managing tenant sees all that
// it gives.
func (w *sought) delegations() []report.Delegation {
	byID := map[string]report.Delegation{}
	for g, since := range w.grants() {
		_, visible := w.seen[g]
		d, more := byID[g.ID]
		byID[g.ID] = report.Delegation{ID: g.ID, Scope: g.Scope, Visible: visible && (!more || d.Visible), Since: since}
	}
	var out []report.Delegation
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		out = append(out, byID[id])
	}
	return out
}

// whole reports whether all that is sought was seen from the managing tenant.
func (w *sought) whole() bool {
	all := w.delegations()
	unseen := func(d report.Delegation) bool { return !d.Visible }
	return len(all) > 0 && len(all) >= len(w.ids) && !slices.ContainsFunc(all, unseen)
}

// seek looks from the managing tenant until the delegations are seen, or for as
// long as the user waits. Where no credential of ours can see them, it looks
// once.
func (r *rollout) seek(ctx context.Context, w *sought, v observe.Visible) error {
	if r.directory == nil {
		return nil
	}
	return onboard.Watch(ctx, r.o.wait, func(ctx context.Context) (bool, error) {
		w.seen = map[pharos.Grant]time.Time{}
		for _, s := range r.directory.sessions {
			if read, err := s.Delegations(ctx, v); err == nil {
				maps.Copy(w.seen, w.of(read))
			} else if pharos.CodeOf(err) == pharos.Interrupted {
				return false, err
			}
		}
		return w.whole() || !r.holds(ctx, w), nil
	}, func(pause time.Duration) { r.note("%s: not visible yet, looking again in %s", v.ID, pause) })
}

// holds reports whether a credential of ours has a role in the delegation, or a
// group has one that it may be in.
func (r *rollout) holds(ctx context.Context, w *sought) bool {
	ours := map[pharos.PrincipalID]bool{}
	for _, s := range r.directory.sessions {
		if self, err := s.Self(ctx); err == nil {
			ours[self.ID] = true
		}
	}
	for g := range w.grants() {
		if ours[g.Holder.ID] {
			return true
		}
		if k, err := r.directory.Principal(g.Holder.ID); err == nil && k.Kind == pharos.Group {
			return true
		}
	}
	return false
}

// earners are who holds an earning role for good.
func (r *rollout) earners(grants map[pharos.Grant]time.Time) []onboard.Earner {
	var out []onboard.Earner
	for g, since := range grants {
		if was := r.standing[g]; !was.IsZero() && was.Before(since) {
			since = was // the definition was changed, and this stayed in it
		}
		if g.Kind != pharos.Permanent || pharos.Roles().Lookup(g.Role).Earns != pharos.EligibleRole {
			continue
		}
		x := onboard.Earner{Principal: g.Holder.ID, Role: g.Role, Scope: g.Scope, Since: since, Linked: onboard.Unknown}
		if r.directory != nil {
			if k, err := r.directory.Principal(g.Holder.ID); err == nil {
				x.Name, x.Disabled, x.Linked, x.LinkedSince = k.Name, k.Disabled, k.Linked, k.LinkedSince
			} else { // a link is told by its holder, without the directory
				x.Linked, x.LinkedSince = r.directory.linked(g.Holder.ID)
			}
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b onboard.Earner) int {
		return strings.Compare(string(a.Scope)+string(a.Principal)+string(a.Role), string(b.Scope)+string(b.Principal)+string(b.Role))
	})
	return out
}
