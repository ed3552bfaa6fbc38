package cli

import (
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// TestSought: the managing tenant sees a delegation when it sees all that the
// customer's side says is given, and not what was before.
func TestSought(t *testing.T) {
	const manager = "11111111-1111-4111-8111-111111111111"
	at := time.Date(2026, 10, 7, 9, 0, 0, 0, time.UTC)
	grant := func(id string, role pharos.RoleID) observe.Dated[pharos.Grant] {
		return observe.Dated[pharos.Grant]{Since: at, Value: pharos.Grant{ID: id, Role: role, Holder: pharos.PrincipalRef{Tenant: manager, ID: "robot"}}}
	}
	reading := func(all ...observe.Dated[pharos.Grant]) observe.Delegations {
		var out observe.Delegations
		out.At, out.Items = at.Add(time.Hour), all
		return out
	}
	other := grant("b", pharos.Reader)
	other.Value.Holder.Tenant = "22222222-2222-4222-8222-222222222222"
	for _, x := range []struct {
		name                string
		ids                 []string
		given, seen         observe.Delegations
		delegations, grants int
		whole               bool
	}{
		{"all is seen", []string{"a"}, reading(grant("a", pharos.Reader), other), reading(grant("a", pharos.Reader)), 1, 1, true},
		{"nothing is seen", []string{"a"}, reading(grant("a", pharos.Reader)), reading(), 1, 1, false},
		{"what was before is seen", []string{"a"}, reading(grant("a", pharos.Owner)), reading(grant("a", pharos.Reader)), 1, 1, false},
		{"half of it is seen", []string{"a"}, reading(grant("a", pharos.Owner), grant("a", pharos.Reader)), reading(grant("a", pharos.Reader)), 1, 2, false},
		{"one of two", []string{"a", "b"}, reading(grant("a", pharos.Reader), grant("b", pharos.Reader)), reading(grant("b", pharos.Reader)), 2, 2, false},
		{"one is not there yet", []string{"a", "b"}, reading(grant("a", pharos.Reader)), reading(grant("a", pharos.Reader)), 1, 1, false},
		{"another offer's is no matter", []string{"a"}, reading(grant("a", pharos.Reader), grant("b", pharos.Reader)), reading(grant("a", pharos.Reader)), 1, 1, true},
		{"any, where nobody knows which", nil, reading(grant("a", pharos.Reader), grant("b", pharos.Reader)), reading(grant("a", pharos.Reader), grant("b", pharos.Reader)), 2, 2, true},
		{"the customer's side cannot tell", []string{"a"}, reading(), reading(grant("a", pharos.Reader)), 1, 1, true},
		{"nobody can tell", nil, reading(), reading(), 0, 0, false},
	} {
		w := sought{manager: manager, ids: map[string]bool{}}
		for _, id := range x.ids {
			w.ids[id] = true
		}
		w.given, w.seen = w.of(x.given), w.of(x.seen)
		if n := len(w.delegations()); n != x.delegations || len(w.grants()) != x.grants || w.whole() != x.whole {
			t.Errorf("%s: %d delegations, %d grants, whole %v", x.name, n, len(w.grants()), w.whole())
		}
	}
	undated := grant("a", pharos.Reader)
	undated.Since = time.Time{}
	w := sought{manager: manager}
	if got := w.of(reading(undated))[undated.Value]; !got.Equal(at.Add(time.Hour)) {
		t.Errorf("what nobody dates is taken to hold since %s", got)
	}
}
