package cli

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/onboard"
)

// directory is the managing tenant, as the linter asks it: principals through
// Graph, links of our own credentials by themselves, and those of people by the
// register.
type directory struct {
	ctx      context.Context
	sessions []*azure.Session // of the managing tenant
	tenant   pharos.TenantID
	links    map[pharos.PrincipalRef]link.Status
	seen     map[pharos.PrincipalID]onboard.Known
}

// directory signs in. The caller closes the sessions.
func (e *env) directory(ctx context.Context, c *config.Config) (*directory, *azureSessions, error) {
	all, err := e.sessions(c, everyCredential)
	if err != nil {
		return nil, nil, err
	}
	d := &directory{ctx: ctx, tenant: c.Partner.Tenant, links: map[pharos.PrincipalRef]link.Status{}, seen: map[pharos.PrincipalID]onboard.Known{}}
	for i, session := range all.open {
		if all.tenants[i] == c.Partner.Tenant {
			d.sessions = append(d.sessions, session)
		}
	}
	if err := d.learn(e, c, all); err != nil {
		all.close()
		return nil, nil, err
	}
	return d, all, nil
}

// learn reads the links.
func (d *directory) learn(e *env, c *config.Config, all *azureSessions) error {
	if len(d.sessions) == 0 {
		return pharos.Errorf(pharos.Incomplete, "no credential of the managing tenant %s can sign in, so the directory cannot be asked", d.tenant).
			WithHint("add one under `credentials`, with the Graph permission Directory.Read.All (docs/configuration.md)")
	}
	statuses, err := link.Observe(d.ctx, all.accounts(), c.Partner)
	if err != nil {
		return err
	}
	known, err := e.register(d.ctx, c)
	if err != nil {
		return err
	}
	for _, s := range append(known.Statuses(c.Partner, latest(statuses, e.Now())), statuses...) {
		if s.State != link.Unreachable {
			d.links[pharos.PrincipalRef{Tenant: s.Tenant, ID: s.Principal}] = s
		}
	}
	return nil
}

// Principal asks one credential after the other: not each may read the
// directory. The error has code Incomplete.
func (d *directory) Principal(id pharos.PrincipalID) (onboard.Known, error) {
	if k, ok := d.seen[id]; ok {
		return k, nil
	}
	var first error
	for _, s := range d.sessions {
		k, err := d.ask(s, id)
		if err == nil {
			d.seen[id] = k
			return k, nil
		}
		if first == nil {
			first = err
		}
	}
	return onboard.Known{}, pharos.Errorf(pharos.Incomplete, "the directory could not be asked: %w", first).WithHint("%s", pharos.HintOf(first))
}

func (d *directory) ask(s *azure.Session, id pharos.PrincipalID) (onboard.Known, error) {
	k, err := s.Known(d.ctx, id)
	if err != nil || k.Kind == "" {
		return k, err
	}
	if k.Kind != pharos.Group {
		k.Linked, k.LinkedSince = d.linked(id)
		return k, nil
	}
	members, err := s.Members(d.ctx, id)
	if err != nil {
		return k, err
	}
	k.Linked = onboard.No
	for _, m := range members.Items {
		if m.Kind == pharos.Group || m.Kind == "" {
			continue
		}
		switch answer, since := d.linked(m.ID); {
		case answer == onboard.Yes && m.Enabled:
			if k.Linked != onboard.Yes || since.Before(k.LinkedSince) {
				k.LinkedSince = since
			}
			k.Linked = onboard.Yes
		case answer == onboard.Unknown && k.Linked == onboard.No:
			k.Linked = onboard.Unknown
		}
	}
	return k, nil
}

// linked says whether a principal is linked to an ID of ours, and since when:
// nobody but itself can read that, so of most it is unknown.
func (d *directory) linked(id pharos.PrincipalID) (onboard.Answer, time.Time) {
	s := d.links[pharos.PrincipalRef{Tenant: d.tenant, ID: id}]
	switch s.State {
	case link.Linked:
		return onboard.Yes, s.Since
	case link.NotLinked, link.LinkedToOther:
		return onboard.No, time.Time{}
	case link.Unreachable: // never kept
	}
	return onboard.Unknown, time.Time{}
}

// standing are our delegations of a subscription that the history knows as in
// force. The error has code NotFound when it was never scanned.
func (e *env) standing(ctx context.Context, c *config.Config, subscription string) ([]onboard.Standing, error) {
	guid, err := pharos.ParseGUID(subscription)
	if err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "--subscription: %w", err)
	}
	s, err := openStore(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }() // reading leaves nothing to lose
	h, err := s.LoadHistory(ctx)
	if err != nil {
		return nil, err
	}
	record := h.Grants[pharos.GrantKey{Subscription: pharos.SubscriptionID(guid), Path: pharos.Lighthouse}]
	if record == nil {
		return nil, pharos.Errorf(pharos.NotFound, "the history knows no delegation of the subscription %s", guid).WithHint("run `pharos scan` first, or leave --subscription out")
	}
	var grants []pharos.Grant
	for _, f := range record.Facts {
		if f.Span.Open() {
			grants = append(grants, f.Value)
		}
	}
	return standingOf(grants, c.Partner.Tenant), nil
}

// standingOf are the delegations to a tenant, by their ids.
func standingOf(grants []pharos.Grant, manager pharos.TenantID) []onboard.Standing {
	byID := map[string]onboard.Standing{}
	for _, g := range grants {
		if g.Holder.Tenant != manager {
			continue
		}
		d := byID[g.ID]
		d.Offer = g.Offer
		d.Grants = append(d.Grants, onboard.Pair{Principal: g.Holder.ID, Role: g.Role})
		byID[g.ID] = d
	}
	var out []onboard.Standing
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		out = append(out, byID[id])
	}
	return out
}
