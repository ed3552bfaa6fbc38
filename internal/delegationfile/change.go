package delegationfile

import (
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// changedText makes a change in a text; false when the place does not hold what
// the change expects, or holds it more than once.
func changedText(text string, l Language, c onboard.Change) (string, bool) {
	from, to, ok := lineAt(text, c.Line)
	if !ok {
		return "", false
	}
	if c.Old != "" && c.Kind != onboard.Repeat {
		at := once(text[from:to], c.Old)
		if at < 0 {
			return "", false
		}
		start, end := from+at, from+at+len(c.Old)
		if c.Kind == onboard.Replace {
			return text[:start] + c.New + text[end:], true
		}
		return without(text, start-1, end+1) // with its quotes
	}
	start := from + c.Column - 1
	if c.Column < 1 || start >= to {
		return "", false
	}
	open := strings.IndexByte(text[start:to], '{')
	if open < 0 || l != Terraform && open > 0 {
		return "", false
	}
	end, ok := closing(text, start+open, l)
	if !ok {
		return "", false
	}
	if c.Kind == onboard.Remove {
		return without(text, start, end)
	}
	return repeated(text, start, end, l, c)
}

// lineAt is where a line begins and ends.
func lineAt(text string, line int) (from, to int, ok bool) {
	for ; line > 1; line-- {
		i := strings.IndexByte(text[from:], '\n')
		if i < 0 {
			return 0, 0, false
		}
		from += i + 1
	}
	return from, from + len(untilLineEnd(text[from:])), line == 1
}

// once is where a value stands that is there once, -1 otherwise.
func once(line, value string) int {
	found := -1
	for at := 0; ; {
		i := strings.Index(line[at:], value)
		if i < 0 {
			return found
		}
		i += at
		at = i + len(value)
		if i > 0 && at < len(line) && !partOfValue(line[i-1]) && !partOfValue(line[at]) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
}

func partOfValue(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// closing is the end of what begins with a bracket, in any of the languages.
func closing(text string, at int, l Language) (int, bool) {
	s := scanner{text: text, at: at, lines: []int{0}, hash: l == Terraform}
	h, b := &hcl{scanner: s}, &bicep{scanner: s}
	switch l {
	case Terraform:
		return closed(&h.scanner, h.skipQuoted)
	case Bicep:
		return closed(&b.scanner, b.skipQuoted)
	default:
		return closed(&s, func() (bool, error) {
			c := s.next()
			if c != '"' && c != '\'' {
				return false, nil
			}
			for s.at++; s.at < len(s.text); s.at++ {
				switch s.text[s.at] {
				case '\\':
					s.at++
				case c:
					s.at++
					return true, nil
				}
			}
			return true, nil
		})
	}
}

// closed skips what is within a bracket.
func closed(s *scanner, quoted func() (bool, error)) (int, bool) {
	for s.at++; s.at < len(s.text); s.at++ {
		if err := s.skip(quoted); err != nil {
			return 0, false
		}
		if c := s.next(); c == '}' || c == ']' || c == ')' {
			return s.at + 1, c == '}'
		}
	}
	return 0, false
}

// without takes an element out of its list, with a comma of its own and the
// lines that it had for itself.
func without(text string, start, end int) (string, bool) {
	if start < 0 || end > len(text) {
		return "", false
	}
	after := strings.TrimLeft(text[end:], " \t\r\n")
	before := strings.TrimRight(text[:start], " \t\r\n")
	switch {
	case strings.HasPrefix(after, ","):
		end = len(text) - len(after) + 1
	case strings.HasSuffix(before, ","):
		return before[:len(before)-1] + text[end:], true
	}
	line := text[:start]
	indent := line[strings.LastIndexByte(line, '\n')+1:]
	rest := untilLineEnd(text[end:])
	if strings.TrimSpace(indent) == "" && strings.TrimSpace(rest) == "" {
		head, tail := text[:start-len(indent)], strings.TrimPrefix(text[end+len(rest):], "\n")
		if strings.HasSuffix(head, "\n\n") && strings.HasPrefix(tail, "\n") { // of two empty lines, one
			tail = tail[1:]
		}
		return head + tail, true
	}
	if strings.HasSuffix(text[:start], " ") { // within a line
		end += len(text[end:]) - len(strings.TrimLeft(text[end:], " "))
	}
	return text[:start] + text[end:], true
}

// repeated puts a copy of an authorization behind it, laid out as it is.
func repeated(text string, start, end int, l Language, c onboard.Change) (string, bool) {
	whole := text[start:end]
	if c.Old == "" || strings.Count(whole, c.Old) != 1 {
		return "", false
	}
	roles := pharos.Roles()
	name := func(role string) string { return roles.Lookup(roleOf(role)).Name }
	twin := strings.Replace(whole, c.Old, c.New, 1)
	if old := name(c.Old); old != "" { // in a comment
		twin = strings.ReplaceAll(twin, old, name(c.New))
	}
	line := text[strings.LastIndexByte(text[:start], '\n')+1 : start]
	lineEnd := "\n"
	if strings.Contains(text, "\r\n") {
		lineEnd = "\r\n"
	}
	own := strings.TrimSpace(line) == ""
	between := ", "
	switch {
	case l == Terraform && own:
		between = lineEnd + lineEnd + line
	case l == Terraform:
		return "", false
	case l == Bicep && own:
		between = lineEnd + line
	case own:
		between = "," + lineEnd + line
	}
	return text[:end] + between + twin + text[end:], true
}

// roleOf is the role that a value names, by its GUID or its ARM id.
func roleOf(value string) pharos.RoleID {
	return pharos.RoleID(strings.ToLower(value[strings.LastIndexByte(value, '/')+1:]))
}
