package repair

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// changed is the error of a thing that is no longer as a plan found it, with
// code Conflict: what it is, and the difference in words.
func changed(was, now Thing) error {
	return pharos.Errorf(pharos.Conflict, "%s: %s", was.Name, difference(was, now)).WithHint("the world is not as the plan found it; scan and make a new plan")
}

// difference says in words how a thing stands now, compared with before.
func difference(was, now Thing) string {
	switch {
	case strings.HasPrefix(was.Path, partnersPath):
		return fmt.Sprintf("the link is now %s, and was %s", orNone(linkedID(now.State)), orNone(linkedID(was.State)))
	case now.absent():
		return "it is not there any more"
	case was.absent():
		return "it was made since, otherwise than planned"
	case strings.Contains(was.Path, definitionsPath):
		return definitionDifference(was.State, now.State)
	}
	return propertyDifference(was.State, now.State)
}

func orNone(id pharos.PartnerID) string {
	if id == "" {
		return "none"
	}
	return string(id)
}

// definitionDifference names the authorizations that came and went.
func definitionDifference(was, now json.RawMessage) string {
	a, b := readDefinition(was).Properties, readDefinition(now).Properties
	var out []string
	out = append(out, authorizationDifference("authorization", a.Authorizations, b.Authorizations)...)
	out = append(out, authorizationDifference("eligible authorization", a.Eligible, b.Eligible)...)
	if a.Name != b.Name {
		out = append(out, fmt.Sprintf("its name is now %q, and was %q", b.Name, a.Name))
	}
	if len(out) == 0 {
		return propertyDifference(was, now)
	}
	return strings.Join(out, "; ")
}

func authorizationDifference(what string, was, now []authorization) []string {
	var out []string
	say := func(from, to []authorization, verb string) {
		for _, a := range from {
			if !slices.ContainsFunc(to, a.same) {
				out = append(out, fmt.Sprintf("the %s of %s with %s was %s", what, a.who(), a.role(), verb))
			}
		}
	}
	say(was, now, "removed")
	say(now, was, "added")
	return out
}

// same reports whether two authorizations give the same principal the same role.
func (a authorization) same(b authorization) bool {
	return strings.EqualFold(a.Principal, b.Principal) && normalText("roleDefinitionId", a.Role) == normalText("roleDefinitionId", b.Role)
}

func (a authorization) who() string {
	if a.Name != "" {
		return a.Name
	}
	return strings.ToLower(a.Principal)
}

func (a authorization) role() string {
	return pharos.Roles().Lookup(pharos.RoleID(normalText("roleDefinitionId", a.Role))).Name
}

// propertyDifference names the properties that differ.
func propertyDifference(was, now json.RawMessage) string {
	a, b := properties(was), properties(now)
	var names []string
	for name := range a {
		if normal(a[name]) != normal(b[name]) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, had := a[name]; !had {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "it was changed"
	}
	slices.Sort(names)
	return "its " + strings.Join(names, ", ") + " changed"
}

func properties(state json.RawMessage) map[string]json.RawMessage {
	var whole struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if json.Unmarshal(state, &whole) != nil {
		return nil
	}
	return whole.Properties
}
