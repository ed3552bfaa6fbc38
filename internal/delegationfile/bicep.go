package delegationfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// bicep reads Bicep (https://learn.microsoft.com/azure/azure-resource-manager/bicep/file)
// as far as a delegation needs it, and turns it into the ARM template that it
// stands for, which is then evaluated like any other. Loops, modules and what
// else is not understood is open.
type bicep struct {
	scanner
	scope      string
	parameters []parameter
	variables  map[string]*operand
	order      []string // of the variables
	resources  []declared
	open       map[string]bool // what is not understood, as it is written
	own        map[string]bool // functions that the file declares
	operators  [][]operator
	following  int // how many names lead to one another
}

// parameter is a declaration; value is its default, nil for none.
type parameter struct {
	name, kind string
	at         int
	value      *operand
}

// declared is a resource or module of the file.
type declared struct {
	symbol, kind, version string
	at                    int
	module, existing      bool
	condition, body       *operand // body is nil for a loop
	raw                   string
}

// readBicep reads a Bicep file with the parameters given.
func readBicep(p *onboard.Proposal, f, parameters File) error {
	b := &bicep{scanner: newScanner(f, false), scope: "resourceGroup", variables: map[string]*operand{}, open: map[string]bool{}, own: map[string]bool{}, operators: operators()}
	if err := b.file(); err != nil {
		return err
	}
	root := b.template()
	if err := readTemplate(p, root, parameters); err != nil {
		return broken(f.Name, err)
	}
	p.Schema = onboard.Text{}
	b.elsewhere(p)
	return nil
}

// file reads the statements.
func (b *bicep) file() error {
	for {
		b.blank(true)
		if b.at >= len(b.text) {
			return nil
		}
		if b.take("#") { // a directive to the compiler
			b.to("\n")
			continue
		}
		if err := b.statement(); err != nil {
			return err
		}
		if b.blank(false); b.at < len(b.text) && b.next() != '\n' {
			return b.broken("a line end was expected")
		}
	}
}

func (b *bicep) statement() error {
	start := b.at
	keyword := b.word()
	b.blank(false)
	switch keyword {
	case "targetScope":
		if !b.take("=") {
			return b.broken("= was expected")
		}
		v, err := b.value()
		if err == nil && v.literal != nil {
			b.scope = v.literal.Text
		}
		return err
	case "param":
		return b.parameter()
	case "var":
		name, v, err := b.named()
		if err == nil && b.variables[name] == nil {
			b.variables[name] = v
			b.order = append(b.order, name)
		}
		return err
	case "func":
		b.own[b.word()] = true
	case "resource", "module":
		return b.resource(keyword == "module", start)
	case "":
		if b.next() != '@' {
			return b.broken("a statement was expected")
		}
	}
	return b.skip(b.skipQuoted) // metadata, output, a decorator and the like
}

// named reads a name, a type that is not looked at, = and a value.
func (b *bicep) named() (string, *operand, error) {
	name := b.word()
	if name == "" {
		return "", nil, b.broken("a name was expected")
	}
	for b.blank(false); b.next() != '=' && !b.ends(); b.blank(false) {
		if found, err := b.skipQuoted(); err != nil {
			return "", nil, err
		} else if !found {
			b.at++
		}
	}
	if !b.take("=") {
		return "", nil, b.broken("= was expected")
	}
	v, err := b.value()
	return name, v, err
}

// parameter reads a parameter with its default value, if there is one.
func (b *bicep) parameter() error {
	start := b.at
	name := b.word()
	if name == "" {
		return b.broken("a name was expected")
	}
	b.blank(false)
	kind, err := b.kind()
	if err != nil {
		return err
	}
	p := parameter{name: name, kind: kind, at: start}
	if b.blank(false); b.take("=") {
		if p.value, err = b.value(); err != nil {
			return err
		}
	}
	b.parameters = append(b.parameters, p)
	return nil
}

// node is the declaration in an ARM template.
func (p parameter) node(b *bicep) *armtemplate.Node {
	out := b.placed(&armtemplate.Node{Kind: armtemplate.Object}, p.at)
	kind := p.kind
	if p.value != nil {
		d := p.value.node(b)
		out.Members = append(out.Members, armtemplate.Member{Name: "defaultValue", Value: d})
		if of := typeOf(d); of != "" {
			kind = of
		}
	}
	out.Members = append(out.Members, armtemplate.Member{Name: "type", Value: b.placed(textNode(kind), p.at)})
	return out
}

// kind reads the type of a parameter, as an ARM template names it.
func (b *bicep) kind() (string, error) {
	start := b.at
	var depth int
	for ; b.at < len(b.text); b.at++ {
		if found, err := b.skipQuoted(); err != nil {
			return "", err
		} else if found {
			b.at--
			continue
		}
		c := b.next()
		if depth == 0 && (c == '=' || c == '\n' || b.has("//")) {
			break
		}
		switch c {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			depth--
		}
	}
	switch raw := strings.TrimSuffix(strings.TrimSpace(b.text[start:b.at]), "?"); {
	case strings.HasSuffix(raw, "]") || raw == "array":
		return "array", nil
	case strings.HasPrefix(raw, "{") || raw == "object":
		return "object", nil
	case raw == "int" || raw == "bool":
		return raw, nil
	default:
		return "string", nil
	}
}

// typeOf is the type of a literal, "" for an expression or a text.
func typeOf(n *armtemplate.Node) string {
	return map[armtemplate.Kind]string{armtemplate.Array: "array", armtemplate.Object: "object", armtemplate.Int: "int", armtemplate.Bool: "bool"}[n.Kind]
}

// resource reads a resource or a module behind its keyword.
func (b *bicep) resource(module bool, start int) error {
	d := declared{symbol: b.word(), module: module, at: start}
	b.blank(false)
	name, err := b.quoted()
	if err != nil {
		return err
	}
	if name.literal == nil {
		return b.broken("a plain text was expected")
	}
	d.kind, d.version, _ = strings.Cut(name.literal.Text, "@")
	b.blank(false)
	if word := b.at; b.word() == "existing" {
		d.existing = true
	} else {
		b.at = word
	}
	if b.blank(false); !b.take("=") {
		return b.broken("= was expected")
	}
	b.blank(true)
	from := b.at
	if word := b.at; b.word() == "if" {
		b.blank(false)
		if d.condition, err = b.operand(); err != nil {
			return err
		}
		b.blank(true)
	} else {
		b.at = word
	}
	v, err := b.value()
	if err != nil {
		return err
	}
	if v.literal != nil && v.literal.Kind == armtemplate.Object {
		d.body = v
	}
	d.raw = b.text[from:b.at]
	b.resources = append(b.resources, d)
	return nil
}

// symbol finds a resource by its symbolic name.
func (b *bicep) symbol(name string) (declared, bool) {
	for _, d := range b.resources {
		if d.symbol == name && !d.module && d.body != nil {
			return d, true
		}
	}
	return declared{}, false
}

func textNode(s string) *armtemplate.Node {
	return &armtemplate.Node{Kind: armtemplate.String, Text: s}
}

func objectNode(members ...armtemplate.Member) *armtemplate.Node {
	return &armtemplate.Node{Kind: armtemplate.Object, Members: members}
}

// template is the ARM template that the file stands for. Only delegations are
// in it.
func (b *bicep) template() *armtemplate.Node {
	resources := &armtemplate.Node{Kind: armtemplate.Array}
	for _, d := range b.resources {
		if d.module || d.existing || d.body == nil || !strings.HasPrefix(strings.ToLower(d.kind), "microsoft.managedservices/") {
			continue
		}
		n := b.placed(objectNode(
			armtemplate.Member{Name: "type", Value: b.placed(textNode(d.kind), d.at)},
			armtemplate.Member{Name: "apiVersion", Value: b.placed(textNode(d.version), d.at)},
		), d.at)
		n.Path = d.symbol
		if d.condition != nil {
			n.Members = append(n.Members, armtemplate.Member{Name: "condition", Value: d.condition.node(b)})
		}
		for _, m := range d.body.node(b).Members {
			switch m.Name {
			case "name", "properties", "plan":
				n.Members = append(n.Members, m)
			}
		}
		resources.Items = append(resources.Items, n)
	}
	variables := objectNode()
	for _, name := range b.order {
		variables.Members = append(variables.Members, armtemplate.Member{Name: name, Value: b.variables[name].node(b)})
	}
	parameters := objectNode()
	for _, p := range b.parameters {
		parameters.Members = append(parameters.Members, armtemplate.Member{Name: p.name, Value: p.node(b)})
	}
	for _, raw := range slices.Sorted(maps.Keys(b.open)) {
		parameters.Members = append(parameters.Members, armtemplate.Member{Name: raw, Value: objectNode(armtemplate.Member{Name: "type", Value: textNode("object")})})
	}
	schema := map[string]string{"subscription": "subscriptionDeploymentTemplate", "managementGroup": "managementGroupDeploymentTemplate", "tenant": "tenantDeploymentTemplate"}[b.scope]
	if schema == "" {
		schema = "deploymentTemplate"
	}
	return objectNode(
		armtemplate.Member{Name: "$schema", Value: textNode("https://schema.management.azure.com/schemas/2019-04-01/" + schema + ".json#")},
		armtemplate.Member{Name: "contentVersion", Value: textNode("1.0.0.0")}, armtemplate.Member{Name: "parameters", Value: parameters},
		armtemplate.Member{Name: "variables", Value: variables}, armtemplate.Member{Name: "resources", Value: resources},
	)
}

// elsewhere takes up modules and loops. One that is given a definition of the
// file puts it into force; any other may hold a delegation of its own.
func (b *bicep) elsewhere(p *onboard.Proposal) {
	for _, d := range b.resources {
		kind := strings.ToLower(d.kind)
		if d.existing || !d.module && (d.body != nil || !strings.HasPrefix(kind, "microsoft.managedservices/")) {
			continue
		}
		at := onboard.Place{Line: b.line(d.at), Path: d.symbol}
		open := onboard.Text{Place: at, Value: "known when it is deployed", Open: true}
		switch {
		case kind == "microsoft.managedservices/registrationassignments" || d.module && b.givenDefinition(d.raw):
			p.Assignments = append(p.Assignments, onboard.Assignment{Place: at, APIVersion: onboard.Text{Place: at, Value: d.version}, Definition: open, Scope: open})
		case !d.module:
			p.Unread = append(p.Unread, onboard.Unread{Place: at, Why: "what the loop makes is known when it is deployed; `az bicep build` and --parameters tell more"})
		case len(p.Definitions) == 0:
			p.Unread = append(p.Unread, onboard.Unread{Place: at, Why: "what the module makes is not in the file"})
		}
	}
}

// givenDefinition reports whether a module's text names a definition's id.
func (b *bicep) givenDefinition(raw string) bool {
	for _, d := range b.resources {
		if strings.EqualFold(d.kind, "microsoft.managedservices/registrationdefinitions") && (strings.Contains(raw, d.symbol+".id") || strings.Contains(raw, d.symbol+".name")) {
			return true
		}
	}
	return false
}
