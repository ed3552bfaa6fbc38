package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pharos-pec/pharos"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a SQLite file as ours: "PHRS".
const applicationID = 0x50485253

// migrate brings the schema up to date, each migration in a transaction of
// its own that records its name.
func (s *Store) migrate(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return fault(s.path, err)
	}
	err = s.migrateOn(ctx, conn)
	return fault(s.path, errors.Join(err, conn.Close()))
}

func (s *Store) migrateOn(ctx context.Context, conn *sql.Conn) error {
	if err := s.claim(ctx, conn); err != nil {
		return err
	}
	known, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range known {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		if err := immediately(ctx, conn, func() error { return apply(ctx, conn, name, string(text)) }); err != nil {
			return err
		}
	}
	rows, err := applied(ctx, conn)
	if err != nil {
		return err
	}
	for _, name := range rows {
		if !slices.Contains(known, name) {
			return pharos.Errorf(pharos.Unsupported, "the database %s was written by a newer version of Pharos (%s)", s.path, name).
				WithHint("update pharos, or use another database")
		}
	}
	return nil
}

// claim makes an empty file ours and refuses one of another program.
func (s *Store) claim(ctx context.Context, conn *sql.Conn) error {
	return immediately(ctx, conn, func() error {
		var id, tables int
		if err := conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
			return err
		}
		if id == applicationID {
			return nil
		}
		if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
			return err
		}
		if tables > 0 {
			return pharos.Errorf(pharos.Invalid, "%s is the database of another program", s.path).
				WithHint("change `store` in the configuration")
		}
		_, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d;
			CREATE TABLE migration (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID`, applicationID))
		return err
	})
}

// apply runs a migration unless it was run before.
func apply(ctx context.Context, conn *sql.Conn, name, text string) error {
	var n int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM migration WHERE name = ?", name).Scan(&n); err != nil || n > 0 {
		return err
	}
	if _, err := conn.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err := conn.ExecContext(ctx, "INSERT INTO migration (name) VALUES (?)", name)
	return err
}

// immediately runs do in a transaction that is the only writer from the start.
func immediately(ctx context.Context, conn *sql.Conn, do func() error) error {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, undo := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		_ = undo // the transaction may be gone already
	}
	return err
}

func applied(ctx context.Context, conn *sql.Conn) (names []string, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT name FROM migration ORDER BY name")
	if err != nil {
		return nil, err
	}
	return collect(rows, func(row *sql.Rows) (string, error) {
		var name string
		return name, row.Scan(&name)
	})
}

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, read func(*sql.Rows) (T, error)) ([]T, error) {
	var all []T
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, v)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
