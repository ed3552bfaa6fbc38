package credit

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// A partner link can be read only by the principal that carries it, so the
// history often knows a holder of an eligible role and not whether he is
// linked. The bill then bears witness: a credited day that nothing but such a
// holder explains shows his link. docs/adr/0004-unread-links.md has the
// reasons.

// witnesses collects the credited days that only unread links explain.
type witnesses struct {
	sets map[string][]pharos.PrincipalRef
}

// hear takes note of a credited fact's coverage.
func (w *witnesses) hear(c *pharos.Coverage) {
	if !onlyLinkOpen(c) {
		return
	}
	set := sortedRefs(c.Unread)
	if w.sets == nil {
		w.sets = map[string][]pharos.PrincipalRef{}
	}
	w.sets[refsKey(set)] = set
}

// onlyLinkOpen reports whether everything about the coverage is known but
// the links of its unread holders: were it not so, something unobserved could
// explain the credit as well.
func onlyLinkOpen(c *pharos.Coverage) bool {
	return c.State != pharos.Full && !c.Disputed && len(c.Unread) > 0 && len(causesOf(c)) > 0
}

// linked returns the holders that may be linked by the bill's witness. One
// holder alone on a credited day is linked for certain; of several, none of
// whom is known so, each may be.
func (w *witnesses) linked() map[pharos.PrincipalRef]bool {
	certain := map[pharos.PrincipalRef]bool{}
	for _, set := range w.sets {
		if len(set) == 1 {
			certain[set[0]] = true
		}
	}
	all := map[pharos.PrincipalRef]bool{}
	for _, set := range w.sets {
		if len(set) == 1 || !slices.ContainsFunc(set, func(r pharos.PrincipalRef) bool { return certain[r] }) {
			for _, r := range set {
				all[r] = true
			}
		}
	}
	return all
}

// sortedRefs returns the refs in one fixed order, each once.
func sortedRefs(refs []pharos.PrincipalRef) []pharos.PrincipalRef {
	out := slices.Clone(refs)
	slices.SortFunc(out, func(a, b pharos.PrincipalRef) int {
		if n := strings.Compare(string(a.Tenant), string(b.Tenant)); n != 0 {
			return n
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return slices.Compact(out)
}

// refsKey returns a text that is equal for equal sets of sorted refs.
func refsKey(sorted []pharos.PrincipalRef) string {
	var b strings.Builder
	for _, r := range sorted {
		b.WriteString(string(r.Tenant) + "/" + string(r.ID) + " ")
	}
	return b.String()
}
