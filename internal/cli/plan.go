package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/repair"
)

type planOptions struct {
	output  output
	when    when
	step    string
	offline bool
	whatIf  whatIf
	asks    asks
}

func newPlan(e *env) *cobra.Command {
	var o planOptions
	c := e.command(page{
		use:   "plan",
		short: "Say what would bring lost credit back, step by step, by money",
		long: `Makes a plan from the last scan and a month's bill: who has to do what, so that every scope earns from the next
whole day on, what it brings a month, and what it risks. Each step is proved by coverage. Nothing is changed;
'pharos apply' does what Pharos itself may do of a saved plan.`,
		example: "  pharos plan\n  pharos plan --month 2026-10 -o json --out plan.json\n  pharos plan --step make-standing-3fa2",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.plan(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	o.when.addMonth(c)
	c.Flags().Lookup("month").Usage = "calendar `month` to price the plan by (default the newest whole one with usage)"
	o.when.addAsOf(c)
	c.Flags().StringVar(&o.step, "step", "", "show the one step of this `id`, or whose id begins so, whole")
	c.Flags().BoolVar(&o.offline, "offline", false, "ask Azure nothing: the plan says what, not who may do it, and cannot be applied")
	o.whatIf.add(c)
	o.asks.add(c)
	return c
}

func (e *env) plan(ctx context.Context, o *planOptions) error {
	c, in, err := e.repairInput(ctx, &o.when)
	if err != nil {
		return err
	}
	if o.whatIf.asked() {
		if o.step != "" || o.asks.dir != "" {
			return pharos.Errorf(pharos.Invalid, "--without and --bus-factor make no plan").WithHint("--step and --asks are for a plan")
		}
		r, err := o.whatIf.report(in)
		if err != nil {
			return err
		}
		return o.output.report(e, r)
	}
	var p *repair.Plan
	var missing error
	if o.offline {
		p, err = repair.Propose(ctx, in)
	} else {
		p, missing, err = e.resolvedPlan(ctx, c, in)
	}
	if err != nil {
		return err
	}
	if err := o.asks.write(e, p, letterhead(c, in, o.output.file)); pharos.CodeOf(err) == pharos.Incomplete {
		missing = cmp.Or(err, missing)
	} else if err != nil {
		return err
	}
	r := report.Plan(p)
	if o.step != "" {
		s, err := p.Step(o.step)
		if err != nil {
			return err
		}
		if err := askStep(c, in, p, s); err != nil {
			return err
		}
		r = report.Step(p, s)
	}
	if err := o.output.report(e, r); err != nil {
		return err
	}
	return missing
}

// resolvedPlan proposes for the credentials as they sign in now, and asks them
// who may do what. missing, with code Incomplete, says what could not be asked
// or read while the rest of the plan is good.
func (e *env) resolvedPlan(ctx context.Context, c *config.Config, in repair.Input) (p *repair.Plan, missing, err error) {
	sessions, err := e.sessions(c, everyCredential)
	if err != nil {
		return nil, nil, err
	}
	defer sessions.close()
	bar := e.progress("planning")
	defer bar.done()
	deps := repair.Deps{
		Hands: sessions.hands(), Partner: in.Partner,
		TenantOf: func(s pharos.SubscriptionID) pharos.TenantID { return in.History.Subscriptions[s].Customer },
		Progress: func(ev repair.Event) { bar.set(int64(ev.Done), int64(ev.Total), ev.Doing) },
	}
	known, missing := deps.SignIn(ctx)
	if missing != nil && pharos.CodeOf(missing) != pharos.Incomplete {
		return nil, nil, missing
	}
	for _, k := range known {
		i := slices.IndexFunc(in.Credentials, func(old repair.Credential) bool { return old.Name == k.Name })
		k.Link = slices.ContainsFunc(c.Credentials, func(k2 config.Credential) bool { return k2.Name == k.Name && k2.Link })
		if i < 0 {
			in.Credentials = append(in.Credentials, k)
		} else {
			in.Credentials[i] = k
		}
	}
	if p, err = repair.Propose(ctx, in); err != nil {
		return nil, nil, err
	}
	if err := repair.Resolve(ctx, p, deps); pharos.CodeOf(err) == pharos.Incomplete {
		missing = cmp.Or(missing, err)
	} else if err != nil {
		return nil, nil, err
	}
	return p, missing, nil
}

// repairInput is what plans are made from: the history, and the chosen or else
// the newest month, none where there is no usage.
func (e *env) repairInput(ctx context.Context, w *when) (*config.Config, repair.Input, error) {
	c, err := e.load()
	if err != nil {
		return nil, repair.Input{}, err
	}
	b, err := e.openBooks(ctx, w)
	if err != nil {
		return nil, repair.Input{}, err
	}
	defer b.close()
	v, err := b.view(ctx)
	if err != nil {
		return nil, repair.Input{}, err
	}
	if v.history.LastScan.IsZero() {
		return nil, repair.Input{}, pharos.Errorf(pharos.NotFound, "nobody has looked at the access yet").WithHint("run `pharos scan` first")
	}
	in := repair.Input{Partner: b.partner, History: v.history, Credentials: configured(c, v.history)}
	month, err := w.wholeMonth(ctx, b, v.now)
	switch {
	case pharos.CodeOf(err) == pharos.NotFound:
		return c, in, nil // access alone: nothing to price it with
	case err != nil:
		return c, in, err
	}
	judged, _, err := e.judge(ctx, b, month, "")
	if err != nil {
		return c, in, err
	}
	in.Month, in.Rows = judged, judged.By(credit.ByResource)
	return c, in, nil
}

// configured tells which principals the credentials of the configuration are,
// as far as a scan saw the applications that they sign in as.
func configured(c *config.Config, h *pharos.History) []repair.Credential {
	type application struct {
		tenant pharos.TenantID
		id     string
	}
	seen := map[application]pharos.PrincipalRef{}
	for ref, p := range h.Principals {
		if p.Kind == pharos.ServicePrincipal && p.Identity != "" {
			seen[application{ref.Tenant, strings.ToLower(p.Identity)}] = ref
		}
	}
	var out []repair.Credential
	for _, k := range c.Credentials {
		if ref, ok := seen[application{k.Tenant, strings.ToLower(k.ClientID)}]; ok {
			out = append(out, repair.Credential{Name: k.Name, Principal: ref, Link: k.Link})
		}
	}
	return out
}
