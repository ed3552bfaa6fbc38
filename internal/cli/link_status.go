package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/link"
)

type linkStatusOptions struct {
	output output
	fail   bool
}

func newLinkStatus(e *env) *cobra.Command {
	var o linkStatusOptions
	c := e.command(page{
		use:   "status",
		short: "Show which partner ID each credential is linked to",
		long: `Signs in with every credential of the configuration, reads its own partner link, and adds the links
of the register: those of people who checked in, and those declared in the configuration.`,
		example: "  pharos link status\n  pharos link status --fail -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.linkStatus(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	c.Flags().BoolVar(&o.fail, "fail", false, "end with status 3 when a credential with `link: true` is not linked, or anything to another partner")
	return c
}

func (e *env) linkStatus(ctx context.Context, o *linkStatusOptions) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	sessions, err := e.sessions(c, everyCredential)
	if err != nil {
		return err
	}
	defer sessions.close()
	statuses, err := link.Observe(ctx, sessions.accounts(), c.Partner)
	if err != nil {
		return err
	}
	known, err := e.register(ctx, c)
	if err != nil {
		return err
	}
	statuses = append(statuses, known.Statuses(c.Partner, latest(statuses, e.Now()))...)
	if err := o.output.report(e, report.Links(statuses)); err != nil {
		return err
	}
	if err := unreached(statuses); err != nil {
		return err
	}
	if n := linkFindings(c, statuses); o.fail && n > 0 {
		return pharos.Errorf(pharos.Findings, "%d links are not as they should be", n).WithHint("`pharos link apply` links what the configuration wants linked")
	}
	return nil
}

// register reads the links that are declared and those that were checked in,
// with the names that scans found.
func (e *env) register(ctx context.Context, c *config.Config) (link.Register, error) {
	s, err := openStore(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }() // reading leaves nothing to lose
	checkIns, err := s.CheckIns(ctx)
	if err != nil {
		return nil, err
	}
	h, err := s.LoadHistory(ctx)
	if err != nil {
		return nil, err
	}
	all := register(declared(c), checkIns)
	for i := range all {
		if all[i].Name == "" {
			all[i].Name = h.Principals[all[i].Principal].Name
		}
	}
	return all, nil
}

// linkFindings counts the links that need mending.
func linkFindings(c *config.Config, statuses []link.Status) int {
	wanted := map[string]bool{}
	for _, k := range c.Credentials {
		wanted[k.Name] = k.Link
	}
	n := 0
	for _, s := range statuses {
		if s.State == link.LinkedToOther || s.State != link.Linked && wanted[s.Credential] {
			n++
		}
	}
	return n
}

// latest is the cloud's time of the answers, else the machine's.
func latest(statuses []link.Status, machine time.Time) time.Time {
	var t time.Time
	for _, s := range statuses {
		if s.ObservedAt.After(t) {
			t = s.ObservedAt
		}
	}
	if t.IsZero() {
		return machine
	}
	return t
}
