package ledger

import (
	"cmp"
	"strings"

	"github.com/pharos-pec/pharos"
)

// DaySpan is the days from First to Last.
type DaySpan struct{ First, Last pharos.Day }

// DaySpans cuts the query's days so that the lines of each part fit in memory.
func DaySpans(q pharos.LineQuery) []DaySpan {
	switch {
	case q.Day != 0:
		return []DaySpan{{q.Day, q.Day}}
	case q.Subscription != "":
		return []DaySpan{{q.Month.First(), q.Month.Last()}}
	}
	var out []DaySpan
	for d := q.Month.First(); d <= q.Month.Last(); d++ {
		out = append(out, DaySpan{d, d})
	}
	return out
}

// Narrowed names the subscription of a query that asks below a scope.
func Narrowed(q pharos.LineQuery) pharos.LineQuery {
	if q.Under != "" && q.Subscription == "" {
		q.Subscription = q.Under.Subscription()
	}
	return q
}

// Wanted reports whether q selects lines of that place, whatever their day.
func Wanted(q pharos.LineQuery, sub pharos.SubscriptionID, group string, resource pharos.Scope) bool {
	if q.Subscription != "" && sub != q.Subscription {
		return false
	}
	if q.Under == "" {
		return true
	}
	at := pharos.SubscriptionScope(sub)
	if group != "" {
		at = pharos.ResourceGroupScope(sub, group)
	}
	return q.Under.Covers(at) || q.Under.Covers(resource)
}

// CompareLines orders lines by day, resource, meter, file and line.
func CompareLines(a, b pharos.UsageLine) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(string(a.Resource), string(b.Resource)),
		strings.Compare(a.Meter.ID, b.Meter.ID), strings.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line))
}
