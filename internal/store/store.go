// Package store keeps the state of Pharos in one SQLite file: the access
// history, the check-ins of people's links, the list of scans and the audit
// trail.
//
// Every change is one transaction of one writer: whoever reads the file after
// a crash at any moment finds the state before it or the state after it. Two
// processes may use the file at a time; a history that was changed by the
// other one since it was loaded is not overwritten but refused as a Conflict.
//
// The schema is a row of numbered migrations. A file of an older version is
// brought up to date when it is opened, a file of a newer one is refused.
package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/pharos-pec/pharos"
)

// Store is an open state database. It may be used from several goroutines;
// calls wait for each other.
type Store struct {
	db   *sql.DB
	path string

	mu      sync.Mutex
	version int64 // of the history that was loaded or saved last
}

// Open opens the database at location, which is "sqlite:PATH" or a path, and
// creates the file when there is none. It fails with code Invalid when the
// path cannot be used or the file is no Pharos database, and with Unsupported
// for another kind of database or a file of a newer version of Pharos.
func Open(ctx context.Context, location string) (*Store, error) {
	scheme, path, found := strings.Cut(location, ":")
	switch {
	case !found || len(scheme) == 1: // a plain path, of a Windows drive maybe
		path = location
	case scheme != "sqlite":
		return nil, pharos.Errorf(pharos.Unsupported, "the store %q is of a kind that this version does not offer", scheme).
			WithHint("use sqlite:PATH")
	}
	if path == "" {
		return nil, pharos.Errorf(pharos.Invalid, "the store has no path").WithHint("use sqlite:PATH, for example sqlite:pharos.db")
	}
	if err := create(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fault(path, err)
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db, path: path}
	if err := s.migrate(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return fault(s.path, s.db.Close()) }

// create makes the file readable to its owner alone: it names customers and
// who holds access to them.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		return fault(path, f.Close())
	}
	e := pharos.Errorf(pharos.Invalid, "cannot open the database %s: %w", path, reason(err))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e.WithHint("make the folder %s first, or change `store` in the configuration", filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission):
		return e.WithHint("Pharos must be allowed to read and write the file and its folder")
	default:
		return e.WithHint("change `store` in the configuration")
	}
}

// reason is the bare cause of an error about a path.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// dsn is the address of the file for the driver. A commit is on the disk when
// it returns; another process is waited for, ten seconds at most.
func dsn(path string) string {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)"}}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + q.Encode()
}

// write runs do in a transaction. do must begin with a statement that writes,
// so that the transaction never has to wait for another one half way.
func (s *Store) write(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fault(s.path, err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return fault(s.path, err)
	}
	return fault(s.path, tx.Commit())
}

// restore is what to do about a damaged database.
const restore = "restore it from a backup, or move it away and scan again"

// fault turns an error of the database into one that users see.
func fault(path string, err error) error {
	var seen *pharos.Error
	if err == nil || errors.As(err, &seen) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return pharos.Errorf(pharos.Interrupted, "the work on the database was interrupted, nothing of it is kept: %w", err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return pharos.Errorf(pharos.Internal, "database %s: %w", path, err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return pharos.Errorf(pharos.Invalid, "%s is not a database, or it is damaged: %w", path, err).
			WithHint(restore)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return pharos.Errorf(pharos.Invalid, "the database %s cannot be written: %w", path, err).
			WithHint("Pharos must be allowed to write the file and its folder, where SQLite keeps its journal")
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return pharos.Errorf(pharos.Unavailable, "the database %s could not be written, nothing was changed: %w", path, err).
			WithHint("is the disk full?")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return pharos.Errorf(pharos.Unavailable, "the database %s is in use: %w", path, err).
			WithHint("another pharos is writing to it; try again when it is done")
	default:
		return pharos.Errorf(pharos.Internal, "database %s: %w", path, err)
	}
}
