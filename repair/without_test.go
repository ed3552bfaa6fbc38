package repair

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// twoCustomers: f1 earns by AOBO and by ops, its group web by alice too, f2 by
// alice alone, as a member of the home and as a guest; t1 by ops alone.
func twoCustomers() *realm {
	user := func(tenant pharos.TenantID, id, name, identity string) pharos.Principal {
		return pharos.Principal{PrincipalRef: at(tenant, id), Kind: pharos.User, Name: name, Identity: identity}
	}
	r := &realm{
		subs: map[pharos.SubscriptionID]pharos.TenantID{"f1": "fabrikam", "f2": "fabrikam", "t1": "tailspin"},
		principals: []pharos.Principal{
			user(home, "ops", "Ops", "app-1"), user(home, "alice", "Alice", "alice@msp.example"), user("fabrikam", "guest", "Alice (guest)", "ALICE@msp.example"),
			{PrincipalRef: at(home, string(agents)), Kind: pharos.Group, Name: "AdminAgents"},
			user(home, "bob1", "Bob", "bob@msp.example"), user(home, "bob2", "Bob", "bob2@msp.example"),
		},
		members: map[pharos.PrincipalRef][]pharos.PrincipalID{at(home, "team"): {"alice", "bob1"}},
		linked:  map[pharos.PrincipalRef]bool{at(home, "ops"): true, at(home, "alice"): true, at("fabrikam", "guest"): true, at(home, "bob1"): false},
		rows: []credit.Row{
			row("/subscriptions/f1/resourceGroups/db", "EUR", 1000, 0), row("/subscriptions/f1/resourceGroups/web/providers/p/t/vm", "EUR", 2000, 500),
			row("/subscriptions/f2", "EUR", 0, 4000), row("/subscriptions/t1", "USD", 9000, 0), row("/subscriptions/unseen", "EUR", 7000, 0),
		},
	}
	give := func(path pharos.Path, scope pharos.Scope, holder pharos.PrincipalRef, kind pharos.PrincipalKind, offer string) {
		r.grants = append(r.grants, pharos.Grant{Path: path, ID: "/a/" + string(scope) + "/" + string(path) + offer, Scope: scope, Kind: pharos.Permanent,
			Role: pharos.Contributor, Holder: holder, HolderKind: kind, Offer: offer})
	}
	give(pharos.AOBO, "/subscriptions/f1", at("", string(agents)), pharos.ForeignGroup, "")
	give(pharos.Lighthouse, "/subscriptions/f1", at(home, "ops"), pharos.ServicePrincipal, "Operations")
	give(pharos.Lighthouse, "/subscriptions/f1/resourceGroups/web", at(home, "team"), pharos.Group, "Web")
	give(pharos.Lighthouse, "/subscriptions/f2", at(home, "team"), pharos.Group, "Web")
	give(pharos.Direct, "/subscriptions/f2", at("fabrikam", "guest"), pharos.User, "")
	give(pharos.Lighthouse, "/subscriptions/t1", at(home, "ops"), pharos.ServicePrincipal, "Operations")
	return r
}

// told writes an impact in one line: what stops and why, what hangs on one.
func told(i *Impact) string {
	var out []string
	for _, s := range i.Stopped {
		out = append(out, "-"+string(s.Scope)+" "+string(s.Causes[0])+money(s.Stakes))
	}
	for _, w := range i.Weakened {
		out = append(out, "1"+string(w.Scope)+" "+w.Last[0].Name+money(w.Stakes))
	}
	return strings.Join(out, ", ")
}

func money(stakes []Stake) string {
	out := ""
	for _, s := range stakes {
		out += " " + s.Earned.String() + "/" + s.Monthly.String() + " " + s.Currency
	}
	return out
}

func TestWithout(t *testing.T) {
	for _, c := range []struct {
		name string
		by   []Removal
		want string
	}{
		{"a robot that others stand beside", []Removal{"principal:ops"}, "-/subscriptions/t1 no-access 9/9 USD, 1/subscriptions/f1 AdminAgents 1/1 EUR"},
		{"by application id", []Removal{"principal:app-1"}, "-/subscriptions/t1 no-access 9/9 USD, 1/subscriptions/f1 AdminAgents 1/1 EUR"},
		{"a person leaves every tenant", []Removal{"principal:Alice"}, "-/subscriptions/f2 linked-not-member 0/4 EUR"},
		{"AOBO", []Removal{"aobo"}, "1/subscriptions/f1 Ops 1/1 EUR"},
		{"an agent group by its id", []Removal{Removal("principal:" + agents)}, "1/subscriptions/f1 Ops 1/1 EUR"},
		{"an agent group by its name", []Removal{"principal:adminagents"}, "1/subscriptions/f1 Ops 1/1 EUR"},
		{"an offer everywhere", []Removal{"delegation:operations"}, "-/subscriptions/t1 no-access 9/9 USD, 1/subscriptions/f1 AdminAgents 1/1 EUR"},
		{"one delegation", []Removal{"delegation:/A//subscriptions/f1/lighthouseOperations"}, "1/subscriptions/f1 AdminAgents 1/1 EUR"},
		{"what nobody earns through", []Removal{"principal:bob1"}, ""},
		{"several together", []Removal{"aobo", "principal:ops"}, "-/subscriptions/t1 no-access 9/9 USD, -/subscriptions/f1 scope-too-narrow 1/1 EUR, 1/subscriptions/f1/resourceGroups/web Alice 2/2.5 EUR"},
		{"a group", []Removal{"principal:team"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Without(twoCustomers().input(), c.by...)
			if err != nil {
				t.Fatal(err)
			}
			if told(got) != c.want || got.Earning != 4 || len(got.Removed) != len(c.by) {
				t.Errorf("of %d: %s\nwant %s", got.Earning, told(got), c.want)
			}
		})
	}
}

func TestWithout_Errors(t *testing.T) {
	r := twoCustomers()
	rival := pharos.Grant{Path: pharos.Lighthouse, ID: "/a/rival", Scope: "/subscriptions/t1", Holder: at("rivals", "x"), HolderKind: pharos.User, Offer: "Operations"}
	r.grants = append(r.grants, rival)
	for _, c := range []struct {
		by        Removal
		code      pharos.Code
		says, tip string
	}{
		{"principal:Bob", pharos.Conflict, "Bob (tenant " + string(home) + ", bob1); Bob (tenant", "object id"},
		{"delegation:operations", pharos.Conflict, "2 managing tenants", "ARM id"},
		{"principal:alcie", pharos.NotFound, "alcie", "did you mean Alice"},
		{"delegation:operation", pharos.NotFound, "operation", "did you mean Operations?"},
		{"principal:zzzzzzzz", pharos.NotFound, "zzz", "pharos coverage"},
		{"principal:", pharos.Invalid, "principal:", "aobo"},
		{"AOBO", pharos.Invalid, "AOBO", "aobo"},
		{"offer:x", pharos.Invalid, "offer:x", "delegation:OFFER"},
	} {
		_, err := Without(r.input(), c.by)
		if pharos.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || !strings.Contains(pharos.HintOf(err), c.tip) {
			t.Errorf("%s: %s %v, hint %q", c.by, pharos.CodeOf(err), err, pharos.HintOf(err))
		}
	}
}

func TestBusFactors(t *testing.T) {
	var got []string
	for _, b := range BusFactors(twoCustomers().input()) {
		for _, d := range b.Weakest {
			var who []string
			for _, p := range d.People {
				who = append(who, p.Name)
			}
			got = append(got, b.CustomerName+": "+strings.Join(who, " and ")+money(d.Stakes))
		}
	}
	want := []string{"customer tailspin: Ops 9/9 USD", "customer fabrikam: Alice 0/4 EUR"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestWithout_AsIfItHappened: what is foretold is what coverage says of a
// history from which the access was truly removed, and the money is that of
// the rows of the bill that no longer earn.
func TestWithout_AsIfItHappened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRealm(t)
		person := rapid.IntRange(0, 3).Draw(t, "who leaves")
		name := "person" + string(rune('0'+person)) + "@X"
		left := r.less(func(g pharos.Grant) bool { return false }, func(ref pharos.PrincipalRef) bool {
			return strings.HasPrefix(string(ref.ID), "p"+string(rune('0'+person)))
		})
		by := []Removal{Removal("principal:" + name)}
		if rapid.Bool().Draw(t, "and AOBO") {
			by = append(by, "aobo")
			left = left.less(func(g pharos.Grant) bool { return g.Path == pharos.AOBO }, nil)
		}
		if slices.ContainsFunc(r.grants, func(g pharos.Grant) bool { return g.Offer == "Ops" }) {
			by = append(by, "delegation:Ops")
			left = left.less(func(g pharos.Grant) bool { return g.Offer == "Ops" }, nil)
		}
		in := r.input()
		got, err := Without(in, by...)
		if err != nil {
			t.Fatal(err)
		}
		before, day := in.lasting()
		lessInput := left.input()
		after, _ := lessInput.lasting()
		checkStopped(t, got, before, after, day)
		var totals []Stake
		for i := range r.rows {
			s := pharos.Scope(r.rows[i].Key)
			if before.On(s, day).State == pharos.Full && after.On(s, day).State != pharos.Full {
				totals = addStakes(totals, stakeOf(&r.rows[i]))
			}
		}
		if money(totals) != money(got.Totals) {
			t.Fatalf("%s instead of %s", money(got.Totals), money(totals))
		}
	})
}

// checkStopped compares what is foretold of each scope with what came.
func checkStopped(t *rapid.T, got *Impact, before, after *coverage.Access, day pharos.Day) {
	stopped, weakened := map[pharos.Scope]Stopped{}, map[pharos.Scope]Weakened{}
	for _, s := range got.Stopped {
		stopped[s.Scope] = s
	}
	for _, w := range got.Weakened {
		weakened[w.Scope] = w
	}
	for _, scope := range before.Scopes() {
		was, is := before.On(scope, day), after.On(scope, day)
		s, gone := stopped[scope]
		if want := was.State == pharos.Full && is.State != pharos.Full; want != gone {
			t.Fatalf("%s: foretold %v, was %s, is %s", scope, gone, was.State, is.State)
		}
		if gone && (s.State != is.State || !slices.Equal(s.Causes, is.Causes)) {
			t.Fatalf("%s: foretold %s %v, is %s %v", scope, s.State, s.Causes, is.State, is.Causes)
		}
		if w, one := weakened[scope]; one && (is.State != pharos.Full || len(w.Last) != 1) {
			t.Fatalf("%s: foretold one left, is %s", scope, is.State)
		}
	}
}

// less is the realm without some grants and principals.
func (r *realm) less(grant func(pharos.Grant) bool, principal func(pharos.PrincipalRef) bool) *realm {
	out := *r
	gone := func(ref pharos.PrincipalRef) bool { return principal != nil && principal(ref) }
	out.grants = slices.DeleteFunc(slices.Clone(r.grants), func(g pharos.Grant) bool { return grant(g) || gone(g.Holder) })
	out.members, out.linked = map[pharos.PrincipalRef][]pharos.PrincipalID{}, map[pharos.PrincipalRef]bool{}
	for group, members := range r.members {
		out.members[group] = slices.DeleteFunc(slices.Clone(members), func(m pharos.PrincipalID) bool {
			return gone(pharos.PrincipalRef{Tenant: group.Tenant, ID: m})
		})
	}
	for ref, linked := range r.linked {
		out.linked[ref] = linked && !gone(ref)
	}
	return &out
}

// TestWithout_All: without everything nothing earns, and without who is of no
// use nothing changes.
func TestWithout_All(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRealm(t)
		in := r.input()
		all := []Removal{"aobo"}
		for _, p := range r.principals {
			all = append(all, Removal("principal:"+p.ID))
		}
		got, err := Without(in, all...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Stopped) != got.Earning || len(got.Weakened) != 0 {
			t.Fatalf("%d of %d stop without everything", len(got.Stopped), got.Earning)
		}
		access, day := in.lasting()
		names, used := explain.NamesOf(in.History), map[string]bool{}
		for _, s := range access.Scopes() {
			for _, who := range names.People(access.On(s, day).Earning) {
				used[who] = true
			}
		}
		for _, p := range r.principals {
			if used[names.Person(p.PrincipalRef)] || p.Kind == pharos.Group {
				continue
			}
			if got, err := Without(in, Removal("principal:"+p.ID)); err != nil || len(got.Stopped)+len(got.Weakened) > 0 {
				t.Fatalf("without %s, through whom nothing earns: %v %s", p.ID, err, told(got))
			}
		}
	})
}

// TestBusFactors_AreLeast: when the set leaves, its scopes stop; while one of
// it stays, they earn.
func TestBusFactors_AreLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyRealm(t).input()
		for _, b := range BusFactors(in) {
			for _, d := range b.Weakest {
				if len(d.People) != b.Factor {
					t.Fatalf("a set of %d where the factor is %d", len(d.People), b.Factor)
				}
				for stays := range len(d.People) + 1 {
					var leave []Removal
					for i, p := range d.People {
						if i != stays {
							leave = append(leave, Removal("principal:"+p.Objects[0].ID))
						}
					}
					got, err := Without(in, leave...)
					if err != nil {
						t.Fatal(err)
					}
					for _, h := range d.Scopes {
						stops := slices.ContainsFunc(got.Stopped, func(s Stopped) bool { return s.Scope == h.Scope })
						if stops != (stays == len(d.People)) {
							t.Fatalf("%s without %v: stops %v", h.Scope, leave, stops)
						}
					}
				}
			}
		}
	})
}
