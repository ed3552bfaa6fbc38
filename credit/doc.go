// Package credit meets the coverage of scopes with the bill: it judges every
// day fact of a month and says what was earned, what was lost, why, and what
// may be disputed. It is pure: one judge serves every ledger.
package credit
