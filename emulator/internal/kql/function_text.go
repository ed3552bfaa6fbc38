package kql

import (
	"regexp"
	"strings"
)

// textFunctions work on texts. Characters are counted, not bytes.
func textFunctions() map[string]function {
	one := func(f func(string) string) function {
		return function{min: 1, max: 1, texts: 1, result: fixed(String), eval: func(m *machine, a []any) any { return m.text(f(textOf(a[0]))) }}
	}
	return map[string]function{
		"tolower": one(strings.ToLower), "toupper": one(strings.ToUpper),
		"reverse": one(func(s string) string {
			r := []rune(s)
			for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
				r[i], r[j] = r[j], r[i]
			}
			return string(r)
		}),
		"strlen": {min: 1, max: 1, texts: 1, result: fixed(Long), eval: func(m *machine, a []any) any {
			s := textOf(a[0])
			m.spend(len(s) / 16)
			return int64(len([]rune(s)))
		}},
		"strcat":       {min: 1, max: 64, result: fixed(String), eval: func(m *machine, a []any) any { return m.join(a, "") }},
		"strcat_delim": {min: 2, max: 64, texts: 1, result: fixed(String), eval: func(m *machine, a []any) any { return m.join(a[1:], textOf(a[0])) }},
		"strcat_array": {min: 2, max: 2, result: fixed(String), eval: func(m *machine, a []any) any {
			list, _ := a[0].([]any)
			return m.join(list, textOf(a[1]))
		}},
		"substring": {min: 2, max: 3, texts: 1, result: fixed(String), eval: func(m *machine, a []any) any { return m.text(substring(a)) }},
		"indexof": {min: 2, max: 2, texts: 2, result: fixed(Long), eval: func(m *machine, a []any) any {
			s, part := textOf(a[0]), textOf(a[1])
			m.spend(len(s) / 16)
			i := strings.Index(s, part)
			if i > 0 {
				i = len([]rune(s[:i]))
			}
			return int64(i)
		}},
		"split": {min: 2, max: 3, texts: 2, result: fixed(Dynamic), eval: split},
		"replace_string": {min: 3, max: 3, texts: 3, result: fixed(String), eval: func(m *machine, a []any) any {
			s, old, rewrite := textOf(a[0]), textOf(a[1]), textOf(a[2])
			if old == "" || !m.fits(len(s)+strings.Count(s, old)*len(rewrite)) {
				return s
			}
			return strings.ReplaceAll(s, old, rewrite)
		}},
		"strcmp": {min: 2, max: 2, texts: 2, result: fixed(Long), eval: func(_ *machine, a []any) any { return int64(strings.Compare(textOf(a[0]), textOf(a[1]))) }},
	}
}

// join puts values together as one text.
func (m *machine) join(values []any, between string) any {
	texts, length := make([]string, len(values)), 0
	for i, v := range values {
		texts[i] = textOf(v)
		if length += len(texts[i]) + len(between); length > maxString {
			break
		}
	}
	if !m.keep(16*len(values)) || !m.fits(length) {
		return nil
	}
	return strings.Join(texts, between)
}

// substring takes characters from a place on, from the end when negative.
func substring(a []any) string {
	r := []rune(textOf(a[0]))
	from, _ := toLong(a[1]).(int64)
	if from < 0 {
		from = max(0, from+int64(len(r)))
	}
	from = min(from, int64(len(r)))
	size := int64(len(r))
	if len(a) == 3 {
		size, _ = toLong(a[2]).(int64)
	}
	return string(r[from : from+max(0, min(size, int64(len(r))-from))])
}

// split cuts a text into an array, or an array of the one piece asked for.
func split(m *machine, a []any) any {
	s, by := textOf(a[0]), textOf(a[1])
	parts := []string{s}
	if by != "" {
		if !m.keep(32 * (strings.Count(s, by) + 1)) {
			return nil
		}
		parts = strings.Split(s, by)
	}
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	if len(a) == 3 {
		part, isText := memberOf(out, toLong(a[2])).(string)
		if !isText {
			return []any{}
		}
		return []any{part}
	}
	return out
}

// patternFunctions take regular expressions.
func patternFunctions() map[string]function {
	return map[string]function{
		"extract": {min: 3, max: 4, texts: 1, result: fixed(String), eval: func(m *machine, a []any) any {
			s := textOf(a[2])
			group, _ := toLong(a[1]).(int64)
			re := m.pattern(textOf(a[0]))
			if re == nil || group < 0 || int(min(group, 1000)) > re.NumSubexp() || !m.spend(len(s)) {
				return ""
			}
			found := re.FindStringSubmatch(s)
			if found == nil {
				return ""
			}
			return m.text(found[group])
		}},
		"replace":       {min: 3, max: 3, texts: 3, result: fixed(String), eval: func(m *machine, a []any) any { return m.rewrite(a[2], a[0], a[1]) }},
		"replace_regex": {min: 3, max: 3, texts: 3, result: fixed(String), eval: func(m *machine, a []any) any { return m.rewrite(a[0], a[1], a[2]) }},
		"trim":          trimmer(true, true), "trim_start": trimmer(true, false), "trim_end": trimmer(false, true),
	}
}

// checkPatterns refuses a call whose constant regular expression is none.
func checkPatterns(n callNode, args []expr) error {
	at := map[string]int{"extract": 0, "replace": 0, "replace_regex": 1, "trim": 0, "trim_start": 0, "trim_end": 0}
	if i, takesOne := at[n.function]; takesOne {
		return checkPattern(n.args[i].where(), args[i])
	}
	return nil
}

var groupReference = regexp.MustCompile(`\\(\d)`)

// rewrite replaces what a regular expression finds; \1 in the new text stands
// for a group.
func (m *machine) rewrite(text, pattern, rewrite any) any {
	s, with := textOf(text), textOf(rewrite)
	re := m.pattern(textOf(pattern))
	if re == nil || !m.spend(len(s)+len(with)) {
		return s
	}
	references := strings.Count(with, `\`)
	matches := len(re.FindAllStringIndex(s, -1))
	if !m.keep(64*matches) || !m.fits(len(s)*(references+1)+matches*len(with)) {
		return nil
	}
	with = groupReference.ReplaceAllString(strings.ReplaceAll(with, "$", "$$"), "$${$1}")
	return re.ReplaceAllString(s, with)
}

// trimmer takes what a regular expression finds off the ends of a text.
func trimmer(start, end bool) function {
	return function{min: 2, max: 2, texts: 2, result: fixed(String), eval: func(m *machine, a []any) any {
		s, pattern := textOf(a[1]), textOf(a[0])
		if start {
			s = m.cut(s, `^(?:`+pattern+`)+`)
		}
		if end {
			s = m.cut(s, `(?:`+pattern+`)+$`)
		}
		return m.text(s)
	}}
}

// cut takes the first match out of a text.
func (m *machine) cut(s, pattern string) string {
	re := m.pattern(pattern)
	if re == nil || !m.spend(len(s)) {
		return s
	}
	if found := re.FindStringIndex(s); found != nil {
		return s[:found[0]] + s[found[1]:]
	}
	return s
}
