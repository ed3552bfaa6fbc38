package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/pharos-pec/pharos"
)

// Scan is one look at the cloud, for the list of scans.
type Scan struct {
	At       time.Time // the cloud's time at its end
	Eyes     []Eye
	Problems []Problem
}

// Eye is a credential that a scan looked with.
type Eye struct {
	Name      string              `json:"name"`
	Principal pharos.PrincipalRef `json:"principal"`
}

// Problem is something that a scan could not read.
type Problem struct {
	Subject string      `json:"subject"`
	Reading string      `json:"reading"`
	Eye     string      `json:"eye,omitempty"`
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint,omitempty"`
	Aid     bool        `json:"aid,omitempty"` // only a change log, see observe.Problem
}

// SaveScan saves the history after a scan as SaveHistory does, and in the same
// transaction the scan itself.
func (s *Store) SaveScan(ctx context.Context, before, after *pharos.History, scan Scan) error {
	return s.save(ctx, before, after, func(tx *sql.Tx) error {
		at, err := column(scan.At)
		if err != nil {
			return err
		}
		eyes, err := json.Marshal(append([]Eye{}, scan.Eyes...))
		if err != nil {
			return err
		}
		problems, err := json.Marshal(append([]Problem{}, scan.Problems...))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO scan (at, eyes, problems) VALUES (?, ?, ?)`, at, string(eyes), string(problems))
		return err
	})
}

// Scans returns the last scans, the newest first, at most limit of them.
func (s *Store) Scans(ctx context.Context, limit int) ([]Scan, error) {
	return query(ctx, s, `SELECT at, eyes, problems FROM scan ORDER BY id DESC LIMIT ?`, []any{limit}, func(row *sql.Rows) (Scan, error) {
		var out Scan
		var at sql.NullInt64
		var eyes, problems []byte
		if err := row.Scan(&at, &eyes, &problems); err != nil {
			return out, err
		}
		out.At = instant(at)
		return out, errors.Join(json.Unmarshal(eyes, &out.Eyes), json.Unmarshal(problems, &out.Problems))
	})
}

// CheckIn is the link of a principal whose credential Pharos does not hold,
// as that principal read it, signed in as itself.
type CheckIn struct {
	Name      string // for people to read; may be ""
	Principal pharos.PrincipalRef
	PartnerID pharos.PartnerID
	// Held is when the ID was linked, as far as the check-in tells: a zero
	// From means since before, a zero To means still.
	Held   pharos.Interval
	Source pharos.Source
	At     time.Time // the cloud's time of the check-in
}

// SaveCheckIn adds a check-in to the register. The same one again changes
// nothing; one of a later time follows it.
func (s *Store) SaveCheckIn(ctx context.Context, c CheckIn) error {
	times, err := columns(c.Held.From, c.Held.To, c.At)
	if err != nil {
		return err
	}
	args := append([]any{c.Name, c.Principal.Tenant, c.Principal.ID, c.PartnerID, c.Source}, times...)
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO check_in (name, tenant, principal, partner_id, source, since, until, at)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM check_in
				WHERE name = ?1 AND tenant = ?2 AND principal = ?3 AND partner_id = ?4 AND source = ?5
				AND since IS ?6 AND until IS ?7 AND at IS ?8)`, args...)
		return err
	})
}

// CheckIns returns the register in the order in which people checked in.
func (s *Store) CheckIns(ctx context.Context) ([]CheckIn, error) {
	return query(ctx, s, `SELECT name, tenant, principal, partner_id, source, since, until, at FROM check_in ORDER BY id`, nil, func(row *sql.Rows) (CheckIn, error) {
		var c CheckIn
		var since, until, at sql.NullInt64
		err := row.Scan(&c.Name, &c.Principal.Tenant, &c.Principal.ID, &c.PartnerID, &c.Source, &since, &until, &at)
		c.Held, c.At = pharos.Interval{From: instant(since), To: instant(until)}, instant(at)
		return c, err
	})
}

// Entry is a line of the audit trail: who changed what.
type Entry struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`   // the credential or the person
	Action  string    `json:"action"`  // "link", "check-in", "scan", …
	Subject string    `json:"subject"` // what was changed
	Before  string    `json:"before,omitempty"`
	After   string    `json:"after,omitempty"`
}

// Record adds a line to the audit trail, which cannot be changed afterwards.
func (s *Store) Record(ctx context.Context, e Entry) error {
	return s.write(ctx, func(tx *sql.Tx) error { return audit(ctx, tx, e) })
}

func audit(ctx context.Context, tx *sql.Tx, e Entry) error {
	at, err := column(e.At)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (at, actor, action, subject, before, after) VALUES (?, ?, ?, ?, ?, ?)`,
		at, e.Actor, e.Action, e.Subject, e.Before, e.After)
	return err
}

// Trail returns the last lines of the audit trail, the newest first, at most
// limit of them.
func (s *Store) Trail(ctx context.Context, limit int) ([]Entry, error) {
	return query(ctx, s, `SELECT at, actor, action, subject, before, after FROM audit ORDER BY id DESC LIMIT ?`, []any{limit}, func(row *sql.Rows) (Entry, error) {
		var e Entry
		var at sql.NullInt64
		err := row.Scan(&at, &e.Actor, &e.Action, &e.Subject, &e.Before, &e.After)
		e.At = instant(at)
		return e, err
	})
}

// query reads all rows of one statement.
func query[T any](ctx context.Context, s *Store, text string, args []any, read func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := s.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fault(s.path, err)
	}
	all, err := collect(rows, read)
	return all, fault(s.path, err)
}
