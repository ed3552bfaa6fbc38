package armtemplate

import "strings"

// function is a function of the template language.
type function struct {
	// min and max are the numbers of arguments; max -1 means any.
	min, max int
	// in are the sections in which alone it may stand; none means all.
	in []section
	// exactly one of eager and lazy is set.
	eager func(*invocation) (*Node, error)
	lazy  func(*frame, []*expression) (*Node, error)
}

func (fn function) allowed(f *frame) bool {
	if fn.in == nil {
		return true
	}
	for _, s := range fn.in {
		if s == f.in {
			return true
		}
	}
	return false
}

// builtins are the functions of the language by name in lower case (docs: ARM
// template functions).
func builtins() map[string]function {
	out := map[string]function{}
	for _, add := range []func(map[string]function){
		textFunctions, encodingFunctions, arrayFunctions, objectFunctions, numberFunctions, logicFunctions,
		dateFunctions, placeFunctions, idFunctions, lambdaFunctions, valueFunctions, elsewhereFunctions,
	} {
		add(out)
	}
	return out
}

// valueFunctions name what the template declares.
func valueFunctions(m map[string]function) {
	m["parameters"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		name, err := c.str(0)
		if err != nil {
			return nil, err
		}
		if c.in == inFunction {
			if v := c.arguments[strings.ToLower(name)]; v != nil {
				return v, nil
			}
			return nil, faultf("The template parameter '%s' is not found. "+seeParameters, name)
		}
		return c.parameter(name)
	}}
	m["variables"] = function{min: 1, max: 1, in: []section{inVariable, inName, inBody, inOutput}, eager: func(c *invocation) (*Node, error) {
		name, err := c.str(0)
		if err != nil {
			return nil, err
		}
		return c.variable(name)
	}}
	m["copyindex"] = function{min: 0, max: 2, in: []section{inVariable, inName, inBody, inOutput}, eager: copyIndex}
	m["reference"] = function{min: 1, max: 3, in: []section{inBody, inOutput}, eager: reference}
}

// elsewhereFunctions need what only Azure has.
func elsewhereFunctions(m map[string]function) {
	for _, name := range []string{
		"listKeys", "listAccountSas", "listServiceSas", "listSecrets", "list", "listCallbackUrl", "listCredential", "listAuthKeys", "listAdminKeys", "listQueryKeys",
		"listBuildSourceUploadUrl", "listPackage", "listKeyValue", "listConnectionStrings", "pickZones", "providers", "references", "managementGroup",
	} {
		m[strings.ToLower(name)] = function{min: 0, max: -1, eager: func(c *invocation) (*Node, error) {
			if c.env.Open {
				return nil, errLater
			}
			return nil, unsupported("The template function '%s' is not evaluated here: its result is known to Azure only.", c.name)
		}}
	}
}

// logicFunctions decide. They evaluate no more than they need.
func logicFunctions(m map[string]function) {
	constant := func(n *Node) function {
		return function{eager: func(*invocation) (*Node, error) { return n, nil }}
	}
	m["true"], m["false"], m["null"] = constant(truth(true)), constant(truth(false)), constant(null())
	m["if"] = function{min: 3, max: 3, lazy: func(f *frame, args []*expression) (*Node, error) {
		yes, err := f.condition("if", args[0])
		if err != nil {
			return nil, err
		}
		if yes {
			return f.value(args[1])
		}
		return f.value(args[2])
	}}
	m["and"] = function{min: 2, max: -1, lazy: func(f *frame, args []*expression) (*Node, error) { return f.until("and", args, false) }}
	m["or"] = function{min: 2, max: -1, lazy: func(f *frame, args []*expression) (*Node, error) { return f.until("or", args, true) }}
	m["not"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		b, err := c.bool(0)
		return truth(!b), err
	}}
	m["coalesce"] = function{min: 1, max: -1, lazy: func(f *frame, args []*expression) (*Node, error) {
		for _, a := range args {
			v, err := f.value(a)
			if err != nil || v.Kind != Null {
				return v, err
			}
		}
		return null(), nil
	}}
	m["bool"] = function{min: 1, max: 1, eager: toBool}
	m["equals"] = function{min: 2, max: 2, eager: func(c *invocation) (*Node, error) {
		same, err := c.equal(c.args[0], c.args[1])
		return truth(same), err
	}}
	for name, holds := range map[string]func(int) bool{
		"less": func(o int) bool { return o < 0 }, "lessorequals": func(o int) bool { return o <= 0 },
		"greater": func(o int) bool { return o > 0 }, "greaterorequals": func(o int) bool { return o >= 0 },
	} {
		m[name] = function{min: 2, max: 2, eager: func(c *invocation) (*Node, error) {
			o, err := c.compare()
			return truth(holds(o)), err
		}}
	}
}

func (f *frame) condition(function string, x *expression) (bool, error) {
	v, err := f.value(x)
	if err != nil {
		return false, err
	}
	return (&invocation{frame: f, name: function, args: []*Node{v}}).bool(0)
}

// until evaluates arguments up to the first that is stop.
func (f *frame) until(function string, args []*expression, stop bool) (*Node, error) {
	for _, a := range args {
		v, err := f.condition(function, a)
		if err != nil {
			return nil, err
		}
		if v == stop {
			return truth(stop), nil
		}
	}
	return truth(!stop), nil
}

func toBool(c *invocation) (*Node, error) {
	switch a := c.args[0]; {
	case a.Kind == Bool:
		return a, nil
	case a.Kind == Int:
		return truth(a.Int != 0), nil
	case a.Kind == String && strings.EqualFold(a.Text, "true"):
		return truth(true), nil
	case a.Kind == String && strings.EqualFold(a.Text, "false"):
		return truth(false), nil
	default:
		return nil, c.failed("the value '%s' cannot be converted to a boolean.", toText(a))
	}
}

// equal compares values: texts in their casing, numbers by value, members of
// objects in any order.
func (e *evaluation) equal(a, b *Node) (bool, error) {
	if err := e.spend(1); err != nil {
		return false, err
	}
	if a.Kind != b.Kind {
		return isNumber(a) && isNumber(b) && toFloat(a) == toFloat(b), nil
	}
	switch a.Kind {
	case Bool:
		return a.Truth == b.Truth, nil
	case Int:
		return a.Int == b.Int, nil
	case Float:
		return a.Float == b.Float, nil
	case String:
		return a.Text == b.Text, nil
	case Array:
		same := len(a.Items) == len(b.Items)
		for i := 0; same && i < len(a.Items); i++ {
			var err error
			if same, err = e.equal(a.Items[i], b.Items[i]); err != nil {
				return false, err
			}
		}
		return same, nil
	case Object:
		same := len(a.Members) == len(b.Members)
		for i := 0; same && i < len(a.Members); i++ {
			v := b.Get(a.Members[i].Name)
			if v == nil {
				return false, nil
			}
			if err := e.spend(len(b.Members)); err != nil {
				return false, err
			}
			var err error
			if same, err = e.equal(a.Members[i].Value, v); err != nil {
				return false, err
			}
		}
		return same, nil
	default:
		return true, nil
	}
}

func isNumber(n *Node) bool { return n.Kind == Int || n.Kind == Float }

func toFloat(n *Node) float64 {
	if n.Kind == Int {
		return float64(n.Int)
	}
	return n.Float
}

// compare orders two numbers or two texts. Texts are ordered as the invariant
// culture does it for letters: casing counts last, and lower case is less.
func (c *invocation) compare() (int, error) {
	a, b := c.args[0], c.args[1]
	switch {
	case a.Kind == Int && b.Kind == Int:
		return order(a.Int, b.Int), nil
	case isNumber(a) && isNumber(b):
		return order(toFloat(a), toFloat(b)), nil
	case a.Kind == String && b.Kind == String:
		if o := strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)); o != 0 {
			return o, nil
		}
		return -strings.Compare(a.Text, b.Text), nil
	case isNumber(a) || a.Kind == String:
		return 0, c.wrong(1, a.Kind.String())
	default:
		return 0, c.wrong(0, "Integer, String")
	}
}

func order[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
