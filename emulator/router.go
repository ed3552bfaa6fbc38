package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one call of the cloud: one that the emulator implements or, without
// a handler, one that it is known to leave out.
type route struct {
	method  string
	service service
	// pattern is a path; {name} is one segment and {scope...}, only at the
	// start, any number of them. Other segments match in any casing.
	pattern string
	// versions are the api-versions accepted, Resource Manager only; none
	// means any.
	versions []string
	// faith says on what evidence the call answers as it does.
	faith faith
	// head marks a GET of Resource Manager that can be asked by HEAD too.
	head bool
	// region stands before the request id of providers that put theirs there.
	region string
	// asks marks a call that changes nothing, whatever its method says.
	asks bool
	// before asks what the call needs to know of somebody else, who may be slow:
	// the world is not locked then. It runs for calls of clients, never for a
	// change that is made again.
	before func(*call)
	// handle answers; nil refuses with 501.
	handle handler

	segments []string
	scoped   bool
}

// each returns the routes changed by set, to give a table its defaults.
func each(routes []route, set func(*route)) []route {
	for i := range routes {
		set(&routes[i])
	}
	return routes
}

// router finds the route of a request: the first of its table that fits.
type router struct {
	routes []route
	// typed holds the routes of resource types by "namespace/type" in lower
	// case; sized the others by the number of their segments; open those that
	// have a scope and no resource type.
	typed map[string][]*route
	sized map[int][]*route
	open  []*route
}

func newRouter(routes []route) *router {
	t := &router{routes: routes, typed: map[string][]*route{}, sized: map[int][]*route{}}
	for i := range routes {
		r := &routes[i]
		r.segments = split(r.pattern)
		if len(r.segments) > 0 && strings.HasSuffix(r.segments[0], "...}") {
			r.scoped, r.segments = true, r.segments[1:]
		}
		var buf [96]byte
		key := typeKey(buf[:0], r.segments)
		switch {
		case key != nil && !strings.Contains(string(key), "{"):
			t.typed[string(key)] = append(t.typed[string(key)], r)
		case r.scoped:
			t.open = append(t.open, r)
		default:
			t.sized[len(r.segments)] = append(t.sized[len(r.segments)], r)
		}
	}
	return t
}

// typeKey appends "namespace/type" of a path's last provider in lower case, or
// returns nil where the path has none.
func typeKey(to []byte, path []string) []byte {
	for i := len(path) - 3; i >= 0; i-- {
		if strings.EqualFold(path[i], "providers") {
			to = appendLower(to, path[i+1])
			return appendLower(append(to, '/'), path[i+2])
		}
	}
	return nil
}

func appendLower(to []byte, s string) []byte {
	for i := range len(s) {
		b := s[i]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		to = append(to, b)
	}
	return to
}

// split cuts a path into its segments; doubled and trailing slashes, which
// some clients send, do not count.
func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// segmentsOf cuts a path that is still escaped, so that a slash inside a
// segment is not taken for one between.
func segmentsOf(escaped string) []string {
	path := split(escaped)
	for i, s := range path {
		if !strings.Contains(s, "%") {
			continue
		}
		if u, err := url.PathUnescape(s); err == nil {
			path[i] = u
		}
	}
	return path
}

// find returns the route and the variables of its pattern.
func (t *router) find(method string, path []string) (*route, map[string]string) {
	var found *route
	t.candidates(path, func(r *route) bool {
		if r.takes(method) && r.match(path) {
			found = r
		}
		return found == nil
	})
	if found == nil {
		return nil, nil
	}
	return found, found.variables(path)
}

// candidates hands on the routes that may fit a path, until fn says false.
func (t *router) candidates(path []string, fn func(*route) bool) {
	var buf [96]byte
	for _, list := range [][]*route{t.typed[string(typeKey(buf[:0], path))], t.sized[len(path)], t.open} {
		for _, r := range list {
			if !fn(r) {
				return
			}
		}
	}
}

// methods returns the methods by which a path can be called.
func (t *router) methods(path []string) []string {
	var out []string
	t.candidates(path, func(r *route) bool {
		if r.match(path) {
			out = append(out, r.method)
			if r.head {
				out = append(out, http.MethodHead)
			}
		}
		return true
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// takes reports whether the route answers a method. HEAD is asked of a GET;
// Resource Manager has it for few types.
func (r *route) takes(method string) bool {
	return r.method == method || (method == http.MethodHead && r.method == http.MethodGet && (r.head || r.service != arm))
}

func (r *route) match(path []string) bool {
	extra := len(path) - len(r.segments)
	if extra < 0 || (extra > 0 && !r.scoped) {
		return false
	}
	for i, want := range r.segments {
		if want[0] != '{' && !strings.EqualFold(want, path[extra+i]) {
			return false
		}
	}
	return true
}

// variables reads the variables of the pattern from a path that fits it.
func (r *route) variables(path []string) map[string]string {
	extra := len(path) - len(r.segments)
	vars := map[string]string{}
	if r.scoped {
		vars["scope"] = "/" + strings.Join(path[:extra], "/")
	}
	for i, want := range r.segments {
		if want[0] == '{' {
			vars[want[1:len(want)-1]] = path[extra+i]
		}
	}
	return vars
}

// serviceOf guesses the service of a path without a route, for the form of
// the refusal.
func serviceOf(path []string) service {
	first, second := "", ""
	if len(path) > 0 {
		first = strings.ToLower(path[0])
	}
	if len(path) > 1 {
		second = strings.ToLower(path[1])
	}
	switch {
	case first == "v1.0" || first == "beta":
		return graph
	case first == "v1":
		return partnerCenter
	case first == "emulator":
		return control
	case first == "adfs" || second == "oauth2" || second == "v2.0" || second == "discovery" || second == ".well-known":
		return entra
	default:
		return arm
	}
}
