package config

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// maxFile bounds a configuration file, in bytes.
const maxFile = 1 << 20

// Load reads the configuration file at path ("" for none) and applies the
// overrides, the last of which wins. All problems come back in one error with
// code Invalid whose chain holds [Problems].
func Load(path string, overrides []Override) (*Config, error) {
	var text []byte
	if path != "" {
		b, err := readBounded(path, maxFile)
		if err != nil {
			return nil, pharos.Errorf(pharos.Invalid, "configuration: %w", err).
				WithHint("give the right file with --config, or see docs/configuration.md")
		}
		text = b
	}
	return Parse(text, path, overrides)
}

// Parse reads a configuration from text. The path names it in messages, and
// its folder is what relative paths are relative to.
func Parse(text []byte, path string, overrides []Override) (*Config, error) {
	d := &decoder{file: path, dir: folder(path), origins: map[*yaml.Node]string{}}
	if path == "" {
		d.file = "configuration"
	}
	root, problem := document(text)
	if problem != nil {
		problem.File = d.file
		return nil, Problems{*problem}.failure()
	}
	for _, o := range overrides {
		d.override(root, o)
	}
	c := &Config{File: path}
	d.decode(root, c)
	d.defaults(c)
	if len(d.problems) > 0 {
		return nil, d.problems.failure()
	}
	c.Settings = d.settings
	return c, nil
}

// folder returns the absolute folder of the file, or "." when there is none.
func folder(path string) string {
	if path == "" {
		return "."
	}
	if abs, err := filepath.Abs(path); err == nil {
		return filepath.Dir(abs)
	}
	return filepath.Dir(path)
}

// document reads the one document of the text; empty text is an empty mapping.
func document(text []byte) (*yaml.Node, *Problem) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return &yaml.Node{Kind: yaml.MappingNode, Line: 1}, nil
	case err != nil:
		return nil, syntaxProblem(err)
	}
	if err := dec.Decode(&more); err == nil {
		return nil, &Problem{Line: more.Line, Message: "a second document begins here; write one"}
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		root = &yaml.Node{Kind: yaml.MappingNode, Line: 1}
	}
	return root, nil
}

// syntaxProblem takes the line out of the YAML library's message, which has
// no field for it.
func syntaxProblem(err error) *Problem {
	m := regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`).FindStringSubmatch(err.Error())
	if m == nil {
		return &Problem{Message: "is not YAML: " + err.Error()}
	}
	line, _ := strconv.Atoi(m[1]) // "" when the library named no line
	return &Problem{Line: line, Message: "is not YAML: " + m[2]}
}

// override puts a value into the tree, as if the file had it.
func (d *decoder) override(root *yaml.Node, o Override) {
	at := root
	keys := strings.Split(o.Key, ".")
	for i, key := range keys {
		if at.Kind != yaml.MappingNode {
			return // the decoder reports what stands there instead
		}
		last := i == len(keys)-1
		next := child(at, key)
		if next == nil || last {
			n := &yaml.Node{Kind: yaml.MappingNode, Line: at.Line}
			if last {
				n = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: o.Value}
			}
			d.origins[n] = o.From
			next = put(at, key, n)
		}
		at = next
	}
}

func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func put(mapping *yaml.Node, key string, n *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content[i+1] = n
			return n
		}
	}
	k := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Line: n.Line}
	mapping.Content = append(mapping.Content, k, n)
	return n
}
