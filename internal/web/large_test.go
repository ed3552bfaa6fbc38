package web

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// large are books of a month of n subscriptions, a hundred to a customer,
// each with a row for each day.
func large(n int) *fakeBooks {
	subs := make([]credit.Subscription, n)
	for i := range subs {
		customer := 1 + i/100
		subs[i] = every(i, customer, fmt.Sprintf("customer-%04d", customer), fmt.Sprintf("sub-%05d", i), "EUR", "84.211")
		subs[i].Days[8] = row(9, pharos.Lost, fmt.Sprint(n-i), 1, pharos.NoAccess)
	}
	return &fakeBooks{months: []pharos.Month{october}, judged: map[pharos.Month]*credit.Month{october: month(subs...)}}
}

// BenchmarkTally sums a month of 50,000 subscriptions, as the first look at it does.
func BenchmarkTally(b *testing.B) {
	m := large(50_000).judged[october]
	b.ReportAllocs()
	for b.Loop() {
		newTally(m)
	}
}

// BenchmarkMonthPage draws the month of 50,000 subscriptions once it is summed.
func BenchmarkMonthPage(b *testing.B) {
	s, err := New(Deps{Books: large(50_000), Clock: october.First().Start})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if w := get(b, s, "/months/2026-10"); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
