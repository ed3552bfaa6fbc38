package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// node is one value of the file with its key path. Its methods read it in the
// form that the key asks for and note a problem where it has another.
type node struct {
	yaml  *yaml.Node
	path  string
	found *problems
	// left counts how many more nodes may be read: a file of a few lines can
	// stand for millions of values by aliases of aliases.
	left *int
}

const maxNodes = 2_000_000

// fields says what reads the value of each key of a mapping.
type fields map[string]func(node)

func (n node) at() position { return position{n.yaml.Line, n.path} }

func (n node) fail(format string, args ...any) { n.found.add(n.at(), format, args...) }

// to returns the node of a value below n, with aliases followed.
func (n node) to(y *yaml.Node, path string) (node, bool) {
	*n.left--
	for y.Kind == yaml.AliasNode && y.Alias != nil {
		y = y.Alias
	}
	child := node{y, path, n.found, n.left}
	if *n.left < 0 {
		if *n.left == -1 {
			child.fail("the file stands for more than %d values", maxNodes)
		}
		return child, false
	}
	return child, true
}

func (n node) null() bool { return n.yaml.Kind == yaml.ScalarNode && n.yaml.Tag == "!!null" }

// object reads a mapping. A key that f does not have, or that stands twice,
// is a problem, and so is a required key without a value. A key whose value
// is null counts as not given.
func (n node) object(f fields, required ...string) {
	if n.yaml.Kind != yaml.MappingNode {
		n.fail("want a mapping with the keys %s", strings.Join(slices.Sorted(maps.Keys(f)), ", "))
		return
	}
	given := map[string]bool{}
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		n.field(n.yaml.Content[i], n.yaml.Content[i+1], f, given)
	}
	for _, key := range required {
		if !given[key] {
			n.fail("the key %q is missing", key)
		}
	}
}

func (n node) field(key, value *yaml.Node, f fields, given map[string]bool) {
	path := key.Value
	if n.path != "" {
		path = n.path + "." + key.Value
	}
	at := position{key.Line, path}
	read, known := f[key.Value]
	switch {
	case !known:
		n.found.add(at, "unknown key %q; the keys here are %s", key.Value, strings.Join(slices.Sorted(maps.Keys(f)), ", "))
	case given[key.Value]:
		n.found.add(at, "the key %q stands twice", key.Value)
	default:
		child, ok := n.to(value, path)
		if !ok || child.null() {
			return
		}
		given[key.Value] = true
		read(child)
	}
}

// list reads a sequence.
func (n node) list(each func(node)) {
	if n.yaml.Kind != yaml.SequenceNode {
		n.fail("want a list")
		return
	}
	for i, y := range n.yaml.Content {
		child, ok := n.to(y, fmt.Sprintf("%s[%d]", n.path, i))
		if !ok {
			return
		}
		each(child)
	}
}

// text reads any scalar as it is written.
func (n node) text() string {
	if n.yaml.Kind != yaml.ScalarNode || n.null() {
		n.fail("want a text")
		return ""
	}
	return n.yaml.Value
}

// name reads a text that can stand in an id: not empty, no slash, no control
// character, no blank at either end.
func (n node) name() string {
	s := n.text()
	switch {
	case s == "" && n.yaml.Kind == yaml.ScalarNode:
		n.fail("the name is empty")
	case strings.TrimSpace(s) != s || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '/' || r == 0x7f }):
		n.fail("%q cannot be a name: no slash, no control character, no blank at either end", s)
	}
	return s
}

func (n node) ref() ref { return ref{n.text(), n.at()} }

func (n node) guid() string {
	s := n.text()
	id, err := pharos.ParseGUID(s)
	if err != nil && s != "" {
		n.fail("%q is not a GUID", s)
	}
	return id
}

func (n node) partnerID() pharos.PartnerID {
	s := n.text()
	id, err := pharos.ParsePartnerID(s)
	if err != nil {
		n.fail("%q is not a partner ID (6 to 10 digits)", s)
	}
	return id
}

func (n node) boolean() bool {
	switch s := n.text(); s {
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
	default:
		n.fail("%q is neither true nor false", s)
	}
	return false
}

// time reads an RFC 3339 instant in UTC.
func (n node) time() time.Time {
	s := n.text()
	t, err := time.Parse(time.RFC3339, s)
	switch {
	case err != nil:
		n.fail("%q is not a time; write it as 2026-10-01T00:00:00Z", s)
		return time.Time{}
	case !strings.HasSuffix(s, "Z") && !strings.HasSuffix(s, "+00:00"):
		n.fail("%q is not in UTC; write it as %s", s, t.UTC().Format(time.RFC3339))
	case t.Year() < 1000:
		n.fail("%q is too long ago", s)
	}
	return t.UTC()
}

func (n node) duration() time.Duration {
	s := n.text()
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		n.fail("%q is not a duration; write it as 48h or 20ms", s)
		return 0
	}
	return d
}

// decimal reads a decimal number that is not negative. The value is read as
// it is written, never through a float.
func (n node) decimal() decimal.Decimal {
	s := n.text()
	d, err := decimal.NewFromString(s)
	if err != nil || len(s) > 60 || d.Exponent() < -30 || d.Exponent() > 30 {
		n.fail("%q is not a decimal number", s)
		return decimal.Decimal{}
	}
	if d.IsNegative() {
		n.fail("%q is negative", s)
	}
	return d
}

// share reads a probability. It decides nothing about money: a float will do.
func (n node) share() float64 {
	d := n.decimal()
	if d.GreaterThan(decimal.NewFromInt(1)) {
		n.fail("%q is not a share between 0 and 1", n.text())
	}
	return d.InexactFloat64()
}

func (n node) integer() int64 {
	i, err := strconv.ParseInt(n.text(), 10, 64)
	if err != nil {
		n.fail("%q is not a whole number", n.text())
	}
	return i
}

// count reads how many, from 0 to 1000.
func (n node) count() int {
	i := n.integer()
	if i < 0 || i > 1000 {
		n.fail("%q is not between 0 and 1000", n.text())
	}
	return int(i)
}

// oneOf reads one of the given words.
func oneOf[T ~string](n node, words ...T) T {
	s := T(n.text())
	if !slices.Contains(words, s) {
		n.fail("%q is not one of %s", s, strings.Trim(fmt.Sprint(words), "[]"))
	}
	return s
}

// span adds the keys of an interval to f.
func (f fields) span(i *pharos.Interval) fields {
	f["from"] = func(n node) { i.From = n.time() }
	f["to"] = func(n node) {
		i.To = n.time()
		// from may stand after to in the file: it is compared when both are read.
	}
	return f
}

// during reads a mapping that has an interval among its keys.
func (n node) during(i *pharos.Interval, f fields, required ...string) {
	n.object(f.span(i), required...)
	if !i.From.IsZero() && !i.To.IsZero() && i.To.Before(i.From) {
		n.found.add(n.below("to"), "the interval ends (%s) before it starts (%s)",
			i.To.Format(time.RFC3339), i.From.Format(time.RFC3339))
	}
}

// below returns the place of a key's value in the mapping n.
func (n node) below(key string) position {
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		if n.yaml.Content[i].Value == key {
			return position{n.yaml.Content[i+1].Line, n.path + "." + key}
		}
	}
	return n.at()
}
