package armtemplate

import (
	"errors"
	"strings"
)

// evaluation is one template in evaluation for one deployment.
type evaluation struct {
	env        *Env
	template   *Template
	parameters map[string]*Node // by name in lower case, those bound so far
	order      []string         // the parameters' names as declared
	variables  map[string]*Node // likewise, those evaluated so far
	pending    map[string]bool  // parameters and variables in evaluation
	left       map[string]bool  // parameters that are open though a value is given: it is open itself
	functions  map[string]function
	result     *Result
	work       *Work
	depth      int
	deferred   int // expressions that were left as they are written
}

// section is the part of a template in which an expression stands: not every
// function is allowed in each.
type section uint8

const (
	inParameter section = iota
	inVariable
	inFunction
	inName // the parts of a resource that are needed before anything is made
	inBody
	inOutput
)

// frame is where an expression stands.
type frame struct {
	*evaluation
	in        section
	loops     []loop
	locals    map[string]*Node // of lambdas
	arguments map[string]*Node // of a user's function, by name in lower case
}

// loop is a copy loop that a value stands in.
type loop struct {
	name     string
	index    int64
	resource bool // of a resource: what copyIndex() without a name means
}

func (e *evaluation) frame(in section, loops ...loop) *frame {
	return &frame{evaluation: e, in: in, loops: loops}
}

// errLater says that an expression depends on what is not there yet: a
// resource, or a parameter that is left open.
var errLater = errors.New("the expression depends on what is not known yet")

// spend counts work that a template causes, and ends one that causes too much.
func (e *evaluation) spend(n int) error {
	if e.work.spent += n; e.work.spent > maxWork {
		return faultf("The template's expressions make more than %d bytes or elements.", maxWork)
	}
	return nil
}

// enter counts a level of evaluation.
func (e *evaluation) enter() (leave func(), err error) {
	if e.depth++; e.depth > maxDepth*4 {
		return nil, faultf("The template's expressions refer to each other more than %d levels deep.", maxDepth*4)
	}
	return func() { e.depth-- }, nil
}

// node evaluates the expressions in a value. The members named copy of an
// object are loops over its other members.
func (f *frame) node(n *Node) (*Node, error) {
	leave, err := f.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := f.spend(1); err != nil {
		return nil, err
	}
	switch n.Kind {
	case String:
		return f.text(n)
	case Array:
		out := &Node{Kind: Array, Items: make([]*Node, 0, len(n.Items))}
		for _, x := range n.Items {
			v, err := f.node(x)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, v)
		}
		return out.at(n), nil
	case Object:
		return f.object(n)
	default:
		return n, nil
	}
}

func (f *frame) object(n *Node) (*Node, error) {
	out := &Node{Kind: Object, Members: make([]Member, 0, len(n.Members))}
	for _, m := range n.Members {
		if strings.EqualFold(m.Name, "copy") && isLoops(m.Value) {
			made, err := f.copies(m.Value)
			if err != nil {
				return nil, err
			}
			out.Members = append(out.Members, made...)
			continue
		}
		v, err := f.node(m.Value)
		if err != nil {
			return nil, err
		}
		name := m.Name
		if _, isExpression := source(name); isExpression {
			k, err := f.text(text(name))
			if err != nil {
				return nil, err
			}
			if k.Kind == String {
				name = k.Text
			}
		}
		out.Members = append(out.Members, Member{name, v})
	}
	return out.at(n), nil
}

// text evaluates a text that is an expression; where it refers to what is not
// read yet, it stays as it is.
func (f *frame) text(n *Node) (*Node, error) {
	inner, isExpression := source(n.Text)
	if !isExpression {
		if s := literal(n.Text); s != n.Text {
			return text(s).at(n), nil
		}
		return n, nil
	}
	if len(inner) > maxExpression {
		return nil, faultf("The language expression length limit exceeded. Limit: '%d' and actual: '%d'. "+seeFunctions, maxExpression, len(inner))
	}
	if err := f.spend(len(inner) / 8); err != nil {
		return nil, err
	}
	x, err := parseExpression(inner)
	if err != nil {
		return nil, err
	}
	v, err := f.value(x)
	if errors.Is(err, errLater) {
		f.deferred++
		return n, nil
	}
	if err != nil {
		return nil, err
	}
	return v.at(n), nil
}

// value evaluates an expression.
func (f *frame) value(x *expression) (*Node, error) {
	leave, err := f.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	switch {
	case x.literal != nil:
		return x.literal, nil
	case x.of != nil:
		return f.member(x)
	default:
		return f.call(x)
	}
}

// member takes a property or an element of a value.
func (f *frame) member(x *expression) (*Node, error) {
	of, err := f.value(x.of)
	if err != nil {
		return nil, err
	}
	key := text(x.property)
	if x.index != nil {
		if key, err = f.value(x.index); err != nil {
			return nil, err
		}
	}
	if x.safe && of.Kind == Null {
		return of, nil
	}
	switch {
	case of.Kind == Object && key.Kind == String:
		if v := of.Get(key.Text); v != nil {
			return v, nil
		}
		if x.safe {
			return null(), nil
		}
		return nil, faultf("The language expression property '%s' doesn't exist, available properties are '%s'.", key.Text, strings.Join(names(of), ", "))
	case of.Kind == Array && key.Kind == Int:
		if key.Int >= 0 && key.Int < int64(len(of.Items)) {
			return of.Items[key.Int], nil
		}
		if x.safe {
			return null(), nil
		}
		return nil, faultf("The language expression property array index '%d' is out of bounds.", key.Int)
	case of.Kind == Array:
		return nil, faultf("The language expression property '%s' can't be evaluated, property index must be integer.", toText(key))
	case key.Kind == Int:
		return nil, faultf("The language expression property '%d' can't be evaluated.", key.Int)
	default:
		return nil, faultf("The language expression property '%s' can't be evaluated.", toText(key))
	}
}

// names are those of an object's members.
func names(n *Node) []string {
	out := make([]string, len(n.Members))
	for i, m := range n.Members {
		out[i] = m.Name
	}
	return out
}

// call evaluates a function. Most take their arguments evaluated; a few
// evaluate only those that they need.
func (f *frame) call(x *expression) (*Node, error) {
	if f.work.calls++; f.work.calls > maxCalls {
		return nil, faultf("The template calls more than %d functions.", maxCalls)
	}
	if namespace, name, own := strings.Cut(x.name, "."); own {
		return f.userFunction(namespace, name, x)
	}
	fn, known := f.functions[strings.ToLower(x.name)]
	if !known {
		return nil, faultf("The template function '%s' is not valid. "+seeFunctions, x.name)
	}
	if n := len(x.args); n < fn.min || (fn.max >= 0 && n > fn.max) {
		want := fn.min
		if n > fn.min {
			want = fn.max
		}
		return nil, faultf("Unable to evaluate template language function '%s': function requires %d argument(s) while %d were provided. "+seeFunctions, x.name, want, n)
	}
	if !fn.allowed(f) {
		return nil, faultf("The template function '%s' is not expected at this location. "+seeFunctions, x.name)
	}
	if fn.lazy != nil {
		return fn.lazy(f, x.args)
	}
	c := &invocation{frame: f, name: x.name, args: make([]*Node, len(x.args))}
	for i, a := range x.args {
		v, err := f.value(a)
		if err != nil {
			return nil, err
		}
		if f.env.Open && v.Kind == String && IsExpression(v.Text) {
			return nil, errLater // a variable that is open itself
		}
		c.args[i] = v
	}
	out, err := fn.eager(c)
	if err != nil {
		return nil, err
	}
	return out, f.spend(1 + len(out.Text) + len(out.Items) + len(out.Members))
}

// invocation is a call with its arguments evaluated.
type invocation struct {
	*frame
	name string
	args []*Node
}

// wrong refuses the kind of an argument.
func (c *invocation) wrong(i int, want string) error {
	return faultf("The template language function '%s' expects its parameter '%d' to be of type '%s'. The provided value is of type '%s'. "+seeFunctions,
		c.name, i+1, want, c.args[i].Kind)
}

// failed refuses a call for another reason.
func (c *invocation) failed(format string, args ...any) error {
	return faultf("Unable to evaluate template language function '%s': %s "+seeFunctions, append([]any{c.name}, faultf(format, args...).Error())...)
}

// str is an argument that must be a text.
func (c *invocation) str(i int) (string, error) {
	if c.args[i].Kind != String {
		return "", c.wrong(i, "String")
	}
	return c.args[i].Text, nil
}

// int is an argument that must be a whole number.
func (c *invocation) int(i int) (int64, error) {
	switch a := c.args[i]; {
	case a.Kind == Int:
		return a.Int, nil
	case a.Kind == Float && a.Float > -1<<62 && a.Float < 1<<62:
		return int64(a.Float), nil
	default:
		return 0, c.wrong(i, "Integer")
	}
}

// bool is an argument that must be true or false.
func (c *invocation) bool(i int) (bool, error) {
	if c.args[i].Kind != Bool {
		return false, c.wrong(i, "Boolean")
	}
	return c.args[i].Truth, nil
}

// is demands a kind of an argument.
func (c *invocation) is(i int, kind Kind) error {
	if c.args[i].Kind != kind {
		return c.wrong(i, kind.String())
	}
	return nil
}
