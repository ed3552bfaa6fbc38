package armtemplate

import "strings"

// maxRange is the most numbers that range makes (docs: array functions).
const maxRange = 10_000

func arrayFunctions(m map[string]function) {
	m["array"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if c.args[0].Kind == Array {
			return c.args[0], nil
		}
		return array(c.args[0]), nil
	}}
	m["createarray"] = function{min: 0, max: -1, eager: func(c *invocation) (*Node, error) { return array(c.args...), nil }}
	m["length"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		n, err := c.size()
		return integer(n), err
	}}
	m["empty"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if c.args[0].Kind == Null {
			return truth(true), nil
		}
		n, err := c.size()
		return truth(n == 0), err
	}}
	m["contains"] = function{min: 2, max: 2, eager: contains}
	m["first"] = end(func(n int) int { return 0 })
	m["last"] = end(func(n int) int { return n - 1 })
	m["take"] = cut(func(n, count int) (from, to int) { return 0, count })
	m["skip"] = cut(func(n, count int) (from, to int) { return count, n })
	m["range"] = function{min: 2, max: 2, eager: numbers}
	m["flatten"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if err := c.is(0, Array); err != nil {
			return nil, err
		}
		out := array()
		for _, x := range c.args[0].Items {
			if x.Kind != Array {
				return nil, c.wrong(0, "Array of Array")
			}
			if err := c.spend(len(x.Items)); err != nil {
				return nil, err
			}
			out.Items = append(out.Items, x.Items...)
		}
		return out, nil
	}}
}

// size is the length of a text, list or object.
func (c *invocation) size() (int64, error) {
	switch a := c.args[0]; a.Kind {
	case String:
		return int64(len(units(a.Text))), nil
	case Array:
		return int64(len(a.Items)), nil
	case Object:
		return int64(len(a.Members)), nil
	default:
		return 0, c.wrong(0, "Array, Object, String")
	}
}

// contains looks for a part of a text, a member of an object, in any casing,
// or an element of a list.
func contains(c *invocation) (*Node, error) {
	a, b := c.args[0], c.args[1]
	switch a.Kind {
	case String:
		if b.Kind == Array || b.Kind == Object {
			return nil, c.wrong(1, "String")
		}
		return truth(strings.Contains(a.Text, toText(b))), nil
	case Object:
		if err := c.is(1, String); err != nil {
			return nil, err
		}
		return truth(a.Get(b.Text) != nil), nil
	case Array:
		for _, x := range a.Items {
			if same, err := c.equal(x, b); same || err != nil {
				return truth(same), err
			}
		}
		return truth(false), nil
	default:
		return nil, c.wrong(0, "Array, Object, String")
	}
}

// end takes one element of a list, or one character of a text.
func end(index func(n int) int) function {
	return function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		switch a := c.args[0]; {
		case a.Kind == Array && len(a.Items) == 0:
			return null(), nil
		case a.Kind == Array:
			return a.Items[index(len(a.Items))], nil
		case a.Kind == String && a.Text == "":
			return a, nil
		case a.Kind == String:
			u := units(a.Text)
			i := index(len(u))
			return fromUnits(u[i : i+1]), nil
		default:
			return nil, c.wrong(0, "Array, String")
		}
	}}
}

// cut takes a part of a list or text; count is between 0 and the length.
func cut(part func(n, count int) (from, to int)) function {
	return function{min: 2, max: 2, eager: func(c *invocation) (*Node, error) {
		want, err := c.int(1)
		if err != nil {
			return nil, err
		}
		clamp := func(n int) (from, to int) { return part(n, int(max(0, min(want, int64(n))))) }
		switch a := c.args[0]; a.Kind {
		case Array:
			from, to := clamp(len(a.Items))
			return array(a.Items[from:to]...), nil
		case String:
			u := units(a.Text)
			from, to := clamp(len(u))
			return fromUnits(u[from:to]), nil
		default:
			return nil, c.wrong(0, "Array, String")
		}
	}}
}

func numbers(c *invocation) (*Node, error) {
	start, err := c.int(0)
	if err != nil {
		return nil, err
	}
	count, err := c.int(1)
	if err != nil {
		return nil, err
	}
	const maxInt = 1<<31 - 1
	if count < 0 || count > maxRange || start > maxInt || start+count-1 > maxInt {
		return nil, c.failed("the count '%d' must be between 0 and %d, and the numbers no greater than %d.", count, maxRange, maxInt)
	}
	out := array()
	for i := range count {
		out.Items = append(out.Items, integer(start+i))
	}
	return out, nil
}
