package armtemplate

import (
	"errors"
	"fmt"
	"strings"
)

// bindParameters gives every declared parameter its value and checks it.
func (e *evaluation) bindParameters() error {
	declared := membersOf(e.template.root.Get("parameters"))
	for _, m := range declared {
		e.order = append(e.order, m.Name)
	}
	if err := e.refuseUnknown(); err != nil {
		return err
	}
	for _, m := range declared {
		given := e.env.Parameters.Get(m.Name)
		if given.Get("reference") != nil {
			return &Error{Code: NotImplemented, Message: fmt.Sprintf("The value of the template parameter '%s' refers to a key vault, which is not read here.", m.Name),
				Line: given.Line, Column: given.Column, Path: given.Path}
		}
		v := given.Get("value")
		if e.env.Open && v != nil && v.Kind == String && IsExpression(v.Text) {
			e.left[strings.ToLower(m.Name)] = true
			continue
		}
		if v.IsNull() {
			if d := m.Value.Get("defaultValue"); d.IsNull() && !e.env.Open && !(m.Value.Get("nullable") != nil && m.Value.Get("nullable").Truth) {
				return invalid(m.Value, "The value for the template parameter '%s' %s is not provided. %s", m.Name, place(m.Value), seeFile)
			}
			continue
		}
		if err := e.checkParameter(m, v); err != nil {
			return err
		}
		e.parameters[strings.ToLower(m.Name)] = v
	}
	for _, m := range declared {
		if _, err := e.parameter(m.Name); err != nil && !errors.Is(err, errLater) {
			return wrap(err, m.Value, "The template resource '%s' %s is not valid: %s. "+seeFunctions, m.Name, place(m.Value.Get("defaultValue")))
		}
	}
	return nil
}

// refuseUnknown refuses values for parameters that the template does not have.
func (e *evaluation) refuseUnknown() error {
	var unknown []string
	for _, m := range membersOf(e.env.Parameters) {
		if !containsFold(e.order, m.Name) {
			unknown = append(unknown, m.Name)
		}
	}
	if unknown == nil {
		return nil
	}
	return invalid(nil, "The template parameters '%s' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. "+
		"The only supported parameters for this template are '%s'. %s", strings.Join(unknown, ", "), strings.Join(e.order, ", "), seeValues)
}

// parameter returns the value of a parameter, working out its default when it
// is first asked for.
func (e *evaluation) parameter(name string) (*Node, error) {
	key := strings.ToLower(name)
	if v := e.parameters[key]; v != nil {
		return v, nil
	}
	var m Member
	for _, d := range membersOf(e.template.root.Get("parameters")) {
		if strings.EqualFold(d.Name, name) {
			m = d
		}
	}
	if m.Value == nil {
		return nil, faultf("The template parameter '%s' is not found. "+seeParameters, name)
	}
	if e.left[key] {
		return nil, errLater
	}
	if e.pending["parameter "+key] {
		return nil, faultf("Circular dependency detected on the template parameter '%s'. "+seeParameters, name)
	}
	e.pending["parameter "+key] = true
	defer delete(e.pending, "parameter "+key)
	v := null()
	d := m.Value.Get("defaultValue")
	if d.IsNull() && e.env.Open {
		return nil, errLater
	}
	if !d.IsNull() {
		var err error
		if v, err = e.frame(inParameter).node(d); err != nil {
			return nil, err
		}
		if err := e.checkParameter(m, v); err != nil {
			return nil, err
		}
	}
	e.parameters[key] = v
	return v, nil
}

// fits reports whether a value is of a declared type. An unknown type fits
// nothing.
func fits(declared string, v *Node) bool {
	want := expected(declared)
	return v.Kind.String() == strings.TrimSuffix(want, ", Uri")
}

// expected names a declared type as Azure's messages do.
func expected(declared string) string {
	switch strings.ToLower(declared) {
	case "string", "securestring":
		return "String, Uri"
	case "int":
		return "Integer"
	case "bool":
		return "Boolean"
	case "object", "secureobject":
		return "Object"
	case "array":
		return "Array"
	default:
		return ""
	}
}

func wrongParameter(declared string, v *Node) error {
	return faultf("Template parameter JToken type is not valid. Expected '%s'. Actual '%s'. %s", expected(declared), v.Kind, seeFile)
}

// checkParameter holds a value against the declaration of its parameter.
func (e *evaluation) checkParameter(m Member, v *Node) error {
	n := m.Value
	declared := n.text("type")
	switch {
	case expected(declared) == "":
		return invalid(n, "The type '%s' of the template parameter '%s' %s is not valid. %s", declared, m.Name, place(n), seeParameters)
	case !fits(declared, v):
		return invalid(n, "%s", wrongParameter(declared, v).Error())
	}
	if err := e.checkAllowed(m, v); err != nil {
		return err
	}
	if v.Kind == Int {
		return e.checkBounds(m, v.Int, "minValue", "maxValue", "The value")
	}
	if v.Kind == String || v.Kind == Array {
		size, err := (&invocation{frame: e.frame(inParameter), args: []*Node{v}}).size()
		if err != nil {
			return err
		}
		return e.checkBounds(m, size, "minLength", "maxLength", "Length of the value")
	}
	return nil
}

// checkAllowed refuses a value that is not on the list. Of an array every
// element must be on it, unless the list holds arrays.
func (e *evaluation) checkAllowed(m Member, v *Node) error {
	list := m.Value.Get("allowedValues")
	if list == nil || list.Kind != Array {
		return nil
	}
	allowed := func(x *Node) (bool, error) {
		for _, a := range list.Items {
			if x.Kind == String && a.Kind == String && strings.EqualFold(a.Text, x.Text) {
				return true, nil
			}
			if same, err := e.equal(a, x); same || err != nil {
				return same, err
			}
		}
		return false, nil
	}
	ok, err := allowed(v)
	if !ok && err == nil && v.Kind == Array {
		ok = true
		for _, x := range v.Items {
			if in, failed := allowed(x); !in {
				ok, err = false, failed
				break
			}
		}
	}
	if ok || err != nil {
		return err
	}
	var names []string
	for _, a := range list.Items {
		if err := e.measure(a); err != nil {
			return err
		}
		names = append(names, toText(a))
	}
	if err := e.measure(v); err != nil {
		return err
	}
	return invalid(list, "The provided value for the template parameter '%s' is not valid. The value '%s' is not part of the allowed value(s): '%s'.",
		m.Name, toText(v), strings.Join(names, ","))
}

func (e *evaluation) checkBounds(m Member, v int64, least, most, what string) error {
	for _, b := range []struct {
		name, word string
		broken     func(bound int64) bool
	}{
		{least, "greater", func(bound int64) bool { return v < bound }}, {most, "less", func(bound int64) bool { return v > bound }},
	} {
		if bound := m.Value.Get(b.name); bound != nil && bound.Kind == Int && b.broken(bound.Int) {
			return invalid(m.Value, "The provided value for the template parameter '%s' %s is not valid. %s should be %s than or equal to '%d'. %s",
				m.Name, place(m.Value), what, b.word, bound.Int, seeParameters)
		}
	}
	return nil
}
