package clickhouse

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// commit is one import as the table import has it: a row at position 0 that
// says what it was, and one for each file.
type commit struct {
	sequence  int64
	id        uint64
	at        time.Time // of the node that has it
	entries   int       // files that it must have
	statement *ledger.Statement
	files     []ledger.Entry
}

// whole reports whether all of the commit's rows are there.
func (c *commit) whole() bool { return len(c.files) == c.entries }

// state is what the tables import and attempt say at one instant.
type state struct {
	commits  []commit // in the order in which they count
	manifest ledger.Manifest
	attempts map[string]*attempt
}

// state reads the tables and folds the imports into a manifest.
func (l *Ledger) state(ctx context.Context) (*state, error) {
	s := &state{}
	var err error
	// In this order: an import whose attempt is swept after this look has
	// rows that still count here, and its lines are still there.
	if s.attempts, err = l.attempts(ctx); err != nil {
		return nil, err
	}
	if s.commits, err = l.commits(ctx); err != nil {
		return nil, err
	}
	s.manifest = s.fold(func(*commit) bool { return true })
	for _, e := range s.manifest.Sources {
		for _, name := range attemptsOf([]ledger.Entry{e}) {
			if a := s.attempts[name]; a != nil && a.retired {
				return nil, l.damaged("usage_line", fmt.Errorf("the lines of %s were removed and count again", e.Name))
			}
		}
	}
	return s, nil
}

// fold makes a manifest of the commits that are wanted.
func (s *state) fold(wanted func(*commit) bool) ledger.Manifest {
	var m ledger.Manifest
	for i := range s.commits {
		c := &s.commits[i]
		if !c.whole() || !wanted(c) || slices.ContainsFunc(c.files, s.lost) {
			continue
		}
		m.Take(c.files, c.statement, c.sequence)
	}
	return m
}

// lost reports whether an import's file has lines of an attempt that was swept before they counted.
func (s *state) lost(e ledger.Entry) bool {
	return slices.ContainsFunc(e.Segments, func(p ledger.Part) bool {
		a := s.attempts[p.File]
		return a != nil && a.swept
	})
}

// commits reads the table import.
func (l *Ledger) commits(ctx context.Context) ([]commit, error) {
	rows, err := l.conn().Query(ctx, "select sequence, import, position, entries, at, entry, statement from "+l.table("import")+" order by sequence, import, position")
	if err != nil {
		return nil, l.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var out []commit
	for rows.Next() {
		var c commit
		var position, entries uint32
		var entry, statement string
		if err := rows.Scan(&c.sequence, &c.id, &position, &entries, &c.at, &entry, &statement); err != nil {
			return nil, l.fault(ctx, err)
		}
		if position == 0 {
			c.entries = int(entries)
			if statement != "" {
				c.statement = &ledger.Statement{}
				if err := json.Unmarshal([]byte(statement), c.statement); err != nil {
					return nil, l.damaged("import", err)
				}
			}
			out = append(out, c)
			continue
		}
		var e ledger.Entry
		if err := json.Unmarshal([]byte(entry), &e); err != nil {
			return nil, l.damaged("import", err)
		}
		if n := len(out); n > 0 && out[n-1].id == c.id {
			out[n-1].files = append(out[n-1].files, e)
		}
	}
	slices.SortStableFunc(out, func(a, b commit) int { return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.id, b.id)) })
	return out, l.fault(ctx, rows.Err())
}

func (l *Ledger) damaged(table string, err error) error {
	return pharos.Errorf(pharos.Internal, "the ledger's table %s is damaged: %w", l.table(table), err).
		WithHint("restore it from a backup, or import the usage files again into a new database")
}

// commit puts an import into the table import, by one block into one part:
// all of its rows are there, or none.
func (l *Ledger) commit(ctx context.Context, c commit) error {
	statement := ""
	if c.statement != nil {
		b, err := json.Marshal(c.statement)
		if err != nil {
			return err
		}
		statement = string(b)
	}
	batch, err := l.conn().PrepareBatch(ctx, "insert into "+l.localTable("import")+
		" (sequence, import, position, entries, name, sha256, entry, statement) values")
	if err != nil {
		return l.fault(ctx, err)
	}
	defer func() { _ = batch.Close() }()
	err = batch.Append(c.sequence, c.id, uint32(0), uint32(len(c.files)), "", "", "", statement)
	for i, e := range c.files {
		if err != nil {
			break
		}
		var b []byte
		if b, err = json.Marshal(e); err == nil {
			err = batch.Append(c.sequence, c.id, uint32(i+1), uint32(0), e.Name, e.SHA256, string(b), "")
		}
	}
	if err == nil {
		err = batch.Send()
	}
	return l.fault(ctx, err)
}
