package armtemplate

import (
	"fmt"
	"strings"
)

// Template is a template whose form was checked.
type Template struct {
	root *Node
	own  map[string]*Node // functions of the template by namespace.name in lower case
}

// Parse reads a template from its text.
func Parse(data []byte) (*Template, error) {
	n, err := Read(data)
	if err != nil {
		return nil, err
	}
	return New(n)
}

// New makes a template of a value that was read before, such as a part of a
// request; errors give places in the text that it stood in.
func New(n *Node) (*Template, error) {
	t := &Template{root: n, own: map[string]*Node{}}
	if n == nil || n.Kind != Object {
		return nil, unreadable("Error converting value to type 'Template'", "", 0, 0)
	}
	if err := members(n, "Template", "$schema", "contentVersion", "languageVersion", "apiProfile", "definitions", "imports", "extensions",
		"functions", "metadata", "parameters", "variables", "resources", "outputs"); err != nil {
		return nil, err
	}
	for _, name := range []string{"$schema", "contentVersion", "resources"} {
		if n.Get(name).IsNull() {
			return nil, unreadable(fmt.Sprintf("Required property '%s' not found in JSON", name), n.Path, n.Line, n.Column)
		}
	}
	if err := t.sections(); err != nil {
		return nil, err
	}
	return t, t.declareFunctions()
}

// Node is the template as it was written.
func (t *Template) Node() *Node { return t.root }

// members refuses members of an object that have no place there.
func members(n *Node, kind string, names ...string) error {
	for _, m := range n.Members {
		if !containsFold(names, m.Name) {
			return unreadable(fmt.Sprintf("Could not find member '%s' on object of type '%s'", m.Name, kind),
				memberPath(n.Path, m.Name), m.Value.Line, m.Value.Column)
		}
	}
	return nil
}

// sections checks the kinds of a template's sections, and their sizes.
func (t *Template) sections() error {
	for _, s := range []struct {
		name  string
		kind  Kind
		limit int
		see   string
	}{
		{"parameters", Object, maxParameters, seeParameters}, {"variables", Object, maxParameters, seeVariables},
		{"outputs", Object, maxOutputs, seeSyntax}, {"functions", Array, maxParameters, seeFunctions}, {"resources", Array, maxCopies, seeResources},
	} {
		n := t.root.Get(s.name)
		if n.IsNull() {
			continue
		}
		if s.name == "resources" && n.Kind == Object || strings.HasPrefix(t.root.text("languageVersion"), "2") {
			return &Error{
				Code: NotImplemented, Message: "Templates of languageVersion 2 are not evaluated here.",
				Line: n.Line, Column: n.Column, Path: n.Path,
			}
		}
		if n.Kind != s.kind {
			return unreadable(fmt.Sprintf("Error converting value to type '%s'", s.kind), n.Path, n.Line, n.Column)
		}
		if size := len(n.Items) + len(n.Members); size > s.limit {
			return invalid(n, "The number of template %s limit exceeded. Limit: '%d' and actual: '%d'. %s", s.name, s.limit, size, s.see)
		}
	}
	for _, name := range []string{"parameters", "outputs"} {
		for _, m := range membersOf(t.root.Get(name)) {
			if m.Value.Kind != Object {
				return unreadable("Error converting value to type 'Template"+name+"'", m.Value.Path, m.Value.Line, m.Value.Column)
			}
		}
	}
	for _, m := range membersOf(t.root.Get("parameters")) {
		if err := members(m.Value, "TemplateInputParameter", "type", "defaultValue", "allowedValues", "minValue", "maxValue", "minLength", "maxLength",
			"metadata", "nullable", "items", "properties", "additionalProperties", "prefixItems", "$ref", "discriminator", "sealed"); err != nil {
			return err
		}
	}
	return nil
}

func membersOf(n *Node) []Member {
	if n == nil {
		return nil
	}
	return n.Members
}

func itemsOf(n *Node) []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// declareFunctions notes the functions that the template defines itself.
func (t *Template) declareFunctions() error {
	for _, n := range itemsOf(t.root.Get("functions")) {
		namespace := n.text("namespace")
		if namespace == "" {
			return invalid(n, "The template function at line '%d' and column '%d' is not valid. The function namespace cannot be null or empty. %s", n.Line, n.Column, seeFunctions)
		}
		for _, m := range membersOf(n.Get("members")) {
			if m.Value.Get("output").Get("value") == nil {
				return invalid(m.Value, "The template function '%s' %s is not valid. The output cannot be null or empty. %s", m.Name, place(m.Value), seeFunctions)
			}
			t.own[strings.ToLower(namespace+"."+m.Name)] = m.Value
		}
	}
	return nil
}

// userFunction evaluates a function that the template defines. It knows its
// own parameters and nothing else of the template.
func (f *frame) userFunction(namespace, name string, x *expression) (*Node, error) {
	own := f.template.own[strings.ToLower(namespace+"."+name)]
	if own == nil || f.in == inFunction {
		return nil, faultf("The template function '%s.%s' is not valid. "+seeFunctions, namespace, name)
	}
	parameters := itemsOf(own.Get("parameters"))
	if len(parameters) != len(x.args) {
		return nil, faultf("Unable to evaluate template language function '%s.%s': function requires %d argument(s) while %d were provided. "+seeFunctions,
			namespace, name, len(parameters), len(x.args))
	}
	in := f.evaluation.frame(inFunction)
	in.arguments = map[string]*Node{}
	for i, p := range parameters {
		v, err := f.value(x.args[i])
		if err != nil {
			return nil, err
		}
		if !fits(p.text("type"), v) {
			return nil, wrongParameter(p.text("type"), v)
		}
		in.arguments[strings.ToLower(p.text("name"))] = v
	}
	return in.node(own.Get("output").Get("value"))
}

// Result is a template evaluated for a deployment.
type Result struct {
	// Parameters are the values of the declared parameters, in their order.
	Parameters []Member
	// Resources stand in an order in which they can be made; those whose
	// condition is false are among them.
	Resources []*Resource
	e         *evaluation
}

// Evaluate works out a template for a deployment. The error is an *Error.
func (t *Template) Evaluate(env Env) (*Result, error) {
	e := &evaluation{
		env: &env, template: t, functions: builtins(), result: &Result{},
		parameters: map[string]*Node{}, variables: map[string]*Node{}, pending: map[string]bool{}, left: map[string]bool{},
	}
	e.result.e = e
	if e.work = env.Work; e.work == nil {
		e.work = &Work{}
	}
	if err := e.run(); err != nil {
		return nil, wrap(err, t.root, "%s")
	}
	return e.result, nil
}

func (e *evaluation) run() error {
	if err := e.bindParameters(); err != nil {
		return err
	}
	for _, name := range e.order {
		e.result.Parameters = append(e.result.Parameters, Member{name, e.parameters[strings.ToLower(name)]})
	}
	if err := e.checkVariables(); err != nil {
		return err
	}
	if err := e.expand(e.template.root.Get("resources"), nil); err != nil {
		return err
	}
	return e.sortResources()
}

// keep counts what a template becomes, which must not grow beyond Azure's
// limit though its parts may be shared.
func (r *Result) keep(n *Node) error {
	w := r.e.work
	if w.kept += 8 + len(n.Text); w.kept > maxResult {
		return faultf("The size of the template after its expressions are evaluated exceeds the limit of %d bytes.", maxResult)
	}
	for _, x := range n.Items {
		if err := r.keep(x); err != nil {
			return err
		}
	}
	for _, m := range n.Members {
		w.kept += len(m.Name)
		if err := r.keep(m.Value); err != nil {
			return err
		}
	}
	return nil
}
