package delegationfile

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

func asTemplateError(err error) (*armtemplate.Error, bool) {
	var e *armtemplate.Error
	ok := errors.As(err, &e)
	return e, ok
}

// origin tells which values were given by the parameters file, and which are
// open; its zero value knows of none.
type origin struct {
	file string
	from map[*armtemplate.Node]bool
	open map[*armtemplate.Node]bool
	// source says that values are read as they are written in HCL: a value that
	// is missing is not unknown, and no text is an expression.
	source bool
}

// given notes a value of the parameters file and all that is in it.
func (o origin) given(n *armtemplate.Node) {
	o.from[n] = true
	for _, x := range n.Items {
		o.given(x)
	}
	for _, m := range n.Members {
		o.given(m.Value)
	}
}

// place is where a value stands, and its path in the file that is read.
func (o origin) place(n *armtemplate.Node, path string) onboard.Place {
	if n == nil {
		return onboard.Place{Path: path}
	}
	at := onboard.Place{Line: n.Line, Column: n.Column, Path: path}
	if o.from[n] {
		at.File = o.file
	}
	return at
}

// text is a value as text. A value that is still an expression is open, and
// so is the GUID of zeros, by which samples mark what is to be filled in.
func (o origin) text(n *armtemplate.Node, path string) onboard.Text {
	t := onboard.Text{Place: o.place(n, path)}
	switch {
	case n.IsNull():
	case o.open[n]:
		t.Value, t.Open = n.Text, true
	case n.Kind == armtemplate.String && o.source:
		t.Value, t.Open = n.Text, strings.Contains(n.Text, nobody)
	case n.Kind == armtemplate.String:
		t.Value, t.Open = n.Text, isOpen(n.Text)
	case n.Kind == armtemplate.Int:
		t.Value = strconv.FormatInt(n.Int, 10)
	default:
		t.Value, t.Open = "a value that is no text", true
	}
	return t
}

// texts are the elements of an array; an array that is open itself is one open
// value.
func (o origin) texts(n *armtemplate.Node, path string) []onboard.Text {
	if !n.IsNull() && n.Kind != armtemplate.Array {
		return []onboard.Text{o.unknown(n, path)}
	}
	var out []onboard.Text
	for i, x := range items(n) {
		out = append(out, o.text(x, element(path, i)))
	}
	return out
}

// member is a member of an object; all of an object that is open itself are
// open.
func (o origin) member(n *armtemplate.Node, name, path string) onboard.Text {
	if !n.IsNull() && n.Kind != armtemplate.Object {
		return o.unknown(n, path)
	}
	return o.text(n.Get(name), path+"."+name)
}

// unknown is a value that is open as a whole.
func (o origin) unknown(n *armtemplate.Node, path string) onboard.Text {
	t := o.text(n, path)
	t.Open = true
	return t
}

// items are the elements of an array, none for anything else.
func items(n *armtemplate.Node) []*armtemplate.Node {
	if n == nil || n.Kind != armtemplate.Array {
		return nil
	}
	return n.Items
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func isOpen(s string) bool { return armtemplate.IsExpression(s) || strings.Contains(s, nobody) }
