package evidence

import (
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// Version is that of the pack's JSON. Fields are only added within it.
const Version = 1

// Pack is everything that the dispute of one subscription's month rests on.
// Its JSON is the file pack.json. Amounts are exact and in the billing
// currency; all times are the cloud's, in UTC. Nothing in it is of another
// customer: it is made to be handed out.
type Pack struct {
	Version int     `json:"version"`
	Summary Summary `json:"summary"`
	// Notes are what a reader of the amounts should know, in words.
	Notes []string `json:"notes"`
	// Totals are the whole month's, by currency, and add up from Days.
	Totals []credit.Total `json:"totals"`
	// Days has every day of the month that has begun, in order.
	Days []Day `json:"days"`
	// Conditions are what a credited day needs. All of them held for every
	// disputed line from the first to the last instant of its day.
	Conditions []string `json:"conditions"`
	// Causes are the pages of the causes of Days, in the contract's order.
	Causes []Cause `json:"causes"`

	// The access timeline: facts that may have held at some time of the month.
	Grants      []Grant      `json:"grants"`
	Memberships []Membership `json:"memberships"`
	Links       []Link       `json:"links"`
	Disabled    []Disabled   `json:"disabled"`
	Denials     []Denial     `json:"denials"`
	Sales       []Sale       `json:"sales"`
	Agreements  []Agreement  `json:"agreements"`
	// Observed says over which times the facts were looked at: what is not
	// among them in those times did not hold.
	Observed []Observed `json:"observed"`
	// Scans are the looks at the subscription, oldest first.
	Scans []Scan `json:"scans"`

	// Bill is what the usage lines themselves tell.
	Bill Bill `json:"bill"`
}

// Day is one day of the subscription.
type Day struct {
	Date pharos.Day `json:"date"`
	// Disputed is true when a line lacks credit although access held.
	Disputed bool  `json:"disputed"`
	Rows     []Row `json:"rows"` // by currency, verdict, causes; empty for a day without usage
	// Access is what the history says, once for all scopes of which it says
	// the same.
	Access []Standing `json:"access"`
}

// Row sums the lines of a day that have the same verdict for the same causes.
type Row struct {
	Verdict  pharos.Verdict  `json:"verdict"`
	Causes   []pharos.Cause  `json:"causes"` // nearest to earning first; empty for earned and unexpected
	Currency string          `json:"currency"`
	List     decimal.Decimal `json:"list"`     // list cost
	Credit   decimal.Decimal `json:"credit"`   // at the bill's own rate, given or not; 0 for excluded lines
	Credited decimal.Decimal `json:"credited"` // what the bill gave
	Missing  decimal.Decimal `json:"missing"`  // Credit of disputable lines, else 0
	Lines    int64           `json:"lines"`
}

// Standing is the access to some scopes on a day.
type Standing struct {
	Scopes  []pharos.Scope       `json:"scopes"`
	State   pharos.CoverageState `json:"state"`
	Path    pharos.Path          `json:"path"`
	Answer  string               `json:"answer"` // one sentence
	Through []explain.Holder     `json:"earningPrincipals"`
	Causes  []pharos.Cause       `json:"causes"`
	Notes   []string             `json:"notes"` // one for each cause
}

// Cause tells what a cause of the month means, from its page.
type Cause struct {
	Code    pharos.Cause     `json:"code"`
	Verdict pharos.Verdict   `json:"verdict"`
	Title   string           `json:"title"`
	Summary string           `json:"summary"`
	Sources []explain.Source `json:"sources"`
}

// creditedBy returns what the bill gave to lines of a verdict whose credit,
// given or not, is amount.
func creditedBy(v pharos.Verdict, amount decimal.Decimal) decimal.Decimal {
	if v == pharos.Earned || v == pharos.Unexpected {
		return amount
	}
	return decimal.Zero
}

// missingBy returns what of that amount is missing: credit of lines that were
// lost by our own doing, or of which nobody knows, is not.
func missingBy(v pharos.Verdict, amount decimal.Decimal) decimal.Decimal {
	if v == pharos.Disputable {
		return amount
	}
	return decimal.Zero
}
