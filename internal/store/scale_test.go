package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/pharos-pec/pharos"
)

// estate is a history of n subscriptions, each with the access that is usual.
func estate(n int, at int64) *pharos.History {
	h := pharos.NewHistory()
	seen := []pharos.Interval{{From: instant(1e18), To: instant(at)}}
	span := pharos.Span{Began: pharos.At(instant(1e18)), Ended: pharos.Bound{Earliest: instant(at)}}
	for _, sub := range ids[pharos.SubscriptionID](n) {
		h.Subscriptions[sub] = pharos.Subscription{ID: sub, Customer: "c", Name: "subscription"}
		h.Sales[sub] = &pharos.Record[pharos.Sale]{Observed: seen, Facts: []pharos.Fact[pharos.Sale]{{Value: pharos.Sale{Plan: pharos.AzurePlan}, Span: span}}}
		for _, path := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
			rec := &pharos.Record[pharos.Grant]{Observed: seen}
			for i := range 2 {
				rec.Facts = append(rec.Facts, pharos.Fact[pharos.Grant]{Span: span, Source: pharos.Seen, Value: pharos.Grant{
					Path: path, ID: fmt.Sprintf("/subscriptions/%s/providers/microsoft.authorization/roleassignments/%d", sub, i),
					Scope: pharos.SubscriptionScope(sub), Kind: pharos.Permanent, Role: pharos.Contributor, Holder: refs()[0], HolderKind: pharos.Group,
				}})
			}
			h.Grants[pharos.GrantKey{Subscription: sub, Path: path}] = rec
		}
	}
	return h
}

// BenchmarkStore saves an estate whole, saves the next scan of it, in which
// every fact was seen again, and loads it.
func BenchmarkStore(b *testing.B) {
	const n = 50_000
	first, second := estate(n, 2e18), estate(n, 3e18)
	s := open(b, filepath.Join(b.TempDir(), "pharos.db"))
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"whole", func() error { return s.SaveHistory(b.Context(), nil, first) }},
		{"next", func() error { return s.SaveHistory(b.Context(), first, second) }},
		{"same", func() error { return s.SaveHistory(b.Context(), second, second) }},
		{"load", func() error { _, err := s.LoadHistory(b.Context()); return err }},
	} {
		b.Run(step.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := step.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
