package armtemplate

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// toText is a value as the functions that make texts write it: what is no
// text, number or truth is written as JSON.
func toText(n *Node) string {
	switch n.Kind {
	case Null:
		return ""
	case Bool:
		if n.Truth {
			return "True"
		}
		return "False"
	case String:
		return n.Text
	case Int:
		return strconv.FormatInt(n.Int, 10)
	default:
		return string(n.appendJSON(nil))
	}
}

// written is toText of an argument, refused when it is too long.
func (c *invocation) written(i int) (string, error) {
	if err := c.measure(c.args[i]); err != nil {
		return "", err
	}
	return toText(c.args[i]), nil
}

// measure counts all that a value consists of as work, before it is written
// out: what is shared in it counts each time.
func (e *evaluation) measure(n *Node) error {
	if err := e.spend(1 + len(n.Text)); err != nil {
		return err
	}
	for _, x := range n.Items {
		if err := e.measure(x); err != nil {
			return err
		}
	}
	for _, m := range n.Members {
		if err := e.spend(len(m.Name)); err != nil {
			return err
		}
		if err := e.measure(m.Value); err != nil {
			return err
		}
	}
	return nil
}

// Positions and lengths in texts count UTF-16 units, as Azure's do.
func units(s string) []uint16    { return utf16.Encode([]rune(s)) }
func fromUnits(u []uint16) *Node { return text(string(utf16.Decode(u))) }

func textFunctions(m map[string]function) {
	m["concat"] = function{min: 1, max: -1, eager: concat}
	m["format"] = function{min: 1, max: -1, eager: format}
	m["string"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.written(0)
		return text(s), err
	}}
	m["tolower"], m["toupper"], m["trim"] = mapText(strings.ToLower), mapText(strings.ToUpper), mapText(strings.TrimSpace)
	m["replace"] = function{min: 3, max: 3, eager: replace}
	m["split"] = function{min: 2, max: 2, eager: split}
	m["join"] = function{min: 2, max: 2, eager: join}
	m["substring"] = function{min: 2, max: 3, eager: substring}
	m["padleft"] = function{min: 2, max: 3, eager: padLeft}
	fold := func(test func(s, part string) bool) function {
		return function{min: 2, max: 2, eager: func(c *invocation) (*Node, error) {
			s, err := c.str(0)
			if err != nil {
				return nil, err
			}
			part, err := c.str(1)
			return truth(test(strings.ToLower(s), strings.ToLower(part))), err
		}}
	}
	m["startswith"], m["endswith"] = fold(strings.HasPrefix), fold(strings.HasSuffix)
	m["indexof"], m["lastindexof"] = position(strings.Index, false), position(strings.LastIndex, true)
	m["guid"] = function{min: 1, max: -1, eager: func(c *invocation) (*Node, error) {
		s, err := c.joined()
		return text(guid(s)), err
	}}
	m["uniquestring"] = function{min: 1, max: -1, eager: func(c *invocation) (*Node, error) {
		s, err := c.joined()
		return text(uniqueString(s)), err
	}}
	m["newguid"] = function{in: []section{inParameter}, eager: func(c *invocation) (*Node, error) {
		if c.env.NewGUID == nil {
			return nil, unsupported("The template function 'newGuid' is not evaluated here: it gives another value each time.")
		}
		return text(c.env.NewGUID()), nil
	}}
}

func mapText(change func(string) string) function {
	return function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		s, err := c.str(0)
		return text(change(s)), err
	}}
}

// joined is what the hashing functions hash: their arguments with hyphens.
func (c *invocation) joined() (string, error) {
	parts := make([]string, len(c.args))
	for i := range c.args {
		var err error
		if parts[i], err = c.str(i); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, "-"), nil
}

// concat joins lists to a list, and texts, numbers and truths to a text.
func concat(c *invocation) (*Node, error) {
	if c.args[0].Kind == Array {
		out := array()
		for i, a := range c.args {
			if err := c.is(i, Array); err != nil {
				return nil, err
			}
			if err := c.spend(len(a.Items)); err != nil {
				return nil, err
			}
			out.Items = append(out.Items, a.Items...)
		}
		return out, nil
	}
	var b strings.Builder
	for i, a := range c.args {
		if a.Kind == Array || a.Kind == Object || a.Kind == Null {
			return nil, c.wrong(i, "String, Integer, Boolean")
		}
		if err := c.spend(len(a.Text)); err != nil {
			return nil, err
		}
		b.WriteString(toText(a))
	}
	return text(b.String()), nil
}

func replace(c *invocation) (*Node, error) {
	var s [3]string
	for i := range s {
		var err error
		if s[i], err = c.str(i); err != nil {
			return nil, err
		}
	}
	if s[1] == "" {
		return nil, c.failed("the text to replace must not be empty.")
	}
	if err := c.spend(strings.Count(s[0], s[1]) * len(s[2])); err != nil {
		return nil, err
	}
	return text(strings.ReplaceAll(s[0], s[1], s[2])), nil
}

// split cuts at one delimiter, or at any of a list of them.
func split(c *invocation) (*Node, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	delimiters := c.args[1].Items
	if c.args[1].Kind != Array {
		if _, err := c.str(1); err != nil {
			return nil, err
		}
		delimiters = []*Node{c.args[1]}
	}
	out := array()
	start := 0
	for i := 0; i < len(s); {
		cut := 0
		for _, d := range delimiters {
			if d.Kind == String && d.Text != "" && strings.HasPrefix(s[i:], d.Text) {
				cut = len(d.Text)
				break
			}
		}
		if err := c.spend(1); err != nil {
			return nil, err
		}
		if cut == 0 {
			i++
			continue
		}
		out.Items = append(out.Items, text(s[start:i]))
		i += cut
		start = i
	}
	out.Items = append(out.Items, text(s[start:]))
	return out, nil
}

func join(c *invocation) (*Node, error) {
	if err := c.is(0, Array); err != nil {
		return nil, err
	}
	delimiter, err := c.str(1)
	if err != nil {
		return nil, err
	}
	if err := c.measure(c.args[0]); err != nil {
		return nil, err
	}
	if err := c.spend(len(delimiter) * len(c.args[0].Items)); err != nil {
		return nil, err
	}
	var parts []string
	for _, x := range c.args[0].Items {
		parts = append(parts, toText(x))
	}
	return text(strings.Join(parts, delimiter)), nil
}

func substring(c *invocation) (*Node, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	u := units(s)
	start, err := c.int(1)
	if err != nil {
		return nil, err
	}
	if start < 0 || start > int64(len(u)) {
		return nil, c.failed("the index parameter '%d' must be between 0 and the length of the string '%d'.", start, len(u))
	}
	count := int64(len(u)) - start
	if len(c.args) == 3 {
		want, err := c.int(2)
		if err != nil {
			return nil, err
		}
		if want < 0 || want > count {
			return nil, c.failed("the index and length parameters must refer to a location within the string. The index parameter: '%d', the length parameter: '%d', the length of the string parameter: '%d'.", start, want, len(u))
		}
		count = want
	}
	return fromUnits(u[start : start+count]), nil
}

func padLeft(c *invocation) (*Node, error) {
	s, err := c.written(0)
	if err != nil {
		return nil, err
	}
	if c.args[0].Kind != String && c.args[0].Kind != Int {
		return nil, c.wrong(0, "String, Integer")
	}
	total, err := c.int(1)
	if err != nil {
		return nil, err
	}
	pad := " "
	if len(c.args) == 3 {
		if pad = toText(c.args[2]); len(units(pad)) != 1 {
			return nil, c.failed("the padding '%.20s' must be one character.", pad)
		}
	}
	missing := total - int64(len(units(s)))
	if missing <= 0 {
		return text(s), nil
	}
	if missing > maxWork {
		return nil, c.failed("the length '%d' is too large.", total)
	}
	return text(strings.Repeat(pad, int(missing)) + s), nil
}

// position finds a part of a text in any casing, or an element of a list.
func position(find func(s, part string) int, last bool) function {
	return function{min: 2, max: 2, eager: func(c *invocation) (*Node, error) {
		if c.args[0].Kind == Array {
			return c.positionInList(last)
		}
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		part, err := c.str(1)
		if err != nil {
			return nil, err
		}
		lower := strings.ToLower(s)
		i := find(lower, strings.ToLower(part))
		if i > 0 {
			i = len(units(lower[:i]))
		}
		return integer(int64(i)), nil
	}}
}

func (c *invocation) positionInList(last bool) (*Node, error) {
	found := int64(-1)
	for i, x := range c.args[0].Items {
		same, err := c.equal(x, c.args[1])
		if err != nil {
			return nil, err
		}
		if same && (last || found < 0) {
			found = int64(i)
		}
	}
	return integer(found), nil
}

// format fills the places {n}, {n,width} and {n:form} of a text; {{ and }}
// stand for a brace.
func format(c *invocation) (*Node, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '{' && s[i] != '}':
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == s[i]:
			b.WriteByte(s[i])
			i++
		case s[i] == '}':
			return nil, c.failed("the format string '%.100s' is not valid.", s)
		default:
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, c.failed("the format string '%.100s' is not valid.", s)
			}
			filled, err := c.fill(s[i+1 : i+end])
			if err != nil {
				return nil, err
			}
			if err := c.spend(len(filled)); err != nil {
				return nil, err
			}
			b.WriteString(filled)
			i += end
		}
	}
	return text(b.String()), nil
}

// fill writes the argument that a place of format names.
func (c *invocation) fill(place string) (string, error) {
	place, form, hasForm := strings.Cut(place, ":")
	index, width, hasWidth := strings.Cut(place, ",")
	n, err := strconv.Atoi(strings.TrimSpace(index))
	if err != nil || n < 0 || n+1 >= len(c.args) {
		return "", c.failed("the format place '{%.20s}' names no argument.", place)
	}
	s, err := c.written(n + 1)
	if err != nil {
		return "", err
	}
	if a := c.args[n+1]; hasForm && form != "" && isNumber(a) {
		if s, err = numberForm(a, form); err != nil {
			return "", c.failed("%s", err.Error())
		}
	}
	if hasWidth {
		w, err := strconv.Atoi(strings.TrimSpace(width))
		if err != nil || w > 1000 || w < -1000 {
			return "", c.failed("the width '%.20s' is not valid.", width)
		}
		s = fmt.Sprintf("%*s", w, s)
	}
	return s, nil
}

// numberForm writes a number by a standard numeric format string.
func numberForm(n *Node, form string) (string, error) {
	digits := -1
	if len(form) > 1 {
		d, err := strconv.Atoi(form[1:])
		if err != nil || d < 0 || d > 99 {
			return "", faultf("the format '%.20s' is not supported.", form)
		}
		digits = d
	}
	switch {
	case (form[0] == 'D' || form[0] == 'd') && n.Kind == Int:
		return fmt.Sprintf("%0*d", max(digits, 0), n.Int), nil
	case form[0] == 'X' && n.Kind == Int:
		return fmt.Sprintf("%0*X", max(digits, 0), uint32(n.Int)), nil //nolint:gosec // a number's low 32 bits are what is written
	case form[0] == 'x' && n.Kind == Int:
		return fmt.Sprintf("%0*x", max(digits, 0), uint32(n.Int)), nil //nolint:gosec // likewise
	case form[0] == 'F' || form[0] == 'f' || form[0] == 'N' || form[0] == 'n':
		if digits < 0 {
			digits = 2
		}
		s := strconv.FormatFloat(toFloat(n), 'f', digits, 64)
		if form[0] == 'N' || form[0] == 'n' {
			s = grouped(s)
		}
		return s, nil
	default:
		return "", faultf("the format '%.20s' is not supported.", form)
	}
}

// grouped sets a comma between every three digits before the point.
func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return sign + whole + rest
}
