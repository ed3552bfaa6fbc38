package web

import (
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// sum gathers rows by verdict. A month of a large partner has millions of
// rows, so it touches only what a row changes.
type sum struct {
	list decimal.Decimal
	by   [7]decimal.Decimal // by verdict, in the order of pharos.Verdicts
}

// slot returns where a verdict stands in sum.by, -1 for none of them.
func slot(v pharos.Verdict) int {
	switch v {
	case pharos.Earned:
		return 0
	case pharos.Lost:
		return 1
	case pharos.Disputable:
		return 2
	case pharos.Pending:
		return 3
	case pharos.UnknownVerdict:
		return 4
	case pharos.Unexpected:
		return 5
	case pharos.Excluded:
		return 6
	default:
		return -1
	}
}

// add takes in a row: list cost for what can never earn, credit for all else.
func (s *sum) add(row *credit.DayRow) {
	s.list = s.list.Add(row.List)
	if at := slot(row.Verdict); at >= 0 {
		s.by[at] = s.by[at].Add(rowAmount(row))
	}
}

// merge adds another sum.
func (s *sum) merge(t *sum) {
	s.list = s.list.Add(t.list)
	for i, amount := range t.by {
		if !amount.IsZero() {
			s.by[i] = s.by[i].Add(amount)
		}
	}
}

// sums returns the amounts under the names that the judge gives them.
func (s *sum) sums() credit.Sums {
	return credit.Sums{
		List: s.list, Earned: s.by[0], Lost: s.by[1], Disputable: s.by[2],
		Pending: s.by[3], Unknown: s.by[4], Unexpected: s.by[5], Excluded: s.by[6],
	}
}

// rowAmount is list cost for what can never earn, credit for all else.
func rowAmount(row *credit.DayRow) decimal.Decimal {
	if row.Verdict == pharos.Excluded {
		return row.List
	}
	return row.Credit
}
