package emulator

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// resourceRoutes read and remove a single resource of the scenario, which az
// does by its id. What a resource is made of the emulator does not know, so
// that none can be made or changed. Every provider has api-versions of its own,
// and any is taken.
func resourceRoutes() []route {
	const one = "/subscriptions/{sub}/resourceGroups/{group}/providers/{namespace}/{type}/{name}"
	var out []route
	for _, pattern := range []string{one, one + "/{type2}/{name2}"} {
		out = append(out,
			route{method: http.MethodGet, pattern: pattern, handle: getResource},
			route{method: http.MethodDelete, pattern: pattern, handle: deleteResource},
			route{method: http.MethodPut, pattern: pattern}, route{method: http.MethodPatch, pattern: pattern})
	}
	return each(out, func(r *route) {
		r.service, r.faith, r.head = arm, documented, r.method == http.MethodGet
	})
}

// resource finds the resource of the call as of now; nil when there is none.
// A path into a namespace in which other routes answer is refused.
func (c *call) resource(action string) (*resource, target, error) {
	namespace, kind, name := c.vars["namespace"], c.vars["namespace"]+"/"+c.vars["type"], c.vars["name"]
	if resourceTypes(namespace) != nil || !isNamespace(namespace) {
		return nil, target{}, c.refuseARM(split(c.URL.Path))
	}
	if c.vars["type2"] != "" {
		kind, name = kind+"/"+c.vars["type2"], name+"/"+c.vars["name2"]
	}
	on, err := c.target()
	if err != nil {
		return nil, on, err
	}
	if on.scope, err = pharos.ParseScope(c.URL.Path); err != nil {
		return nil, on, err
	}
	if err := c.require(kind+action, on); err != nil {
		return nil, on, err
	}
	for _, r := range on.sub.resources {
		if r.scope == on.scope && r.during.Contains(c.now) {
			return r, on, nil
		}
	}
	return nil, on, notFound("ResourceNotFound", "The Resource '"+kind+"/"+name+"' under resource group '"+c.vars["group"]+"' was not found. "+
		"For more details please go to https://aka.ms/ARMResourceNotFoundFix")
}

// show is the resource as lists have it.
func (r *resource) show() map[string]any {
	return map[string]any{
		"id": r.id, "name": r.name[strings.LastIndex(r.name, "/")+1:], "type": r.kind, "location": r.location, "tags": map[string]string{},
	}
}

func getResource(c *call) (reply, error) {
	r, _, err := c.resource("/read")
	if err != nil {
		return reply{}, err
	}
	if c.Method == http.MethodHead {
		return reply{status: http.StatusNoContent}, nil
	}
	body := r.show()
	body["properties"] = map[string]string{"provisioningState": "Succeeded"}
	return ok(body)
}

// deleteResource ends a resource, with all its meters and the grants at it;
// one that is not there is as good as removed.
func deleteResource(c *call) (reply, error) {
	_, on, err := c.resource("/delete")
	if e := (*apiError)(nil); errors.As(err, &e) && e.code == "ResourceNotFound" {
		return reply{status: http.StatusNoContent}, nil
	}
	if err != nil {
		return reply{}, err
	}
	end := func(scope pharos.Scope, during *pharos.Interval) {
		if on.scope.Covers(scope) && during.Contains(c.now) {
			during.To = c.now
		}
	}
	for _, r := range on.sub.resources {
		end(r.scope, &r.during)
	}
	for _, a := range on.sub.assignments {
		end(a.scope, &a.during)
	}
	return c.accepted(on, string(on.scope), reply{status: http.StatusOK}), nil
}

// providerTypes are the resource types that a provider tells: those of the
// emulator's calls with their api-versions, newest first, and those of the
// scenario's resources, whose api-versions do not matter here.
func (c *call) providerTypes(namespace string) []any {
	versions := map[string][]string{}
	var order []string
	add := func(kind string, v []string) {
		if versions[kind] == nil {
			order = append(order, kind)
			versions[kind] = v
		}
	}
	for _, r := range c.emulator.router.routes {
		if ns, kind := provider(split(r.pattern)); strings.EqualFold(ns, namespace) && kind != "" && len(r.versions) > 0 {
			v := slices.Clone(r.versions)
			slices.Sort(v)
			slices.Reverse(v)
			add(kind, v)
		}
	}
	for _, cu := range c.world.customers {
		for _, s := range cu.subs {
			for _, r := range s.resources {
				if ns, kind, _ := strings.Cut(r.kind, "/"); strings.EqualFold(ns, namespace) {
					add(kind, []string{"2024-07-01"})
				}
			}
		}
	}
	out := []any{}
	for _, kind := range order {
		out = append(out, map[string]any{
			"resourceType": kind, "apiVersions": versions[kind], "locations": []string{}, "capabilities": "None",
		})
	}
	return out
}
