package onboard

import "github.com/pharos-pec/pharos"

// Change mends a finding where there is one certain way to do so. The zero
// value is none.
type Change struct {
	Place
	Kind ChangeKind
	// Old is the value as it is written at the place; New replaces it.
	Old, New string
}

// ChangeKind is what is done at the place of a change.
type ChangeKind string

// The kinds. Replace writes another value, Remove takes the value or the
// authorization out of its list, and Repeat adds a copy of the authorization
// behind it in which New stands for Old.
const (
	Replace ChangeKind = "replace"
	Remove  ChangeKind = "remove"
	Repeat  ChangeKind = "repeat"
)

// IsZero reports whether there is no change.
func (c Change) IsZero() bool { return c.Kind == "" }

// giveUp adds the delete role for the principal that holds the role that earns.
func (in *inspection) giveUp(d *Definition) Change {
	for _, a := range standing(d) {
		if id := a.RoleID(); id != "" && in.roles.Lookup(id).Earns == pharos.EligibleRole && !a.Principal.Open && len(a.Delegated) == 0 {
			return Change{a.Place, Repeat, a.Role.Value, string(pharos.DelegationDeleteRole)}
		}
	}
	return Change{}
}
