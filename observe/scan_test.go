package observe_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a cloud with our two eyes: robot in our tenant, reader in the
// customer's.
type world struct {
	t *testing.T
	*cloud
	eyes []observe.Eye
	h    *pharos.History
}

func newWorld(t *testing.T, now string) *world {
	w := &world{t: t, cloud: newCloud(at(now)), h: pharos.NewHistory()}
	w.eyes = []observe.Eye{w.eye("robot", ref(home, robotID)), w.eye("reader", ref(fabrikam, readerID))}
	return w
}

// only leaves one eye.
func (w *world) only(name string) *world {
	for _, e := range w.eyes {
		if e.Name() == name {
			w.eyes = []observe.Eye{e}
		}
	}
	return w
}

func (w *world) deps() observe.Deps {
	return observe.Deps{
		Eyes: w.eyes, Commerce: partnerCenter{w.cloud},
		Partner: pharos.Partner{ID: "4987654", Tenant: home, Kind: pharos.DirectBill},
	}
}

// scan moves the clock, scans, and keeps the history.
func (w *world) scan(now string) observe.Result {
	w.t.Helper()
	w.now = at(now)
	r, err := observe.Scan(w.t.Context(), w.deps(), w.h)
	if err != nil {
		w.t.Fatal(err)
	}
	w.h = r.History
	return r
}

func between(from, to string) pharos.Interval {
	b := bound(from, to)
	return pharos.Interval{From: b.Earliest, To: b.Latest}
}

// delegation gives a holder of a tenant a role on prod.
func (w *world) delegation(id string, holder pharos.PrincipalRef, i pharos.Interval) pharos.Grant {
	g := pharos.Grant{
		Path: pharos.Lighthouse, ID: id, Scope: pharos.SubscriptionScope(prod), Kind: pharos.Permanent, Role: pharos.Contributor,
		Holder: holder, HolderKind: pharos.ServicePrincipal, Offer: "offer",
	}
	if holder.ID == opsID {
		g.HolderKind = pharos.Group
	}
	w.grants = append(w.grants, held[pharos.Grant]{g, i})
	return g
}

func (w *world) assignment(id string, path pharos.Path, holder pharos.PrincipalRef, i pharos.Interval) pharos.Grant {
	g := pharos.Grant{Path: path, ID: id, Scope: pharos.SubscriptionScope(prod), Kind: pharos.Permanent, Role: pharos.Owner, Holder: holder, HolderKind: pharos.User}
	if path == pharos.AOBO {
		g.Holder.Tenant, g.HolderKind = "", pharos.ForeignGroup
	}
	w.grants = append(w.grants, held[pharos.Grant]{g, i})
	return g
}

func (w *world) record(path pharos.Path) *pharos.Record[pharos.Grant] {
	return w.h.Grants[pharos.GrantKey{Subscription: prod, Path: path}]
}

// spans are those of one value in a record.
func spans[T comparable](rec *pharos.Record[T], v T) []pharos.Span {
	var out []pharos.Span
	if rec == nil {
		return nil
	}
	for _, f := range rec.Facts {
		if f.Value == v {
			out = append(out, f.Span)
		}
	}
	return out
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// TestScan_DelegationDatedByTheLog sees a delegation, loses sight of the
// subscription, and gets it back: the log dates all of it.
func TestScan_DelegationDatedByTheLog(t *testing.T) {
	w := newWorld(t, "01T00:00").only("robot")
	first := w.delegation("d", ref(home, robotID), between("02T06:00", "09T12:00"))
	w.scan("08T00:00")
	want(t, "first", spans(w.record(pharos.Lighthouse), first), []pharos.Span{{Began: bound("02T06:00", "02T06:00"), Ended: bound("08T00:00", "")}})
	r := w.scan("10T00:00")
	if r.Visible != 0 || r.Subscriptions == 0 {
		t.Fatalf("visible %d of %d", r.Visible, r.Subscriptions)
	}
	w.delegation("d", ref(home, robotID), between("12T03:00", ""))
	w.scan("14T00:00")
	want(t, "all", spans(w.record(pharos.Lighthouse), first), []pharos.Span{
		{Began: bound("02T06:00", "02T06:00"), Ended: bound("09T12:00", "09T12:00")},
		{Began: bound("12T03:00", "12T03:00"), Ended: bound("14T00:00", "")},
	})
	for d, holding := range map[string]pharos.Holding{"05": pharos.Whole, "09": pharos.Whole, "10": pharos.Whole, "11": pharos.Whole, "13": pharos.Whole} {
		if got := w.record(pharos.Lighthouse).Knows(pharos.DayOf(at(d + "T00:00"))); got != holding {
			t.Errorf("day %s: known %d, want %d", d, got, holding)
		}
	}
}

// TestScan_LostSightWithoutALog is a delegation whose end only shows in that
// the eye no longer lists the subscription.
func TestScan_LostSightWithoutALog(t *testing.T) {
	w := newWorld(t, "01T00:00").only("robot")
	w.fail("robot", "delegationlog", "*", pharos.Forbidden)
	mine := w.delegation("d", ref(home, robotID), between("02T06:00", "09T12:00"))
	colleague := w.delegation("e", ref(home, aliceID), between("02T06:00", ""))
	colleague.HolderKind = pharos.User
	w.scan("08T00:00")
	r := w.scan("10T00:00")
	want(t, "mine", spans(w.record(pharos.Lighthouse), mine), []pharos.Span{{Began: bound("", "02T06:00"), Ended: after("08T00:00", "10T00:00")}})
	want(t, "not ours to see", spans(w.record(pharos.Lighthouse), colleague), []pharos.Span{{Began: bound("", "02T06:00"), Ended: bound("08T00:00", "")}})
	want(t, "observed", w.record(pharos.Lighthouse).Observed, []pharos.Interval{between("08T00:00", "08T00:00")})
	if r.Incomplete || len(r.Problems) != 1 || r.Problems[0].Code != pharos.Forbidden || !r.Problems[0].Aid {
		t.Errorf("problems %+v", r.Problems)
	}
}

// TestScan_UnknownDelegation was removed before anybody looked: that something
// was there is known, what it gave is not.
func TestScan_UnknownDelegation(t *testing.T) {
	w := newWorld(t, "01T00:00")
	w.delegation("d", ref(home, robotID), between("", "09T12:00"))
	w.scan("14T00:00")
	rec := w.record(pharos.Lighthouse)
	want(t, "observed", rec.Observed, []pharos.Interval{between("09T12:00", "14T00:00")})
	want(t, "facts", len(rec.Facts), 0)
}

// TestScan_RegisteredAgain is a change of permissions under the same name.
func TestScan_RegisteredAgain(t *testing.T) {
	w := newWorld(t, "01T00:00")
	kept := w.delegation("d", ref(home, robotID), between("02T00:00", ""))
	old := w.delegation("d", ref(home, opsID), between("02T00:00", "09T12:00"))
	w.scan("08T00:00")
	added := w.delegation("d", ref(home, aliceID), between("09T12:00", ""))
	added.HolderKind = pharos.User
	w.scan("10T00:00")
	rec := w.record(pharos.Lighthouse)
	want(t, "kept", spans(rec, kept), []pharos.Span{{Began: bound("02T00:00", "02T00:00"), Ended: bound("10T00:00", "")}})
	want(t, "old", spans(rec, old), []pharos.Span{{Began: bound("02T00:00", "02T00:00"), Ended: bound("09T12:00", "09T12:00")}})
	want(t, "added", spans(rec, added), []pharos.Span{{Began: bound("09T12:00", "09T12:00"), Ended: bound("10T00:00", "")}})
}

// TestScan_AssignmentsBySide holds which eye proves which paths.
func TestScan_AssignmentsBySide(t *testing.T) {
	for _, row := range []struct {
		eye          string
		aobo, direct bool
	}{{"reader", true, true}, {"robot", true, false}} {
		t.Run(row.eye, func(t *testing.T) {
			w := newWorld(t, "01T00:00").only(row.eye)
			w.delegation("d", ref(home, robotID), between("", ""))
			agents := w.assignment("a", pharos.AOBO, ref("", agentsID), between("03T00:00", "09T12:00"))
			guest := w.assignment("b", pharos.Direct, ref(fabrikam, guestID), between("04T00:00", ""))
			w.scan("08T00:00")
			w.scan("10T00:00")
			want(t, "AOBO known", w.record(pharos.AOBO) != nil && w.record(pharos.AOBO).Knows(pharos.DayOf(at("09T00:00"))) == pharos.Whole, row.aobo)
			want(t, "AOBO", spans(w.record(pharos.AOBO), agents), []pharos.Span{{Began: bound("03T00:00", "03T00:00"), Ended: bound("09T12:00", "09T12:00")}})
			known := w.record(pharos.Direct) != nil && w.record(pharos.Direct).Knows(pharos.DayOf(at("09T00:00"))) == pharos.Whole
			want(t, "direct known", known, row.direct)
			if row.direct {
				want(t, "direct", spans(w.record(pharos.Direct), guest), []pharos.Span{{Began: bound("04T00:00", "04T00:00"), Ended: bound("10T00:00", "")}})
			}
		})
	}
}

// TestScan_DenialsOfAllEyes: what the first eye may not read another one does.
func TestScan_DenialsOfAllEyes(t *testing.T) {
	w := newWorld(t, "01T00:00")
	w.delegation("d", ref(home, robotID), between("02T00:00", ""))
	elsewhere := pharos.Denial{ID: "e", Scope: pharos.ResourceGroupScope(prod, "rg-db")}
	w.denials = []held[pharos.Denial]{{elsewhere, between("05T00:00", "")}}
	w.eyes[1].(*eye).group = pharos.ResourceGroupScope(prod, "rg-web")
	w.scan("08T00:00")
	want(t, "denial", spans(w.h.Denials[prod], elsewhere), []pharos.Span{{Began: bound("05T00:00", "05T00:00"), Ended: bound("08T00:00", "")}})
}

// TestScan_AccessLogFails: what came and went between two looks is then not
// known.
func TestScan_AccessLogFails(t *testing.T) {
	w := newWorld(t, "01T00:00").only("reader")
	w.fail("reader", "accesslog", string(prod), pharos.Forbidden)
	if r := w.scan("07T00:00"); r.Incomplete || len(r.Problems) != 1 || !r.Problems[0].Aid {
		t.Errorf("refused: problems %+v", r.Problems)
	}
	w.fail("reader", "accesslog", string(prod), pharos.Unavailable)
	r := w.scan("08T00:00")
	if !r.Incomplete || len(r.Problems) != 1 || r.Problems[0].Subject != string(pharos.SubscriptionScope(prod)) {
		t.Errorf("problems %+v", r.Problems)
	}
}

// TestScan_InvisibleSaysNothing keeps what was known when nobody sees the
// subscription any more.
func TestScan_InvisibleSaysNothing(t *testing.T) {
	w := newWorld(t, "01T00:00")
	guest := w.assignment("b", pharos.Direct, ref(fabrikam, guestID), between("04T00:00", ""))
	w.scan("08T00:00")
	before := w.record(pharos.Direct)
	w.only("robot").scan("10T00:00")
	want(t, "direct", w.record(pharos.Direct), before)
	want(t, "open", spans(w.record(pharos.Direct), guest)[0].Open(), true)
}

// TestScan_Links dates a change of the ID by the service, and learns nothing
// from a reading that failed.
func TestScan_Links(t *testing.T) {
	w := newWorld(t, "01T00:00")
	robot := ref(home, robotID)
	w.links = []held[linked]{{linked{robot, "4987654"}, between("03T00:00", "09T12:00")}, {linked{robot, "7000001"}, between("09T12:00", "")}}
	w.scan("08T00:00")
	w.fail("robot", "link", "*", pharos.Unavailable)
	before := w.h.Links[robot]
	w.scan("09T00:00")
	want(t, "a failed reading", w.h.Links[robot], before)
	delete(w.faults, "robot link *")
	w.scan("10T00:00")
	want(t, "ours", spans(w.h.Links[robot], "4987654"), []pharos.Span{{Began: bound("03T00:00", "03T00:00"), Ended: after("08T00:00", "09T12:00")}})
	want(t, "the other's", spans(w.h.Links[robot], "7000001"), []pharos.Span{{Began: bound("09T12:00", "09T12:00"), Ended: bound("10T00:00", "")}})
	if w.h.Links[ref(fabrikam, readerID)].Knows(pharos.DayOf(at("09T00:00"))) != pharos.Whole {
		t.Error("that the reader has no link is not observed")
	}
}

// TestMergeLink_Created takes the history that the service itself keeps.
func TestMergeLink_Created(t *testing.T) {
	rec := observe.MergeLink(nil, observe.Link{PartnerID: "4987654", Since: at("05T00:00"), Created: at("05T00:00"), At: at("09T00:00")}, pharos.Seen)
	want(t, "the first link", rec.Observed, []pharos.Interval{between("", "09T00:00")})
	rec = observe.MergeLink(nil, observe.Link{PartnerID: "4987654", Since: at("05T00:00"), Created: at("02T00:00"), At: at("09T00:00")}, pharos.CheckIn)
	want(t, "changed since", rec.Observed, []pharos.Interval{between("", "02T00:00"), between("05T00:00", "09T00:00")})
	want(t, "source", rec.Facts[0].Source, pharos.CheckIn)
}

// TestScan_Members reads groups that hold grants, and who was in them before.
func TestScan_Members(t *testing.T) {
	w := newWorld(t, "01T00:00")
	ops := ref(home, opsID)
	w.delegation("d", ops, between("02T00:00", ""))
	w.members = []held[[2]pharos.PrincipalRef]{{[2]pharos.PrincipalRef{ops, ref(home, aliceID)}, between("", "09T12:00")}, {[2]pharos.PrincipalRef{ops, ref(home, robotID)}, between("05T00:00", "")}}
	w.disabled = []held[pharos.PrincipalRef]{{ref(home, aliceID), between("13T00:00", "")}}
	w.kept = 12 * 24 * time.Hour
	w.scan("08T00:00")
	w.scan("10T00:00")
	want(t, "alice", spans(w.h.Members[ops], aliceID), []pharos.Span{{Began: pharos.Bound{Latest: at("08T00:00").Add(-w.kept)}, Ended: bound("09T12:00", "09T12:00")}})
	want(t, "robot", spans(w.h.Members[ops], robotID), []pharos.Span{{Began: bound("05T00:00", "05T00:00"), Ended: bound("10T00:00", "")}})
	want(t, "kind", w.record(pharos.Lighthouse).Facts[0].Value.HolderKind, pharos.Group)
	want(t, "AdminAgents", w.h.AgentGroups, map[pharos.PrincipalID]string{agentsID: "AdminAgents"})
	want(t, "name", w.h.Principals[ref(home, robotID)].Name, "robot")
}

// TestScan_NestedGroups does not take the log of direct members for the whole
// truth where a group is in the group.
func TestScan_NestedGroups(t *testing.T) {
	w := newWorld(t, "01T00:00")
	ops, agents := ref(home, opsID), ref(home, agentsID)
	w.delegation("d", ops, between("02T00:00", ""))
	w.members = []held[[2]pharos.PrincipalRef]{{[2]pharos.PrincipalRef{ops, agents}, between("", "")}, {[2]pharos.PrincipalRef{ops, ref(home, aliceID)}, between("", "")}}
	w.scan("08T00:00")
	want(t, "alice", spans(w.h.Members[ops], aliceID), []pharos.Span{{Began: bound("", "08T00:00"), Ended: bound("08T00:00", "")}})
	if w.h.Members[agents] == nil {
		t.Error("the nested group was not read")
	}
}

// TestScan_Disabled notes who is disabled, and who does not exist any more.
func TestScan_Disabled(t *testing.T) {
	w := newWorld(t, "01T00:00")
	guest, gone := ref(fabrikam, guestID), ref(fabrikam, rivalID)
	w.assignment("a", pharos.Direct, guest, between("02T00:00", ""))
	w.assignment("b", pharos.Direct, gone, between("02T00:00", ""))
	w.disabled = []held[pharos.PrincipalRef]{{guest, between("09T12:00", "")}}
	w.scan("08T00:00")
	w.scan("10T00:00")
	want(t, "guest", spans(w.h.Disabled[guest], pharos.Disabled{}), []pharos.Span{{Began: after("08T00:00", "10T00:00"), Ended: bound("10T00:00", "")}})
	want(t, "deleted", len(w.h.Disabled[gone].Facts), 1)
	want(t, "robot", len(w.h.Disabled[ref(home, robotID)].Facts), 0)
}

// TestScan_Interrupted keeps nothing.
func TestScan_Interrupted(t *testing.T) {
	w := newWorld(t, "08T00:00")
	w.delegation("d", ref(home, robotID), between("02T00:00", ""))
	ctx, cancel := context.WithCancel(t.Context())
	d := w.deps()
	d.Progress = func(e observe.Event) {
		if e.Step == "access" {
			cancel()
		}
	}
	r, err := observe.Scan(ctx, d, w.h)
	if pharos.CodeOf(err) != pharos.Interrupted || r.History != nil {
		t.Errorf("got %v, %v", r.History, err)
	}
	want(t, "history", w.h, pharos.NewHistory())
}

// TestScan_NothingToLookWith fails at once.
func TestScan_NothingToLookWith(t *testing.T) {
	if _, err := observe.Scan(t.Context(), observe.Deps{}, nil); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("got %v", err)
	}
	w := newWorld(t, "08T00:00")
	w.fail("*", "self", "*", pharos.Unauthenticated)
	d := w.deps()
	d.Commerce = nil
	if _, err := observe.Scan(t.Context(), d, nil); pharos.CodeOf(err) != pharos.Unauthenticated {
		t.Errorf("got %v", err)
	}
}
