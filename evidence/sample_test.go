package evidence_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
)

// The people and places of the tests.
const (
	home     = pharos.TenantID("11111111-1111-4111-8111-111111111111")
	fabrikam = pharos.TenantID("22222222-2222-4222-8222-222222222222")
	tailspin = pharos.TenantID("33333333-3333-4333-8333-333333333333")
	prod     = pharos.SubscriptionID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
	shop     = pharos.SubscriptionID("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
	ourID    = pharos.PartnerID("4987654")

	robot     = pharos.PrincipalID("00000000-0000-4000-8000-000000000001")
	operators = pharos.PrincipalID("00000000-0000-4000-8000-000000000002")
	alice     = pharos.PrincipalID("00000000-0000-4000-8000-000000000003")
	unlinked  = pharos.PrincipalID("00000000-0000-4000-8000-000000000004")
	clerk     = pharos.PrincipalID("00000000-0000-4000-8000-000000000005")
	rival     = pharos.PrincipalID("00000000-0000-4000-8000-000000000006")
)

var october = must(pharos.ParseMonth("2026-10"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// day reads 2026-10-03.
func day(t *testing.T, text string) pharos.Day {
	t.Helper()
	d, err := pharos.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// oct returns a day of October 2026; 0 and less are days before it.
func oct(n int) pharos.Day { return october.First() + pharos.Day(n-1) }

func instant(n, hour int) time.Time { return oct(n).Start().Add(time.Duration(hour) * time.Hour) }

func dec(s string) decimal.Decimal { return must(decimal.NewFromString(s)) }

// bill is a ledger of lines in memory; its facts are the lines themselves.
type bill []pharos.UsageLine

func (b bill) Facts(context.Context, pharos.Month, []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	best := map[string]pharos.Rate{}
	for _, l := range b {
		if l.Credited.GreaterThan(best[l.Meter.ID].Decimal) {
			best[l.Meter.ID] = l.Credited
		}
	}
	return func(yield func(pharos.DayFact, error) bool) {
		for _, l := range b {
			f := pharos.DayFact{
				Day: l.Day, Customer: l.Customer, Subscription: l.Subscription, Scope: pharos.ResourceGroupScope(l.Subscription, l.ResourceGroup),
				Product: l.Product, Credited: l.Credited, MeterRate: best[l.Meter.ID], Currency: l.BillingCurrency, Lines: 1, List: l.List(),
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (b bill) Lines(_ context.Context, q credit.Query) iter.Seq2[pharos.UsageLine, error] {
	return func(yield func(pharos.UsageLine, error) bool) {
		for _, l := range b {
			if (q.Subscription == "" || q.Subscription == l.Subscription) && !yield(l, nil) {
				return
			}
		}
	}
}

func (b bill) Months(context.Context) ([]pharos.Month, error) { return []pharos.Month{october}, nil }

// line is one line of usage; it is credited where rate is not 0.
func line(sub pharos.SubscriptionID, d int, group string, rate int64) pharos.UsageLine {
	customer := fabrikam
	if sub == shop {
		customer = tailspin
	}
	return pharos.UsageLine{
		Source: pharos.LineSource{File: `C:\bills\october.csv`, Line: int64(d)}, Invoice: "G012345678", Day: oct(d), Customer: customer, Subscription: sub,
		ResourceGroup: group, Meter: pharos.Meter{ID: "meter-" + group, Name: "Hours"}, Quantity: dec("24"), UnitPrice: dec("0.123456789"),
		PricingCurrency: "USD", BillingCurrency: "EUR", ExchangeRate: dec("0.9"), Credited: pharos.NewRate(rate),
	}
}

// sample is a partner's history and a bill of it.
type sample struct {
	partner pharos.Partner
	history *pharos.History
	bill    bill
	asOf    time.Time
	scans   []evidence.Scan
}

// newSample is a month in which a linked robot holds a role of a delegation
// from its first day on, and everything was looked at.
func newSample() *sample {
	h := pharos.NewHistory()
	partner := pharos.Partner{ID: ourID, Organisation: []pharos.PartnerID{ourID}, Tenant: home, Kind: pharos.DirectBill}
	s := &sample{partner: partner, history: h, asOf: time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)}
	h.LastScan = s.asOf
	for id, name := range map[pharos.TenantID]string{fabrikam: "Fabrikam", tailspin: "Tailspin"} {
		h.Customers[id] = pharos.Customer{ID: id, Name: name}
		h.Agreements[id] = record(pharos.Fact[pharos.Signed]{Span: pharos.Always()})
	}
	h.Programme = record(pharos.Fact[pharos.Signed]{Span: pharos.Always()})
	for sub, customer := range map[pharos.SubscriptionID]pharos.TenantID{prod: fabrikam, shop: tailspin} {
		h.Subscriptions[sub] = pharos.Subscription{ID: sub, Customer: customer, Name: "sub of " + string(customer[:1])}
		h.Sales[sub] = record(pharos.Fact[pharos.Sale]{Value: pharos.Sale{Plan: pharos.AzurePlan}, Span: pharos.Always()})
		h.Denials[sub] = record[pharos.Denial]()
		for _, p := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
			h.Grants[pharos.GrantKey{Subscription: sub, Path: p}] = record[pharos.Grant]()
		}
	}
	for id, p := range map[pharos.PrincipalID]pharos.Principal{
		robot: {Name: "robot", Kind: pharos.ServicePrincipal}, operators: {Name: "Operators", Kind: pharos.Group},
		alice: {Name: "alice", Kind: pharos.User, Identity: "alice@msp.example"}, unlinked: {Name: "somebody of ours", Kind: pharos.User},
	} {
		p.PrincipalRef = ours(id)
		h.Principals[p.PrincipalRef] = p
	}
	h.Links[ours(robot)] = record(pharos.Fact[pharos.PartnerID]{Value: ourID, Span: pharos.Always(), Source: pharos.Seen})
	s.give(prod, pharos.Grant{Path: pharos.Lighthouse, Role: pharos.SupportRequestContributor, Holder: ours(robot), HolderKind: pharos.ServicePrincipal}, instant(1, 0), time.Time{})
	return s
}

func ours(id pharos.PrincipalID) pharos.PrincipalRef {
	return pharos.PrincipalRef{Tenant: home, ID: id}
}

// record is one that was looked at since ever, and still is.
func record[T comparable](facts ...pharos.Fact[T]) *pharos.Record[T] {
	return &pharos.Record[T]{Observed: []pharos.Interval{{}}, Facts: facts}
}

// give adds a dated grant at the subscription, with the log entry behind it.
func (s *sample) give(sub pharos.SubscriptionID, g pharos.Grant, from, to time.Time) {
	if g.Scope == "" {
		g.Scope = pharos.SubscriptionScope(sub)
	}
	if g.Kind == "" {
		g.Kind = pharos.Permanent
	}
	rec := s.history.Grants[pharos.GrantKey{Subscription: sub, Path: g.Path}]
	span := pharos.Span{Began: pharos.At(from), Ended: pharos.Bound{Earliest: s.asOf}}
	if !to.IsZero() {
		span.Ended = pharos.At(to)
	}
	rec.Facts = append(rec.Facts, pharos.Fact[pharos.Grant]{Value: g, Span: span, Source: pharos.Logged, Evidence: fmt.Sprintf("entry-%d", len(rec.Facts)+1)})
}

// fill adds a line of each day, credited but on the days given.
func (s *sample) fill(sub pharos.SubscriptionID, group string, uncredited ...int) {
	for d := 1; d <= 31; d++ {
		rate := int64(15)
		for _, u := range uncredited {
			if u == d {
				rate = 0
			}
		}
		s.bill = append(s.bill, line(sub, d, group, rate))
	}
}

func (s *sample) input(sub pharos.SubscriptionID) (evidence.Input, credit.Input, error) {
	access := coverage.New(s.history, s.partner, s.asOf).Billed()
	judging := credit.Input{
		Month: october, Ledger: s.bill, Access: access, AsOf: s.asOf,
		Names: credit.Names{Customers: s.history.Customers, Subscriptions: s.history.Subscriptions},
	}
	m, err := credit.Judge(context.Background(), judging)
	return evidence.Input{
		Partner: s.partner, Subscription: sub, Month: m, History: s.history, Access: access, AsOf: s.asOf, Scans: s.scans,
	}, judging, err
}

// pack makes the pack, completed by its lines, and returns them too.
func (s *sample) pack(t testing.TB, sub pharos.SubscriptionID) (*evidence.Pack, []credit.Line) {
	t.Helper()
	in, judging, err := s.input(sub)
	if err != nil {
		t.Fatal(err)
	}
	p, err := evidence.New(in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []credit.Line
	q := credit.Query{Month: october, Subscription: sub}
	for l, err := range p.Counted(credit.Lines(context.Background(), judging, in.Month, q)) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return p, lines
}
