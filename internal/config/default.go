package config

import (
	"slices"

	"github.com/pharos-pec/pharos"
)

// The places of store and ledger when the configuration names none, relative
// to the configuration file.
const (
	defaultStore  = "pharos.db"
	defaultLedger = "ledger"
)

// defaults fills what may be left out, and checks what only the whole shows.
func (d *decoder) defaults(c *Config) {
	standard := func(key, value string) {
		d.settings = append(d.settings, Setting{key, value, "default"})
	}
	if c.Partner.Kind == "" {
		c.Partner.Kind = pharos.DirectBill
		standard("partner.kind", string(c.Partner.Kind))
	}
	if c.Partner.ID != "" && !slices.Contains(c.Partner.Organisation, c.Partner.ID) {
		c.Partner.Organisation = append(c.Partner.Organisation, c.Partner.ID)
		standard("partner.organisation", "with "+string(c.Partner.ID))
	}
	if c.Cloud.Name == "" {
		c.Cloud.Name = PublicCloud
		standard("cloud", c.Cloud.Name)
	}
	if c.Store.Engine == "" {
		c.Store = Location{"sqlite", underDir(d.dir, defaultStore)}
		standard("store", "sqlite:"+c.Store.Path)
	}
	if c.Ledger.Engine == "" {
		c.Ledger = Location{"folder", underDir(d.dir, defaultLedger)}
		standard("ledger", c.Ledger.Path)
	}
	if len(c.Credentials) > 0 && c.Partner.Tenant == "" && !d.reported("partner.tenant") {
		d.problems = append(d.problems, Problem{File: d.file, Key: "partner.tenant",
			Message: "is missing: credentials need the managing tenant"})
	}
}

// reported says whether a problem with the key is known already.
func (d *decoder) reported(key string) bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Key == key })
}
