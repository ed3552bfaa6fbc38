package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
	tx                                                         *sql.Tx
	ids                                                        map[string]int64 // of one kind, nil when not read
	find, add, fact, dropFacts, seen, dropSeen, dropRecordByID *sql.Stmt
}

// newPen prepares the statements, of which a save runs hundreds of thousands.
// They are closed with the transaction.
func newPen(ctx context.Context, tx *sql.Tx) (*pen, error) {
	p := &pen{ctx: ctx, tx: tx}
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&p.find, `SELECT id FROM record WHERE kind = ? AND subject = ?`},
		{&p.add, `INSERT INTO record (kind, subject) VALUES (?, ?)`},
		{&p.fact, `INSERT INTO fact (record, n, value, source, evidence, current, began_earliest, began_latest, ended_earliest, ended_latest)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (record, n) DO UPDATE SET value = excluded.value, source = excluded.source, evidence = excluded.evidence, current = excluded.current,
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

// many is from how many records on it is quicker to read all ids at once.
const many = 1000

// know reads the ids of a kind's records when many of them are to be written.
func (p *pen) know(kind string, n int) error {
	p.ids = nil
	if n < many {
		return nil
	}
	p.ids = map[string]int64{}
	var id int64
	var subject string
	return each(p.ctx, p.tx, `SELECT id, subject FROM record WHERE kind = ?`, []any{kind}, func() error {
		p.ids[subject] = id
		return nil
	}, &id, &subject)
}

// record returns the id of a record, which is made when there is none.
func (p *pen) record(kind, subject string) (int64, error) {
	id, known := p.ids[subject]
	if known {
		return id, nil
	}
	if p.ids == nil {
		err := p.find.QueryRowContext(p.ctx, kind, subject).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
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
	changed := map[string]K{}
	for k, rec := range after {
		if rec != before[k] {
			changed[s.write(k)] = k
		}
	}
	for k := range before {
		if after[k] == nil {
			changed[s.write(k)] = k
		}
	}
	if err := p.know(s.kind, len(changed)); err != nil {
		return err
	}
	for _, subject := range slices.Sorted(maps.Keys(changed)) {
		k := changed[subject]
		if err := saveRecord(p, s.kind, subject, before[k], after[k]); err != nil {
			return fmt.Errorf("%s %s: %w", s.kind, subject, err)
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
	oldLast, nowLast := old.LastObserved(), now.LastObserved()
	for n, f := range now.Facts {
		if n < len(old.Facts) && rowOf(old.Facts[n], oldLast) == rowOf(f, nowLast) {
			continue
		}
		if err := saveFact(p, id, n, rowOf(f, nowLast)); err != nil {
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

// row is a fact as it is stored. What was there at the record's last
// observation says so instead of when that was: then a scan that finds
// everything as it was writes no facts.
type row[T comparable] struct {
	pharos.Fact[T]
	current bool // Ended.Earliest is the end of what was observed
}

func rowOf[T comparable](f pharos.Fact[T], last time.Time) row[T] {
	if !last.IsZero() && f.Span.Open() && f.Span.Ended.Earliest.Equal(last) {
		f.Span.Ended.Earliest = time.Time{}
		return row[T]{f, true}
	}
	return row[T]{f, false}
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

func saveFact[T comparable](p *pen, record int64, n int, f row[T]) error {
	value, err := json.Marshal(f.Value)
	if err != nil {
		return err
	}
	bounds, err := columns(f.Span.Began.Earliest, f.Span.Began.Latest, f.Span.Ended.Earliest, f.Span.Ended.Latest)
	if err != nil {
		return err
	}
	_, err = p.fact.ExecContext(p.ctx, append([]any{record, n, string(value), string(f.Source), f.Evidence, f.current}, bounds...)...)
	return err
}
