package emulator

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// roleDefinition is a built-in role with what it allows.
type roleDefinition struct {
	ID          pharos.RoleID    `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Permissions []rolePermission `json:"permissions"`

	custom *customRole // nil: built in
}

// customRole is what a role has that a tenant made for itself.
type customRole struct {
	scopes               []pharos.Scope // where it can be assigned
	created, updated     time.Time
	createdBy, updatedBy pharos.PrincipalID
}

// kind is the role's type as Resource Manager writes it.
func (d *roleDefinition) kind() string {
	if d.custom != nil {
		return "CustomRole"
	}
	return "BuiltInRole"
}

// assignableAt reports whether the role can be assigned at a scope.
func (d *roleDefinition) assignableAt(scope pharos.Scope) bool {
	return d.custom == nil || slices.ContainsFunc(d.custom.scopes, func(s pharos.Scope) bool { return s.Covers(scope) })
}

// rolePermission is one permission of a role: the actions it allows, with
// wildcards, less those it excepts.
type rolePermission struct {
	Actions        []string `json:"actions"`
	NotActions     []string `json:"notActions"`
	DataActions    []string `json:"dataActions"`
	NotDataActions []string `json:"notDataActions"`
}

// The built-in role definitions as of 2026-08-22, from
// https://github.com/iann0036/iam-dataset (MIT), reduced to these fields.
//
//go:embed data/builtin-roles.json.gz
var builtinRolesGz []byte

// builtinRoles are the built-in roles, by GUID and by name.
type builtinRoles struct {
	all    []*roleDefinition
	byID   map[pharos.RoleID]*roleDefinition
	byName map[string]*roleDefinition // lower case
}

// loadRoles unpacks the roles once. They are read only.
var loadRoles = sync.OnceValue(func() *builtinRoles {
	r := &builtinRoles{byID: map[pharos.RoleID]*roleDefinition{}, byName: map[string]*roleDefinition{}}
	z, err := gzip.NewReader(bytes.NewReader(builtinRolesGz))
	if err == nil {
		err = json.NewDecoder(z).Decode(&r.all)
	}
	if err != nil {
		panic("emulator: data/builtin-roles.json.gz: " + err.Error()) // a build fault: it is embedded and tested
	}
	for _, d := range r.all {
		r.byID[d.ID] = d
		r.byName[strings.ToLower(d.Name)] = d
	}
	return r
})

// find returns the role of that name, in any casing, or GUID. A name under
// which Microsoft's table of eligible roles knows a role since renamed is
// understood too.
func (r *builtinRoles) find(name string) *roleDefinition {
	if id, err := pharos.ParseGUID(name); err == nil {
		return r.byID[pharos.RoleID(id)]
	}
	if d, ok := r.byName[strings.ToLower(strings.TrimSpace(name))]; ok {
		return d
	}
	if row, ok := pharos.Roles().ByName(strings.TrimSpace(name)); ok {
		return r.byID[row.ID]
	}
	return nil
}

// allows reports whether the role allows a control-plane action: one of its
// permissions names the action and does not except it. Matching ignores case
// and an asterisk stands for any text (docs: Azure role definitions).
func (d *roleDefinition) allows(action string) bool {
	return slices.ContainsFunc(d.Permissions, func(p rolePermission) bool { return p.allows(action) })
}

func (p rolePermission) allows(action string) bool {
	action = strings.ToLower(action)
	return anyMatch(p.Actions, action) && !anyMatch(p.NotActions, action)
}

// allowsData is allows for an action on data.
func (d *roleDefinition) allowsData(action string) bool {
	return slices.ContainsFunc(d.Permissions, func(p rolePermission) bool {
		return rolePermission{Actions: p.DataActions, NotActions: p.NotDataActions}.allows(action)
	})
}

// names reports whether the role names the action itself, without wildcard.
func (d *roleDefinition) names(action string) bool {
	return slices.ContainsFunc(d.Permissions, func(p rolePermission) bool {
		return slices.ContainsFunc(p.Actions, func(a string) bool { return strings.EqualFold(a, action) })
	})
}

func anyMatch(patterns []string, action string) bool {
	for _, p := range patterns {
		if wildcard(strings.ToLower(p), action) {
			return true
		}
	}
	return false
}

// wildcard reports whether text matches a pattern in which * is any text.
func wildcard(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, head)
	if !ok {
		return false
	}
	for {
		middle, more, star := strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(text, rest)
		}
		i := strings.Index(text, middle)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(middle):], more
	}
}
