package delegationfile

import (
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// readTerraform reads the azurerm provider's lighthouse definitions and
// assignments as they are written. Variables, functions, loops and templates
// are open: a plan knows what they come to.
func readTerraform(p *onboard.Proposal, f File) error {
	h := newHCL(f)
	all, err := h.blocks()
	if err != nil {
		return err
	}
	readBlocks(p, all, origin{open: h.open, source: true})
	return nil
}

// readBlocks takes up what the blocks of a file delegate.
func readBlocks(p *onboard.Proposal, all []block, o origin) {
	p.Level = onboard.AtSubscription
	ids := map[string]onboard.Text{}
	var modules []onboard.Unread
	for _, b := range all {
		if b.kind == "module" {
			modules = append(modules, onboard.Unread{
				Place: o.place(b.body, strings.Join(append([]string{"module"}, b.labels...), ".")), Why: "what the module makes is not in the file",
			})
		}
		if b.kind != "resource" || len(b.labels) != 2 {
			continue
		}
		address := strings.Join(b.labels, ".")
		switch b.labels[0] {
		case "azurerm_lighthouse_definition":
			d := o.planDefinition(b.body, b.body, address)
			o.loose(p, &d, b.body)
			ids[address+".id"] = d.ID
			p.Definitions = append(p.Definitions, d)
		case "azurerm_lighthouse_assignment":
			p.Assignments = append(p.Assignments, onboard.Assignment{
				Place: o.place(b.body, address), Definition: o.planned(b.body, "lighthouse_definition_id", address), Scope: o.planned(b.body, "scope", address),
			})
		}
	}
	if len(p.Definitions) == 0 {
		p.Unread = modules
	}
	for i := range p.Assignments {
		a := &p.Assignments[i].Definition
		if id, ok := ids[a.Value]; ok && a.Open {
			a.Value, a.Open = id.Value, id.Open
		} else {
			*a = lastSegment(*a)
		}
	}
}

// loose takes up what of a definition depends on loops.
func (o origin) loose(p *onboard.Proposal, d *onboard.Definition, body *armtemplate.Node) {
	for _, n := range items(body.Get("dynamic")) {
		if label := n.Get("label"); label != nil && strings.HasSuffix(label.Text, "authorization") {
			d.Open = true
			p.Unread = append(p.Unread, onboard.Unread{Place: o.place(n, d.Path+".dynamic"), Why: "dynamic " + label.Text + " blocks are known from a plan only"})
		}
	}
	for _, name := range []string{"authorization", "eligible_authorization"} {
		if n := body.Get(name); !n.IsNull() && n.Kind != armtemplate.Array {
			d.Open = true
			p.Unread = append(p.Unread, onboard.Unread{Place: o.place(n, d.Path+"."+name), Why: name + " depends on what the file does not say"})
		}
	}
	for _, name := range []string{"count", "for_each"} {
		n := body.Get(name)
		if n == nil || n.Kind == armtemplate.Int && n.Int > 0 {
			continue
		}
		d.Loose = true
		p.Unread = append(p.Unread, onboard.Unread{Place: o.place(n, d.Path+"."+name), Why: "whether there is such a definition depends on " + name})
	}
}
