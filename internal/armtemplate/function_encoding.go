package armtemplate

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"
)

func encodingFunctions(m map[string]function) {
	m["base64"] = mapText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })
	m["base64tostring"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.decoded()
		return text(s), err
	}}
	m["base64tojson"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.decoded()
		if err != nil {
			return nil, err
		}
		return c.parsed(s)
	}}
	m["json"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		return c.parsed(s)
	}}
	m["datauri"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.str(0)
		return text("data:text/plain;charset=utf8;base64," + base64.StdEncoding.EncodeToString([]byte(s))), err
	}}
	m["datauritostring"] = function{min: 1, max: 1, eager: dataURIToString}
	m["uricomponent"] = mapText(escapeComponent)
	m["uricomponenttostring"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		if plain, err := url.PathUnescape(s); err == nil {
			s = strings.ToValidUTF8(plain, "\uFFFD")
		}
		return text(s), nil
	}}
	m["uri"] = function{min: 2, max: 2, eager: joinURI}
}

// decoded is an argument in base64, as a text.
func (c *invocation) decoded() (string, error) {
	s, err := c.str(0)
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", c.failed("the value is not a valid base64 representation.")
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD"), nil
}

// parsed reads a JSON value from a text. It counts its nodes: a text is
// smaller than what it becomes.
func (c *invocation) parsed(s string) (*Node, error) {
	if err := c.spend(len(s)); err != nil {
		return nil, err
	}
	n, err := Read([]byte(s))
	if err != nil {
		return nil, c.failed("the value is not valid JSON.")
	}
	return unplaced(n), nil
}

// unplaced is a value that stands in no text of the template.
func unplaced(n *Node) *Node {
	out := n.at(&Node{})
	if n.Items != nil {
		out.Items = make([]*Node, len(n.Items))
		for i, x := range n.Items {
			out.Items[i] = unplaced(x)
		}
	}
	if n.Members != nil {
		out.Members = make([]Member, len(n.Members))
		for i, m := range n.Members {
			out.Members[i] = Member{m.Name, unplaced(m.Value)}
		}
	}
	return out
}

func dataURIToString(c *invocation) (*Node, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	head, body, found := strings.Cut(s, ",")
	if !found || !strings.HasPrefix(head, "data:") {
		return nil, c.failed("the value is not a data URI.")
	}
	raw := []byte(body)
	if strings.HasSuffix(head, ";base64") {
		raw, err = base64.StdEncoding.DecodeString(body)
	} else if plain, e := url.PathUnescape(body); e == nil {
		raw = []byte(plain)
	}
	if err != nil || !utf8.Valid(raw) {
		return nil, c.failed("the value is not a data URI of a text.")
	}
	return text(string(raw)), nil
}

// escapeComponent escapes all but the unreserved characters of RFC 3986.
func escapeComponent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

// joinURI puts a relative address behind a base, in place of what follows the
// base's last slash.
func joinURI(c *invocation) (*Node, error) {
	base, err := c.str(0)
	if err != nil {
		return nil, err
	}
	relative, err := c.str(1)
	if err != nil {
		return nil, err
	}
	b, err := url.Parse(base)
	if err != nil || !b.IsAbs() {
		return nil, c.failed("the base '%.200s' is not an absolute URI.", base)
	}
	r, err := url.Parse(relative)
	if err != nil {
		return nil, c.failed("the relative address '%.200s' is not valid.", relative)
	}
	return text(b.ResolveReference(r).String()), nil
}
