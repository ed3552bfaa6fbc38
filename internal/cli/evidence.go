package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
	"github.com/pharos-pec/pharos/internal/report"
)

type evidenceOptions struct {
	output       output
	when         when
	subscription string
	dir          string
	zip, force   bool
	request      requestOptions
}

func newEvidence(e *env) *cobra.Command {
	var o evidenceOptions
	c := e.command(page{
		use:   "evidence",
		short: "Build the dispute pack of a subscription and month",
		long: `Writes a folder with what a dispute rests on: day by day what was credited and what should have been, who held
which role and link over which time and how that is known, every usage line, and checksums. What is not
disputable is said, and not claimed. Without --subscription it lists the subscriptions with disputable credit.`,
		example: `  pharos evidence --month 2026-10
  pharos evidence --month 2026-10 --subscription fabrikam-prod
  pharos evidence --month 2026-10 --subscription fabrikam-prod --open-request
  pharos evidence verify evidence-1d7a2b6e-6f0e-4f6b-8a51-0d9a6f1f2c11-2026-10`,
	}, knownCommand, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		if err := o.request.check(e, o.subscription); err != nil {
			return err
		}
		return e.evidence(c.Context(), &o)
	})
	c.AddCommand(newEvidenceVerify(e))
	o.output.add(c, formatTable, formatJSON, formatCSV, formatHTML, formatMarkdown)
	o.when.addMonth(c)
	o.when.addAsOf(c)
	c.Flags().StringVar(&o.subscription, "subscription", "", "`id` of the subscription, or its name where only one has it")
	c.Flags().StringVar(&o.dir, "dir", ".", "`folder` in which the pack's folder is made")
	c.Flags().BoolVar(&o.zip, "zip", false, "write the pack as one zip file instead of a folder")
	c.Flags().BoolVar(&o.force, "force", false, "replace another pack of the same subscription and month")
	o.request.add(c)
	return c
}

func (e *env) evidence(ctx context.Context, o *evidenceOptions) error {
	b, err := e.openBooks(ctx, &o.when)
	if err != nil {
		return err
	}
	defer b.close()
	month, err := o.when.chosenMonth(ctx, b)
	if err != nil {
		return err
	}
	p := e.progress("judging " + month.String())
	defer p.done()
	c, err := b.disputeOf(ctx, month)
	if err != nil {
		return err
	}
	p.done()
	if o.subscription == "" {
		return e.disputable(ctx, o, c)
	}
	id, err := subscriptionNamed(c.month, o.subscription)
	if err != nil {
		return err
	}
	if o.request.wanted() {
		return e.supportRequest(ctx, o, c, id)
	}
	pack, err := c.pack(id)
	if err != nil {
		return err
	}
	written, err := e.writePack(ctx, o, c, pack)
	if err != nil {
		return err
	}
	if !pack.Summary.Disputable() {
		e.note("note: nothing of %s in %s is disputable%s", o.subscription, month, otherwise(pack))
	}
	return o.output.report(e, report.Evidence(pack, written))
}

// disputable lists the subscriptions that have something to dispute.
func (e *env) disputable(ctx context.Context, o *evidenceOptions, d *dispute) error {
	months, err := d.books.Months(ctx)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(months, func(m pharos.Month) bool { return m == d.month.Month })
	return o.output.report(e, report.Disputable(d.month, others))
}

// otherwise says in a few words why nothing is disputable: what there is
// instead, by cause.
func otherwise(p *evidence.Pack) string {
	var causes []string
	for _, c := range p.Causes {
		if c.Verdict != pharos.Excluded {
			causes = append(causes, string(c.Code))
		}
	}
	if causes == nil {
		return ": everything that can earn was credited"
	}
	return ": it was not credited for " + strings.Join(causes, ", ") + "; `pharos explain CODE` tells what to do"
}
