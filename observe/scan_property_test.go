package observe_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// drawInterval draws a run that begins and ends at minutes near midnights, or
// that is open on either side.
func drawInterval(t *rapid.T) pharos.Interval {
	from, to := drawMinute().Draw(t, "from"), drawMinute().Draw(t, "to")
	if from > to {
		from, to = to, from
	}
	i := pharos.Interval{From: minute(from), To: minute(to + 1)}
	if rapid.IntRange(0, 4).Draw(t, "open") == 0 {
		i.To = time.Time{}
	}
	return i
}

// drawCloud draws what was held, by whom, and how long logs are kept.
// Delegations and assignments have an id each; memberships and links return.
func drawCloud(t *rapid.T) *cloud {
	c := newCloud(epoch)
	c.kept = time.Duration(rapid.SampledFrom([]int{1, 24, 72, 400}).Draw(t, "kept")) * time.Hour
	grants := rapid.IntRange(0, 5).Draw(t, "grants")
	for n := range grants {
		id := string(rune('a' + n))
		sub := rapid.SampledFrom([]pharos.SubscriptionID{prod, dev}).Draw(t, "subscription")
		g := pharos.Grant{ID: id, Scope: pharos.SubscriptionScope(sub), Kind: pharos.Permanent, Role: pharos.Contributor}
		switch rapid.IntRange(0, 4).Draw(t, "path") {
		case 0:
			g.Path, g.Holder, g.HolderKind, g.Offer = pharos.Lighthouse, ref(home, robotID), pharos.ServicePrincipal, "offer"
		case 1:
			g.Path, g.Holder, g.HolderKind, g.Offer = pharos.Lighthouse, ref(home, opsID), pharos.Group, "offer"
		case 2:
			g.Path, g.Holder, g.HolderKind, g.Offer = pharos.Lighthouse, ref(rivals, rivalID), "", "offer"
		case 3:
			g.Path, g.Holder, g.HolderKind = pharos.AOBO, ref("", agentsID), pharos.ForeignGroup
		case 4:
			g.Path, g.Holder, g.HolderKind = pharos.Direct, ref(fabrikam, guestID), pharos.User
		}
		c.grants = append(c.grants, held[pharos.Grant]{g, drawInterval(t)})
	}
	in := [2]pharos.PrincipalRef{ref(home, opsID), ref(home, aliceID)}
	c.members = append(c.members, held[[2]pharos.PrincipalRef]{in, drawInterval(t)})
	c.links = append(c.links, held[linked]{linked{ref(home, robotID), "4987654"}, drawInterval(t)})
	return c
}

// drawFaults lets some readings fail this time.
func drawFaults(t *rapid.T, c *cloud) {
	clear(c.faults)
	for _, reading := range []string{"self", "link", "subscriptions", "assignments", "delegations", "denials", "accesslog", "delegationlog", "members", "memberlog", "principals", "agentgroups"} {
		for _, eye := range []string{"robot", "reader"} {
			if rapid.IntRange(0, 7).Draw(t, "fault") == 0 {
				c.fail(eye, reading, "*", pharos.Forbidden)
			}
		}
	}
}

func propertyDeps(c *cloud, parallel int) observe.Deps {
	return observe.Deps{
		Eyes:     []observe.Eye{c.eye("robot", ref(home, robotID)), c.eye("reader", ref(fabrikam, readerID))},
		Partner:  pharos.Partner{ID: "4987654", Tenant: home, Kind: pharos.DirectBill},
		Parallel: parallel,
	}
}

// witness notes the grants that a scan in which nothing failed must have seen.
func (c *cloud) witness(seen map[int]bool) {
	for n, g := range c.grants {
		seen[n] = seen[n] || (len(c.faults) == 0 && c.stands(g.Interval))
	}
}

// TestScan_NeverContradictsTheTruth scans random clouds at random times with
// random readings failing: what the history then says for certain is so.
func TestScan_NeverContradictsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCloud(t)
		h := pharos.NewHistory()
		witnessed := map[int]bool{}
		for _, at := range drawTimes(t) {
			c.now = at
			drawFaults(t, c)
			r, err := observe.Scan(t.Context(), propertyDeps(c, 0), h)
			if err != nil {
				if pharos.CodeOf(err) == pharos.Forbidden { // nobody signed in
					continue
				}
				t.Fatal(err)
			}
			if len(c.faults) == 0 && r.Incomplete {
				t.Fatalf("problems without a fault: %+v", r.Problems)
			}
			h = r.History
			c.witness(witnessed)
			checkGrants(t, c, h, witnessed)
		}
	})
}

// checkGrants compares every grant's days with the truth.
func checkGrants(t *rapid.T, c *cloud, h *pharos.History, witnessed map[int]bool) {
	for n, g := range c.grants {
		rec := h.Grants[pharos.GrantKey{Subscription: g.value.Scope.Subscription(), Path: g.value.Path}]
		if rec == nil {
			continue
		}
		seen := witnessed[n] || slices.ContainsFunc(rec.Facts, func(f pharos.Fact[pharos.Grant]) bool { return f.Value.ID == g.value.ID })
		for d := pharos.DayOf(epoch) - 2; d <= pharos.DayOf(minute(length)); d++ {
			said := pharos.Never
			for _, f := range rec.Facts {
				if f.Value.ID == g.value.ID {
					said = max(said, f.Span.On(d))
				}
			}
			whole, some := g.ContainsDay(d), g.Overlaps(d)
			known := rec.Knows(d) == pharos.Whole && seen && g.value.Holder.Tenant != rivals
			if said == pharos.Whole && !whole || known && said == pharos.Never && some || known && said == pharos.PartOf && whole {
				t.Fatalf("%s (%s) on %s: said %d, held %v\nrecord %+v", g.value.ID, g.value.Path, d, said, g.Interval, *rec)
			}
		}
	}
}

// TestScan_OrderDoesNotMatter scans one cloud with one reading at a time and
// with many.
func TestScan_OrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCloud(t)
		var results [2]*pharos.History
		var problems [2][]observe.Problem
		times := drawTimes(t)
		faults := slices.Clone(times)
		drawFaults(t, c)
		for i, parallel := range []int{1, 8} {
			results[i] = pharos.NewHistory()
			for _, at := range faults {
				c.now = at
				r, err := observe.Scan(t.Context(), propertyDeps(c, parallel), results[i])
				if err != nil {
					return // nobody signed in, in either
				}
				results[i], problems[i] = r.History, r.Problems
			}
		}
		if d := cmp.Diff(results[0], results[1]); d != "" {
			t.Fatalf("-one +eight at a time:\n%s", d)
		}
		if d := cmp.Diff(problems[0], problems[1]); d != "" {
			t.Fatalf("problems: -one +eight at a time:\n%s", d)
		}
	})
}

// TestScan_TwiceIsOnce scans a cloud whose clock stands still a second time.
func TestScan_TwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCloud(t)
		h := pharos.NewHistory()
		for _, at := range drawTimes(t) {
			c.now = at
			drawFaults(t, c)
			var results [2]*pharos.History
			for i := range results {
				r, err := observe.Scan(t.Context(), propertyDeps(c, 0), h)
				if err != nil {
					return
				}
				h, results[i] = r.History, r.History
			}
			if d := cmp.Diff(results[0], results[1]); d != "" {
				t.Fatalf("the second scan changed the history:\n%s", d)
			}
		}
	})
}

// drawVersions deploys one offer again and again: each time other people get
// access, with or without a pause in between. Who was dropped comes back only
// after a pause: of two looks that both saw somebody, with two changes between
// them, nobody can tell that the first had dropped them.
func drawVersions(t *rapid.T, c *cloud) {
	at := rapid.SliceOfNDistinct(drawMinute(), 2, 6, rapid.ID).Draw(t, "versions")
	slices.Sort(at)
	before, dropped := 0, 0
	for i := 0; i+1 < len(at); i++ {
		who := rapid.IntRange(0, 3).Draw(t, "who") &^ dropped // bits: the robot, the group; 0 is a pause
		if dropped |= before &^ who; who == 0 {
			dropped = 0
		}
		before = who
		for n, holder := range []pharos.PrincipalID{robotID, opsID} {
			if who&(1<<n) == 0 {
				continue
			}
			g := pharos.Grant{
				Path: pharos.Lighthouse, ID: "d", Scope: pharos.SubscriptionScope(prod), Kind: pharos.Permanent, Role: pharos.Contributor,
				Holder: ref(home, holder), HolderKind: pharos.ServicePrincipal, Offer: "offer",
			}
			if holder == opsID {
				g.HolderKind = pharos.Group
			}
			c.grants = append(c.grants, held[pharos.Grant]{g, pharos.Interval{From: minute(at[i]), To: minute(at[i+1])}})
		}
	}
}

// TestScan_OfferDeployedAgain follows one delegation through its versions by
// the log, which names none of them.
func TestScan_OfferDeployedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCloud(epoch)
		c.kept = 400 * time.Hour
		drawVersions(t, c)
		if rapid.Bool().Draw(t, "no customer's side") {
			c.fail("reader", "self", "*", pharos.Unauthenticated)
		}
		h := pharos.NewHistory()
		for _, at := range drawTimes(t) {
			c.now = at
			r, err := observe.Scan(t.Context(), propertyDeps(c, 0), h)
			if err != nil {
				t.Fatal(err)
			}
			h = r.History
			checkVersions(t, c, h)
		}
	})
}

// checkVersions compares the days of each holder with the truth.
func checkVersions(t *rapid.T, c *cloud, h *pharos.History) {
	rec := h.Grants[pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}]
	if rec == nil {
		return
	}
	for _, holder := range []pharos.PrincipalID{robotID, opsID} {
		for d := pharos.DayOf(epoch) - 2; d <= pharos.DayOf(c.now); d++ {
			said := pharos.Never
			for _, f := range rec.Facts {
				if f.Value.Holder.ID == holder {
					said = max(said, f.Span.On(d))
				}
			}
			some := false
			var runs []pharos.Interval
			for _, g := range c.grants {
				if g.value.Holder.ID == holder && g.From.Before(c.now) {
					some = some || g.Overlaps(d)
					if n := len(runs); n > 0 && runs[n-1].To.Equal(g.From) { // redeployed in place
						runs[n-1].To = g.To
						continue
					}
					runs = append(runs, g.Interval)
				}
			}
			whole := slices.ContainsFunc(runs, func(i pharos.Interval) bool { return i.ContainsDay(d) })
			known := rec.Knows(d) == pharos.Whole
			if said == pharos.Whole && !whole || known && said == pharos.Never && some || said == pharos.PartOf && whole {
				t.Fatalf("%s on %s: said %d, held %v\nrecord %+v", holder, d, said, runs, *rec)
			}
		}
	}
}
