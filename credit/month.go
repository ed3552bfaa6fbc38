package credit

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Month is the judgement of one month's bill. Its JSON is the document of
// `pharos credit -o json`. Amounts are exact and in the billing currency.
type Month struct {
	Month         pharos.Month   `json:"month"`
	Totals        []Total        `json:"totals"`        // by currency
	Causes        []CauseSum     `json:"causes"`        // by verdict, currency, then credit, highest first
	Subscriptions []Subscription `json:"subscriptions"` // by customer name, id, then subscription
	Warnings      []Warning      `json:"warnings"`

	scopes  []scopeCell // by resource group or single resource
	names   Names
	settled settlement
}

// Sums are amounts by verdict. List is the list cost of all lines, Excluded
// the list cost of those that cannot earn; the other columns are credit, and
// each line's credit stands in exactly one of them.
type Sums struct {
	List       decimal.Decimal `json:"list"`
	Earned     decimal.Decimal `json:"earned"`
	Lost       decimal.Decimal `json:"lost"`
	Disputable decimal.Decimal `json:"disputable"`
	Excluded   decimal.Decimal `json:"excluded"`
	Pending    decimal.Decimal `json:"pending"`
	Unknown    decimal.Decimal `json:"unknown"`
	Unexpected decimal.Decimal `json:"unexpected"`
}

// Total is the sum of a month in one currency.
type Total struct {
	Currency string `json:"currency"`
	Sums
}

// CauseSum is what one cause did to one verdict. A line with several causes
// stands under the first, the nearest to earning, so that the rows add up to
// the totals.
type CauseSum struct {
	Code     pharos.Cause    `json:"code"`
	Verdict  pharos.Verdict  `json:"verdict"`
	Currency string          `json:"currency"`
	Credit   decimal.Decimal `json:"credit"` // 0 for excluded lines: they have none
	List     decimal.Decimal `json:"list"`
	// Subscriptions counts the subscriptions, Days the days of each of them
	// taken together: two subscriptions over the same week are 14 days.
	Subscriptions int `json:"subscriptions"`
	Days          int `json:"days"`
}

// Subscription is a subscription's month in one currency, day by day.
type Subscription struct {
	SubscriptionID   pharos.SubscriptionID `json:"subscriptionId"`
	SubscriptionName string                `json:"subscriptionName,omitempty"`
	CustomerID       pharos.TenantID       `json:"customerId"`
	CustomerName     string                `json:"customerName"`
	Currency         string                `json:"currency"`
	Days             []DayRow              `json:"days"` // by date, verdict, causes
}

// DayRow sums the lines of a subscription and day that have the same verdict
// for the same causes.
type DayRow struct {
	Date    pharos.Day      `json:"date"`
	Verdict pharos.Verdict  `json:"verdict"`
	Causes  []pharos.Cause  `json:"causes"` // nearest to earning first; empty for earned and unexpected
	List    decimal.Decimal `json:"list"`
	Credit  decimal.Decimal `json:"credit"` // 0 for excluded lines
	Lines   int64           `json:"lines"`
}

// Warning is something a reader of the amounts should know.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// The codes of warnings.
const (
	RateAssumed = "rate-assumed" // the bill does not state the rate of some lines
	TotalsOff   = "totals-off"   // billed totals differ from the prices by more than rounding
	ReconOff    = "recon-off"    // a reconciliation file and the daily lines differ by more than rounding
	NoLines     = "no-lines"     // the ledger has nothing for the month
)

func warn(code, format string, args ...any) *Warning {
	return &Warning{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Of returns the amount that stands under a verdict.
func (s *Sums) Of(v pharos.Verdict) decimal.Decimal {
	if p := s.column(v); p != nil {
		return *p
	}
	return decimal.Zero
}

// CanEarn returns the credit of all lines whose product can earn.
func (s *Sums) CanEarn() decimal.Decimal {
	return decimal.Sum(s.Earned, s.Lost, s.Disputable, s.Pending, s.Unknown, s.Unexpected)
}

// Add adds the amounts of t, which must be in the same currency.
func (s *Sums) Add(t Sums) {
	s.List = s.List.Add(t.List)
	for _, v := range pharos.Verdicts() {
		p := s.column(v)
		*p = p.Add(t.Of(v))
	}
}

// add puts list cost and credit of lines under their verdict.
func (s *Sums) add(v pharos.Verdict, list, credit decimal.Decimal) {
	s.List = plus(s.List, list)
	amount := credit
	if v == pharos.Excluded {
		amount = list
	}
	p := s.column(v)
	*p = plus(*p, amount)
}

func (s *Sums) column(v pharos.Verdict) *decimal.Decimal {
	switch v {
	case pharos.Earned:
		return &s.Earned
	case pharos.Lost:
		return &s.Lost
	case pharos.Disputable:
		return &s.Disputable
	case pharos.Pending:
		return &s.Pending
	case pharos.UnknownVerdict:
		return &s.Unknown
	case pharos.Unexpected:
		return &s.Unexpected
	case pharos.Excluded:
		return &s.Excluded
	default:
		return nil
	}
}
