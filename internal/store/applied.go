package store

import (
	"context"
	"database/sql"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

var _ repair.Journal = (*Store)(nil)

// Records returns the last record of each step of a plan, by the step's ID.
func (s *Store) Records(ctx context.Context, plan string) (map[string]repair.Record, error) {
	all, err := query(ctx, s, `SELECT step, undo, kind, actor, subject, before, after, begun, done, changed FROM applied WHERE plan = ?`, []any{plan},
		func(row *sql.Rows) (repair.Record, error) {
			r := repair.Record{Plan: plan}
			var begun, done sql.NullInt64
			err := row.Scan(&r.Step, &r.Undo, &r.Kind, &r.Actor, &r.Subject, &r.Before, &r.After, &begun, &done, &r.Changed)
			r.Begun, r.Done = instant(begun), instant(done)
			return r, err
		})
	out := make(map[string]repair.Record, len(all))
	for _, r := range all {
		out[r.Step] = r
	}
	return out, err
}

// Begin notes what is about to be sent, in place of what was known of the step.
func (s *Store) Begin(ctx context.Context, r repair.Record) error {
	begun, err := column(r.Begun)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO applied (plan, step, undo, kind, actor, subject, before, after, begun, done, changed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)
			ON CONFLICT (plan, step) DO UPDATE SET undo = excluded.undo, kind = excluded.kind, actor = excluded.actor, subject = excluded.subject,
				before = excluded.before, after = excluded.after, begun = excluded.begun, done = NULL, changed = 0`,
			r.Plan, r.Step, r.Undo, string(r.Kind), r.Actor, r.Subject, r.Before, r.After, begun)
		return err
	})
}

// End notes that what was begun is done. In the same transaction the audit
// trail gets its line, when something was changed: exactly one, however often
// and by how many processes the same beginning is ended. The error has code
// NotFound when it was never begun.
func (s *Store) End(ctx context.Context, r repair.Record) error {
	at, err := column(r.Done)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		ended, err := tx.ExecContext(ctx, `UPDATE applied SET done = ?, changed = ? WHERE plan = ? AND step = ? AND undo = ? AND done IS NULL`,
			at, r.Changed, r.Plan, r.Step, r.Undo)
		if err != nil {
			return err
		}
		if n, err := ended.RowsAffected(); err != nil || n == 0 {
			return begun(ctx, tx, r, err)
		}
		if !r.Changed {
			return nil
		}
		action := string(r.Kind)
		if r.Undo {
			action = "undo " + action
		}
		return audit(ctx, tx, Entry{At: r.Done, Actor: r.Actor, Action: action, Subject: r.Subject, Before: r.Before, After: r.After})
	})
}

// begun refuses the end of what was never begun.
func begun(ctx context.Context, tx *sql.Tx, r repair.Record, err error) error {
	n := 0
	if err == nil {
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM applied WHERE plan = ? AND step = ?`, r.Plan, r.Step).Scan(&n)
	}
	if err == nil && n == 0 {
		err = pharos.Errorf(pharos.NotFound, "step %s was never begun", r.Step)
	}
	return err
}
