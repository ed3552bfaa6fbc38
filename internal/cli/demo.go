package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/internal/web"
)

type demoOptions struct {
	output   output
	scenario string
	listen   string
	exit     bool
}

func newDemo(e *env) *cobra.Command {
	var o demoOptions
	c := e.command(page{
		use:   "demo",
		short: "See everything work on a local Azure, no account needed",
		long: `Starts the emulator on a built-in scenario, plays it day by day with links, scans and the bill, reports what
credit was earned and lost and how to mend it, and serves the dashboard until it is stopped.`,
		example: "  pharos demo\n  pharos demo --exit -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.demo(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown)
	c.Flags().BoolVar(&o.exit, "exit", false, "stop after the report")
	c.Flags().StringVar(&o.scenario, "scenario", "", "play this scenario `file` instead of the built-in one")
	c.Flags().StringVar(&o.listen, "listen", web.DefaultAddress, "`address` of the dashboard; port 0 takes any free one")
	return c
}

func (e *env) demo(ctx context.Context, o *demoOptions) error {
	p, err := e.newPlay(o)
	if err != nil {
		return err
	}
	defer p.close()
	for _, step := range []func(context.Context) error{p.link, p.days, p.pull, p.legacy} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := p.report(ctx, o); err != nil {
		return err
	}
	if o.exit {
		return nil
	}
	return p.user.serve(ctx, &serveOptions{listen: o.listen})
}

// play is a scenario being played by an operations engineer in a hurry: the
// emulator, and the very commands that a user would type.
type play struct {
	*env            // the demo's own voice
	user       *env // runs the commands, talks to the demo's user
	hushed     *env // runs them without a word
	azure      *emulator.Emulator
	start, end time.Time
	dir        string
	removeDir  func()
	stop       func()
	builtIn    bool
}

func (e *env) newPlay(o *demoOptions) (*play, error) {
	s, err := readScenario(o.scenario)
	if err != nil {
		return nil, err
	}
	p := &play{env: e, builtIn: o.scenario == ""}
	p.start, p.end = s.Span()
	if p.azure, err = emulator.New(s.From(p.start)); err != nil {
		return nil, err
	}
	if p.dir, p.removeDir, err = tempFolder("demo"); err != nil {
		return nil, err
	}
	server, ready, err := startEmulator(p.azure, "127.0.0.1:0", filepath.Join(p.dir, "azure"))
	if err != nil {
		p.removeDir()
		return nil, err
	}
	serving, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(serving) }()
	p.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			e.log().Warn("the emulator did not end well", "error", err)
		}
	}
	p.user = e.with(ready.ConfigFile, e.Out, e.Err)
	p.hushed = e.with(ready.ConfigFile, io.Discard, io.Discard)
	e.note("A local Azure plays %q at %s.", s.Name, ready.URL)
	return p, nil
}

// with returns an env that reads that configuration and writes there. The
// user's own PHAROS_* variables must not reach into the demo.
func (e *env) with(config string, out, errs io.Writer) *env {
	c := *e
	c.Out, c.Err = out, errs
	c.options.config, c.options.store, c.options.ledger = config, "", ""
	c.Getenv = func(name string) string {
		if strings.HasPrefix(name, "PHAROS_") {
			return ""
		}
		return e.Getenv(name)
	}
	return &c
}

func (p *play) close() {
	p.stop()
	p.removeDir()
}

// link links the partner ID to every credential, on the first day.
func (p *play) link(ctx context.Context) error {
	p.note("Linking the partner ID to our credentials (pharos link apply) …")
	return p.hushed.linkChange(ctx, &linkChangeOptions{yes: true, output: asTable()})
}

// days scans once a day until the scenario's end.
func (p *play) days(ctx context.Context) error {
	total := int64(p.end.Sub(p.start)/(24*time.Hour)) + 1
	p.note("Scanning once a day from %s to %s (pharos scan) …", p.start.Format(time.DateOnly), p.end.Format(time.DateOnly))
	bar := p.progress("scanning")
	defer bar.done()
	for n := int64(0); ; n++ {
		t := p.start.Add(time.Duration(n) * 24 * time.Hour)
		if t.After(p.end) {
			t = p.end
		}
		bar.set(n, total, t.Format(time.DateOnly))
		if err := p.azure.SetTime(t); err != nil {
			return err
		}
		err := p.hushed.scan(ctx, &scanOptions{output: asTable()})
		switch {
		case err != nil && pharos.CodeOf(err) != pharos.Incomplete:
			return err
		case err != nil:
			p.log().Warn("a scan is incomplete", "day", t.Format(time.DateOnly), "error", err)
		}
		if !t.Before(p.end) {
			return nil
		}
	}
}

// pull fetches the bill.
func (p *play) pull(ctx context.Context) error {
	p.note("Fetching the bill (pharos usage pull) …")
	return p.hushed.usagePull(ctx, &usagePullOptions{output: asTable(), month: p.month().String()})
}

// legacy imports the file that came with the invoice of the legacy plan, which
// the billing API does not have. It belongs to the built-in scenario.
func (p *play) legacy(ctx context.Context) error {
	if !p.builtIn {
		return nil
	}
	p.note("Importing the usage of the legacy invoice (pharos usage import legacy.csv) …")
	file := filepath.Join(p.dir, "legacy.csv")
	if err := os.WriteFile(file, demoLegacy(), 0o600); err != nil {
		return pharos.Errorf(pharos.Internal, "cannot write %s: %w", file, err)
	}
	return p.hushed.usageImport(ctx, &usageImportOptions{output: asTable()}, []string{file})
}

func (p *play) month() pharos.Month { return pharos.MonthOf(p.start) }

// report prints the month's credit, and for people how to mend what was lost.
func (p *play) report(ctx context.Context, o *demoOptions) error {
	p.note("Judging every line (pharos credit --month %s) …\n", p.month())
	b, err := p.user.openBooks(ctx, &when{})
	if err != nil {
		return err
	}
	defer b.close()
	judged, err := b.Month(ctx, p.month())
	if err != nil {
		return err
	}
	return o.output.write(p.user, func(w io.Writer) error {
		err := report.Credit(judged).Write(w, report.Format(o.output.format), p.style(w))
		if err == nil && o.output.format == formatTable {
			_, err = io.WriteString(w, remedies(judged))
		}
		return err
	})
}
