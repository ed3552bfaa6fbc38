package delegationfile

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// quoted reads a text; one with ${…} in it becomes a call of format.
func (b *bicep) quoted() (*operand, error) {
	start := b.at
	if b.take("'''") {
		end := strings.Index(b.text[b.at:], "'''")
		if end < 0 {
			return nil, b.broken("a text is not closed")
		}
		text := strings.TrimPrefix(strings.TrimPrefix(b.text[b.at:b.at+end], "\r"), "\n")
		b.at += end + len("'''")
		return b.plain(start, textNode(text)), nil
	}
	if !b.take("'") {
		return nil, b.broken("a text was expected")
	}
	var text strings.Builder
	var args []*operand
	understood := true
	for {
		switch c := b.next(); {
		case c == '\n' || b.at >= len(b.text):
			return nil, b.broken("a text is not closed")
		case b.take("'"):
			return b.joined(start, text.String(), args, understood), nil
		case b.take("${"):
			b.blank(false)
			x, err := b.value()
			if err != nil {
				return nil, err
			}
			if b.blank(false); !b.take("}") {
				return nil, b.broken("} was expected")
			}
			understood = understood && x != nil
			text.WriteString("\x00" + strconv.Itoa(len(args)) + "\x00")
			args = append(args, x)
		case c == '\\':
			if err := b.escape(&text); err != nil {
				return nil, err
			}
		default:
			text.WriteByte(c)
			b.at++
		}
	}
}

// joined makes a text, or the call of format that a text with values in it is.
func (b *bicep) joined(start int, text string, args []*operand, understood bool) *operand {
	switch {
	case len(args) == 0:
		return b.plain(start, textNode(text))
	case !understood:
		return &operand{at: start, raw: b.text[start:b.at]}
	}
	text = strings.NewReplacer("{", "{{", "}", "}}").Replace(text)
	for i := range args {
		n := strconv.Itoa(i)
		text = strings.Replace(text, "\x00"+n+"\x00", "{"+n+"}", 1)
	}
	return b.made(start, "format", append([]*operand{b.plain(start, textNode(text))}, args...)...)
}

// escape reads what stands behind a backslash.
func (b *bicep) escape(into *strings.Builder) error {
	b.at++
	c := b.next()
	b.at++
	switch c {
	case 'n':
		into.WriteByte('\n')
	case 'r':
		into.WriteByte('\r')
	case 't':
		into.WriteByte('\t')
	case '\\', '\'', '$':
		into.WriteByte(c)
	case 'u':
		digits, _, closed := strings.Cut(strings.TrimPrefix(b.text[min(b.at, len(b.text)):], "{"), "}")
		n, err := strconv.ParseUint(digits, 16, 32)
		if !closed || err != nil || n > utf8.MaxRune || b.next() != '{' {
			return b.broken("an escape that is no character")
		}
		into.WriteRune(rune(n))
		b.at += len(digits) + len("{}")
	default:
		b.at = min(b.at, len(b.text))
		return b.broken("an escape that Bicep does not know")
	}
	return nil
}

// skipQuoted skips a text in quotes, with the values in it.
func (b *bicep) skipQuoted() (bool, error) {
	if b.next() != '\'' {
		return false, nil
	}
	if err := b.enter(); err != nil {
		return false, err
	}
	defer b.leave()
	if b.take("'''") {
		b.to("'''")
		return true, nil
	}
	for b.at++; b.at < len(b.text); {
		switch {
		case b.take("'"):
			return true, nil
		case b.take("${"):
			for !b.take("}") {
				if err := b.skip(b.skipQuoted); err != nil {
					return false, err
				}
				if b.at >= len(b.text) {
					return false, b.broken("a text is not closed")
				}
				if b.next() != '}' {
					b.at++
				}
			}
		case b.next() == '\\':
			b.at += 2
		case b.next() == '\n':
			return false, b.broken("a text is not closed")
		default:
			b.at++
		}
	}
	b.at = len(b.text)
	return false, b.broken("a text is not closed")
}

// node is the value of an ARM template that an operand stands for: a literal,
// or an expression in brackets.
func (x *operand) node(b *bicep) *armtemplate.Node {
	if x.literal == nil {
		return b.placed(textNode("["+x.code(b)+"]"), x.at)
	}
	n := *x.literal
	switch n.Kind {
	case armtemplate.String:
		if strings.HasPrefix(n.Text, "[") && strings.HasSuffix(n.Text, "]") || strings.HasPrefix(n.Text, "[[") {
			n.Text = "[" + n.Text
		}
	case armtemplate.Array:
		for _, i := range x.items {
			n.Items = append(n.Items, i.node(b))
		}
	case armtemplate.Object:
		for i, v := range x.items {
			n.Members = append(n.Members, armtemplate.Member{Name: x.names[i], Value: v.node(b)})
		}
	case armtemplate.Null, armtemplate.Bool, armtemplate.Int, armtemplate.Float:
	}
	return &n
}

// code is an operand as ARM templates write it within brackets.
func (x *operand) code(b *bicep) string {
	switch {
	case x.literal != nil:
		return x.literalCode(b)
	case x.of != nil && x.name != "":
		if d, ok := b.symbol(x.of.name); ok && x.of.of == nil {
			return b.ofResource(d, x)
		}
		return x.of.code(b) + "." + x.name
	case x.of != nil:
		return x.of.code(b) + "[" + x.items[0].code(b) + "]"
	case x.call != "" && !b.own[x.call] && !strings.HasPrefix(x.call, "load"): // Bicep's own functions load files
		return x.call + "(" + codes(b, x.items) + ")"
	case x.name != "" && b.variables[x.name] != nil:
		return "variables(" + quote(x.name) + ")"
	case x.name != "" && b.isParameter(x.name):
		return "parameters(" + quote(x.name) + ")"
	}
	return b.opened(x.raw)
}

// opened stands for what is not understood: a parameter that nobody gives.
func (b *bicep) opened(raw string) string {
	if !b.isParameter(raw) {
		b.open[raw] = true
	}
	return "parameters(" + quote(raw) + ")"
}

func (b *bicep) isParameter(name string) bool {
	for _, p := range b.parameters {
		if strings.EqualFold(p.name, name) {
			return true
		}
	}
	return false
}

// ofResource is the id or the name of a delegation of the file.
func (b *bicep) ofResource(d declared, x *operand) string {
	if b.following++; b.following > 3 { // names of names, or a circle
		b.following--
		return b.opened(x.raw)
	}
	defer func() { b.following-- }()
	for i, name := range d.body.names {
		if name != "name" || !strings.HasPrefix(strings.ToLower(d.kind), "microsoft.managedservices/") {
			continue
		}
		switch x.name {
		case "name":
			return d.body.items[i].code(b)
		case "id":
			return "subscriptionResourceId(" + quote(d.kind) + ", " + d.body.items[i].code(b) + ")"
		}
	}
	return b.opened(x.raw)
}

func (x *operand) literalCode(b *bicep) string {
	switch n := x.literal; n.Kind {
	case armtemplate.String:
		return quote(n.Text)
	case armtemplate.Int:
		return strconv.FormatInt(n.Int, 10)
	case armtemplate.Bool:
		return strconv.FormatBool(n.Truth) + "()"
	case armtemplate.Array:
		return "createArray(" + codes(b, x.items) + ")"
	case armtemplate.Object:
		pairs := make([]string, len(x.items))
		for i, v := range x.items {
			pairs[i] = quote(x.names[i]) + ", " + v.code(b)
		}
		return "createObject(" + strings.Join(pairs, ", ") + ")"
	default:
		return "null()"
	}
}

func codes(b *bicep, list []*operand) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = x.code(b)
	}
	return strings.Join(out, ", ")
}

// quote writes a text as expressions of ARM templates do.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
