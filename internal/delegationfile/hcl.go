package delegationfile

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// hcl reads the language that Terraform is written in, as far as it is literal
// (https://developer.hashicorp.com/terraform/language/syntax/configuration).
// What is computed becomes a text of how it is written, marked as open.
type hcl struct {
	scanner
	open map[*armtemplate.Node]bool
}

// block is a block at the top of a file.
type block struct {
	kind   string
	labels []string
	body   *armtemplate.Node
}

func newHCL(f File) *hcl {
	return &hcl{scanner: newScanner(f, true), open: map[*armtemplate.Node]bool{}}
}

// blocks reads a whole file.
func (h *hcl) blocks() ([]block, error) {
	var out []block
	for {
		h.blank(true)
		if h.next() == 0 && h.at >= len(h.text) {
			return out, nil
		}
		start := h.at
		kind := h.word()
		if kind == "" {
			return nil, h.broken("a block was expected")
		}
		h.blank(false)
		if h.next() == '=' {
			return nil, h.broken("an attribute stands outside of all blocks")
		}
		b, err := h.block(kind, start)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
}

// block reads labels and body behind the kind of a block.
func (h *hcl) block(kind string, start int) (block, error) {
	b := block{kind: kind}
	for h.blank(false); h.next() != '{'; h.blank(false) {
		label := h.word()
		if h.next() == '"' && label == "" {
			n, literal, err := h.quoted()
			if err != nil || !literal {
				return b, h.broken("a label of a block is a plain text")
			}
			label = n.Text
		} else if label == "" {
			return b, h.broken("{ was expected")
		}
		b.labels = append(b.labels, label)
	}
	h.at++
	if err := h.enter(); err != nil {
		return b, err
	}
	defer h.leave()
	b.body = h.placed(&armtemplate.Node{Kind: armtemplate.Object}, start)
	return b, h.body(b.body)
}

// body reads attributes and blocks up to the closing bracket. Blocks of a kind
// become an array; a dynamic block has its label as the member "label".
func (h *hcl) body(into *armtemplate.Node) error {
	for {
		h.blank(true)
		start := h.at
		if h.take("}") {
			return nil
		}
		name := h.word()
		if name == "" {
			return h.broken("an attribute, a block or } was expected")
		}
		h.blank(false)
		if h.next() == '=' && !h.has("==") {
			h.at++
			v, err := h.value()
			if err != nil {
				return err
			}
			into.Members = append(into.Members, armtemplate.Member{Name: name, Value: v})
			if c := h.next(); c == ',' || c == ']' || c == ')' {
				return h.broken("a line end was expected")
			}
			continue
		}
		b, err := h.block(name, start)
		if err != nil {
			return err
		}
		if len(b.labels) > 0 {
			label := h.placed(&armtemplate.Node{Kind: armtemplate.String, Text: b.labels[0]}, start)
			b.body.Members = append(b.body.Members, armtemplate.Member{Name: "label", Value: label})
		}
		list := into.Get(name)
		if list == nil {
			list = h.placed(&armtemplate.Node{Kind: armtemplate.Array}, start)
			into.Members = append(into.Members, armtemplate.Member{Name: name, Value: list})
		}
		list.Items = append(list.Items, b.body)
	}
}

// value reads an expression: a literal, or anything else as an open value.
func (h *hcl) value() (*armtemplate.Node, error) {
	h.blank(false)
	start := h.at
	if err := h.enter(); err != nil {
		return nil, err
	}
	n, literal, err := h.literal()
	h.leave()
	if err != nil {
		return nil, err
	}
	if literal {
		if h.blank(false); h.ends() {
			return n, nil
		}
	}
	h.at = start
	if err := h.skip(h.skipQuoted); err != nil {
		return nil, err
	}
	raw := strings.TrimSpace(h.text[start:h.at])
	if raw == "" {
		return nil, h.broken("a value was expected")
	}
	n = h.placed(&armtemplate.Node{Kind: armtemplate.String, Text: raw}, start)
	h.open[n] = true
	return n, nil
}

// literal reads a literal; false says that what stands here is none.
func (h *hcl) literal() (*armtemplate.Node, bool, error) {
	start := h.at
	switch c := h.next(); {
	case c == '"':
		return h.quoted()
	case h.has("<<"):
		return h.heredoc()
	case c == '[':
		return h.list()
	case c == '{':
		return h.object()
	case c >= '0' && c <= '9':
		i, err := strconv.ParseInt(h.digits(), 10, 64)
		return h.placed(&armtemplate.Node{Kind: armtemplate.Int, Int: i}, start), err == nil, nil
	}
	switch h.word() {
	case "true", "false":
		return h.placed(&armtemplate.Node{Kind: armtemplate.Bool, Truth: h.text[start] == 't'}, start), true, nil
	case "null":
		return h.placed(&armtemplate.Node{Kind: armtemplate.Null}, start), true, nil
	}
	return nil, false, nil
}

// quoted reads a text in quotes; false when it has a template in it.
func (h *hcl) quoted() (*armtemplate.Node, bool, error) {
	start := h.at
	var b strings.Builder
	for h.at++; ; {
		switch c := h.next(); {
		case c == '"':
			h.at++
			return h.placed(&armtemplate.Node{Kind: armtemplate.String, Text: b.String()}, start), true, nil
		case c == '\n' || h.at >= len(h.text):
			return nil, false, h.broken("a text is not closed")
		case h.has("${") || h.has("%{"):
			return nil, false, nil
		case h.has("$${") || h.has("%%{"):
			b.WriteByte(c)
			b.WriteByte('{')
			h.at += 3
		case c == '\\':
			r, err := h.escape()
			if err != nil {
				return nil, false, err
			}
			b.WriteRune(r)
		default:
			b.WriteByte(c)
			h.at++
		}
	}
}

// escape reads what stands behind a backslash.
func (h *hcl) escape() (rune, error) {
	h.at++
	c := h.next()
	h.at++
	size := 0
	switch c {
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case '"', '\\':
		return rune(c), nil
	case 'u':
		size = 4
	case 'U':
		size = 8
	default:
		return 0, h.broken("an escape that HCL does not know")
	}
	if h.at+size > len(h.text) {
		return 0, h.broken("an escape is cut off")
	}
	n, err := strconv.ParseUint(h.text[h.at:h.at+size], 16, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, h.broken("an escape that is no character")
	}
	h.at += size
	return rune(n), nil
}

// heredoc reads a text of several lines; <<- takes the indent off.
func (h *hcl) heredoc() (*armtemplate.Node, bool, error) {
	start := h.at
	h.at += len("<<")
	indented := h.take("-")
	marker := h.word()
	if marker == "" {
		return nil, false, nil
	}
	if strings.TrimSpace(untilLineEnd(h.text[h.at:])) != "" {
		return nil, false, h.broken("a line end was expected behind <<" + marker)
	}
	h.to("\n")
	var lines []string
	for h.at < len(h.text) {
		line := untilLineEnd(h.text[h.at:])
		if strings.TrimSpace(line) == marker {
			h.at += strings.Index(line, marker) + len(marker)
			if indented {
				lines = unindent(lines)
			}
			text := strings.Join(lines, "")
			if strings.Contains(strings.NewReplacer("$${", "", "%%{", "").Replace(text), "${") || strings.Contains(text, "%{") {
				return nil, false, nil
			}
			text = strings.NewReplacer("$${", "${", "%%{", "%{").Replace(text)
			return h.placed(&armtemplate.Node{Kind: armtemplate.String, Text: text}, start), true, nil
		}
		lines = append(lines, line+"\n")
		h.to("\n")
	}
	return nil, false, h.broken("a text that begins with <<" + marker + " does not end")
}

// unindent takes off the spaces that all lines begin with.
func unindent(lines []string) []string {
	common := -1
	for _, l := range lines {
		if indent := len(l) - len(strings.TrimLeft(l, " \t")); strings.TrimSpace(l) != "" && (common < 0 || indent < common) {
			common = indent
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l[min(max(common, 0), len(l)-1):]
	}
	return out
}

// list reads an array of values.
func (h *hcl) list() (*armtemplate.Node, bool, error) {
	out := h.placed(&armtemplate.Node{Kind: armtemplate.Array}, h.at)
	h.at++
	for {
		h.blank(true)
		if h.take("]") {
			return out, true, nil
		}
		if h.generated() || h.ends() {
			return nil, false, nil
		}
		v, err := h.value()
		if err != nil {
			return nil, false, err
		}
		out.Items = append(out.Items, v)
		if h.blank(true); !h.take(",") && h.next() != ']' {
			return nil, false, nil
		}
	}
}

// object reads an object, whose members are parted by commas or line ends.
func (h *hcl) object() (*armtemplate.Node, bool, error) {
	out := h.placed(&armtemplate.Node{Kind: armtemplate.Object}, h.at)
	h.at++
	for {
		h.blank(true)
		if h.take("}") {
			return out, true, nil
		}
		name := ""
		if h.next() == '"' {
			n, literal, err := h.quoted()
			if err != nil || !literal {
				return nil, false, err
			}
			name = n.Text
		} else if h.generated() {
			return nil, false, nil
		} else if name = h.word(); name == "" {
			return nil, false, nil
		}
		if h.blank(false); !h.take("=") && !h.take(":") {
			return nil, false, nil
		}
		v, err := h.value()
		if err != nil {
			return nil, false, err
		}
		out.Members = append(out.Members, armtemplate.Member{Name: name, Value: v})
		h.take(",")
	}
}

// generated reports whether a list or an object is made by a loop.
func (h *hcl) generated() bool { return h.has("for ") || h.has("for\t") }

// skipQuoted skips a text in quotes, with the templates in it, or a heredoc.
func (h *hcl) skipQuoted() (bool, error) {
	if h.has("<<") {
		at := h.at
		if h.take("<<"); h.take("-") || true {
			if marker := h.word(); marker == "" {
				h.at = at
				return false, nil
			}
		}
		h.at = at
		_, _, err := h.heredoc()
		return true, err
	}
	if h.next() != '"' {
		return false, nil
	}
	if err := h.enter(); err != nil {
		return false, err
	}
	defer h.leave()
	for h.at++; h.at < len(h.text); {
		switch {
		case h.has("$${") || h.has("%%{"):
			h.at += 3
		case h.has("${") || h.has("%{"):
			h.at += 2
			if err := h.template(); err != nil {
				return false, err
			}
		case h.next() == '\\':
			h.at += 2
		case h.take(`"`):
			return true, nil
		default:
			h.at++
		}
	}
	h.at = len(h.text)
	return false, h.broken("a text is not closed")
}

// template skips to the end of ${…} in a text.
func (h *hcl) template() error {
	for h.at < len(h.text) {
		if err := h.skip(h.skipQuoted); err != nil {
			return err
		}
		if h.take("}") {
			return nil
		}
		h.at++ // a line end or comma within
	}
	h.at = len(h.text)
	return h.broken("a template in a text is not closed")
}
