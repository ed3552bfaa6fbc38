package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// shelf is where the records of one kind stand: their name in the database
// and how a subject is written there.
type shelf[K, T comparable] struct {
	kind  string
	write func(K) string
	read  func(string) K
}

func grantShelf() shelf[pharos.GrantKey, pharos.Grant] {
	return shelf[pharos.GrantKey, pharos.Grant]{
		kind:  "grant",
		write: func(k pharos.GrantKey) string { return string(k.Subscription) + "/" + string(k.Path) },
		read: func(s string) pharos.GrantKey {
			sub, path, _ := strings.Cut(s, "/")
			return pharos.GrantKey{Subscription: pharos.SubscriptionID(sub), Path: pharos.Path(path)}
		},
	}
}

// byID is a shelf whose subjects are plain ids.
func byID[K ~string, T comparable](kind string) shelf[K, T] {
	return shelf[K, T]{kind: kind, write: func(k K) string { return string(k) }, read: func(s string) K { return K(s) }}
}

// byPrincipal is a shelf whose subjects are principals.
func byPrincipal[T comparable](kind string) shelf[pharos.PrincipalRef, T] {
	return shelf[pharos.PrincipalRef, T]{
		kind:  kind,
		write: func(r pharos.PrincipalRef) string { return string(r.Tenant) + "/" + string(r.ID) },
		read: func(s string) pharos.PrincipalRef {
			tenant, id, _ := strings.Cut(s, "/")
			return pharos.PrincipalRef{Tenant: pharos.TenantID(tenant), ID: pharos.PrincipalID(id)}
		},
	}
}

// programme is the one subject of the programme agreement's shelf.
const programme = "programme"

// pen writes records within one transaction.
type pen struct {
	ctx                                                        context.Context
	find, add, fact, dropFacts, seen, dropSeen, dropRecordByID *sql.Stmt
}

// newPen prepares the statements, of which a save runs hundreds of thousands.
// They are closed with the transaction.
func newPen(ctx context.Context, tx *sql.Tx) (*pen, error) {
	p := &pen{ctx: ctx}
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&p.find, `SELECT id FROM record WHERE kind = ? AND subject = ?`},
		{&p.add, `INSERT INTO record (kind, subject) VALUES (?, ?)`},
		{&p.fact, `INSERT INTO fact (record, n, value, source, evidence, began_earliest, began_latest, ended_earliest, ended_latest)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (record, n) DO UPDATE SET value = excluded.value, source = excluded.source, evidence = excluded.evidence,
				began_earliest = excluded.began_earliest, began_latest = excluded.began_latest,
				ended_earliest = excluded.ended_earliest, ended_latest = excluded.ended_latest`},
		{&p.dropFacts, `DELETE FROM fact WHERE record = ? AND n >= ?`},
		{&p.seen, `INSERT INTO observed (record, n, since, until) VALUES (?, ?, ?, ?)
			ON CONFLICT (record, n) DO UPDATE SET since = excluded.since, until = excluded.until`},
		{&p.dropSeen, `DELETE FROM observed WHERE record = ? AND n >= ?`},
		{&p.dropRecordByID, `DELETE FROM record WHERE id = ?`},
	} {
		stmt, err := tx.PrepareContext(ctx, s.sql)
		if err != nil {
			return nil, err
		}
		*s.to = stmt
	}
	return p, nil
}

// record returns the id of a record, which is made when there is none.
func (p *pen) record(kind, subject string) (int64, error) {
	var id int64
	err := p.find.QueryRowContext(p.ctx, kind, subject).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	r, err := p.add.ExecContext(p.ctx, kind, subject)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// saveShelf writes the records that are not the ones before. Records are
// never changed in place, so the same pointer is the same record.
func saveShelf[K, T comparable](p *pen, s shelf[K, T], before, after map[K]*pharos.Record[T]) error {
	var changed []K
	for k, rec := range after {
		if rec != before[k] {
			changed = append(changed, k)
		}
	}
	for k := range before {
		if after[k] == nil {
			changed = append(changed, k)
		}
	}
	slices.SortFunc(changed, func(a, b K) int { return cmp.Compare(s.write(a), s.write(b)) })
	for _, k := range changed {
		if err := saveRecord(p, s.kind, s.write(k), before[k], after[k]); err != nil {
			return fmt.Errorf("%s %s: %w", s.kind, s.write(k), err)
		}
	}
	return nil
}

// saveRecord writes the rows of a record that differ from those before.
func saveRecord[T comparable](p *pen, kind, subject string, before, after *pharos.Record[T]) error {
	id, err := p.record(kind, subject)
	if err != nil {
		return err
	}
	old, now := deref(before), deref(after)
	for n, f := range now.Facts {
		if n < len(old.Facts) && old.Facts[n] == f {
			continue
		}
		if err := saveFact(p, id, n, f); err != nil {
			return err
		}
	}
	for n, i := range now.Observed {
		if n < len(old.Observed) && old.Observed[n] == i {
			continue
		}
		bounds, err := columns(i.From, i.To)
		if err != nil {
			return err
		}
		if _, err := p.seen.ExecContext(p.ctx, append([]any{id, n}, bounds...)...); err != nil {
			return err
		}
	}
	return trim(p, id, len(old.Facts)-len(now.Facts), len(now.Facts), len(old.Observed)-len(now.Observed), len(now.Observed), after == nil)
}

// trim removes the rows that the record no longer has.
func trim(p *pen, id int64, fewerFacts, facts, fewerSeen, seen int, gone bool) error {
	if fewerFacts > 0 {
		if _, err := p.dropFacts.ExecContext(p.ctx, id, facts); err != nil {
			return err
		}
	}
	if fewerSeen > 0 {
		if _, err := p.dropSeen.ExecContext(p.ctx, id, seen); err != nil {
			return err
		}
	}
	if gone {
		_, err := p.dropRecordByID.ExecContext(p.ctx, id)
		return err
	}
	return nil
}

func deref[T comparable](r *pharos.Record[T]) pharos.Record[T] {
	if r == nil {
		return pharos.Record[T]{}
	}
	return *r
}

func saveFact[T comparable](p *pen, record int64, n int, f pharos.Fact[T]) error {
	value, err := json.Marshal(f.Value)
	if err != nil {
		return err
	}
	bounds, err := columns(f.Span.Began.Earliest, f.Span.Began.Latest, f.Span.Ended.Earliest, f.Span.Ended.Latest)
	if err != nil {
		return err
	}
	_, err = p.fact.ExecContext(p.ctx, append([]any{record, n, string(value), string(f.Source), f.Evidence}, bounds...)...)
	return err
}

// loadShelf reads all records of a kind.
func loadShelf[K, T comparable](ctx context.Context, tx *sql.Tx, s shelf[K, T], into map[K]*pharos.Record[T]) error {
	rows, err := tx.QueryContext(ctx, `SELECT id, subject FROM record WHERE kind = ?`, s.kind)
	if err != nil {
		return err
	}
	byRow := map[int64]*pharos.Record[T]{}
	_, err = collect(rows, func(row *sql.Rows) (struct{}, error) {
		var id int64
		var subject string
		if err := row.Scan(&id, &subject); err != nil {
			return struct{}{}, err
		}
		rec := &pharos.Record[T]{}
		byRow[id], into[s.read(subject)] = rec, rec
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	if err := loadFacts(ctx, tx, s.kind, byRow); err != nil {
		return err
	}
	return loadObserved(ctx, tx, s.kind, byRow)
}

func loadFacts[T comparable](ctx context.Context, tx *sql.Tx, kind string, records map[int64]*pharos.Record[T]) error {
	rows, err := tx.QueryContext(ctx, `SELECT f.record, f.value, f.source, f.evidence,
			f.began_earliest, f.began_latest, f.ended_earliest, f.ended_latest
		FROM record r JOIN fact f ON f.record = r.id WHERE r.kind = ? ORDER BY f.record, f.n`, kind)
	if err != nil {
		return err
	}
	_, err = collect(rows, func(row *sql.Rows) (struct{}, error) {
		var id int64
		var value []byte
		var f pharos.Fact[T]
		var b [4]sql.NullInt64
		if err := row.Scan(&id, &value, &f.Source, &f.Evidence, &b[0], &b[1], &b[2], &b[3]); err != nil {
			return struct{}{}, err
		}
		if err := json.Unmarshal(value, &f.Value); err != nil {
			return struct{}{}, pharos.Errorf(pharos.Invalid, "the database holds a fact of kind %s that cannot be read: %w", kind, err)
		}
		f.Span = pharos.Span{
			Began: pharos.Bound{Earliest: instant(b[0]), Latest: instant(b[1])},
			Ended: pharos.Bound{Earliest: instant(b[2]), Latest: instant(b[3])},
		}
		records[id].Facts = append(records[id].Facts, f)
		return struct{}{}, nil
	})
	return err
}

func loadObserved[T comparable](ctx context.Context, tx *sql.Tx, kind string, records map[int64]*pharos.Record[T]) error {
	rows, err := tx.QueryContext(ctx, `SELECT o.record, o.since, o.until
		FROM record r JOIN observed o ON o.record = r.id WHERE r.kind = ? ORDER BY o.record, o.n`, kind)
	if err != nil {
		return err
	}
	_, err = collect(rows, func(row *sql.Rows) (struct{}, error) {
		var id int64
		var from, to sql.NullInt64
		err := row.Scan(&id, &from, &to)
		if err == nil {
			records[id].Observed = append(records[id].Observed, pharos.Interval{From: instant(from), To: instant(to)})
		}
		return struct{}{}, err
	})
	return err
}
