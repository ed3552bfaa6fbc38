package emulator

import (
	"regexp"
	"slices"
	"strings"
)

// filter is an OData $filter of the few forms that Resource Manager's lists
// take: comparisons and functions joined by "and".
type filter struct {
	equal map[string]string   // name eq 'value', names in lower case
	in    map[string][]string // name in ('a','b')
	call  map[string]string   // function('argument')
	after map[string]string   // name ge 'value'
	until map[string]string   // name le 'value'
}

// has reports whether a function stands in the filter.
func (f *filter) has(function string) bool { _, ok := f.call[function]; return ok }

var (
	filterCompare = regexp.MustCompile(`(?i)^([A-Za-z/]+)\s+(eq|ge|gt|le|lt)\s+'?([^']*)'?$`)
	filterIn      = regexp.MustCompile(`(?i)^([A-Za-z/]+)\s+in\s*\(([^)]*)\)$`)
	filterCall    = regexp.MustCompile(`^([A-Za-z]+)\(\s*'?([^')]*)'?\s*\)$`)
	filterAnd     = regexp.MustCompile(`(?i)\s+and\s+`)
)

// parseFilter reads a $filter whose comparisons are of the given names. A
// filter it does not understand is refused: to ignore it would be to answer
// another question.
func parseFilter(text string, names ...string) (*filter, error) {
	f := &filter{
		equal: map[string]string{}, in: map[string][]string{}, call: map[string]string{},
		after: map[string]string{}, until: map[string]string{},
	}
	if strings.TrimSpace(text) == "" {
		return f, nil
	}
	known := func(name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
	for _, part := range filterAnd.Split(strings.TrimSpace(text), -1) {
		part = strings.Trim(part, " ")
		if m := filterCompare.FindStringSubmatch(part); m != nil && known(m[1]) {
			f.compare(strings.ToLower(m[1]), strings.ToLower(m[2]), m[3])
		} else if m := filterIn.FindStringSubmatch(part); m != nil && known(m[1]) {
			for _, v := range strings.Split(m[2], ",") {
				f.in[strings.ToLower(m[1])] = append(f.in[strings.ToLower(m[1])], strings.Trim(v, "' "))
			}
		} else if m := filterCall.FindStringSubmatch(part); m != nil {
			f.call[strings.ToLower(m[1])] = m[2]
		} else {
			return nil, badRequest("InvalidFilter", "The filter '"+text+"' is invalid or not supported here.")
		}
	}
	return f, nil
}

func (f *filter) compare(name, operator, value string) {
	switch operator {
	case "eq":
		f.equal[name] = value
	case "ge", "gt":
		f.after[name] = value
	default:
		f.until[name] = value
	}
}
