package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
)

type emulatorOptions struct {
	output   output
	scenario string
	state    string
	listen   string
	dir      string
	hosts    []string
	expose   bool
	asking   bool
}

func newEmulator(e *env) *cobra.Command {
	var o emulatorOptions
	c := e.command(page{
		use:   "emulator",
		short: "Run a local Azure from a scenario file",
		long: `Plays a scenario as Entra ID, Resource Manager, Graph and Partner Center under one address with TLS, until
it is stopped. Writes into --dir what clients need: a CA, a configuration for Pharos, and a file of exports.
With --state every change that clients make is kept, and the next start goes on from there.`,
		example: `  pharos emulator --scenario scenario.yaml
  pharos emulator --scenario scenario.yaml --listen 127.0.0.1:0 --dir azure -o json
  pharos emulator --state azure                  goes on where it was left
  pharos emulator --listen 0.0.0.0:8443 --expose --host azure.test`,
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.emulator(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON)
	f := c.Flags()
	f.StringVar(&o.scenario, "scenario", "", "scenario `file`, see docs/scenario.md (default the one of the demo)")
	f.StringVar(&o.state, "state", "", "`folder` in which every change is kept, to go on from at the next start")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8443", "`address` to listen on; port 0 takes any free one")
	f.StringVar(&o.dir, "dir", "", "`folder` for the files that clients need (default that of --state, else pharos-emulator)")
	f.StringSliceVar(&o.hosts, "host", nil, "`name` by which clients reach it besides localhost; may be repeated")
	f.BoolVar(&o.expose, "expose", false, "let other machines connect, and steer it without a token")
	f.BoolVar(&o.asking, "check", false, "start nothing: ask the emulator that runs here whether it answers")
	return c
}

func (e *env) emulator(ctx context.Context, o *emulatorOptions) (err error) {
	dir := cmp.Or(o.dir, o.state, "pharos-emulator")
	if o.asking {
		return o.check(ctx, dir)
	}
	if err := o.refuseOthers(); err != nil {
		return err
	}
	azure, err := o.open(e)
	if err != nil {
		return err
	}
	if o.state != "" {
		if err := azure.Keep(o.state); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, azure.Close()) }()
	}
	server, ready, err := startEmulator(azure, o.listen, dir, o.hosts...)
	if err != nil {
		return err
	}
	if err := o.announce(e, ready); err != nil {
		return err
	}
	return server.Serve(ctx)
}

// refuseOthers refuses to let other machines connect by accident.
func (o *emulatorOptions) refuseOthers() error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil || o.expose {
		return nil // a wrong address is told when it is listened on
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	return pharos.Errorf(pharos.Invalid, "other machines can reach %s, and need no token to steer the emulator", o.listen).
		WithHint("listen on 127.0.0.1, or say --expose")
}

// open goes on from a kept state, or begins the scenario.
func (o *emulatorOptions) open(e *env) (*emulator.Emulator, error) {
	options := []emulator.Option{emulator.WithTime(e.Now)}
	if o.expose {
		options = append(options, emulator.WithRemoteControl())
	}
	var azure *emulator.Emulator
	err := error(pharos.Errorf(pharos.NotFound, "no state is kept"))
	if o.state != "" {
		azure, err = emulator.Open(o.state, options...)
	}
	if err == nil && o.scenario == "" {
		return azure, nil
	}
	if err != nil && pharos.CodeOf(err) != pharos.NotFound {
		return nil, err
	}
	s, unread := readScenario(o.scenario)
	switch {
	case unread != nil:
		return nil, unread
	case err != nil:
		return emulator.New(s, options...)
	case !azure.Scenario().Equal(s):
		return nil, pharos.Errorf(pharos.Conflict, "the state in %s was made from another scenario than %s", o.state, o.scenario).
			WithHint("leave --scenario out to go on, or choose another folder with --state")
	}
	return azure, nil
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
func startEmulator(azure *emulator.Emulator, listen, dir string, hosts ...string) (*emulator.Server, emulator.Ready, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, emulator.Ready{}, pharos.Errorf(pharos.Invalid, "cannot make the folder %s: %w", dir, err).
			WithHint("choose a folder that this user may write to with --dir")
	}
	server, err := azure.Listen(listen, dir, hosts...)
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
	if o.expose {
		e.note("warning: whoever can reach %s can read and steer the emulator, without a token", o.listen)
	}
	if o.output.format == formatJSON {
		return json.NewEncoder(e.Out).Encode(r)
	}
	e.note("The emulator answers at %s (Ctrl-C ends it).", r.URL)
	e.note("  pharos scan --config %s", r.ConfigFile)
	e.note("  . %s    # for az and the SDKs", r.EnvFile)
	return nil
}
