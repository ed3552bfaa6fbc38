package evidence

import (
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// Pack is everything that the dispute of one subscription's month rests on.
// Its JSON is the file pack.json. Amounts are exact and in the billing
// currency; all times are the cloud's, in UTC.
type Pack struct {
	Summary Summary `json:"summary"`
	// Totals are the whole month's, by currency, and add up from Days.
	Totals []credit.Total `json:"totals"`
	// Days has every day of the month, in order.
	Days []Day `json:"days"`
}

// Day is one day of the subscription.
type Day struct {
	Date pharos.Day `json:"date"`
	Rows []Row      `json:"rows"` // by currency, verdict, causes; empty for a day without usage
}

// Row sums the lines of a day that have the same verdict for the same causes.
type Row struct {
	Verdict  pharos.Verdict  `json:"verdict"`
	Causes   []pharos.Cause  `json:"causes"`
	Currency string          `json:"currency"`
	List     decimal.Decimal `json:"list"`     // list cost
	Credit   decimal.Decimal `json:"credit"`   // at the bill's own rate, given or not; 0 for excluded lines
	Credited decimal.Decimal `json:"credited"` // what the bill gave
	Missing  decimal.Decimal `json:"missing"`  // Credit of disputable lines, else 0
	Lines    int64           `json:"lines"`
}
