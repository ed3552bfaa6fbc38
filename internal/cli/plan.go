package cli

import (
	"context"
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
	o.when.addAsOf(c)
	c.Flags().StringVar(&o.step, "step", "", "show the one step of this `id`, or whose id begins so, whole")
	c.Flags().BoolVar(&o.offline, "offline", false, "ask Azure nothing: the plan says what, not who may do it, and cannot be applied")
	return c
}

func (e *env) plan(ctx context.Context, o *planOptions) error {
	in, err := e.repairInput(ctx, &o.when)
	if err != nil {
		return err
	}
	p, err := repair.Propose(ctx, in)
	if err != nil {
		return err
	}
	if o.step == "" {
		return o.output.report(e, report.Plan(p))
	}
	s, err := p.Step(o.step)
	if err != nil {
		return err
	}
	return o.output.report(e, report.Step(p, s))
}

// repairInput is what plans are made from: the history, and the chosen or else
// the newest month, none where there is no usage.
func (e *env) repairInput(ctx context.Context, w *when) (repair.Input, error) {
	c, err := e.load()
	if err != nil {
		return repair.Input{}, err
	}
	b, err := e.openBooks(ctx, w)
	if err != nil {
		return repair.Input{}, err
	}
	defer b.close()
	v, err := b.view(ctx)
	if err != nil {
		return repair.Input{}, err
	}
	if v.history.LastScan.IsZero() {
		return repair.Input{}, pharos.Errorf(pharos.NotFound, "nobody has looked at the access yet").WithHint("run `pharos scan` first")
	}
	in := repair.Input{Partner: b.partner, History: v.history, Credentials: configured(c, v.history)}
	month, err := w.chosenMonth(ctx, b)
	switch {
	case pharos.CodeOf(err) == pharos.NotFound:
		return in, nil // access alone: nothing to price it with
	case err != nil:
		return in, err
	}
	judged, _, err := e.judge(ctx, b, month, "")
	if err != nil {
		return in, err
	}
	in.Month, in.Rows = judged, judged.By(credit.ByResource)
	return in, nil
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
