package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/onboard"
)

type explainOptions struct {
	output output
	when   when
}

func newExplain(e *env) *cobra.Command {
	var o explainOptions
	c := e.command(page{
		use:   "explain [CODE|SCOPE]",
		short: "Explain a cause or a rule, or why a scope does or does not earn",
		long: `With a cause's code: what it means, how it is detected, how to mend it, and Microsoft's page about it.
With the id of a rule of 'onboard lint': why it matters, with an example.
With a scope: the chain of conditions that a credited day needs, and which of them does not hold.
With nothing: the list of all causes.`,
		example: "  pharos explain eligible-only\n  pharos explain /subscriptions/1d7a2b6e-6f0e-4f6b-8a51-0d9a6f1f2c11 --date 2026-10-09",
	}, maybeOneArg("the code of a cause or a scope"), func(c *cobra.Command, args []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		if len(args) == 0 {
			return e.explainAll(&o)
		}
		if strings.HasPrefix(args[0], "/") {
			return e.explainScope(c.Context(), &o, args[0])
		}
		if p := onboard.PageOf(args[0]); p.Title != "" {
			return e.explainRule(&o, strings.ToUpper(args[0]), p)
		}
		return e.explainCause(&o, args[0])
	})
	o.output.add(c, formatTable, formatJSON, formatHTML, formatMarkdown)
	o.when.addDate(c)
	o.when.addAsOf(c)
	for _, cause := range pharos.Causes() {
		c.ValidArgs = append(c.ValidArgs, string(cause))
	}
	return c
}

func (e *env) explainAll(o *explainOptions) error {
	pages, err := explain.Pages()
	if err != nil {
		return err
	}
	return o.output.report(e, report.Pages(pages))
}

func (e *env) explainCause(o *explainOptions, code string) error {
	p, err := explain.Of(pharos.Cause(strings.ToLower(code)))
	if err != nil {
		return err
	}
	return o.output.report(e, report.Page(p))
}

func (e *env) explainRule(o *explainOptions, id string, p onboard.Page) error {
	return o.output.report(e, report.Rule(id, p))
}

func (e *env) explainScope(ctx context.Context, o *explainOptions, text string) error {
	scope, err := pharos.ParseScope(text)
	if err != nil {
		return err
	}
	v, day, err := e.lookAt(ctx, &o.when)
	if err != nil {
		return err
	}
	chain := explain.Trace(v.access.On(scope, day), explain.NamesOf(v.history))
	return o.output.report(e, report.Trace(chain))
}
