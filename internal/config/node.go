package config

import (
	"fmt"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// decoder gathers what a file says and what is wrong with it.
type decoder struct {
	file     string                // as the user named it
	dir      string                // base of relative paths
	origins  map[*yaml.Node]string // of values that do not come from the file
	problems Problems
	settings []Setting
}

// node is a place in the file: a YAML node and the path of keys to it.
type node struct {
	d    *decoder
	yaml *yaml.Node
	path string
}

// fields maps the keys that a mapping may have to the readers of their values.
type fields map[string]func(node)

func (n node) fail(format string, args ...any) {
	p := Problem{File: n.d.file, Line: n.yaml.Line, Key: n.path, Message: fmt.Sprintf(format, args...)}
	if from, ok := n.d.origins[n.yaml]; ok {
		p.File, p.Line = from, 0
	}
	n.d.problems = append(n.d.problems, p)
}

// keep notes the resolved value for `config check`.
func (n node) keep(value string) {
	from, ok := n.d.origins[n.yaml]
	if !ok {
		from = fmt.Sprintf("%s:%d", n.d.file, n.yaml.Line)
	}
	n.d.settings = append(n.d.settings, Setting{n.path, value, from})
}

// mapping reads the keys of a mapping; required ones must be there.
func (n node) mapping(known fields, required ...string) {
	if n.yaml.Kind != yaml.MappingNode {
		n.fail("must be a mapping of keys to values, not %s", kindName(n.yaml))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		key, value := n.yaml.Content[i], n.yaml.Content[i+1]
		at := node{n.d, value, join(n.path, key.Value)}
		read, ok := known[key.Value]
		switch {
		case !ok:
			node{n.d, key, at.path}.fail("unknown key%s", suggestion(key.Value, known))
		case seen[key.Value]:
			node{n.d, key, at.path}.fail("stands twice")
		default:
			read(at)
		}
		seen[key.Value] = true
	}
	for _, key := range required {
		if !seen[key] {
			node{n.d, n.yaml, join(n.path, key)}.fail("is missing")
		}
	}
}

// each reads the items of a list.
func (n node) each(read func(node)) {
	if n.yaml.Kind != yaml.SequenceNode {
		n.fail("must be a list, not %s", kindName(n.yaml))
		return
	}
	for i, item := range n.yaml.Content {
		read(node{n.d, item, fmt.Sprintf("%s[%d]", n.path, i)})
	}
}

// text returns a scalar as it is written.
func (n node) text() (string, bool) {
	if n.yaml.Kind != yaml.ScalarNode || n.yaml.Tag == "!!null" {
		n.fail("must have a value, not %s", kindName(n.yaml))
		return "", false
	}
	if strings.TrimSpace(n.yaml.Value) == "" {
		n.fail("must not be empty")
		return "", false
	}
	return n.yaml.Value, true
}

// flag reads true or false.
func (n node) flag(into *bool) {
	switch {
	case n.yaml.Kind == yaml.ScalarNode && n.yaml.Value == "true":
		*into = true
	case n.yaml.Kind == yaml.ScalarNode && n.yaml.Value == "false":
		*into = false
	default:
		n.fail("must be true or false")
		return
	}
	n.keep(n.yaml.Value)
}

// value reads a scalar through parse and keeps its canonical form.
func value[T ~string](n node, parse func(string) (T, error), into *T) {
	s, ok := n.text()
	if !ok {
		return
	}
	v, err := parse(s)
	if err != nil {
		n.fail("%s", err)
		return
	}
	*into = v
	n.keep(string(v))
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias (write the value out)"
	case n.Tag == "!!null":
		return "nothing"
	default:
		return "a single value"
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// suggestion names the known key that a user most probably meant.
func suggestion(key string, known fields) string {
	names := make([]string, 0, len(known))
	for name := range known {
		if strings.EqualFold(name, key) {
			return fmt.Sprintf("; did you mean %s?", name)
		}
		names = append(names, name)
	}
	sort.Strings(names)
	return "; known here: " + strings.Join(names, ", ")
}
