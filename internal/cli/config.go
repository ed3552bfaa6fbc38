package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
)

// load finds and reads the configuration: flags over PHAROS_* variables over
// the file over defaults.
func (e *env) load() (*config.Config, error) {
	named := e.options.config
	if named == "" {
		named = e.Getenv("PHAROS_CONFIG")
	}
	file, err := config.Find(named, e.Getenv)
	if err != nil {
		return nil, err
	}
	overrides := e.overrides()
	if file == "" && len(overrides) == 0 {
		return nil, pharos.Errorf(pharos.Invalid, "no configuration: looked for %s", strings.Join(config.Searched(e.Getenv), " and ")).
			WithHint("write one (docs/configuration.md), name it with --config, or try `pharos demo`, which needs none")
	}
	return config.Load(file, overrides)
}

// overrides are the values that the environment and the flags set, in the
// order in which later ones win.
func (e *env) overrides() []config.Override {
	var all []config.Override
	for _, v := range []struct{ key, name string }{
		{"partner.id", "PHAROS_PARTNER_ID"},
		{"partner.tenant", "PHAROS_PARTNER_TENANT"},
		{"partner.kind", "PHAROS_PARTNER_KIND"},
		{"cloud", "PHAROS_CLOUD"},
		{"store", "PHAROS_STORE"},
		{"ledger", "PHAROS_LEDGER"},
		{"memory", "PHAROS_MEMORY"},
	} {
		if value := e.Getenv(v.name); value != "" {
			all = append(all, config.Override{Key: v.key, Value: value, From: v.name})
		}
	}
	if e.options.store != "" {
		all = append(all, config.Override{Key: "store", Value: e.options.store, From: "flag --store"})
	}
	if e.options.ledger != "" {
		all = append(all, config.Override{Key: "ledger", Value: e.options.ledger, From: "flag --ledger"})
	}
	if e.options.memory != "" {
		all = append(all, config.Override{Key: "memory", Value: e.options.memory, From: "flag --memory"})
	}
	return all
}

func newConfig(e *env) *cobra.Command {
	return e.group(page{
		use:     "config",
		short:   "Look at the configuration",
		long:    `Commands about the configuration file. docs/configuration.md lists its keys.`,
		example: "  pharos config check",
	}, newConfigCheck(e))
}

// checked is the document of `pharos config check -o json`.
type checked struct {
	File     string           `json:"file"`
	Settings []config.Setting `json:"settings"`
	Secrets  []secretState    `json:"secrets"`
}

// secretState says whether a reference leads to a secret, never to which.
type secretState struct {
	Credential string `json:"credential"`
	Ref        string `json:"ref"`
	Found      bool   `json:"found"`
}

func newConfigCheck(e *env) *cobra.Command {
	var out output
	c := e.command(page{
		use:   "check",
		short: "Check the configuration and show where each value comes from",
		long: `Reads the configuration, reports every problem at once with its line, and prints each resolved
value with its origin. Of a secret it prints the reference and whether it leads anywhere.`,
		example: "  pharos config check\n  pharos config check --config /etc/pharos/pharos.yaml -o json",
	}, noArgs, func(*cobra.Command, []string) error {
		if err := out.resolve(e); err != nil {
			return err
		}
		return e.configCheck(&out)
	})
	out.add(c, formatTable, formatJSON, formatCSV)
	return c
}

func (e *env) configCheck(out *output) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	doc := checked{File: c.File, Settings: c.Settings, Secrets: []secretState{}}
	var rows [][]string
	for _, s := range c.Settings {
		rows = append(rows, []string{s.Key, s.Value, s.From})
	}
	var missing []string
	for _, k := range c.Credentials {
		if k.Ref.Scheme == "" {
			continue
		}
		_, err := k.Ref.Resolve(e.Getenv)
		doc.Secrets = append(doc.Secrets, secretState{k.Name, k.Ref.String(), err == nil})
		if err != nil {
			missing = append(missing, k.Name+": "+err.Error())
		}
	}
	if err := out.report(e, report.List("Configuration", "", []string{"key", "value", "from"}, rows, doc)); err != nil {
		return err
	}
	if len(missing) > 0 {
		return pharos.Errorf(pharos.Invalid, "no secret for %s", strings.Join(missing, "; ")).
			WithHint("set the variable or write the file that the configuration refers to")
	}
	return nil
}
