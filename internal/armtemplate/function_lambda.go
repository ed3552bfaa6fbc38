package armtemplate

import (
	"sort"
	"strings"
)

// lambdaFunctions apply an expression to each element of a list.
func lambdaFunctions(m map[string]function) {
	m["lambda"] = function{min: 1, max: -1, lazy: func(*frame, []*expression) (*Node, error) {
		return nil, faultf("The template function 'lambda' is not expected at this location. " + seeFunctions)
	}}
	m["lambdavariables"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		name, err := c.str(0)
		if err != nil {
			return nil, err
		}
		v := c.locals[strings.ToLower(name)]
		if v == nil {
			return nil, faultf("The lambda variable '%s' is not found. "+seeFunctions, name)
		}
		return v, nil
	}}
	m["map"] = over(2, func(l *lambdas, list []*Node) (*Node, error) {
		out := array()
		return out, l.each(list, func(_, made *Node) error {
			out.Items = append(out.Items, made)
			return nil
		})
	})
	m["filter"] = over(2, func(l *lambdas, list []*Node) (*Node, error) {
		out := array()
		return out, l.each(list, func(x, made *Node) error {
			if made.Kind != Bool {
				return faultf("The lambda of the template function 'filter' must return a boolean. " + seeFunctions)
			}
			if made.Truth {
				out.Items = append(out.Items, x)
			}
			return nil
		})
	})
	m["toobject"] = over(3, toObject)
	m["reduce"] = over(3, reduce)
	m["sort"] = over(2, sortBy)
}

// lambdas are the arguments of a function behind its list.
type lambdas struct {
	*frame
	rest []*expression
}

func over(args int, apply func(*lambdas, []*Node) (*Node, error)) function {
	least := args
	if args == 3 {
		least = 2
	}
	return function{min: least, max: args, lazy: func(f *frame, x []*expression) (*Node, error) {
		list, err := f.value(x[0])
		if err != nil {
			return nil, err
		}
		if list.Kind != Array {
			return nil, (&invocation{frame: f, name: "lambda", args: []*Node{list}}).wrong(0, "Array")
		}
		return apply(&lambdas{f, x[1:]}, list.Items)
	}}
}

// apply evaluates a lambda: names of its variables, then what it returns.
func (l *lambdas) apply(which int, values ...*Node) (*Node, error) {
	x := l.rest[which]
	if !strings.EqualFold(x.name, "lambda") || len(x.args) < 1 || len(x.args)-1 > len(values) {
		return nil, faultf("The template function expects a lambda of no more than %d variables at this location. "+seeFunctions, len(values))
	}
	if l.work.calls++; l.work.calls > maxCalls {
		return nil, faultf("The template calls more than %d functions.", maxCalls)
	}
	in := *l.frame
	in.locals = make(map[string]*Node, len(l.locals)+len(values))
	for k, v := range l.locals {
		in.locals[k] = v
	}
	for i, v := range values[:min(len(values), len(x.args)-1)] {
		name := x.args[i].literal
		if name == nil || name.Kind != String {
			return nil, faultf("The lambda's variables must be given as texts. " + seeFunctions)
		}
		in.locals[strings.ToLower(name.Text)] = v
	}
	out, err := in.value(x.args[len(x.args)-1])
	if err != nil {
		return nil, err
	}
	return out, l.spend(1)
}

// each applies the first lambda to every element, with its index.
func (l *lambdas) each(list []*Node, take func(x, made *Node) error) error {
	for i, x := range list {
		made, err := l.apply(0, x, integer(int64(i)))
		if err != nil {
			return err
		}
		if err := take(x, made); err != nil {
			return err
		}
	}
	return nil
}

func toObject(l *lambdas, list []*Node) (*Node, error) {
	out := object()
	err := l.each(list, func(x, key *Node) error {
		if key.Kind != String {
			return faultf("The lambda of the template function 'toObject' must return a string. " + seeFunctions)
		}
		if len(l.rest) == 2 {
			var err error
			if x, err = l.apply(1, x); err != nil {
				return err
			}
		}
		if err := l.spend(1 + len(out.Members)); err != nil {
			return err
		}
		out = out.with(key.Text, x)
		return nil
	})
	return out, err
}

func reduce(l *lambdas, list []*Node) (*Node, error) {
	if len(l.rest) != 2 {
		return nil, faultf("Unable to evaluate template language function 'reduce': function requires 3 argument(s) while 2 were provided. " + seeFunctions)
	}
	out, err := l.value(l.rest[0])
	if err != nil {
		return nil, err
	}
	for i, x := range list {
		if out, err = l.apply(1, out, x, integer(int64(i))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sortBy sorts by a lambda that says whether its first value is the lesser.
func sortBy(l *lambdas, list []*Node) (*Node, error) {
	out := array(append([]*Node(nil), list...)...)
	var failed error
	sort.SliceStable(out.Items, func(i, j int) bool {
		if failed != nil {
			return false
		}
		less, err := l.apply(0, out.Items[i], out.Items[j])
		if err == nil && less.Kind != Bool {
			err = faultf("The lambda of the template function 'sort' must return a boolean. " + seeFunctions)
		}
		if err != nil {
			failed = err
			return false
		}
		return less.Truth
	})
	return out, failed
}
