package armtemplate

import "strings"

// isLoops reports whether a member named copy holds loops over properties:
// a list of name, count and input.
func isLoops(n *Node) bool {
	if n == nil || n.Kind != Array || len(n.Items) == 0 {
		return false
	}
	for _, x := range n.Items {
		if x.text("name") == "" || x.Get("count") == nil || x.Get("input") == nil {
			return false
		}
	}
	return true
}

// copies makes the members that loops stand for.
func (f *frame) copies(loops *Node) ([]Member, error) {
	var out []Member
	for _, l := range loops.Items {
		v, err := f.loop(l)
		if err != nil {
			return nil, err
		}
		out = append(out, Member{l.text("name"), v})
	}
	return out, nil
}

// loop makes the list that a loop over a property stands for.
func (f *frame) loop(l *Node) (*Node, error) {
	count, err := f.count(l)
	if err != nil {
		return nil, err
	}
	out := array()
	for i := range count {
		in := *f
		in.loops = append(append([]loop(nil), f.loops...), loop{name: l.text("name"), index: i})
		v, err := in.node(orNull(l.Get("input")))
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
	}
	return out.at(l), nil
}

// count evaluates how often a loop runs.
func (f *frame) count(l *Node) (int64, error) {
	source := l.Get("count")
	if source == nil {
		source = null()
	}
	n, err := f.node(source)
	if err != nil {
		return 0, err
	}
	if n.Kind != Int || n.Int < 0 || n.Int > maxCopies {
		if err := f.measure(n); err != nil {
			return 0, err
		}
		return 0, invalid(l, "The template 'copy' definition %s has an invalid copy count of: '%s'. The copy count must be a non-negative integer value and cannot exceed '%d'. %s",
			place(l), toText(n), maxCopies, seeCopy)
	}
	return n.Int, nil
}

// copyIndex is the index in a loop, by the loop's name or, without one, in
// the resource's loop or else the innermost one; an offset is added.
func copyIndex(c *invocation) (*Node, error) {
	name, offset := "", int64(0)
	args := c.args
	if len(args) > 0 && args[0].Kind == String {
		name, args = args[0].Text, args[1:]
	}
	if len(args) > 1 || len(args) == 1 && args[0].Kind != Int {
		return nil, c.wrong(len(c.args)-1, "Integer")
	}
	if len(args) == 1 {
		offset = args[0].Int
	}
	var found *loop
	for i := len(c.loops) - 1; i >= 0; i-- {
		l := &c.loops[i]
		switch {
		case name != "" && strings.EqualFold(l.name, name):
			return integer(l.index + offset), nil
		case name == "" && (found == nil || l.resource):
			found = l
		}
	}
	switch {
	case found != nil:
		return integer(found.index + offset), nil
	case name != "" && len(c.loops) > 0:
		return nil, faultf("The template function 'copyIndex' has an invalid argument. The provided copy name '%s' doesn't exist in the resource. %s", name, seeCopy)
	default:
		return nil, faultf("The template function 'copyIndex' is not expected at this location. The function can only be used in a resource with copy specified. %s", seeCopy)
	}
}
