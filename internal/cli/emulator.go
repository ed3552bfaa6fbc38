package cli

import (
	"context"
	"encoding/json"
	"os"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
)

type emulatorOptions struct {
	output   output
	scenario string
	listen   string
	dir      string
}

func newEmulator(e *env) *cobra.Command {
	var o emulatorOptions
	c := e.command(page{
		use:   "emulator",
		short: "Run a local Azure from a scenario file",
		long: `Plays a scenario as Entra ID, Resource Manager, Graph and Partner Center under one address with TLS, until
it is stopped. Writes into --dir what clients need: a CA, a configuration for Pharos, and a file of exports.`,
		example: "  pharos emulator --scenario scenario.yaml\n  pharos emulator --scenario scenario.yaml --listen 127.0.0.1:0 --dir azure -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.emulator(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON)
	f := c.Flags()
	f.StringVar(&o.scenario, "scenario", "", "scenario `file`, see docs/scenario.md (default the one of the demo)")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8443", "`address` to listen on; port 0 takes any free one")
	f.StringVar(&o.dir, "dir", "pharos-emulator", "`folder` for the files that clients need")
	return c
}

func (e *env) emulator(ctx context.Context, o *emulatorOptions) error {
	s, err := readScenario(o.scenario)
	if err != nil {
		return err
	}
	azure, err := emulator.New(s, emulator.WithTime(e.Now))
	if err != nil {
		return err
	}
	server, ready, err := startEmulator(azure, o.listen, o.dir)
	if err != nil {
		return err
	}
	if err := o.announce(e, ready); err != nil {
		return err
	}
	return server.Serve(ctx)
}

// readScenario reads a scenario file, or the demo's.
func readScenario(file string) (*emulator.Scenario, error) {
	if file == "" {
		return emulator.ParseScenario("demo scenario", demoScenario())
	}
	return emulator.ReadScenario(file)
}

// startEmulator listens and writes the files that clients need. From then on
// connections are accepted; Serve answers them.
func startEmulator(azure *emulator.Emulator, listen, dir string) (*emulator.Server, emulator.Ready, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, emulator.Ready{}, pharos.Errorf(pharos.Invalid, "cannot make the folder %s: %w", dir, err).
			WithHint("choose a folder that this user may write to with --dir")
	}
	server, err := azure.Listen(listen, dir)
	if err != nil {
		return nil, emulator.Ready{}, listenHint(err)
	}
	ready, err := azure.WriteFiles(dir, server.URL)
	return server, ready, err
}

// listenHint adds what to do about an address that cannot be used.
func listenHint(err error) error {
	if pharos.HintOf(err) != "" {
		return err
	}
	return pharos.Errorf(pharos.CodeOf(err), "%w", err).
		WithHint("choose another address with --listen; port 0 takes any free one")
}

// announce says that connections are accepted: to a program in one line of
// JSON, to a person in a few words.
func (o *emulatorOptions) announce(e *env, r emulator.Ready) error {
	if o.output.format == formatJSON {
		return json.NewEncoder(e.Out).Encode(r)
	}
	e.note("The emulator answers at %s (Ctrl-C ends it).", r.URL)
	e.note("  pharos scan --config %s", r.ConfigFile)
	e.note("  . %s    # for az and the SDKs", r.EnvFile)
	return nil
}
