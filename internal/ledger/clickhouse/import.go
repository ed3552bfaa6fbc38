package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// Import adds the lines of sources, all or none, as [ledger.Ledger.Import]
// does. Imports need not take turns: NoWait has no meaning here. Errors have
// code Invalid (a file that cannot be used), NotFound, Interrupted (ctx is
// done), Unavailable (a node does not answer), or Conflict (it was taken for dead).
func (l *Ledger) Import(ctx context.Context, sources []ledger.Source, opts ledger.Options) (ledger.Report, error) {
	s, err := l.state(ctx)
	if err != nil {
		return ledger.Report{}, err
	}
	if err := l.sweep(ctx, s); err != nil {
		return ledger.Report{}, err
	}
	in := &importing{ledger: l}
	staged, err := ledger.Stage(ctx, s.manifest, sources, opts, in.sink)
	if err == nil {
		err = in.check(ctx, staged.Entries)
	}
	if err == nil {
		err = in.commit(ctx, s, staged.Entries, opts.Statement)
	}
	if err != nil {
		in.giveUp(context.WithoutCancel(ctx))
		return ledger.Report{}, err
	}
	if err := l.publish(ctx); err != nil {
		return staged.Report, pharos.Errorf(pharos.Incomplete, "the lines count, and the views for your own SQL are older: %w", err).
			WithHint("the next import makes them anew, also of files that were imported before")
	}
	return staged.Report, nil
}

// importing is one run of Import.
type importing struct {
	ledger *Ledger
	mu     sync.Mutex
	begun  []string // attempts
	doubt  bool     // its rows may count
}

func (in *importing) sink(ctx context.Context, _ string) ledger.Sink {
	return &sink{
		ctx: ctx, ledger: in.ledger, attempt: newAttempt(), tallies: map[pharos.Month]*ledger.Tally{},
		begin: func(name string) error {
			in.mu.Lock()
			in.begun = append(in.begun, name)
			in.mu.Unlock()
			return in.ledger.note(ctx, eventWrite, name)
		},
	}
}

// check holds that the shards have as many lines of each part as were sent.
func (in *importing) check(ctx context.Context, entries []ledger.Entry) error {
	if len(in.begun) == 0 {
		return nil
	}
	l := in.ledger
	type part struct {
		attempt uint64
		month   uint32
	}
	have := map[part]uint64{}
	var months []string
	for _, e := range entries {
		for _, p := range e.Segments {
			if m := fmt.Sprint(monthNumber(p.Month)); !slices.Contains(months, m) {
				months = append(months, m)
			}
		}
	}
	rows, err := l.conn().Query(ctx, fmt.Sprintf("select attempt, month, count() as n from %s where month in (%s) and attempt in (%s) group by attempt, month",
		l.table("usage_line"), list(months), list(ids(in.begun))))
	if err != nil {
		return l.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p part
		var n uint64
		if err := rows.Scan(&p.attempt, &p.month, &n); err != nil {
			return l.fault(ctx, err)
		}
		have[p] = n
	}
	if err := rows.Err(); err != nil {
		return l.fault(ctx, err)
	}
	for _, e := range entries {
		for _, p := range e.Segments {
			if !slices.Contains(in.begun, p.File) { // a source that was there before
				continue
			}
			if n := have[part{attemptID(p.File), monthNumber(p.Month)}]; n != uint64(p.Lines) {
				return pharos.Errorf(pharos.Internal, "%s: %d lines of %s were sent and %d arrived", e.Name, p.Lines, p.Month, n).
					WithHint("import it again")
			}
		}
	}
	return nil
}

// commit makes the lines count.
func (in *importing) commit(ctx context.Context, s *state, entries []ledger.Entry, st *ledger.Statement) error {
	l := in.ledger
	after := s.manifest
	after.Sources = slices.Clone(after.Sources)
	if !after.Take(entries, st, s.sequence()+1) {
		return nil
	}
	s, err := l.state(ctx) // others may have imported since
	if err != nil {
		return err
	}
	l.step()
	in.doubt = true
	if err := l.commit(ctx, commit{sequence: s.sequence() + 1, id: newAttempt(), statement: st, files: entries}); err != nil {
		return err
	}
	l.step()
	attempts, err := l.attempts(ctx)
	if err != nil {
		return err
	}
	for _, name := range in.begun {
		if a := attempts[name]; a != nil && a.condemned {
			in.doubt = !a.swept
			return pharos.Errorf(pharos.Conflict, "the import wrote nothing for so long that another one took it for dead").
				WithHint("import the files again: those that count already are not counted twice")
		}
	}
	return nil
}

// sequence is that of the last import.
func (s *state) sequence() int64 {
	if len(s.commits) == 0 {
		return 0
	}
	return s.commits[len(s.commits)-1].sequence
}

// giveUp marks the attempts as swept and removes their lines. What cannot be
// done now the next import does. Where nobody knows whether the rows count, the
// lines stay.
func (in *importing) giveUp(ctx context.Context) {
	if in.doubt || len(in.begun) == 0 {
		return
	}
	if in.ledger.note(ctx, eventSweep, in.begun...) == nil {
		_ = in.ledger.remove(ctx, in.begun)
	}
}
