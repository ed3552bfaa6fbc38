package config

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// decode reads the whole document into c.
func (d *decoder) decode(root *yaml.Node, c *Config) {
	node{d, root, ""}.mapping(fields{
		"partner":     func(n node) { d.partner(n, &c.Partner) },
		"cloud":       func(n node) { d.cloud(n, &c.Cloud) },
		"credentials": func(n node) { n.each(func(n node) { d.credential(n, c) }) },
		"register":    func(n node) { n.each(func(n node) { d.declared(n, c) }) },
		"contact":     func(n node) { d.contact(n, c) },
		"store":       func(n node) { d.location(n, storeEngines(), &c.Store) },
		"ledger":      func(n node) { d.location(n, ledgerEngines(), &c.Ledger) },
		"memory":      func(n node) { memory(n, &c.Memory) },
	}, "partner")
}

func (d *decoder) partner(n node, p *pharos.Partner) {
	n.mapping(fields{
		"id": func(n node) { value(n, pharos.ParsePartnerID, &p.ID) },
		"organisation": func(n node) {
			n.each(func(n node) { p.Organisation = appendID(n, p.Organisation, pharos.ParsePartnerID) })
		},
		"tenant": func(n node) { value(n, parseGUID[pharos.TenantID], &p.Tenant) },
		"kind": func(n node) {
			choice(n, &p.Kind, pharos.DirectBill, pharos.IndirectProvider, pharos.IndirectReseller)
		},
		"resellers": func(n node) { n.each(func(n node) { d.reseller(n, p) }) },
	}, "id")
}

func (d *decoder) reseller(n node, p *pharos.Partner) {
	var r pharos.Reseller
	n.mapping(fields{
		"name":      func(n node) { value(n, nonEmpty, &r.Name) },
		"partnerId": func(n node) { value(n, pharos.ParsePartnerID, &r.PartnerID) },
		"tenant":    func(n node) { value(n, parseGUID[pharos.TenantID], &r.Tenant) },
		"adminAgents": func(n node) {
			n.each(func(n node) { r.AgentGroups = appendID(n, r.AgentGroups, parseGUID[pharos.PrincipalID]) })
		},
	}, "name", "partnerId")
	p.Resellers = append(p.Resellers, r)
}

// cloud reads a name, or a mapping of endpoints.
func (d *decoder) cloud(n node, c *Cloud) {
	if n.yaml.Kind != yaml.MappingNode {
		choice(n, &c.Name, PublicCloud, USGovernmentCloud, ChinaCloud)
		return
	}
	c.Name = CustomCloud
	n.mapping(fields{
		"authority":       func(n node) { value(n, parseEndpoint, &c.Authority) },
		"resourceManager": func(n node) { value(n, parseEndpoint, &c.ResourceManager) },
		"graph":           func(n node) { value(n, parseEndpoint, &c.Graph) },
		"partnerCenter":   func(n node) { value(n, parseEndpoint, &c.PartnerCenter) },
		"caFile":          func(n node) { value(n, d.path, &c.CAFile) },
	}, "authority", "resourceManager", "graph", "partnerCenter")
}

func (d *decoder) declared(n node, c *Config) {
	var e Declared
	n.mapping(fields{
		"principal": func(n node) { value(n, parseGUID[pharos.PrincipalID], &e.Principal.ID) },
		"tenant":    func(n node) { value(n, parseGUID[pharos.TenantID], &e.Principal.Tenant) },
		"partnerId": func(n node) { value(n, pharos.ParsePartnerID, &e.PartnerID) },
		"since":     func(n node) { instant(n, &e.During.From) },
		"until":     func(n node) { instant(n, &e.During.To) },
	}, "principal", "tenant", "partnerId")
	if !e.During.To.IsZero() && !e.During.From.Before(e.During.To) {
		n.fail("ends (until) before it begins (since)")
	}
	c.Register = append(c.Register, e)
}

// choice reads one of a few values.
func choice[T ~string](n node, into *T, allowed ...T) {
	value(n, func(s string) (T, error) {
		if slices.Contains(allowed, T(s)) {
			return T(s), nil
		}
		return "", pharos.Errorf(pharos.Invalid, "%q is not one of %s", s, list(allowed))
	}, into)
}

func list[T ~string](values []T) string {
	var s []string
	for _, v := range values {
		s = append(s, string(v))
	}
	return strings.Join(s, ", ")
}

// appendID reads one item of a list of ids and appends it.
func appendID[T ~string](n node, ids []T, parse func(string) (T, error)) []T {
	var id T
	value(n, parse, &id)
	switch {
	case id == "":
		return ids
	case slices.Contains(ids, id):
		n.fail("stands twice")
		return ids
	}
	return append(ids, id)
}
