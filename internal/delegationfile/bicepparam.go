package delegationfile

import (
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// isBicepParameters reports whether a text is a parameters file of Bicep: it
// says whose parameters it has, or its name does.
func isBicepParameters(f File) bool {
	if strings.HasSuffix(strings.ToLower(f.Name), ".bicepparam") {
		return true
	}
	if languageOf(f) != Bicep {
		return false
	}
	s := newScanner(f, false)
	s.blank(true)
	return s.word() == "using"
}

// readBicepParameters reads a parameters file of Bicep
// (https://learn.microsoft.com/azure/azure-resource-manager/bicep/parameter-files),
// as far as its values are written out or stand in its variables. What is
// computed is an error that says what to give instead: nothing is left open,
// since the file is there to say the values.
func readBicepParameters(f File) (*armtemplate.Node, error) {
	b := &bicep{scanner: newScanner(f, false), variables: map[string]*operand{}, open: map[string]bool{}, own: map[string]bool{}, operators: operators()}
	if err := b.file(); err != nil {
		return nil, err
	}
	values := objectNode()
	for _, p := range b.parameters {
		if p.value == nil {
			continue
		}
		n, ok := b.writtenOut(p.value, 0)
		if !ok {
			return nil, pharos.Errorf(pharos.Invalid, "%s:%d: the value of %s is computed", f.Name, b.line(p.at), p.name).
				WithHint("`bicep build-params %s` writes it as JSON; give that with --parameters", f.Name)
		}
		values.Members = append(values.Members, armtemplate.Member{Name: p.name, Value: objectNode(armtemplate.Member{Name: "value", Value: n})})
	}
	return values, nil
}

// writtenOut is a value that is written out; false for one that is computed.
func (b *bicep) writtenOut(o *operand, depth int) (*armtemplate.Node, bool) {
	if o.name != "" && o.of == nil && b.variables[o.name] != nil && depth < deepestNesting {
		return b.writtenOut(b.variables[o.name], depth+1)
	}
	if o.literal == nil || depth >= deepestNesting {
		return nil, false
	}
	n := *o.literal
	for i, x := range o.items {
		value, ok := b.writtenOut(x, depth+1)
		if !ok {
			return nil, false
		}
		if n.Kind == armtemplate.Object {
			n.Members = append(n.Members, armtemplate.Member{Name: o.names[i], Value: value})
		} else {
			n.Items = append(n.Items, value)
		}
	}
	return b.placed(&n, o.at), true
}
