package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/link"
)

type deployOptions struct {
	output        output
	parameters    string
	subscriptions []string
	list          string // a file of subscriptions
	by            signIn
	location      string
	whatIf        bool
	yes           bool
	force         bool
	wait          time.Duration
}

func newOnboardDeploy(e *env) *cobra.Command {
	var o deployOptions
	c := e.command(page{
		use:   "deploy FILE",
		short: "Deploy a delegation to subscriptions, and prove that it will earn",
		long: `Checks an ARM template as lint does, shows what it would change in each subscription, asks, deploys, waits,
and proves it: the delegation is visible from the managing tenant, the account that earns is linked, and from
which day on it earns. Somebody of the customer's tenant deploys (a configured credential), or an admin agent
on the customer's behalf (--device-code, --azure-cli). It can be repeated, and goes on where it was ended.`,
		example: `  pharos onboard deploy delegation.json --subscription ID --what-if
  pharos onboard deploy delegation.json --subscription ID --by fabrikam-admin
  pharos onboard deploy delegation.json --subscriptions-file customers.txt --azure-cli --yes`,
	}, oneArg("the template"), func(c *cobra.Command, args []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.onboardDeploy(c.Context(), &o, args[0])
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	f := c.Flags()
	f.StringVar(&o.parameters, "parameters", "", "parameters `file` (JSON)")
	f.StringArrayVar(&o.subscriptions, "subscription", nil, "`id` of the subscription; may be given several times")
	f.StringVar(&o.list, "subscriptions-file", "", "`file` with an id in each line, - for standard input")
	o.by.add(c)
	f.StringVar(&o.location, "location", "", "where Azure keeps the record of the deployment (default: where most resource groups are)")
	f.BoolVar(&o.whatIf, "what-if", false, "show what would change, and change nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask before changing something")
	f.BoolVar(&o.force, "force", false, "deploy although the check finds errors, or that it will not earn")
	f.DurationVar(&o.wait, "wait", 15*time.Minute, "how long to wait until the managing tenant sees the delegation")
	return c
}

func (e *env) onboardDeploy(ctx context.Context, o *deployOptions, name string) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	subscriptions, err := e.subscriptions(o)
	if err != nil {
		return err
	}
	r := &rollout{env: e, o: o, config: c}
	if err := r.read(name); err != nil {
		return err
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	defer r.close()
	var done report.Deployed
	var errs []error
	for _, s := range subscriptions {
		at := report.DeployedTo{Subscription: s}
		err := r.one(ctx, &at)
		if err != nil {
			at.Problem = &link.Problem{Code: pharos.CodeOf(err), Message: err.Error(), Hint: pharos.HintOf(err)}
			errs = append(errs, err)
		}
		done.Subscriptions = append(done.Subscriptions, at)
		if c := pharos.CodeOf(err); ctx.Err() != nil || c == pharos.Interrupted {
			break
		}
	}
	if first := done.Subscriptions[0]; len(subscriptions) == 1 && !first.Deployed && errs != nil {
		return errs[0] // it says all there is
	}
	if err := o.output.report(e, report.Deployment(done, o.whatIf)); err != nil {
		return err
	}
	return deployFailure(errs, len(subscriptions))
}

// deployFailure sums up what did not go well: the only error as it is, several
// subscriptions as incomplete.
func deployFailure(errs []error, of int) error {
	switch {
	case len(errs) == 0:
		return nil
	case of == 1, pharos.CodeOf(errs[len(errs)-1]) == pharos.Interrupted:
		return errs[len(errs)-1]
	case len(errs) == of:
		return pharos.Errorf(pharos.CodeOf(errs[0]), "none of %d subscriptions is as it should be: %w", of, errs[0]).WithHint("%s", pharos.HintOf(errs[0]))
	}
	return pharos.Errorf(pharos.Incomplete, "%d of %d subscriptions are not as they should be: %w", len(errs), of, errs[0]).
		WithHint("%s", pharos.HintOf(errs[0]))
}

// subscriptions are those that the flags name, each once, in their order.
func (e *env) subscriptions(o *deployOptions) ([]pharos.SubscriptionID, error) {
	var out []pharos.SubscriptionID
	add := func(place, id string) error {
		guid, err := pharos.ParseGUID(id)
		if err != nil {
			return pharos.Errorf(pharos.Invalid, "%s: %w", place, err).WithHint("write the ids of Azure subscriptions")
		}
		if s := pharos.SubscriptionID(guid); !slices.Contains(out, s) {
			out = append(out, s)
		}
		return nil
	}
	for _, id := range o.subscriptions {
		if err := add("--subscription", id); err != nil {
			return nil, err
		}
	}
	if o.list != "" {
		f, err := e.readInput(o.list)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(bytes.NewReader(f.Data))
		for n := 1; lines.Scan(); n++ {
			id, _, _ := strings.Cut(lines.Text(), "#")
			if id = strings.TrimSpace(id); id == "" {
				continue
			}
			if err := add(fmt.Sprintf("%s:%d", o.list, n), id); err != nil {
				return nil, err
			}
		}
		if err := lines.Err(); err != nil {
			return nil, pharos.Errorf(pharos.Invalid, "cannot read %s: %w", o.list, err)
		}
	}
	if len(out) == 0 {
		return nil, pharos.Errorf(pharos.Invalid, "no subscription to deploy to").WithHint("name one with --subscription, or several with --subscriptions-file")
	}
	return out, nil
}
