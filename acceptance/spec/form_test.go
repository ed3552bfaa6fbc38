package spec

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The parts of a header that are new with every call, or a place of Azure's.
var (
	guidForm   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\{guid\}`)
	routeForm  = regexp.MustCompile(`^[A-Z0-9]+:\d{8}T\d{6}Z:`)
	regionForm = regexp.MustCompile(`^[a-z0-9]+:`)
	tokenForm  = regexp.MustCompile(`/operationStatuses/[^/?]+`)
)

// form is a header's value with what cannot be the same twice made equal: ids
// of calls, the place that answered, what is left of a limit, the token of an
// operation, of which the members remain.
func form(name, value string) string {
	left, err := strconv.Atoi(value)
	switch {
	case strings.HasPrefix(strings.ToLower(name), "x-ms-ratelimit-remaining-") && err == nil && left >= 0:
		return "{counter}"
	case routeForm.MatchString(value):
		return "{region}:{time}:" + guidForm.ReplaceAllString(routeForm.ReplaceAllString(value, ""), "{guid}")
	case strings.HasPrefix(value, "https://"):
		return tokenForm.ReplaceAllStringFunc(value, func(s string) string {
			raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(s, "/operationStatuses/"))
			var members map[string]any
			if err != nil || json.Unmarshal(raw, &members) != nil {
				return s
			}
			var names []string
			for name := range members {
				names = append(names, name)
			}
			slices.Sort(names)
			return "/operationStatuses/{base64(json{" + strings.Join(names, ",") + "})}"
		})
	}
	value = guidForm.ReplaceAllString(value, "{guid}")
	if strings.HasSuffix(value, ":{guid}") {
		value = regionForm.ReplaceAllString(value, "{region}:")
	}
	return value
}
