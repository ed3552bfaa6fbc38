package store_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func instant(n int64) time.Time { return time.Unix(0, n).UTC() }

// drawTime draws an instant: none, one of the ones that are stored, or never.
func drawTime() *rapid.Generator[time.Time] {
	return rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Map(rapid.Int64Range(-9e18, 9e18), instant),
		rapid.Just(pharos.Always().Ended.Latest),
	)
}

func drawBound() *rapid.Generator[pharos.Bound] {
	return rapid.Custom(func(t *rapid.T) pharos.Bound {
		return pharos.Bound{Earliest: drawTime().Draw(t, "earliest"), Latest: drawTime().Draw(t, "latest")}
	})
}

// drawRecord draws a record of values that draw gives.
func drawRecord[T comparable](t *rapid.T, draw func(*rapid.T) T) *pharos.Record[T] {
	rec := &pharos.Record[T]{}
	for range rapid.IntRange(0, 3).Draw(t, "facts") {
		rec.Facts = append(rec.Facts, pharos.Fact[T]{
			Value: draw(t), Evidence: rapid.String().Draw(t, "evidence"),
			Source: rapid.SampledFrom([]pharos.Source{pharos.Seen, pharos.Logged, pharos.CheckIn}).Draw(t, "source"),
			Span:   pharos.Span{Began: drawBound().Draw(t, "began"), Ended: drawBound().Draw(t, "ended")},
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "observed") {
		rec.Observed = append(rec.Observed, pharos.Interval{From: drawTime().Draw(t, "from"), To: drawTime().Draw(t, "to")})
	}
	return rec
}

// drawRecords gives some of a few subjects a record, keeping others of old.
func drawRecords[K, T comparable](t *rapid.T, old map[K]*pharos.Record[T], keys []K, draw func(*rapid.T) T) map[K]*pharos.Record[T] {
	out := map[K]*pharos.Record[T]{}
	for _, k := range keys {
		switch rapid.IntRange(0, 2).Draw(t, "record") {
		case 0:
			out[k] = drawRecord(t, draw)
		case 1:
			if rec := old[k]; rec != nil {
				out[k] = rec
			}
		}
	}
	return out
}

// ids are a few distinct ids of a kind.
func ids[K ~string](n int) []K {
	var out []K
	for i := range n {
		out = append(out, K(fmt.Sprintf("00000000-0000-4000-8000-%012x", i)))
	}
	return out
}

func refs() []pharos.PrincipalRef {
	var out []pharos.PrincipalRef
	for _, t := range ids[pharos.TenantID](2) {
		for _, p := range ids[pharos.PrincipalID](2) {
			out = append(out, pharos.PrincipalRef{Tenant: t, ID: p})
		}
	}
	return out
}

func drawGrant(t *rapid.T) pharos.Grant {
	return pharos.Grant{
		Path: pharos.Lighthouse, ID: rapid.String().Draw(t, "id"), Scope: "/subscriptions/s", Kind: pharos.Permanent, Role: pharos.Owner,
		Holder: rapid.SampledFrom(refs()).Draw(t, "holder"), HolderKind: pharos.Group, Offer: rapid.String().Draw(t, "offer"),
	}
}

// drawHistory draws a history that follows old: some records are the same.
func drawHistory(t *rapid.T, old *pharos.History) *pharos.History {
	h := pharos.NewHistory()
	text := rapid.String()
	var keys []pharos.GrantKey
	for _, sub := range ids[pharos.SubscriptionID](3) {
		keys = append(keys, pharos.GrantKey{Subscription: sub, Path: pharos.Lighthouse}, pharos.GrantKey{Subscription: sub, Path: pharos.Direct})
		if rapid.Bool().Draw(t, "subscription") {
			h.Subscriptions[sub] = pharos.Subscription{ID: sub, Customer: "c", Name: text.Draw(t, "name")}
		}
	}
	for _, id := range ids[pharos.TenantID](2) {
		h.Customers[id] = pharos.Customer{ID: id, Name: text.Draw(t, "name"), Domain: text.Draw(t, "domain"), Country: text.Draw(t, "country")}
	}
	for _, r := range refs() {
		h.Principals[r] = pharos.Principal{PrincipalRef: r, Kind: pharos.User, Name: text.Draw(t, "name"), Guest: rapid.Bool().Draw(t, "guest")}
	}
	h.AgentGroups["g"] = text.Draw(t, "group")
	h.Grants = drawRecords(t, old.Grants, keys, drawGrant)
	h.Denials = drawRecords(t, old.Denials, ids[pharos.SubscriptionID](2), func(t *rapid.T) pharos.Denial { return pharos.Denial{ID: text.Draw(t, "id")} })
	h.Members = drawRecords(t, old.Members, refs(), func(t *rapid.T) pharos.PrincipalID {
		return rapid.SampledFrom(ids[pharos.PrincipalID](3)).Draw(t, "member")
	})
	h.Links = drawRecords(t, old.Links, refs(), func(*rapid.T) pharos.PartnerID { return "4987654" })
	h.Disabled = drawRecords(t, old.Disabled, refs(), func(*rapid.T) pharos.Disabled { return pharos.Disabled{} })
	h.Sales = drawRecords(t, old.Sales, ids[pharos.SubscriptionID](2), func(t *rapid.T) pharos.Sale {
		return pharos.Sale{Plan: pharos.AzurePlan, Reseller: rapid.SampledFrom([]pharos.PartnerID{"", "5000001"}).Draw(t, "reseller")}
	})
	h.Agreements = drawRecords(t, old.Agreements, ids[pharos.TenantID](2), func(*rapid.T) pharos.Signed { return pharos.Signed{} })
	if rapid.Bool().Draw(t, "programme") {
		h.Programme = drawRecord(t, func(*rapid.T) pharos.Signed { return pharos.Signed{} })
	}
	h.LastScan = drawTime().Draw(t, "last scan")
	return h
}
