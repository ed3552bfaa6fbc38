package armtemplate

import (
	"errors"
	"fmt"
	"strings"
)

// Output is an output of a template.
type Output struct {
	Name, Type string
	Value      *Node
}

// Outputs evaluates the outputs, when every resource is made. Those that
// cannot be evaluated are the details of one error.
func (r *Result) Outputs() ([]Output, error) {
	var out []Output
	var failed []*Error
	for _, m := range membersOf(r.e.template.root.Get("outputs")) {
		o, made, err := r.output(m)
		var whole *Error
		switch {
		case errors.As(err, &whole):
			return nil, err
		case err != nil && r.e.env.Reference == nil:
			return nil, wrap(err, m.Value, "The template output '%s' %s is not valid: %s.", m.Name, place(m.Value))
		case err != nil:
			failed = append(failed, &Error{Code: OutputFailed, Target: m.Name, Message: fmt.Sprintf("The template output '%s' is not valid: %s.", m.Name, err)})
		case made:
			out = append(out, o)
		}
	}
	if failed == nil {
		return out, nil
	}
	var names []string
	for _, f := range failed {
		names = append(names, f.Target)
	}
	return out, &Error{Code: OutputFailed, Details: failed, Message: fmt.Sprintf(
		"Unable to evaluate template outputs: '%s'. Please see error details and deployment operations. Please see https://aka.ms/arm-common-errors for usage details.",
		strings.Join(names, ","))}
}

func (r *Result) output(m Member) (o Output, made bool, err error) {
	f := r.e.frame(inOutput)
	if c := m.Value.Get("condition"); !c.IsNull() {
		v, err := f.node(c)
		if err != nil {
			return o, false, err
		}
		if v.Kind != Bool || !v.Truth {
			return o, false, nil
		}
	}
	o = Output{Name: m.Name, Type: m.Value.text("type")}
	before := f.deferred
	if l := m.Value.Get("copy"); l != nil && l.Kind == Object {
		o.Value, err = f.loop(l)
	} else {
		o.Value, err = f.node(orNull(m.Value.Get("value")))
	}
	if err != nil {
		return o, false, err
	}
	// What refers to resources that are not read has no kind yet.
	if f.deferred == before && !fits(o.Type, o.Value) {
		return o, false, faultf("Template output JToken type is not valid. Expected '%s'. Actual '%s'. %s", expected(o.Type), o.Value.Kind, seeSyntax)
	}
	return o, true, r.keep(o.Value)
}
