package armtemplate

import "strings"

// checkVariables evaluates every variable, as validation does.
func (e *evaluation) checkVariables() error {
	for _, m := range membersOf(e.template.root.Get("variables")) {
		if strings.EqualFold(m.Name, "copy") && isLoops(m.Value) {
			for _, l := range m.Value.Items {
				if _, err := e.variable(l.text("name")); err != nil {
					return wrap(err, l, "The template variable '%s' is not valid: %s. "+seeFunctions, l.text("name"))
				}
			}
			continue
		}
		if _, err := e.variable(m.Name); err != nil {
			return wrap(err, m.Value, "The template variable '%s' is not valid: %s. "+seeFunctions, m.Name)
		}
	}
	return nil
}

// variable returns the value of a variable, worked out once.
func (e *evaluation) variable(name string) (*Node, error) {
	key := strings.ToLower(name)
	if v := e.variables[key]; v != nil {
		return v, nil
	}
	section := e.template.root.Get("variables")
	source := section.Get(name)
	var l *Node
	if loops := section.Get("copy"); isLoops(loops) {
		if key == "copy" {
			source = nil
		}
		for _, x := range loops.Items {
			if strings.EqualFold(x.text("name"), name) {
				l = x
			}
		}
	}
	if source == nil && l == nil {
		return nil, faultf("The template variable '%s' is not found. "+seeVariables, name)
	}
	if e.pending["variable "+key] {
		return nil, faultf("Circular dependency detected on the template variable '%s'. "+seeVariables, name)
	}
	e.pending["variable "+key] = true
	defer delete(e.pending, "variable "+key)
	f := e.frame(inVariable)
	var v *Node
	var err error
	if source != nil {
		v, err = f.node(source)
	} else {
		v, err = f.loop(l)
	}
	if err != nil {
		return nil, err
	}
	e.variables[key] = v
	return v, nil
}
