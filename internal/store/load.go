package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/pharos-pec/pharos"
)

// slot is a record that is being read.
type slot interface {
	fact(value []byte, f bare) error
	observed(i pharos.Interval)
}

// bare is a fact without its value.
type bare struct {
	span     pharos.Span
	source   string
	evidence string
	current  bool
}

type typedSlot[T comparable] struct {
	kind string
	rec  *pharos.Record[T]
}

func (s typedSlot[T]) observed(i pharos.Interval) { s.rec.Observed = append(s.rec.Observed, i) }

// fact adds a fact. The observed times are read first, for one that was there
// at the last of them says no more.
func (s typedSlot[T]) fact(value []byte, b bare) error {
	f := pharos.Fact[T]{Span: b.span, Source: pharos.Source(b.source), Evidence: b.evidence}
	if b.current {
		f.Span.Ended.Earliest = s.rec.LastObserved()
	}
	if err := json.Unmarshal(value, &f.Value); err != nil {
		return damaged("a fact of kind %s that cannot be read: %w", s.kind, err)
	}
	s.rec.Facts = append(s.rec.Facts, f)
	return nil
}

// damaged is the error of rows that Pharos did not write.
func damaged(what string, args ...any) error {
	return pharos.Errorf(pharos.Invalid, "the database holds "+what, args...).WithHint(restore)
}

// opener makes the record of a subject and returns its slot.
type opener func(subject string) slot

func open[K, T comparable](s shelf[K, T], into map[K]*pharos.Record[T]) (kind string, o opener) {
	return s.kind, func(subject string) slot {
		rec := &pharos.Record[T]{}
		into[s.read(subject)] = rec
		return typedSlot[T]{s.kind, rec}
	}
}

// load reads all records in three passes over three tables: an estate has
// hundreds of thousands of rows.
func (l loader) load(ctx context.Context, tx *sql.Tx) error {
	var id int64
	var kind, subject string
	err := each(ctx, tx, `SELECT id, kind, subject FROM record ORDER BY id`, nil, func() error {
		o := l.openers[kind]
		if o == nil {
			return damaged("a record of the unknown kind %q", kind)
		}
		l.slots[id] = o(subject)
		return nil
	}, &id, &kind, &subject)
	if err != nil {
		return err
	}
	var from, to sql.NullInt64
	err = each(ctx, tx, `SELECT record, since, until FROM observed ORDER BY record, n`, nil, func() error {
		s := l.slots[id]
		if s == nil {
			return damaged("a time that belongs to no record (%d)", id)
		}
		s.observed(pharos.Interval{From: instant(from), To: instant(to)})
		return nil
	}, &id, &from, &to)
	if err != nil {
		return err
	}
	var value sql.RawBytes
	var b bare
	var at [4]sql.NullInt64
	return each(ctx, tx, `SELECT record, value, source, evidence, current, began_earliest, began_latest, ended_earliest, ended_latest
		FROM fact ORDER BY record, n`, nil, func() error {
		b.span = pharos.Span{
			Began: pharos.Bound{Earliest: instant(at[0]), Latest: instant(at[1])},
			Ended: pharos.Bound{Earliest: instant(at[2]), Latest: instant(at[3])},
		}
		s := l.slots[id]
		if s == nil {
			return damaged("a fact that belongs to no record (%d)", id)
		}
		return s.fact(value, b)
	}, &id, &value, &b.source, &b.evidence, &b.current, &at[0], &at[1], &at[2], &at[3])
}

// loader reads records by kind.
type loader struct {
	openers map[string]opener
	slots   map[int64]slot
}

func newLoader() loader { return loader{openers: map[string]opener{}, slots: map[int64]slot{}} }

// to registers where the records of a kind go.
func (l loader) to(kind string, o opener) { l.openers[kind] = o }

// each runs do for every row of a query, scanned into to.
func each(ctx context.Context, tx *sql.Tx, query string, args []any, do func() error, to ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		err := rows.Scan(to...)
		if err == nil {
			err = do()
		}
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
