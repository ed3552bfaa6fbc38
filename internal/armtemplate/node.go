package armtemplate

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds. Numbers without fraction and exponent are Int.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Array
	Object
)

// String names a kind as Azure's messages do.
func (k Kind) String() string {
	return [...]string{"Null", "Boolean", "Integer", "Float", "String", "Array", "Object"}[k]
}

// Node is a JSON value with the place where it stands in its text. Nodes are
// not changed once they are made, and are shared.
type Node struct {
	Kind  Kind
	Truth bool    // of a Bool
	Int   int64   // of an Int
	Float float64 // of a Float
	Text  string  // of a String
	Items []*Node // of an Array
	// Members of an Object, in the order of the text; names differ in any
	// casing.
	Members []Member
	// Line and Column, from 1, are those of the opening bracket of an Array or
	// Object and of the last character of other values, as in Azure's
	// messages; 0 for values that stand in no text.
	Line, Column int
	// Path leads to the value from the root of its text, such as
	// properties.template.resources[1].type; empty where it stands in none.
	Path string
}

// Member is a name and a value of an Object.
type Member struct {
	Name  string
	Value *Node
}

// Get returns the value of a member, in any casing; nil when there is none or
// n is no Object.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if strings.EqualFold(n.Members[i].Name, name) {
			return n.Members[i].Value
		}
	}
	return nil
}

// IsNull reports whether there is no value, or null.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Null }

// text returns the text of a member that is a String, or nothing.
func (n *Node) text(name string) string {
	if v := n.Get(name); v != nil && v.Kind == String {
		return v.Text
	}
	return ""
}

// at returns a copy of the value that stands where o does.
func (n *Node) at(o *Node) *Node {
	out := *n
	out.Line, out.Column, out.Path = o.Line, o.Column, o.Path
	return &out
}

// with returns a copy of an Object with a member set.
func (n *Node) with(name string, v *Node) *Node {
	out := *n
	out.Members = make([]Member, 0, len(n.Members)+1)
	found := false
	for _, m := range n.Members {
		if strings.EqualFold(m.Name, name) {
			m.Value, found = v, true
		}
		out.Members = append(out.Members, m)
	}
	if !found {
		out.Members = append(out.Members, Member{name, v})
	}
	return &out
}

// without returns a copy of an Object that lacks the members named.
func (n *Node) without(names ...string) *Node {
	out := *n
	out.Members = nil
	for _, m := range n.Members {
		if !containsFold(names, m.Name) {
			out.Members = append(out.Members, m)
		}
	}
	return &out
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

func null() *Node            { return &Node{Kind: Null} }
func truth(b bool) *Node     { return &Node{Kind: Bool, Truth: b} }
func integer(i int64) *Node  { return &Node{Kind: Int, Int: i} }
func number(f float64) *Node { return &Node{Kind: Float, Float: f} }
func text(s string) *Node    { return &Node{Kind: String, Text: s} }

func array(items ...*Node) *Node { return &Node{Kind: Array, Items: items} }

func object(pairs ...any) *Node {
	out := &Node{Kind: Object}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Members = append(out.Members, Member{pairs[i].(string), pairs[i+1].(*Node)})
	}
	return out
}

// Value makes a Node of a Go value as encoding/json reads it. Members are in
// the order of their names.
func Value(v any) *Node {
	switch v := v.(type) {
	case nil:
		return null()
	case *Node:
		return v
	case bool:
		return truth(v)
	case int:
		return integer(int64(v))
	case int64:
		return integer(v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return integer(int64(v))
		}
		return number(v)
	case string:
		return text(v)
	case []any:
		out := array()
		for _, x := range v {
			out.Items = append(out.Items, Value(x))
		}
		return out
	case map[string]any:
		names := make([]string, 0, len(v))
		for k := range v {
			names = append(names, k)
		}
		sort.Strings(names)
		out := object()
		for _, k := range names {
			out.Members = append(out.Members, Member{k, Value(v[k])})
		}
		return out
	default:
		return null()
	}
}

// Plain is the value as encoding/json reads it, whole numbers as int64.
func (n *Node) Plain() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Bool:
		return n.Truth
	case Int:
		return n.Int
	case Float:
		return n.Float
	case String:
		return n.Text
	case Array:
		out := make([]any, len(n.Items))
		for i, x := range n.Items {
			out[i] = x.Plain()
		}
		return out
	case Object:
		out := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			out[m.Name] = m.Value.Plain()
		}
		return out
	default:
		return nil
	}
}

// MarshalJSON writes the value with its members in order.
func (n *Node) MarshalJSON() ([]byte, error) { return n.appendJSON(nil), nil }

func (n *Node) appendJSON(out []byte) []byte {
	if n == nil {
		return append(out, "null"...)
	}
	switch n.Kind {
	case Bool:
		return strconv.AppendBool(out, n.Truth)
	case Int:
		return strconv.AppendInt(out, n.Int, 10)
	case Float:
		return appendFloat(out, n.Float)
	case String:
		return appendText(out, n.Text)
	case Array:
		out = append(out, '[')
		for i, x := range n.Items {
			if i > 0 {
				out = append(out, ',')
			}
			out = x.appendJSON(out)
		}
		return append(out, ']')
	case Object:
		out = append(out, '{')
		for i, m := range n.Members {
			if i > 0 {
				out = append(out, ',')
			}
			out = m.Value.appendJSON(append(appendText(out, m.Name), ':'))
		}
		return append(out, '}')
	default:
		return append(out, "null"...)
	}
}

func appendFloat(out []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.AppendFloat(out, f, 'f', 1, 64)
	}
	return strconv.AppendFloat(out, f, 'g', -1, 64)
}

// appendText writes a JSON text as Azure does: only what has to be is escaped.
func appendText(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			out = utf8.AppendRune(out, r)
			i += size
			continue
		}
		switch short := strings.IndexByte("\"\\\b\f\n\r\t", c); {
		case short >= 0:
			out = append(out, '\\', `"\bfnrt`[short])
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
		i++
	}
	return append(out, '"')
}
