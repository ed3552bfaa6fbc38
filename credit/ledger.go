package credit

import (
	"context"
	"iter"

	"github.com/pharos-pec/pharos"
)

// Ledger holds usage lines at rest. Every engine gives the same facts for the
// same lines, to the last digit, in any order.
type Ledger interface {
	// Facts yields the day facts of a month. Lines of a resource that is
	// equal to or below one of fine are summed by that scope (the longest one
	// that covers the resource), all others by resource group.
	Facts(ctx context.Context, month pharos.Month, fine []pharos.Scope) iter.Seq2[pharos.DayFact, error]
	// Lines yields the lines that q selects, ordered by day, resource, meter.
	Lines(ctx context.Context, q Query) iter.Seq2[pharos.UsageLine, error]
	// Months lists the months that have lines, oldest first.
	Months(ctx context.Context) ([]pharos.Month, error)
}

// Query selects lines of one month; zero fields do not restrict.
type Query = pharos.LineQuery
