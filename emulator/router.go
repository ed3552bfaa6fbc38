package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// route is one implemented call.
type route struct {
	method  string
	service service
	// pattern is a path; {name} is one segment and {scope...}, only at the
	// start, any number of them. Other segments match in any casing.
	pattern string
	// versions are the api-versions accepted, Resource Manager only; none
	// means any.
	versions []string
	handle   handler

	segments []string
	scoped   bool
}

// router finds the route of a request: the first of its table that fits.
type router struct{ routes []route }

func newRouter(routes []route) *router {
	for i := range routes {
		r := &routes[i]
		r.segments = split(r.pattern)
		if len(r.segments) > 0 && strings.HasSuffix(r.segments[0], "...}") {
			r.scoped, r.segments = true, r.segments[1:]
		}
	}
	return &router{routes}
}

// split cuts a path into its segments; doubled and trailing slashes, which
// some clients send, do not count.
func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// find returns the route and the variables of its pattern. The path is still
// escaped, so that a slash inside a segment is not taken for one between.
func (t *router) find(method, escaped string) (*route, map[string]string) {
	path := split(escaped)
	for i, s := range path {
		if u, err := url.PathUnescape(s); err == nil {
			path[i] = u
		}
	}
	for i := range t.routes {
		r := &t.routes[i]
		if r.method != method && !(method == http.MethodHead && r.method == http.MethodGet) {
			continue
		}
		if vars, ok := r.match(path); ok {
			return r, vars
		}
	}
	return nil, nil
}

func (r *route) match(path []string) (map[string]string, bool) {
	extra := len(path) - len(r.segments)
	if extra < 0 || (extra > 0 && !r.scoped) {
		return nil, false
	}
	vars := map[string]string{}
	if r.scoped {
		vars["scope"] = "/" + strings.Join(path[:extra], "/")
	}
	for i, want := range r.segments {
		got := path[extra+i]
		if name, ok := variable(want); ok {
			vars[name] = got
		} else if !strings.EqualFold(want, got) {
			return nil, false
		}
	}
	return vars, true
}

// variable returns the name of a pattern's {name} segment.
func variable(segment string) (string, bool) {
	name, ok := strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(name, "}"), ok
}

// notImplemented refuses a call that has no route.
func notImplemented(r *http.Request) *apiError {
	return &apiError{
		status: http.StatusNotImplemented, code: "NotImplemented",
		message: fmt.Sprintf("the emulator does not implement %s %s; GET /emulator/coverage lists what it does", r.Method, r.URL.Path),
	}
}

// serviceOf guesses the service of a path without a route, for the form of
// the refusal.
func serviceOf(path string) service {
	p := split(strings.ToLower(path))
	switch {
	case len(p) == 0:
		return arm
	case p[0] == "v1.0" || p[0] == "beta":
		return graph
	case p[0] == "v1":
		return partnerCenter
	case p[0] == "emulator":
		return control
	default:
		return arm
	}
}
