// Package credit meets the coverage of scopes with the bill: it judges every
// day fact of a month and says what was earned, what was lost, why, and what
// may be disputed. It is pure: the verdicts depend on the facts, the coverage
// and the given time alone, so one judge serves every ledger and any verdict
// can be computed again.
//
// The work has four steps. [Judge] streams the facts and rules on each (rule.go,
// the two tables of the contract); what one fact cannot settle it keeps open:
// whether a holder whose link nobody could read is linked (witness.go), and
// the rate of a line that was not credited (rate.go). Sums are kept in a cube
// (cube.go), and once the whole bill is known the open questions are settled
// and the cube becomes a [Month] (month.go).
//
// Every amount is exact, in the billing currency, and stands in exactly one
// verdict: earned + lost + disputable + pending + unknown + unexpected is the
// credit of all lines that can earn.
package credit
