package store

import (
	"database/sql"
	"math"
	"time"

	"github.com/pharos-pec/pharos"
)

// The instants that fit into nanoseconds since 1970. The noun for "never ends"
// lies beyond and is stored as the largest number.
const endless = math.MaxInt64

func never() time.Time { return pharos.Always().Ended.Latest }

// column is an instant as a column: NULL for the zero time.
func column(t time.Time) (sql.NullInt64, error) {
	switch {
	case t.IsZero():
		return sql.NullInt64{}, nil
	case t.Equal(never()):
		return sql.NullInt64{Int64: endless, Valid: true}, nil
	case t.Year() < 1678 || t.Year() > 2261:
		return sql.NullInt64{}, pharos.Errorf(pharos.Invalid, "the time %s cannot be stored", t.UTC().Format(time.RFC3339))
	default:
		return sql.NullInt64{Int64: t.UnixNano(), Valid: true}, nil
	}
}

// columns turns instants into columns.
func columns(ts ...time.Time) ([]any, error) {
	out := make([]any, len(ts))
	for i, t := range ts {
		c, err := column(t)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// instant reads a column.
func instant(c sql.NullInt64) time.Time {
	switch {
	case !c.Valid:
		return time.Time{}
	case c.Int64 == endless:
		return never()
	default:
		return time.Unix(0, c.Int64).UTC()
	}
}
