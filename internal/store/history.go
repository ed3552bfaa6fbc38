package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pharos-pec/pharos"
)

// LoadHistory reads the whole access history, as of one moment. An empty
// database holds an empty history.
func (s *Store) LoadHistory(ctx context.Context) (*pharos.History, error) {
	h := pharos.NewHistory()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fault(s.path, err)
	}
	var version int64
	var last sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT version, last_scan FROM state`).Scan(&version, &last)
	for _, load := range []func(context.Context, *sql.Tx, *pharos.History) error{loadNouns, loadRecords} {
		if err == nil {
			err = load(ctx, tx, h)
		}
	}
	if err = errors.Join(err, tx.Rollback()); err != nil {
		return nil, fault(s.path, err)
	}
	h.LastScan = instant(last)
	s.mu.Lock()
	s.version = version
	s.mu.Unlock()
	return h, nil
}

// Revision names a state of what is observed and checked in. Two of one file
// are equal if and only if nothing was saved between them, by anybody.
type Revision struct{ history, checkIns int64 }

// String names the state for people: two of one file have the same name if
// and only if they are equal.
func (r Revision) String() string { return fmt.Sprintf("%d.%d", r.history, r.checkIns) }

// Revision returns the state that the file is in, without reading it all.
func (s *Store) Revision(ctx context.Context) (r Revision, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT version, (SELECT coalesce(max(id), 0) FROM check_in) FROM state`).Scan(&r.history, &r.checkIns)
	return r, fault(s.path, err)
}

// SaveHistory writes after in one transaction: what differs from before, which
// is the history that this store loaded or saved last, or all of it when
// before is nil. It fails with code Conflict, and changes nothing, when
// somebody else has saved a history in the meantime.
func (s *Store) SaveHistory(ctx context.Context, before, after *pharos.History) error {
	return s.save(ctx, before, after, nil)
}

// save writes a history and, in the same transaction, what more says.
func (s *Store) save(ctx context.Context, before, after *pharos.History, more func(*sql.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var version int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := s.advance(ctx, tx, before == nil, after.LastScan); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT version FROM state`).Scan(&version); err != nil {
			return err
		}
		if before == nil {
			before = pharos.NewHistory()
			if err := clearHistory(ctx, tx); err != nil {
				return err
			}
		}
		if err := saveNouns(ctx, tx, before, after); err != nil {
			return err
		}
		if err := saveRecords(ctx, tx, before, after); err != nil {
			return err
		}
		if more == nil {
			return nil
		}
		return more(tx)
	})
	if err == nil {
		s.version = version
	}
	return err
}

// advance counts the version of the history up, unless it is not the one that
// is known here. It is the transaction's first statement and takes the lock.
func (s *Store) advance(ctx context.Context, tx *sql.Tx, whole bool, last time.Time) error {
	at, err := column(last)
	if err != nil {
		return err
	}
	r, err := tx.ExecContext(ctx, `UPDATE state SET version = version + 1, last_scan = ? WHERE ? OR version = ?`, at, whole, s.version)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return pharos.Errorf(pharos.Conflict, "the history was changed by somebody else since it was loaded, nothing was saved").
		WithHint("run the scan again")
}

func clearHistory(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM fact; DELETE FROM observed; DELETE FROM record;
		DELETE FROM customer; DELETE FROM subscription; DELETE FROM principal; DELETE FROM agent_group`)
	return err
}

// saveRecords writes the records that changed.
func saveRecords(ctx context.Context, tx *sql.Tx, before, after *pharos.History) error {
	p, err := newPen(ctx, tx)
	if err != nil {
		return err
	}
	one := func(h *pharos.History) map[string]*pharos.Record[pharos.Signed] {
		if h.Programme == nil {
			return nil
		}
		return map[string]*pharos.Record[pharos.Signed]{programme: h.Programme}
	}
	return errors.Join(
		saveShelf(p, grantShelf(), before.Grants, after.Grants),
		saveShelf(p, byID[pharos.SubscriptionID, pharos.Denial]("denial"), before.Denials, after.Denials),
		saveShelf(p, byPrincipal[pharos.PrincipalID]("member"), before.Members, after.Members),
		saveShelf(p, byPrincipal[pharos.PartnerID]("link"), before.Links, after.Links),
		saveShelf(p, byPrincipal[pharos.Disabled]("disabled"), before.Disabled, after.Disabled),
		saveShelf(p, byID[pharos.SubscriptionID, pharos.Sale]("sale"), before.Sales, after.Sales),
		saveShelf(p, byID[pharos.TenantID, pharos.Signed]("agreement"), before.Agreements, after.Agreements),
		saveShelf(p, byID[string, pharos.Signed](programme), one(before), one(after)),
	)
}

// loadRecords reads all records.
func loadRecords(ctx context.Context, tx *sql.Tx, h *pharos.History) error {
	one := map[string]*pharos.Record[pharos.Signed]{}
	l := newLoader()
	l.to(open(grantShelf(), h.Grants))
	l.to(open(byID[pharos.SubscriptionID, pharos.Denial]("denial"), h.Denials))
	l.to(open(byPrincipal[pharos.PrincipalID]("member"), h.Members))
	l.to(open(byPrincipal[pharos.PartnerID]("link"), h.Links))
	l.to(open(byPrincipal[pharos.Disabled]("disabled"), h.Disabled))
	l.to(open(byID[pharos.SubscriptionID, pharos.Sale]("sale"), h.Sales))
	l.to(open(byID[pharos.TenantID, pharos.Signed]("agreement"), h.Agreements))
	l.to(open(byID[string, pharos.Signed](programme), one))
	err := l.load(ctx, tx)
	h.Programme = one[programme]
	return err
}

// put writes the entries of a map that differ from those before and removes
// those that are gone.
func put[K, V comparable](before, after map[K]V, upsert func(K, V) error, remove func(K) error) error {
	for k, v := range after {
		if old, was := before[k]; !was || old != v {
			if err := upsert(k, v); err != nil {
				return err
			}
		}
	}
	for k := range before {
		if _, is := after[k]; !is {
			if err := remove(k); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveNouns writes customers, subscriptions, principals and agent groups.
func saveNouns(ctx context.Context, tx *sql.Tx, before, after *pharos.History) error {
	run := func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
	err := put(before.Customers, after.Customers, func(id pharos.TenantID, c pharos.Customer) error {
		return run(`INSERT OR REPLACE INTO customer (id, name, domain, country) VALUES (?, ?, ?, ?)`, id, c.Name, c.Domain, c.Country)
	}, func(id pharos.TenantID) error { return run(`DELETE FROM customer WHERE id = ?`, id) })
	if err != nil {
		return err
	}
	err = put(before.Subscriptions, after.Subscriptions, func(id pharos.SubscriptionID, v pharos.Subscription) error {
		return run(`INSERT OR REPLACE INTO subscription (id, customer, name) VALUES (?, ?, ?)`, id, v.Customer, v.Name)
	}, func(id pharos.SubscriptionID) error { return run(`DELETE FROM subscription WHERE id = ?`, id) })
	if err != nil {
		return err
	}
	err = put(before.Principals, after.Principals, func(ref pharos.PrincipalRef, v pharos.Principal) error {
		value, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return run(`INSERT OR REPLACE INTO principal (tenant, id, value) VALUES (?, ?, ?)`, ref.Tenant, ref.ID, string(value))
	}, func(ref pharos.PrincipalRef) error {
		return run(`DELETE FROM principal WHERE tenant = ? AND id = ?`, ref.Tenant, ref.ID)
	})
	if err != nil {
		return err
	}
	return put(before.AgentGroups, after.AgentGroups, func(id pharos.PrincipalID, name string) error {
		return run(`INSERT OR REPLACE INTO agent_group (id, name) VALUES (?, ?)`, id, name)
	}, func(id pharos.PrincipalID) error { return run(`DELETE FROM agent_group WHERE id = ?`, id) })
}

// loadNouns reads what saveNouns wrote.
func loadNouns(ctx context.Context, tx *sql.Tx, h *pharos.History) error {
	var c pharos.Customer
	var sub pharos.Subscription
	var ref pharos.PrincipalRef
	var value sql.RawBytes
	var group pharos.PrincipalID
	var name string
	return errors.Join(
		each(ctx, tx, `SELECT id, name, domain, country FROM customer`, nil, func() error {
			h.Customers[c.ID] = c
			return nil
		}, &c.ID, &c.Name, &c.Domain, &c.Country),
		each(ctx, tx, `SELECT id, customer, name FROM subscription`, nil, func() error {
			h.Subscriptions[sub.ID] = sub
			return nil
		}, &sub.ID, &sub.Customer, &sub.Name),
		each(ctx, tx, `SELECT tenant, id, value FROM principal`, nil, func() error {
			var p pharos.Principal
			err := json.Unmarshal(value, &p)
			h.Principals[ref] = p
			return err
		}, &ref.Tenant, &ref.ID, &value),
		each(ctx, tx, `SELECT id, name FROM agent_group`, nil, func() error {
			h.AgentGroups[group] = name
			return nil
		}, &group, &name),
	)
}
