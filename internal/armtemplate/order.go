package armtemplate

import "strings"

// dependencies evaluates the names of what a resource depends on.
func (e *evaluation) dependencies(r *Resource) error {
	list := r.Source.Get("dependsOn")
	if list.IsNull() {
		return nil
	}
	v, err := r.frame.node(list)
	if err != nil {
		return wrap(err, list, "The template resource '%s' %s is not valid: %s. "+seeFunctions, r.Name, place(list))
	}
	if v.Kind != Array {
		return unreadable("Error converting value to type 'System.String[]'", list.Path, list.Line, list.Column)
	}
	for _, x := range v.Items {
		if x.Kind != String || x.Text == "" {
			return invalid(x, "The template resource '%s' %s is not valid. The dependsOn property must hold names of resources. %s", r.Name, place(list), seeResources)
		}
		if !e.env.Open || !IsExpression(x.Text) {
			r.dependsOn = append(r.dependsOn, x.Text)
		}
	}
	return nil
}

// sortResources refuses resources that are declared twice, finds what each
// depends on and puts them in order.
func (e *evaluation) sortResources() error {
	byID, byName := map[string]*Resource{}, map[string][]*Resource{}
	for _, r := range e.result.Resources {
		id := strings.ToLower(r.ID)
		if byID[id] != nil {
			return invalid(r.Source, "The resource '%s' %s is defined multiple times in a template. %s", relative(r.ID), place(r.Source), seeResources)
		}
		byID[id] = r
		for _, name := range []string{r.Name, r.loop, relative(r.ID)} {
			if name = strings.ToLower(name); name != "" {
				byName[name] = append(byName[name], r)
			}
		}
	}
	find := func(name string) []*Resource {
		name = strings.ToLower(strings.TrimSuffix(name, "/"))
		if r := byID[name]; r != nil {
			return []*Resource{r}
		}
		if strings.HasPrefix(name, "/") {
			return nil
		}
		return byName[name]
	}
	for _, r := range e.result.Resources {
		for _, name := range r.dependsOn {
			found := find(name)
			if found == nil {
				return invalid(nil, "The resource '%s' is not defined in the template. %s", relative(name), seeSyntax)
			}
			r.after(found, r.ID, name)
		}
		for _, name := range e.referred(r) {
			r.after(find(name), "", "")
		}
	}
	return e.arrange()
}

// after makes a resource depend on those that a name stands for. A name that
// several resources share may be its own too: then the others are meant.
func (r *Resource) after(found []*Resource, id, name string) {
	for _, to := range found {
		if to != r || strings.EqualFold(id, name) {
			r.DependsOn = append(r.DependsOn, to)
		}
	}
}

// referred are the resources that the expressions of a resource refer to by
// the function reference: it comes after those of the same template.
func (e *evaluation) referred(r *Resource) []string {
	var out []string
	f := *r.frame
	f.in = inBody
	var visit func(n *Node, inner bool)
	visit = func(n *Node, inner bool) {
		if inside, isExpression := source(n.Text); n.Kind == String && isExpression && strings.Contains(strings.ToLower(inside), "reference") {
			if x, err := parseExpression(inside); err == nil {
				out = append(out, f.referredBy(x)...)
			}
		}
		for _, x := range n.Items {
			visit(x, inner)
		}
		for _, m := range n.Members {
			if inner && strings.EqualFold(m.Name, "template") || strings.EqualFold(m.Name, "resources") && n == r.Source {
				continue
			}
			visit(m.Value, strings.EqualFold(m.Name, "properties") && r.IsDeployment() && isInner(m.Value))
		}
	}
	visit(r.Source, false)
	return out
}

func (f *frame) referredBy(x *expression) []string {
	var out []string
	x.walk(func(x *expression) {
		if strings.EqualFold(x.name, "reference") && len(x.args) > 0 {
			if v, err := f.value(x.args[0]); err == nil && v.Kind == String {
				out = append(out, v.Text)
			}
		}
	})
	return out
}

// arrange sorts the resources so that each stands behind what it depends on,
// and otherwise as written.
func (e *evaluation) arrange() error {
	const entered, done = 1, 2
	var out []*Resource
	var visit func(r *Resource) error
	visit = func(r *Resource) error {
		switch r.mark {
		case done:
			return nil
		case entered:
			return invalid(nil, "Circular dependency detected on resource: '%s'. %s", r.ID, seeResources)
		}
		r.mark = entered
		for _, d := range r.DependsOn {
			if err := visit(d); err != nil {
				return err
			}
		}
		r.mark = done
		out = append(out, r)
		return nil
	}
	for _, r := range e.result.Resources {
		if err := visit(r); err != nil {
			return err
		}
	}
	e.result.Resources = out
	return nil
}

// reference reads a resource: its properties, or all of it with Full.
func reference(c *invocation) (*Node, error) {
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if c.env.Reference == nil {
		return nil, errLater
	}
	version := ""
	if len(c.args) > 1 && c.args[1].Kind != Null {
		if version, err = c.str(1); err != nil {
			return nil, err
		}
	}
	id := name
	for _, r := range c.result.Resources {
		if strings.EqualFold(r.ID, name) || strings.EqualFold(r.Name, name) || strings.EqualFold(relative(r.ID), name) {
			id = r.ID
			if version == "" {
				version = r.APIVersion
			}
		}
	}
	if !strings.HasPrefix(id, "/") {
		return nil, faultf("The resource '%s' is not defined in the template. %s", name, seeSyntax)
	}
	v, err := c.env.Reference(id, version)
	if err != nil {
		return nil, err
	}
	whole := Value(v)
	if len(c.args) == 3 && strings.EqualFold(toText(c.args[2]), "Full") {
		return whole, nil
	}
	return orNull(whole.Get("properties")), nil
}
