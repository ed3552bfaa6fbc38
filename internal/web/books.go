package web

import (
	"context"
	"iter"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// Books are what the dashboard reads: judged months, the usage lines behind
// them, and coverage. All of it is already known; nothing here
// asks Azure. Errors are [pharos.Error] values; the server maps their codes to
// HTTP statuses.
type Books interface {
	// Months lists the months that have usage, oldest first.
	Months(ctx context.Context) ([]pharos.Month, error)
	// Month judges a month. The server keeps the answer for a moment, and
	// never changes it.
	Month(ctx context.Context, m pharos.Month) (*credit.Month, error)
	// Lines yields the judged lines that q selects, ordered by day, resource
	// and meter. judged is what Month answered for the query's month a moment
	// ago, so that a look at one day need not judge the month again.
	Lines(ctx context.Context, judged *credit.Month, q credit.Query) iter.Seq2[credit.Line, error]
	// Coverage says which scope earns on a day, and why not.
	Coverage(ctx context.Context, d pharos.Day) ([]pharos.Coverage, error)
	// Why returns the coverage, on a day, of a subscription that is on the bill
	// and of each scope below it at which access was ever given or denied.
	Why(ctx context.Context, id pharos.SubscriptionID, d pharos.Day) ([]pharos.Coverage, error)
	// Now is the cloud's time as far as it is known: that of the last scan or
	// pull. Coverage is shown for its day unless another is asked for.
	Now(ctx context.Context) (time.Time, error)
	// Names returns what customers, subscriptions and principals are called.
	Names(ctx context.Context) (explain.Names, error)
}
