package armtemplate

import (
	"sort"
	"strings"
)

func objectFunctions(m map[string]function) {
	m["createobject"] = function{min: 0, max: -1, eager: func(c *invocation) (*Node, error) {
		if len(c.args)%2 != 0 {
			return nil, c.failed("function requires pairs of a key and a value while %d argument(s) were provided.", len(c.args))
		}
		out := object()
		for i := 0; i < len(c.args); i += 2 {
			key, err := c.str(i)
			if err != nil {
				return nil, err
			}
			if err := c.spend(len(out.Members)); err != nil {
				return nil, err
			}
			out = out.with(key, c.args[i+1])
		}
		return out, nil
	}}
	m["union"] = function{min: 1, max: -1, eager: union}
	m["intersection"] = function{min: 1, max: -1, eager: intersection}
	m["items"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if err := c.is(0, Object); err != nil {
			return nil, err
		}
		out := array()
		for _, m := range sorted(c.args[0]) {
			out.Items = append(out.Items, object("key", text(m.Name), "value", m.Value))
		}
		return out, c.spend(4 * len(out.Items))
	}}
	m["objectkeys"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if err := c.is(0, Object); err != nil {
			return nil, err
		}
		out := array()
		for _, m := range sorted(c.args[0]) {
			out.Items = append(out.Items, text(m.Name))
		}
		return out, nil
	}}
	m["shallowmerge"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if err := c.is(0, Array); err != nil {
			return nil, err
		}
		out := object()
		for _, x := range c.args[0].Items {
			if x.Kind != Object {
				return nil, c.wrong(0, "Array of Object")
			}
			for _, m := range x.Members {
				if err := c.spend(1 + len(out.Members)); err != nil {
					return nil, err
				}
				out = out.with(m.Name, m.Value)
			}
		}
		return out, nil
	}}
	m["tryget"] = function{min: 2, max: -1, eager: func(c *invocation) (*Node, error) {
		v := c.args[0]
		for _, key := range c.args[1:] {
			switch {
			case v.Kind == Object && key.Kind == String && v.Get(key.Text) != nil:
				v = v.Get(key.Text)
			case v.Kind == Array && key.Kind == Int && key.Int >= 0 && key.Int < int64(len(v.Items)):
				v = v.Items[key.Int]
			default:
				return null(), nil
			}
		}
		return v, nil
	}}
}

// sorted are an object's members in the order of their names.
func sorted(n *Node) []Member {
	out := append([]Member(nil), n.Members...)
	sort.SliceStable(out, func(i, j int) bool { return strings.ToLower(out[i].Name) < strings.ToLower(out[j].Name) })
	return out
}

// union joins lists, each element once, or objects, nested ones too: a later
// value wins.
func union(c *invocation) (*Node, error) {
	kind, err := c.sameKind()
	if err != nil {
		return nil, err
	}
	if kind == Object {
		out := object()
		for _, a := range c.args {
			if out, err = c.merge(out, a); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	out := array()
	for _, a := range c.args {
		for _, x := range a.Items {
			if in, err := c.among(x, out.Items); err != nil {
				return nil, err
			} else if !in {
				out.Items = append(out.Items, x)
			}
		}
	}
	return out, nil
}

// sameKind demands that all arguments are lists, or all objects.
func (c *invocation) sameKind() (Kind, error) {
	kind := c.args[0].Kind
	if kind != Array && kind != Object {
		return 0, c.wrong(0, "Array, Object")
	}
	for i := range c.args {
		if err := c.is(i, kind); err != nil {
			return 0, err
		}
	}
	return kind, nil
}

func (e *evaluation) merge(a, b *Node) (*Node, error) {
	leave, err := e.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	for _, m := range b.Members {
		if err := e.spend(1 + len(a.Members)); err != nil {
			return nil, err
		}
		v := m.Value
		if old := a.Get(m.Name); old != nil && old.Kind == Object && v.Kind == Object {
			if v, err = e.merge(old, v); err != nil {
				return nil, err
			}
		}
		a = a.with(m.Name, v)
	}
	return a, nil
}

func (e *evaluation) among(x *Node, list []*Node) (bool, error) {
	for _, y := range list {
		if same, err := e.equal(x, y); same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// intersection keeps the elements, or the members and values, that all have.
func intersection(c *invocation) (*Node, error) {
	kind, err := c.sameKind()
	if err != nil {
		return nil, err
	}
	out := c.args[0]
	for _, a := range c.args[1:] {
		kept := &Node{Kind: kind}
		for _, x := range out.Items {
			in, err := c.among(x, a.Items)
			if err != nil {
				return nil, err
			}
			twice, err := c.among(x, kept.Items)
			if err != nil {
				return nil, err
			}
			if in && !twice {
				kept.Items = append(kept.Items, x)
			}
		}
		for _, m := range out.Members {
			if err := c.spend(len(a.Members)); err != nil {
				return nil, err
			}
			v := a.Get(m.Name)
			if v == nil {
				continue
			}
			same, err := c.equal(m.Value, v)
			if err != nil {
				return nil, err
			}
			if same {
				kept.Members = append(kept.Members, m)
			}
		}
		out = kept
	}
	return out, nil
}
