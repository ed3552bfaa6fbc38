package evidence_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

func TestSummary_Text(t *testing.T) {
	first := oct(3)
	s := evidence.Summary{
		SubscriptionID: "59c9bc6d-a1b0-5ee6-b87f-6880b9220640", SubscriptionName: "prod",
		CustomerID: "22222222-2222-4222-8222-222222222222", CustomerName: "Fabrikam",
		PartnerID: "4987654", PartnerTenant: "11111111-1111-4111-8111-111111111111",
		Month: first.Month(), AsOf: time.Date(2026, 11, 4, 6, 0, 0, 0, time.UTC),
		Days: []pharos.Day{first, first + 2, first + 3}, Lines: 6,
		Amounts: []evidence.Amount{{
			Currency: "EUR", Expected: decimal.RequireFromString("12.3456"),
			Credited: decimal.RequireFromString("3"), Missing: decimal.RequireFromString("9.3456"),
		}},
		Access: []evidence.Holder{
			{Path: pharos.Lighthouse, ID: "33333333-3333-4333-8333-333333333333", Name: "robot", Role: "Support Request Contributor", Scopes: []pharos.Scope{"/subscriptions/59c9bc6d-a1b0-5ee6-b87f-6880b9220640"}, Groups: []string{"Operators"}, PartnerID: "4987654", Days: []pharos.Day{first}},
		},
		Sources: []string{"https://learn.microsoft.com/partner-center/billing/partner-earned-credit-explanation"},
	}
	const want = `Partner earned credit not applied although access was in place: request for review

Azure subscription: prod (59c9bc6d-a1b0-5ee6-b87f-6880b9220640)
Customer: Fabrikam (22222222-2222-4222-8222-222222222222)
Partner ID: 4987654 (partner tenant 11111111-1111-4111-8111-111111111111)
Usage month: 2026-10, UTC days, judged as of 2026-11-04T06:00:00Z
Days without credit: 3 (2026-10-03, 2026-10-05 to 2026-10-06), 6 usage lines
Credit of those days in EUR: expected 12.35, applied 3.00, missing 9.35

On each of those days access that earns held from the first to the last instant, more than
48 hours have passed since, and the products of the lines can earn. Access was held by:
- robot (33333333-3333-4333-8333-333333333333): Support Request Contributor at /subscriptions/59c9bc6d-a1b0-5ee6-b87f-6880b9220640, by Azure Lighthouse as a member of Operators, linked to partner ID 4987654, on 2026-10-03
Rules: https://learn.microsoft.com/partner-center/billing/partner-earned-credit-explanation
`
	if diff := cmp.Diff(want, s.Text()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if s.Days = nil; !strings.Contains(s.Text(), "nothing to dispute") {
		t.Errorf("without days it says\n%s", s.Text())
	}
}

func TestCents(t *testing.T) {
	for in, want := range map[string]string{"0": "0.00", "1.005": "1.01", "12": "12.00", "0.0012": "0.0012", "-0.004": "-0.004"} {
		if got := evidence.Cents(decimal.RequireFromString(in)); got != want {
			t.Errorf("Cents(%s) = %s, want %s", in, got, want)
		}
	}
}
