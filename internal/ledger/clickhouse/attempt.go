package clickhouse

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Events of the table attempt.
const (
	eventWrite   = "write"   // begun, or still at it
	eventCondemn = "condemn" // taken for dead
	eventSweep   = "sweep"   // its lines never count
	eventRetire  = "retire"  // its lines count no more, as an import replaced them
	eventGone    = "gone"    // its lines are removed
)

// attempt is one try to write the lines of a source.
type attempt struct {
	seen                            time.Time // when it last wrote, by a node's clock
	condemned, swept, retired, gone bool
}

// newAttempt returns a random number; two never meet.
func newAttempt() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}

// attemptName is how an attempt is written in the manifest, as the file of a part.
func attemptName(id uint64) string { return fmt.Sprintf("%016x", id) }

// attemptID reads it again; what this package did not write is no attempt.
func attemptID(name string) uint64 {
	id, err := strconv.ParseUint(name, 16, 64)
	if err != nil {
		return 0
	}
	return id
}

// attempts reads the table attempt.
func (l *Ledger) attempts(ctx context.Context) (map[string]*attempt, error) {
	rows, err := l.conn().Query(ctx, "select attempt, event, max(at) from "+l.table("attempt")+" group by attempt, event")
	if err != nil {
		return nil, l.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]*attempt{}
	for rows.Next() {
		var id uint64
		var event string
		var at time.Time
		if err := rows.Scan(&id, &event, &at); err != nil {
			return nil, l.fault(ctx, err)
		}
		a := out[attemptName(id)]
		if a == nil {
			a = &attempt{}
			out[attemptName(id)] = a
		}
		switch event {
		case eventWrite:
			a.seen = at
		case eventCondemn:
			a.condemned = true
		case eventSweep:
			a.swept = true
		case eventRetire:
			a.retired = true
		case eventGone:
			a.gone = true
		}
	}
	return out, l.fault(ctx, rows.Err())
}

// note writes an event of attempts.
func (l *Ledger) note(ctx context.Context, event string, names ...string) error {
	if len(names) == 0 {
		return nil
	}
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = strconv.FormatUint(attemptID(name), 10)
	}
	// A select, and not values, so that the driver sends it as it is.
	err := l.conn().Exec(ctx, fmt.Sprintf("insert into %s (attempt, event) select arrayJoin([%s]) as attempt, '%s' as event",
		l.localTable("attempt"), strings.Join(values, ", "), event))
	return l.fault(ctx, err)
}

// remove takes the lines of attempts away that nothing counts any more.
func (l *Ledger) remove(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	var ids []string
	for _, name := range names {
		ids = append(ids, strconv.FormatUint(attemptID(name), 10))
	}
	for _, n := range l.nodes {
		if err := n.conn.Exec(ctx, fmt.Sprintf("alter table %s delete where attempt in (%s)", l.localTable("usage_line"), strings.Join(ids, ", "))); err != nil {
			return l.fault(ctx, fmt.Errorf("%s: %w", n.address, err))
		}
	}
	return l.note(ctx, eventGone, names...)
}

// sweep gives up attempts of imports that died, and removes lines that were
// replaced long enough ago that no question is about them any more.
func (l *Ledger) sweep(ctx context.Context, s *state) error {
	var now time.Time // of a node, as all times in the tables
	if err := l.conn().QueryRow(ctx, "select now()").Scan(&now); err != nil {
		return l.fault(ctx, err)
	}
	dead := s.dead(now.Add(-l.abandoned))
	if err := l.note(ctx, eventCondemn, dead...); err != nil {
		return err
	}
	if len(dead) > 0 { // one of them may have come back to life before it could see that
		commits, err := l.commits(ctx)
		if err != nil {
			return err
		}
		named := namedBy(commits)
		dead = deleteNamed(dead, named)
	}
	if err := l.note(ctx, eventSweep, dead...); err != nil {
		return err
	}
	old := s.replaced(now.Add(-l.kept))
	if err := l.note(ctx, eventRetire, old...); err != nil {
		return err
	}
	return l.remove(ctx, append(append(dead, old...), s.left()...))
}

// dead are the attempts that no import names and that wrote nothing since.
func (s *state) dead(since time.Time) []string {
	named := namedBy(s.commits)
	var out []string
	for name, a := range s.attempts {
		if !named[name] && !a.swept && !a.seen.After(since) {
			out = append(out, name)
		}
	}
	return out
}

// replaced are the attempts whose lines no longer counted at that time, nor do now.
func (s *state) replaced(at time.Time) []string {
	before := s.fold(func(c *commit) bool { return !c.at.After(at) })
	counts := map[string]bool{}
	for _, m := range [][]string{attemptsOf(before.Sources), attemptsOf(s.manifest.Sources)} {
		for _, name := range m {
			counts[name] = true
		}
	}
	var out []string
	for _, c := range s.commits {
		if c.at.After(at) {
			continue
		}
		for _, name := range attemptsOf(c.files) {
			if a := s.attempts[name]; !counts[name] && a != nil && !a.swept && !a.retired {
				counts[name] = true // once
				out = append(out, name)
			}
		}
	}
	return out
}

// left are swept or retired attempts whose lines could not be removed.
func (s *state) left() []string {
	var out []string
	for name, a := range s.attempts {
		if (a.swept || a.retired) && !a.gone {
			out = append(out, name)
		}
	}
	return out
}
