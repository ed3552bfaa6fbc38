package credit

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
)

func TestJudge_Errors(t *testing.T) {
	broken := errors.New("disk on fire")
	good := Input{Month: october, Ledger: &memory{}, Access: access{}, AsOf: settledAt}
	for _, c := range []struct {
		name string
		in   func(Input) Input
		want pharos.Code
		is   error
	}{
		{name: "no ledger", in: func(i Input) Input { i.Ledger = nil; return i }, want: pharos.Internal},
		{name: "no access", in: func(i Input) Input { i.Access = nil; return i }, want: pharos.Internal},
		{name: "no time", in: func(i Input) Input { i.AsOf = time.Time{}; return i }, want: pharos.Internal},
		{name: "broken ledger", in: func(i Input) Input { i.Ledger = &memory{err: broken}; return i }, want: pharos.Internal, is: broken},
		{name: "broken totals", in: func(i Input) Input { i.Billed = &memory{err: broken}; return i }, want: pharos.Internal, is: broken},
		{name: "another month's fact", in: func(i Input) Input {
			i.Ledger = &memory{facts: []pharos.DayFact{{Day: october.Last() + 1}}}
			return i
		}, want: pharos.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Judge(t.Context(), c.in(good))
			if m != nil || pharos.CodeOf(err) != c.want || !errors.Is(err, c.is) && c.is != nil {
				t.Errorf("got %v, %v", m, err)
			}
		})
	}
}

// TestJudge_Cancelled: a judgement ends soon after its context, even when the
// ledger does not look at it.
func TestJudge_Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := &memory{facts: make([]pharos.DayFact, 5000)}
	for i := range l.facts {
		l.facts[i] = pharos.DayFact{Day: day(1), Scope: pharos.Scope(strconv.Itoa(i))}
	}
	asked := 0
	a := access{on: func(pharos.Scope, pharos.Day) pharos.Coverage { asked++; cancel(); return pharos.Coverage{} }}
	_, err := Judge(ctx, Input{Month: october, Ledger: l, Access: a, AsOf: settledAt})
	if pharos.CodeOf(err) != pharos.Interrupted || asked > 2000 {
		t.Errorf("got %v after %d facts", err, asked)
	}
}

// TestJudge_JSON is the shape of the contract, key by key.
func TestJudge_JSON(t *testing.T) {
	facts := []pharos.DayFact{
		{Day: day(9), Customer: "c", Subscription: "s", Scope: "/subscriptions/s", Currency: "EUR", Lines: 12, List: dec("8.40"), MeterRate: rate("15")},
		{Day: day(10), Subscription: "s", Scope: "/subscriptions/s", Currency: "EUR", Lines: 1, List: dec("1"), Credited: rate("15")},
	}
	m, err := Judge(t.Context(), Input{
		Month: october, Ledger: &memory{facts: facts}, AsOf: settledAt,
		Access: always(pharos.Coverage{State: pharos.None, Causes: []pharos.Cause{pharos.NoAccess}}),
		Names: Names{
			Customers:     map[pharos.TenantID]pharos.Customer{"c": {ID: "c", Name: "Fabrikam"}},
			Subscriptions: map[pharos.SubscriptionID]pharos.Subscription{"s": {ID: "s", Customer: "c", Name: "prod"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
 "month": "2026-10",
 "totals": [
  {
   "currency": "EUR",
   "list": "9.4",
   "earned": "0",
   "lost": "1.26",
   "disputable": "0",
   "excluded": "0",
   "pending": "0",
   "unknown": "0",
   "unexpected": "0.15"
  }
 ],
 "causes": [
  {
   "code": "no-access",
   "verdict": "lost",
   "currency": "EUR",
   "credit": "1.26",
   "list": "8.4",
   "subscriptions": 1,
   "days": 1
  }
 ],
 "subscriptions": [
  {
   "subscriptionId": "s",
   "subscriptionName": "prod",
   "customerId": "c",
   "customerName": "Fabrikam",
   "currency": "EUR",
   "days": [
    {
     "date": "2026-10-09",
     "verdict": "lost",
     "causes": [
      "no-access"
     ],
     "list": "8.4",
     "credit": "1.26",
     "lines": 12
    },
    {
     "date": "2026-10-10",
     "verdict": "unexpected",
     "causes": [],
     "list": "1",
     "credit": "0.15",
     "lines": 1
    }
   ]
  }
 ],
 "warnings": []
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestJudge_AsksOnlyWhereItMatters: coverage of what never earns is not asked
// for, and no key of an empty month is null.
func TestJudge_AsksOnlyWhereItMatters(t *testing.T) {
	asked := 0
	a := access{on: func(pharos.Scope, pharos.Day) pharos.Coverage { asked++; return pharos.Coverage{} }}
	judge(t, &memory{facts: []pharos.DayFact{{Day: day(1), Product: pharos.ZeroCost}}}, a)
	if asked != 0 {
		t.Errorf("coverage was asked for %d times", asked)
	}
	judge(t, &memory{facts: []pharos.DayFact{{Day: day(1)}, {Day: day(1), MeterRate: rate("15")}, {Day: day(2)}}}, a)
	if asked != 2 {
		t.Errorf("coverage of two days was asked for %d times", asked)
	}
	text, err := json.Marshal(judge(t, &memory{}, a))
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"totals", "causes", "subscriptions", "warnings"} {
		if keys[k] == nil {
			t.Errorf("%q is null", k)
		}
	}
}
