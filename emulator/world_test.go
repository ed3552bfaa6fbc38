package emulator

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pharos-pec/pharos"
)

func contoso(t testing.TB) *world {
	t.Helper()
	s, err := ReadScenario("testdata/contoso.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, found := newWorld(s)
	if found != nil {
		t.Fatal(found.err(s.File))
	}
	return w
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	x, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func day(t testing.TB, s string) pharos.Day {
	t.Helper()
	d, err := pharos.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorld_IDsFollowTheRule(t *testing.T) {
	w := contoso(t)
	ns := uuid.MustParse("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
	v5 := func(s string) string { return uuid.NewSHA1(ns, []byte(s)).String() }
	f := w.customers[0]
	for _, c := range []struct{ what, got, want string }{
		{"given tenant", string(w.us.tenant.id), "11111111-1111-4111-8111-111111111111"},
		{"tenant", string(f.tenant.id), v5("tenant//fabrikam")},
		{"user", string(w.us.tenant.byName["alice"].id), v5("user/contoso-msp/alice")},
		{"guest", string(f.tenant.guestByName["alice"].id), v5("user/fabrikam/alice")},
		{"group", string(w.us.tenant.byName["ops"].id), v5("group/contoso-msp/ops")},
		{"service principal", string(w.us.tenant.byName["provider-automation"].id), v5("servicePrincipal/contoso-msp/provider-automation")},
		{"application", w.us.tenant.byName["provider-automation"].appID, v5("application/contoso-msp/provider-automation")},
		{"subscription", string(f.subs[0].id), v5("subscription/fabrikam/fabrikam-prod")},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.what, c.got, c.want)
		}
	}
}

func TestWorld_MembershipIsTransitiveAndDated(t *testing.T) {
	w := contoso(t)
	bob, ops := w.us.tenant.byName["bob"], w.us.tenant.byName["ops"]
	in := bob.memberTimes(ops)
	if in.at(at(t, "2026-10-04T23:59:59Z")) || !in.at(at(t, "2026-10-05T00:00:00Z")) {
		t.Errorf("bob is in ops, through leads, at %v", in)
	}
	able := bob.able().intersect(in)
	if !able.whole(day(t, "2026-10-19")) || able.touches(day(t, "2026-10-20")) {
		t.Errorf("bob was disabled on 2026-10-20: %v", able)
	}
	if got := len(bob.groupsAt(at(t, "2026-10-06T00:00:00Z"))); got != 2 {
		t.Errorf("bob is in %d groups, want leads and ops", got)
	}
}

func TestWorld_Access(t *testing.T) {
	w := contoso(t)
	kinds := map[pharos.Path]map[pharos.GrantKind]int{}
	for _, a := range w.accessTo(w.customers[0].subs[0]) {
		if kinds[a.path] == nil {
			kinds[a.path] = map[pharos.GrantKind]int{}
		}
		kinds[a.path][a.kind]++
	}
	for _, c := range []struct {
		path pharos.Path
		kind pharos.GrantKind
		want int
	}{
		{pharos.AOBO, pharos.Permanent, 1},
		{pharos.Lighthouse, pharos.Permanent, 3},
		{pharos.Lighthouse, pharos.Eligible, 1},
		{pharos.Lighthouse, pharos.TimeBound, 1},
		{pharos.Direct, pharos.Permanent, 3}, // staff, local-admin, and the reader at the root
		{pharos.Direct, pharos.TimeBound, 1},
		{pharos.Direct, pharos.Eligible, 1},
	} {
		if got := kinds[c.path][c.kind]; got != c.want {
			t.Errorf("%s %s: got %d, want %d", c.path, c.kind, got, c.want)
		}
	}
}

func TestWorld_LinksAndSale(t *testing.T) {
	w := contoso(t)
	guest := w.customers[0].tenant.guestByName["alice"]
	if got := w.linkAt(guest, at(t, "2026-10-01T00:00:00Z")); got != "4987654" {
		t.Errorf("alice is linked to %q in the customer's tenant", got)
	}
	if got := w.linkAt(guest.home, at(t, "2026-10-01T00:00:00Z")); got != "" {
		t.Errorf("alice is linked to %q at home, want none", got)
	}
	sold := w.customers[1].billedTo(w.us)
	if !sold.whole(day(t, "2026-10-14")) || sold.touches(day(t, "2026-10-15")) {
		t.Errorf("tailspin was billed to us at %v", sold)
	}
}
