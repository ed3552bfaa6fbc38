package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/observe"
)

type scanOptions struct {
	output output
}

func newScan(e *env) *cobra.Command {
	var o scanOptions
	c := e.command(page{
		use:   "scan",
		short: "Observe access and add it to the history",
		long: `Reads, with every credential, customers, subscriptions, delegations, role assignments, group members and
links, dates the changes by the logs, and merges what it saw into the history. Run it once a day at least.`,
		example: "  pharos scan\n  pharos scan -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.scan(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON)
	return c
}

func (e *env) scan(ctx context.Context, o *scanOptions) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c.Store)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // everything is committed before
	before, err := s.LoadHistory(ctx)
	if err != nil {
		return err
	}
	checkIns, err := s.CheckIns(ctx)
	if err != nil {
		return err
	}
	result, err := e.observe(ctx, c, register(declared(c), checkIns), before)
	if err != nil {
		return err
	}
	if err := s.SaveScan(ctx, before, result.History, scanOf(result)); err != nil {
		return err
	}
	if err := o.output.report(e, report.Scan(scanned(before, result))); err != nil {
		return err
	}
	return unread(result)
}

// unread is the error of a scan that could not read everything, nil when only
// change logs are missing.
func unread(r observe.Result) error {
	if !r.Incomplete {
		return nil
	}
	missing := slices.DeleteFunc(slices.Clone(r.Problems), func(p observe.Problem) bool { return p.Aid })
	first := missing[0]
	return pharos.Errorf(pharos.Incomplete, "%d things could not be read, the first: %s of %s: %s",
		len(missing), first.Reading, first.Subject, first.Message).WithHint("%s", first.Hint)
}

// observe makes one scan, which looks up the people of the register too. It
// stores nothing.
func (e *env) observe(ctx context.Context, c *config.Config, known link.Register, before *pharos.History) (observe.Result, error) {
	sessions, err := e.sessions(c, everyCredential)
	if err != nil {
		return observe.Result{}, err
	}
	defer sessions.close()
	if len(sessions.open) == 0 {
		return observe.Result{}, sessions.failed[0].err
	}
	p := e.progress("scanning")
	defer p.done()
	var people []pharos.PrincipalRef
	for _, entry := range known {
		people = append(people, entry.Principal)
	}
	result, err := observe.Scan(ctx, observe.Deps{
		Eyes: sessions.eyes(), Commerce: sessions.commerce(ctx, c.Partner), Partner: c.Partner, Known: people,
		Progress: func(v observe.Event) { p.set(int64(v.Done), int64(v.Total), v.Step) },
	}, before)
	if err != nil {
		return observe.Result{}, err
	}
	for _, u := range sessions.failed {
		result.Incomplete = true
		result.Problems = append(result.Problems, observe.Problem{
			Subject: u.credential.Name, Reading: "sign-in", Eye: u.credential.Name,
			Code: pharos.CodeOf(u.err), Message: u.err.Error(), Hint: pharos.HintOf(u.err),
		})
	}
	return result, nil
}

// scanOf is the scan's entry in the list of scans.
func scanOf(r observe.Result) store.Scan {
	out := store.Scan{At: r.At}
	for _, seat := range r.Seats {
		out.Eyes = append(out.Eyes, store.Eye{Name: seat.Eye, Principal: seat.Principal.PrincipalRef})
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, store.Problem(p))
	}
	return out
}

// eyes returns the credentials as package observe sees them.
func (s *azureSessions) eyes() []observe.Eye {
	var all []observe.Eye
	for _, session := range s.open {
		all = append(all, session)
	}
	return all
}

// commerce returns Partner Center through the first credential of the managing
// tenant that may use it. When none may, the first one's refusal shows in the
// scan; where nobody can even sign in, there is nobody to ask.
func (s *azureSessions) commerce(ctx context.Context, partner pharos.Partner) observe.Commerce {
	var first observe.Commerce
	for i, session := range s.open {
		if s.tenants[i] != partner.Tenant {
			continue
		}
		c := session.Commerce(partner.ID)
		switch _, err := c.Programme(ctx); {
		case err == nil || ctx.Err() != nil:
			return c
		case first == nil && pharos.CodeOf(err) != pharos.Unauthenticated:
			first = c
		}
	}
	return first
}
