package repair

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

const (
	rival    = pharos.PartnerID("7000001")
	fabrikam = pharos.TenantID("fabrikam")
	prod     = pharos.Scope("/subscriptions/f1")
	web      = prod + "/resourceGroups/web"
)

var robot, alice, team, guest = at(home, "robot"), at(home, "alice"), at(home, "team"), at(fabrikam, "guest")

// scene is a subscription of a customer with a robot and a person of ours, and
// what is wrong with it.
type scene struct {
	realm
	credentials []Credential
	change      []func(*pharos.History)
}

func newScene() *scene {
	return &scene{realm: realm{
		subs: map[pharos.SubscriptionID]pharos.TenantID{"f1": fabrikam},
		principals: []pharos.Principal{
			{PrincipalRef: robot, Kind: pharos.ServicePrincipal, Name: "robot", Identity: "app"},
			{PrincipalRef: alice, Kind: pharos.User, Name: "alice", Identity: "alice@msp.example"},
			{PrincipalRef: guest, Kind: pharos.User, Name: "alice (guest)", Identity: "alice@msp.example", Guest: true},
			{PrincipalRef: team, Kind: pharos.Group, Name: "team"},
		},
		members: map[pharos.PrincipalRef][]pharos.PrincipalID{},
		linked:  map[pharos.PrincipalRef]bool{},
		rows:    []credit.Row{notEarning(web)},
	}}
}

// notEarning is a row of the bill: 2 EUR lost and 1 pending.
func notEarning(scope pharos.Scope) credit.Row {
	r := row(scope, "EUR", 0, 2000)
	r.Pending = decimal.New(1, 0)
	return r
}

// grant gives a role; what is not said is Support Request Contributor for good
// at the subscription.
func (s *scene) grant(path pharos.Path, holder pharos.PrincipalRef, more ...any) *scene {
	g := pharos.Grant{Path: path, ID: "/a/" + string(path), Scope: prod, Kind: pharos.Permanent, Role: pharos.SupportRequestContributor, Holder: holder, HolderKind: pharos.User}
	if path == pharos.Lighthouse {
		g.Offer = "Ops"
	}
	for _, m := range more {
		switch m := m.(type) {
		case pharos.Scope:
			g.Scope = m
		case pharos.GrantKind:
			g.Kind = m
		case pharos.RoleID:
			g.Role = m
		case pharos.PrincipalKind:
			g.HolderKind = m
		}
	}
	s.grants = append(s.grants, g)
	return s
}

// aobo gives Owner to a group, of ours if it is agents.
func (s *scene) aobo(group pharos.PrincipalID) *scene {
	return s.grant(pharos.AOBO, at("", string(group)), pharos.Owner, pharos.ForeignGroup)
}

// link says of each that it was read and is linked to us.
func (s *scene) link(refs ...pharos.PrincipalRef) *scene {
	for _, r := range refs {
		s.linked[r] = true
	}
	return s
}

// credential configures a credential that is to be linked.
func (s *scene) credential(ref pharos.PrincipalRef) *scene {
	s.credentials = append(s.credentials, Credential{Name: string(ref.ID), Principal: ref, Link: true})
	return s
}

func (s *scene) with(change func(*pharos.History)) *scene {
	s.change = append(s.change, change)
	return s
}

func (s *scene) input() Input {
	in := s.realm.input()
	in.Credentials = s.credentials
	in.Month = &credit.Month{Month: october()}
	for _, change := range s.change {
		change(in.History)
	}
	return in
}

func october() pharos.Month { return pharos.MonthOf(scanned) - 1 }

func (s *scene) unbilled() *scene { s.rows = nil; return s }

// signed is the record of an agreement that was looked for.
func signed(facts ...pharos.Fact[pharos.Signed]) *pharos.Record[pharos.Signed] {
	return &pharos.Record[pharos.Signed]{Observed: []pharos.Interval{{From: scanned.AddDate(0, -2, 0), To: scanned}}, Facts: facts}
}

func deny(h *pharos.History) {
	h.Denials["f1"].Facts = []pharos.Fact[pharos.Denial]{{Value: pharos.Denial{ID: "d", Scope: prod}, Span: pharos.Always()}}
}

func unsigned(h *pharos.History) { h.Agreements[fabrikam] = signed() }

func disabled(ref pharos.PrincipalRef) func(*pharos.History) {
	return func(h *pharos.History) { h.Disabled[ref] = only(pharos.Disabled{}) }
}

func toOther(ref pharos.PrincipalRef) func(*pharos.History) {
	return func(h *pharos.History) { h.Links[ref] = only(rival) }
}

func hadAOBO(h *pharos.History) {
	span := pharos.SpanOf(pharos.Interval{From: scanned.AddDate(0, -2, 0), To: scanned.AddDate(0, 0, -20)})
	rec := h.Grants[pharos.GrantKey{Subscription: "f1", Path: pharos.AOBO}]
	rec.Facts = append(rec.Facts, pharos.Fact[pharos.Grant]{Span: span,
		Value: pharos.Grant{Path: pharos.AOBO, ID: "/a/aobo", Scope: prod, Kind: pharos.Permanent, Role: pharos.Owner, Holder: at("", string(agents)), HolderKind: pharos.ForeignGroup}})
}

func strangers(h *pharos.History) { clear(h.AgentGroups) }

func sold(plan pharos.Plan) func(*pharos.History) {
	return func(h *pharos.History) {
		if h.Sales["f1"] = (&pharos.Record[pharos.Sale]{Observed: signed().Observed}); plan != "" {
			h.Sales["f1"] = only(pharos.Sale{Plan: plan})
		}
	}
}

// TestPropose has a row for each cause and each of its remedies. A step is
// written as its kind, its actor and what it is about.
func TestPropose(t *testing.T) {
	rows := []struct {
		name  string
		build func(*scene)
		cause pharos.Cause // what coverage says first, "" for not asked
		want  string
	}{
		{"a credential of ours", func(s *scene) { s.grant(pharos.Lighthouse, robot).credential(robot) }, pharos.NotLinked, "link pharos robot"},
		{"a credential not to be linked", func(s *scene) {
			s.grant(pharos.Lighthouse, robot).credential(robot).credentials[0].Link = false
		}, pharos.NotLinked, "check-in colleague robot"},
		{"a person", func(s *scene) { s.grant(pharos.Lighthouse, alice); s.linked[alice] = false }, pharos.NotLinked, "check-in colleague alice"},
		{"nobody read it", func(s *scene) { s.grant(pharos.Lighthouse, alice) }, pharos.NotLinked, "check-in colleague alice"},
		{"a member of ours", func(s *scene) {
			s.grant(pharos.Lighthouse, team, pharos.Group).credential(robot).members[team] = []pharos.PrincipalID{"alice", "robot"}
		}, pharos.NotLinked, "link pharos robot"},
		{"a member, rather than a new one", func(s *scene) {
			s.grant(pharos.Lighthouse, team, pharos.Group).credential(robot).members[team] = []pharos.PrincipalID{"alice"}
		}, pharos.NotLinked, "check-in colleague alice"},
		{"an empty group", func(s *scene) {
			s.grant(pharos.Lighthouse, team, pharos.Group).credential(robot).members[team] = []pharos.PrincipalID{}
		}, pharos.NotLinked, "link pharos robot; join-group colleague robot"},
		{"linked at home", func(s *scene) { s.grant(pharos.Direct, guest).link(alice) }, pharos.LinkedWrongTenant, "check-in colleague guest"},
		{"another's link", func(s *scene) { s.grant(pharos.Lighthouse, robot).credential(robot).with(toOther(robot)) }, pharos.LinkedToOther, "check-in colleague robot"},
		{"left out", func(s *scene) {
			s.grant(pharos.Lighthouse, team, pharos.Group).link(robot).members[team] = []pharos.PrincipalID{"alice"}
		}, pharos.LinkedNotMember, "join-group colleague robot"},
		{"gone, another is there", func(s *scene) { s.grant(pharos.Lighthouse, alice).link(alice, robot).with(disabled(alice)) }, pharos.PrincipalDisabled, "add-authorization customer robot /a/lighthouse"},
		{"gone, no other", func(s *scene) { s.grant(pharos.Lighthouse, alice).link(alice).with(disabled(alice)).with(strangers) }, pharos.PrincipalDisabled, "enable colleague alice"},
		{"just in time", func(s *scene) { s.grant(pharos.Lighthouse, alice, pharos.Contributor, pharos.Eligible).link(robot) }, pharos.EligibleOnly, "make-standing customer robot /a/lighthouse"},
		{"just in time, by PIM", func(s *scene) {
			s.grant(pharos.Direct, guest, pharos.Contributor, pharos.Eligible).link(guest)
		}, pharos.EligibleOnly, "make-standing customer guest"},
		{"Reader", func(s *scene) { s.grant(pharos.Lighthouse, robot, pharos.Reader).link(robot) }, pharos.RoleNotEligible, "add-authorization customer robot /a/lighthouse"},
		{"Reader, unlinked", func(s *scene) {
			s.grant(pharos.Lighthouse, robot, pharos.Reader).credential(robot).linked[robot] = false
		}, pharos.RoleNotEligible,
			"link pharos robot; add-authorization customer robot /a/lighthouse"},
		{"unlisted", func(s *scene) { s.grant(pharos.Lighthouse, robot, pharos.DelegationDeleteRole).link(robot) }, "", "add-authorization customer robot /a/lighthouse"},
		{"Reader, directly", func(s *scene) { s.grant(pharos.Direct, guest, pharos.Reader).link(guest) }, pharos.RoleNotEligible, "assign customer guest"},
		{"another group", func(s *scene) { s.grant(pharos.Lighthouse, robot, prod+"/resourceGroups/db").link(robot) }, pharos.ScopeTooNarrow, "delegate customer robot"},
		{"AOBO taken away", func(s *scene) { s.link(robot).with(hadAOBO) }, pharos.NoAccess, "restore-aobo customer " + string(agents)},
		{"nothing ever", func(s *scene) { s.link(robot) }, pharos.NoAccess, "delegate customer robot"},
		{"nothing ever, nobody linked", func(s *scene) {}, pharos.NoAccess, "restore-aobo customer " + string(agents)},
		{"nothing ever, a robot to link", func(s *scene) { s.credential(robot) }, pharos.NoAccess, "link pharos robot; delegate customer robot"},
		{"nobody at all", func(s *scene) { s.with(strangers) }, pharos.NoAccess, "nothing nobody "},
		{"a rival's AOBO", func(s *scene) { s.aobo("rivals").link(robot) }, pharos.AOBOOfOther, "delegate customer robot"},
		{"a rival's delegation", func(s *scene) { s.grant(pharos.Lighthouse, at("rivals", "x")).link(robot) }, pharos.UnrelatedPartner, "delegate customer robot"},
		{"denied", func(s *scene) { s.aobo(agents).with(deny) }, pharos.DenyAssignment, "lift-denial customer "},
		{"no agreement", func(s *scene) { s.aobo(agents).with(unsigned) }, pharos.NoCustomerAgreement, "sell colleague "},
		{"no programme", func(s *scene) { s.aobo(agents).with(func(h *pharos.History) { h.Programme = signed() }) }, pharos.ProgrammeInactive, "sell colleague "},
		{"legacy", func(s *scene) { s.aobo(agents).unbilled().with(sold(pharos.LegacyPlan)) }, pharos.NotAzurePlan, "sell colleague "},
		{"not ours any more", func(s *scene) { s.aobo(agents).unbilled().with(sold("")) }, pharos.NotBillTo, "nothing nobody "},
		{"not looked at", func(s *scene) {
			s.with(func(h *pharos.History) {
				delete(h.Grants, pharos.GrantKey{Subscription: "f1", Path: pharos.Lighthouse})
			})
		}, pharos.NotObserved, "observe colleague "},
		{"everything at once", func(s *scene) { s.credential(robot).with(deny).with(unsigned) }, pharos.NoAccess,
			"link pharos robot; delegate customer robot; lift-denial customer ; sell colleague "},
		{"no usage, no access", func(s *scene) { s.link(robot).unbilled().with(sold(pharos.AzurePlan)) }, pharos.NoAccess, "delegate customer robot"},
		{"it earns", func(s *scene) { s.aobo(agents) }, "", ""},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s := newScene()
			r.build(s)
			in := s.input()
			p := propose(t, in)
			var got []string
			for i := range p.Steps {
				x := &p.Steps[i]
				got = append(got, strings.TrimSuffix(string(x.Kind)+" "+string(x.Actor)+" "+string(x.Target.Principal)+" "+x.Target.Delegation, " "))
			}
			if strings.Join(got, "; ") != r.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), r.want)
			}
			if len(p.Steps) > 0 {
				checkLast(t, p, &s.realm, r.cause)
			}
		})
	}
}

func propose(t testing.TB, in Input) *Plan {
	t.Helper()
	p, err := Propose(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkLast: the last step mends the scope and has its money, and needs all
// the others, which have none.
func checkLast(t *testing.T, p *Plan, r *realm, cause pharos.Cause) {
	t.Helper()
	last := p.Steps[len(p.Steps)-1]
	if len(last.Mends) != 1 || cause != "" && last.Mends[0].Causes[0] != cause {
		t.Fatalf("it mends %v, want one scope for %s", last.Mends, cause)
	}
	if len(last.Needs) != len(p.Steps)-1 {
		t.Errorf("it needs %v of %d others", last.Needs, len(p.Steps)-1)
	}
	wantMoney := len(r.rows) > 0 && last.Kind != Nothing && last.Kind != Observe
	if got := len(last.Money) > 0; got != wantMoney {
		t.Errorf("money %v", last.Money)
	}
	if wantMoney && (!last.Money[0].Lost.Equal(decimal.New(2, 0)) || !last.Money[0].Monthly.Equal(decimal.New(3, 0))) {
		t.Errorf("money %v, want 2 of 3 EUR", last.Money)
	}
	for _, s := range p.Steps {
		if s.Title == "" || s.Risk.Level == "" || s.Risk.Why == "" || s.Kind != Dispute && s.Why == "" {
			t.Errorf("%s does not say what it is: %q %q %v", s.ID, s.Title, s.Why, s.Risk)
		}
		if s.Actor == Colleague && s.Command == "" && s.Kind != Sell {
			t.Errorf("%s does not say what the colleague runs", s.ID)
		}
		if s.ID != last.ID && (len(s.Mends) > 0 || len(s.Money) > 0) {
			t.Errorf("%s mends %v by itself", s.ID, s.Mends)
		}
	}
}

// TestPropose_Dispute: what Microsoft owes is claimed once for a subscription,
// whatever its access is, and what is lost on scopes that earn is only told.
func TestPropose_Dispute(t *testing.T) {
	s := newScene().aobo(agents)
	s.rows = []credit.Row{row(web, "EUR", 1000, 500), row(prod+"/resourceGroups/db", "EUR", 1000, 0)}
	for i := range s.rows {
		s.rows[i].Disputable = decimal.New(7, 0)
	}
	p := propose(t, s.input())
	if len(p.Steps) != 1 || p.Steps[0].Kind != Dispute || p.Steps[0].Actor != Microsoft || len(p.Steps[0].Mends) != 2 {
		t.Fatalf("steps %+v", p.Steps)
	}
	if want := "pharos evidence --subscription f1 --month 2026-10 --open-request"; p.Steps[0].Command != want {
		t.Errorf("command %q", p.Steps[0].Command)
	}
	if m := p.Steps[0].Money; len(m) != 1 || m[0].Lost.String() != "14" || !m[0].Monthly.IsZero() {
		t.Errorf("money %v, want 14 EUR once", m)
	}
	if len(p.Past) != 1 || p.Past[0].Lost.String() != "0.5" {
		t.Errorf("past %v", p.Past)
	}
}

// TestPropose_Unread: where nobody read a link the bill may tell that it is
// there; then reading it brings no money.
func TestPropose_Unread(t *testing.T) {
	for earned, want := range map[int64]string{0: "2", 1000: "0"} {
		s := newScene().grant(pharos.Lighthouse, alice)
		s.rows = []credit.Row{row(web, "EUR", earned, 2000)}
		p := propose(t, s.input())
		if len(p.Steps) != 1 || p.Steps[0].Kind != CheckIn || p.Steps[0].Money[0].Lost.String() != "2" || p.Steps[0].Money[0].Monthly.String() != want {
			t.Errorf("earned %d: %+v", earned, p.Steps)
		}
	}
}

// TestPropose_OneStep: what mends many scopes is one step with all of them and
// their money, by currency.
func TestPropose_OneStep(t *testing.T) {
	s := newScene().grant(pharos.Lighthouse, robot).credential(robot)
	s.linked[robot] = false
	s.subs["f2"], s.subs["f3"] = fabrikam, "tailspin"
	for _, sub := range []pharos.Scope{"/subscriptions/f2", "/subscriptions/f3"} {
		s.grant(pharos.Lighthouse, robot, sub)
	}
	s.rows = []credit.Row{row(web, "EUR", 1000, 2000), row("/subscriptions/f2", "EUR", 0, 4000), row("/subscriptions/f3/resourceGroups/x", "USD", 0, 1)}
	p := propose(t, s.input())
	if len(p.Steps) != 1 || p.Steps[0].Kind != Link || len(p.Steps[0].Mends) != 3 {
		t.Fatalf("steps %+v", p.Steps)
	}
	m := p.Steps[0].Money
	if len(m) != 2 || m[0].Currency != "EUR" || m[0].Lost.String() != "6" || m[0].Monthly.String() != "7" || m[1].Lost.String() != "0.001" {
		t.Errorf("money %v", m)
	}
	if len(p.Totals) != 2 || !p.Totals[0].Lost.Equal(m[0].Lost) {
		t.Errorf("totals %v", p.Totals)
	}
}

// TestPropose_Order: by the currency with the largest total, then by money;
// what a step needs stands before it.
func TestPropose_Order(t *testing.T) {
	s := newScene().credential(robot)
	s.subs["f2"], s.subs["f3"], s.subs["f4"] = fabrikam, fabrikam, fabrikam
	s.rows = []credit.Row{
		row("/subscriptions/f2", "EUR", 0, 900), row(web, "USD", 0, 5000), row("/subscriptions/f3", "USD", 7000, 100), row("/subscriptions/f4", "EUR", 950, 0),
	}
	p := propose(t, s.input())
	var got []string
	for _, x := range p.Steps {
		got = append(got, string(x.Kind)+" "+string(x.Target.Scope.Subscription()))
	}
	want := []string{"link ", "delegate f3", "delegate f1", "delegate f4", "delegate f2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStep: a step is found by its id or by a beginning that only it has.
func TestStep(t *testing.T) {
	p := &Plan{Steps: []Step{{ID: "link-12ab"}, {ID: "link-12cd"}, {ID: "link-12"}}}
	for id, want := range map[string]pharos.Code{"link-12": "", "link-12a": "", "link-1": pharos.Invalid, "": pharos.NotFound, "sell": pharos.NotFound} {
		if _, err := p.Step(id); pharos.CodeOf(err) != want {
			t.Errorf("%q: %v, want code %q", id, err, want)
		}
	}
}

// TestPropose_Interrupted: a plan that nobody waits for is given up.
func TestPropose_Interrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Propose(ctx, newScene().input()); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("%v", err)
	}
}
