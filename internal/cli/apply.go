package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/repair"
)

type applyOptions struct {
	output output
	steps  []string
	yes    bool
	check  bool
	undo   bool
}

func newApply(e *env) *cobra.Command {
	var o applyOptions
	c := e.command(page{
		use:   "apply PLAN",
		short: "Do what Pharos may do of a saved plan, and prove it",
		long: `Does the steps of a plan, saved by 'pharos plan -o json --out plan.json', that are for Pharos: it looks first whether the
world is still as the plan found it and refuses the whole plan when it is not, sends the calls that the plan shows and no others, reads
every change back, and notes it in the audit trail. When it was ended in the middle, run it again: it goes on.`,
		example: `  pharos apply plan.json
  pharos apply plan.json --step link-1a2b --yes
  pharos apply plan.json --check
  pharos apply plan.json --undo`,
	}, oneArg("the saved plan, or - for standard input"), func(c *cobra.Command, args []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		if o.check && o.undo {
			return misused(c, "--check and --undo exclude each other")
		}
		return e.apply(c.Context(), &o, args[0])
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	f := c.Flags()
	f.StringArrayVar(&o.steps, "step", nil, "do the step of this `id`, or whose id begins so, alone; may be given several times")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask before changing something")
	f.BoolVar(&o.check, "check", false, "change nothing: tell of each step, those of others too, whether it is done by now")
	f.BoolVar(&o.undo, "undo", false, "take back the links that this plan made, and tell the calls that take back the rest")
	return c
}

func (e *env) apply(ctx context.Context, o *applyOptions, name string) error {
	p, err := e.readPlan(name)
	if err != nil {
		return err
	}
	only, err := stepIDs(p, o.steps)
	if err != nil {
		return err
	}
	c, err := e.load()
	if err != nil {
		return err
	}
	if err := mayLink(p, c); err != nil && o.mode() == report.DoneNow {
		return err
	}
	if err := e.agreeToSend(p, only, o); err != nil {
		return err
	}
	outcomes, err := e.applied(ctx, c, p, only, o.verb())
	if err != nil && len(outcomes) == 0 {
		return err
	}
	if shown := o.output.report(e, report.Applied(p, outcomes, o.mode())); shown != nil {
		return shown
	}
	if err != nil {
		return err
	}
	return repair.Failure(outcomes)
}

// applyVerb is what is done with a plan.
type applyVerb func(context.Context, *repair.Plan, repair.Deps, []string) ([]repair.Outcome, error)

// applied runs a verb with every credential, and the store for its journal.
func (e *env) applied(ctx context.Context, c *config.Config, p *repair.Plan, only []string, do applyVerb) ([]repair.Outcome, error) {
	sessions, err := e.sessions(c, everyCredential)
	if err != nil {
		return nil, err
	}
	defer sessions.close()
	journal, err := openStore(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	defer func() { _ = journal.Close() }() // everything is committed before
	checkIns, err := journal.CheckIns(ctx)
	if err != nil {
		return nil, err
	}
	bar := e.progress("applying")
	defer bar.done()
	return do(ctx, p, repair.Deps{
		Hands: sessions.hands(), Partner: c.Partner, Journal: journal, CheckedIn: linkedNow(register(declared(c), checkIns)),
		Progress: func(ev repair.Event) { bar.set(int64(ev.Done), int64(ev.Total), ev.Doing) },
	}, only)
}

// verb is what the flags ask for.
func (o *applyOptions) verb() applyVerb {
	switch {
	case o.check:
		return repair.Check
	case o.undo:
		return repair.Undo
	default:
		return repair.Apply
	}
}

func (o *applyOptions) mode() report.ApplyMode {
	switch {
	case o.check:
		return report.Checked
	case o.undo:
		return report.Undone
	default:
		return report.DoneNow
	}
}

// readPlan reads a saved plan. An error names the file.
func (e *env) readPlan(name string) (*repair.Plan, error) {
	var r io.Reader = e.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, pharos.Errorf(pharos.Invalid, "cannot read the plan: %w", err).WithHint("`pharos plan -o json --out plan.json` makes one")
		}
		defer func() { _ = f.Close() }() // it was only read
		r = f
	}
	p, err := repair.Read(r)
	if err != nil {
		return nil, pharos.Errorf(pharos.CodeOf(err), "%s: %w", name, err).WithHint("%s", pharos.HintOf(err))
	}
	return p, nil
}

// stepIDs finds the steps that are named, by the beginning of their ids.
func stepIDs(p *repair.Plan, names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		s, err := p.Step(name)
		if err != nil {
			return nil, err
		}
		out = append(out, s.ID)
	}
	return out, nil
}

// mayLink refuses a plan that links a credential of which the configuration
// does not want that any more.
func mayLink(p *repair.Plan, c *config.Config) error {
	for _, s := range p.Steps {
		if s.Actor != repair.Pharos || s.Kind != repair.Link {
			continue
		}
		i := slices.IndexFunc(c.Credentials, func(k config.Credential) bool { return k.Name == s.Credential })
		if i >= 0 && !c.Credentials[i].Link {
			return pharos.Errorf(pharos.Conflict, "step %s links the credential %s, of which the configuration does not say `link: true` any more", s.ID, s.Credential).
				WithHint("make a new plan")
		}
	}
	return nil
}

// agreeToSend shows a person at a terminal every call that may be sent, and
// asks.
func (e *env) agreeToSend(p *repair.Plan, only []string, o *applyOptions) error {
	if o.check || !e.asks(o.yes) {
		return nil
	}
	n := 0
	for _, s := range p.Steps {
		chosen := s.Actor == repair.Pharos && (len(only) == 0 || slices.Contains(only, s.ID))
		switch {
		case !chosen, o.undo && s.Kind != repair.Link:
		case o.undo:
			n++
			e.note("%s  take back: %s (as %s)", s.ID, s.Title, s.Credential)
		default:
			n++
			e.note("%s  %s (as %s)", s.ID, s.Title, s.Credential)
			for _, w := range s.Writes {
				e.note("  %s", strings.ReplaceAll(callText(w), "\n", "\n  "))
			}
		}
	}
	switch {
	case n == 0:
		return nil
	case o.undo:
		return e.confirm(fmt.Sprintf("Take back up to %d links?", n))
	}
	return e.confirm(fmt.Sprintf("Send these calls for %d steps? What is done already is left out.", n))
}

// callText shows a call as it is sent.
func callText(w repair.Write) string {
	text := w.Method + " " + w.Path
	if body, err := json.MarshalIndent(w.Body, "", "  "); err == nil && w.Body != nil {
		text += "\n" + string(body)
	}
	return text
}
