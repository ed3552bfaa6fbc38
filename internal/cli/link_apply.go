package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/link"
)

type linkChangeOptions struct {
	output  output
	dryRun  bool
	yes     bool
	replace bool
	remove  bool // the plan removes links instead of making them
}

// outcomeDocument is the document of `pharos link apply -o json`.
type outcomeDocument struct {
	Links []link.Outcome `json:"links"`
}

func newLinkApply(e *env) *cobra.Command {
	var o linkChangeOptions
	c := e.command(page{
		use:   "apply",
		short: "Link the partner ID to every credential with `link: true`",
		long: `Plans first and shows the plan, then links the partner ID to each credential that the configuration
marks with link: true, and reads every link back. Doing it twice changes nothing the second time.`,
		example: "  pharos link apply --dry-run\n  pharos link apply --yes",
	}, noArgs, o.run(e))
	o.add(c)
	return c
}

func newLinkRemove(e *env) *cobra.Command {
	o := linkChangeOptions{remove: true}
	c := e.command(page{
		use:   "remove",
		short: "Remove the partner ID from every credential with `link: true`",
		long: `Plans first and shows the plan, then removes the link of each credential that the configuration
marks with link: true. What these credentials manage earns no credit from then on.`,
		example: "  pharos link remove --dry-run\n  pharos link remove --yes",
	}, noArgs, o.run(e))
	o.add(c)
	return c
}

func (o *linkChangeOptions) add(c *cobra.Command) {
	o.output.add(c, formatTable, formatJSON, formatCSV)
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "show the plan and change nothing")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask before changing something")
	c.Flags().BoolVar(&o.replace, "replace-other", false, "also touch links to a partner ID outside our organisation")
}

// run returns what the command runs.
func (o *linkChangeOptions) run(e *env) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.linkChange(c.Context(), o)
	}
}

func (e *env) linkChange(ctx context.Context, o *linkChangeOptions) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	sessions, err := e.sessions(c, toBeLinked)
	if err != nil {
		return err
	}
	defer sessions.close()
	plan, missing, err := o.plan(ctx, c, sessions.accounts())
	if err != nil {
		return err
	}
	if o.dryRun {
		if err := o.output.report(e, planReport(plan)); err != nil {
			return err
		}
		return missing
	}
	if err := e.agree(plan, o.yes); err != nil {
		return err
	}
	outcomes, err := link.Apply(ctx, plan, sessions.accounts())
	if noted := e.noteChanges(context.WithoutCancel(ctx), c, outcomes); noted != nil {
		return noted
	}
	if shown := o.output.report(e, outcomeReport(outcomes)); shown != nil {
		return shown
	}
	if err != nil {
		return err
	}
	return link.Failure(outcomes)
}

// plan says what is to be done; missing is the error of credentials that could
// not be asked, when others could.
func (o *linkChangeOptions) plan(ctx context.Context, c *config.Config, accounts []link.Account) (plan link.Plan, missing, err error) {
	statuses, err := link.Observe(ctx, accounts, c.Partner)
	if err != nil {
		return link.Plan{}, nil, err
	}
	if missing = unreached(statuses); missing != nil && pharos.CodeOf(missing) != pharos.Incomplete {
		return link.Plan{}, nil, missing // nobody could be asked: there is nothing to plan
	}
	options := link.Options{ReplaceOther: o.replace}
	if o.remove {
		return link.NewRemoval(statuses, c.Partner, options), missing, nil
	}
	plan, err = link.NewPlan(statuses, c.Partner, options)
	return plan, missing, err
}

// agree shows a person at a terminal what will change, and asks.
func (e *env) agree(plan link.Plan, yes bool) error {
	if plan.Changes() == 0 || !e.asks(yes) {
		return nil
	}
	if err := planReport(plan).Write(e.Err, report.Table, e.style(e.Err)); err != nil {
		return err
	}
	return e.confirm(fmt.Sprintf("Change %d links?", plan.Changes()))
}

// noteChanges writes what was changed into the audit trail.
func (e *env) noteChanges(ctx context.Context, c *config.Config, outcomes []link.Outcome) error {
	if !slices.ContainsFunc(outcomes, func(o link.Outcome) bool { return o.Changed }) {
		return nil
	}
	s, err := openStore(ctx, c.Store)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if !o.Changed {
			continue
		}
		at := o.Seen.At
		if at.IsZero() {
			at = e.Now()
		}
		entry := store.Entry{
			At: at, Actor: o.Credential, Action: string(o.Action), Subject: "partner link of " + string(o.Principal) + " in tenant " + string(o.Tenant),
			Before: string(o.From), After: string(o.To),
		}
		if err := s.Record(ctx, entry); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	return s.Close()
}

func planReport(plan link.Plan) *report.Report {
	var rows [][]string
	for _, s := range plan.Steps {
		rows = append(rows, []string{s.Credential, string(s.Tenant), string(s.Action), string(s.From), string(s.To), s.Reason})
	}
	return report.List("Plan", "There is nothing to link.", []string{"credential", "tenant", "action", "from", "to", "reason"}, rows, plan)
}

func outcomeReport(outcomes []link.Outcome) *report.Report {
	var rows [][]string
	for _, o := range outcomes {
		result, why := "unchanged", o.Reason
		switch {
		case o.Problem != nil:
			result, why = "failed", o.Problem.Message
		case o.Changed:
			result = "changed"
		}
		rows = append(rows, []string{o.Credential, string(o.Tenant), string(o.Action), string(o.To), result, why})
	}
	return report.List("Links", "Nothing was done.", []string{"credential", "tenant", "action", "partner id", "result", "reason"}, rows, outcomeDocument{outcomes})
}
