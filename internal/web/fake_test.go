package web

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// october is the month of the fake books.
const october = pharos.Month(2026*12 + 9)

func day(n int) pharos.Day { return october.First() + pharos.Day(n-1) }

// guid makes an id that tells what it is and which.
func guid(kind, n int) string { return fmt.Sprintf("%08d-0000-4000-8000-%012d", kind, n) }

func tenant(n int) pharos.TenantID             { return pharos.TenantID(guid(1, n)) }
func subscription(n int) pharos.SubscriptionID { return pharos.SubscriptionID(guid(2, n)) }

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// fakeBooks are books in memory.
type fakeBooks struct {
	months   []pharos.Month
	judged   map[pharos.Month]*credit.Month
	lines    []credit.Line
	coverage []pharos.Coverage
	names    explain.Names
	err      error // returned by everything
	reads    int   // how often a month was judged
}

func (f *fakeBooks) Months(context.Context) ([]pharos.Month, error) { return f.months, f.err }

func (f *fakeBooks) Month(_ context.Context, m pharos.Month) (*credit.Month, error) {
	f.reads++
	if f.err != nil {
		return nil, f.err
	}
	if got := f.judged[m]; got != nil {
		return got, nil
	}
	return &credit.Month{Month: m}, nil
}

func (f *fakeBooks) Lines(_ context.Context, _ *credit.Month, q credit.Query) iter.Seq2[credit.Line, error] {
	return func(yield func(credit.Line, error) bool) {
		if f.err != nil {
			yield(credit.Line{}, f.err)
			return
		}
		n := 0
		for _, l := range f.lines {
			if l.Subscription != q.Subscription || l.Day != q.Day {
				continue
			}
			if n++; q.Limit > 0 && n > q.Limit || !yield(l, nil) {
				return
			}
		}
	}
}

func (f *fakeBooks) Coverage(_ context.Context, d pharos.Day) ([]pharos.Coverage, error) {
	list := append([]pharos.Coverage(nil), f.coverage...)
	for i := range list {
		list[i].Day = d
	}
	return list, f.err
}

func (f *fakeBooks) Why(ctx context.Context, id pharos.SubscriptionID, d pharos.Day) ([]pharos.Coverage, error) {
	all, err := f.Coverage(ctx, d)
	var own []pharos.Coverage
	for _, c := range all {
		if c.Scope.Subscription() == id {
			own = append(own, c)
		}
	}
	return own, err
}

func (f *fakeBooks) Now(context.Context) (time.Time, error) {
	return time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC), f.err
}

func (f *fakeBooks) Names(context.Context) (explain.Names, error) { return f.names, f.err }

// server makes a server over books, and a clock that the test moves.
func server(t *testing.T, b Books) (*Server, *time.Time) {
	t.Helper()
	at := time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)
	s, err := New(Deps{Books: b, Clock: func() time.Time { return at }, Version: "v0.0.0-test"})
	if err != nil {
		t.Fatal(err)
	}
	return s, &at
}

// get asks the server as a browser on this machine would.
func get(t testing.TB, s http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, s, http.MethodGet, path, header...)
}

// ask is get by any method.
func ask(t testing.TB, s http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Host = "127.0.0.1:8460"
	r.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// read gets a page that must be there, and parses it.
func read(t *testing.T, s http.Handler, path string) *goquery.Document {
	t.Helper()
	w := get(t, s, path)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: status %d: %s", path, w.Code, w.Body)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// text returns an element's words, each gap as one space.
func text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// row makes a day's row at a rate of 15 %.
func row(d int, v pharos.Verdict, list string, lines int64, causes ...pharos.Cause) credit.DayRow {
	r := credit.DayRow{Date: day(d), Verdict: v, Causes: append([]pharos.Cause{}, causes...), List: dec(list), Lines: lines}
	if v != pharos.Excluded {
		r.Credit = pharos.NewRate(15).Of(r.List)
	}
	return r
}

// month makes a judged month of subscriptions: the totals and causes are
// summed here as the contract says.
func month(subs ...credit.Subscription) *credit.Month {
	m := &credit.Month{Month: october, Subscriptions: subs, Warnings: []credit.Warning{}}
	totals := map[string]int{}
	for _, sub := range subs {
		if _, known := totals[sub.Currency]; !known {
			totals[sub.Currency] = len(m.Totals)
			m.Totals = append(m.Totals, credit.Total{Currency: sub.Currency})
		}
		for _, d := range sub.Days {
			m.Totals[totals[sub.Currency]].Add(sumsOf(d))
		}
	}
	m.Causes = causeSums(subs)
	return m
}

// sumsOf puts a row under its verdict.
func sumsOf(d credit.DayRow) credit.Sums {
	s := credit.Sums{List: d.List}
	switch d.Verdict {
	case pharos.Earned:
		s.Earned = d.Credit
	case pharos.Lost:
		s.Lost = d.Credit
	case pharos.Disputable:
		s.Disputable = d.Credit
	case pharos.Pending:
		s.Pending = d.Credit
	case pharos.UnknownVerdict:
		s.Unknown = d.Credit
	case pharos.Unexpected:
		s.Unexpected = d.Credit
	case pharos.Excluded:
		s.Excluded = d.List
	}
	return s
}

func causeSums(subs []credit.Subscription) []credit.CauseSum {
	var sums []credit.CauseSum
	for _, v := range pharos.Verdicts() {
		for _, cause := range pharos.Causes() {
			by := map[string]*credit.CauseSum{}
			for _, sub := range subs {
				days := 0
				for _, d := range sub.Days {
					if d.Verdict != v || len(d.Causes) == 0 || d.Causes[0] != cause {
						continue
					}
					if by[sub.Currency] == nil {
						by[sub.Currency] = &credit.CauseSum{Code: cause, Verdict: v, Currency: sub.Currency}
					}
					c := by[sub.Currency]
					c.Credit, c.List = c.Credit.Add(d.Credit), c.List.Add(d.List)
					days++
				}
				if days > 0 {
					by[sub.Currency].Subscriptions++
					by[sub.Currency].Days += days
				}
			}
			for _, currency := range []string{"EUR", "GBP", "CHF", "USD"} {
				if by[currency] != nil {
					sums = append(sums, *by[currency])
				}
			}
		}
	}
	slices.SortStableFunc(sums, func(a, b credit.CauseSum) int {
		return cmp.Or(
			slices.Index(pharos.Verdicts(), a.Verdict)-slices.Index(pharos.Verdicts(), b.Verdict),
			strings.Compare(a.Currency, b.Currency),
			b.Credit.Cmp(a.Credit),
		)
	})
	return sums
}
