package explain

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Person is the key of the person or application behind a directory object:
// its identity where that was seen, so that the guest and the member of one
// person are one, else the object itself.
func (n Names) Person(ref pharos.PrincipalRef) string {
	if identity := n.Principals[ref].Identity; identity != "" {
		return strings.ToLower(identity)
	}
	return string(ref.Tenant) + "/" + string(ref.ID)
}

// People are the distinct people, robots and agent groups that a scope earns
// through, by their key, in the order of earning. Their number is the bus
// factor: while one of them is left, the scope earns.
func (n Names) People(earning []pharos.EarningPrincipal) []string {
	var out []string
	for _, e := range earning {
		if who := n.Person(e.PrincipalRef); !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out
}
