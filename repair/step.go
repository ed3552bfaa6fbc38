package repair

import (
	"context"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// all makes the moves that are not settled, in turn.
func (r *run) all(ctx context.Context) ([]Outcome, error) {
	out := make([]Outcome, 0, len(r.moves))
	for i, m := range r.moves {
		if !m.settled {
			if err := stoppedAfter(ctx, i, len(r.moves)); err != nil {
				return out, err
			}
			o, err := r.make(ctx, m)
			r.outcomes[m.step.ID] = o
			if err != nil {
				return append(out, o), err
			}
		}
		out = append(out, r.outcomes[m.step.ID])
		r.tell(Event{Doing: "apply", Done: i + 1, Total: len(r.moves)})
	}
	return out, nil
}

// grace is how long a step that is under way may go on when the run is to end.
const grace = 10 * time.Second

// gracefully returns a context that outlives ctx a little, so that a step is
// not cut off between its call and the look at what became of it.
func gracefully(ctx context.Context) (context.Context, func()) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	late := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-late:
		}
	})
	return out, func() { stop(); close(late); cancel() }
}

// make makes one move. An error is one of the journal: without it nothing
// more is sent. All else is said by the outcome.
func (r *run) make(ctx context.Context, m *move) (Outcome, error) {
	o := newOutcome(m.step)
	if !m.undo {
		for _, id := range m.step.Needs {
			if missing := r.needed(ctx, id); missing != "" {
				o.Reason = missing
				return o, nil
			}
		}
	}
	ctx, done := gracefully(ctx)
	defer done()
	if err := m.look(ctx); err != nil {
		return o.failed(err), nil
	}
	o.At = m.at
	switch {
	case equal(m.now.State, m.to.State):
		o.State = Done
		return o, nil
	case !equal(m.now.State, m.from.State):
		return o.failed(changed(m.from, m.now)), nil
	}
	rec := m.step.record(r.plan.ID, m.undo, m.from, m.to)
	rec.Begun = m.at
	if err := r.Journal.Begin(ctx, rec); err != nil {
		return o.failed(err), err
	}
	var sent error
	for _, w := range m.writes {
		if sent = m.hand.Send(ctx, w); sent != nil {
			break
		}
	}
	return r.verify(ctx, m, o, rec, sent)
}

// verify looks at what became of a move. A call whose answer was lost may have
// been made, and one that was answered well may have been forgotten.
func (r *run) verify(ctx context.Context, m *move, o Outcome, rec Record, sent error) (Outcome, error) {
	if err := m.look(ctx); err != nil {
		if sent != nil {
			err = sent
		}
		return o.failed(pharos.Errorf(pharos.CodeOf(err), "it is not known what became of it: %w", err).WithHint("run it again: it looks first")), nil
	}
	o.At = m.at
	there := equal(m.now.State, m.to.State)
	switch {
	case there:
	case pharos.CodeOf(sent) == pharos.Conflict && r.elsewhere(ctx, m):
		o.Reason = "somebody assigned the role meanwhile, under another name"
	case sent != nil:
		return o.failed(sent), nil
	default:
		return o.failed(pharos.Errorf(pharos.Conflict, "%s: the cloud took the change and does not show it", m.to.Name).WithHint("run it again: it looks first")), nil
	}
	rec.Done, rec.Changed = m.at, there && !refuses(pharos.CodeOf(sent))
	if err := r.Journal.End(ctx, rec); err != nil {
		return o.failed(err), err
	}
	o.State, o.Changed = Done, rec.Changed
	return o, nil
}

// refuses reports whether an error of that code says that nothing was changed.
// A conflict does not: a try whose answer was lost makes the next one conflict.
func refuses(c pharos.Code) bool {
	switch c {
	case pharos.Invalid, pharos.Unauthenticated, pharos.Forbidden, pharos.Unsupported:
		return true
	default:
		return false
	}
}

// elsewhere reports whether the role that a move assigns is assigned by
// another assignment: then Azure refuses a second one (RoleAssignmentExists).
func (r *run) elsewhere(ctx context.Context, m *move) bool {
	if m.undo || !strings.Contains(m.to.Path, roleAssignmentsPath) {
		return false
	}
	t := m.step.Target
	all, err := m.hand.Assignments(ctx, t.Scope.Subscription(), r.customer(m.step))
	return err == nil && t.among(all)
}

// needed says why a step that another one needs is not done, "" when it is. A
// step of others is looked after where our credentials can.
func (r *run) needed(ctx context.Context, id string) string {
	if o, known := r.outcomes[id]; known {
		if o.State == Done {
			return ""
		}
		return "it needs the step " + id + ", which is not done"
	}
	s, err := r.plan.Step(id)
	if err != nil {
		return "" // taken out of the plan, as it was done
	}
	if r.eyes == nil {
		r.eyes = &resolver{Deps: r.Deps}
		if r.eyes.all, err = r.seats(ctx); err != nil {
			return "it needs the step " + id + ": " + err.Error()
		}
	}
	o := r.eyes.inspect(ctx, s)
	r.outcomes[id] = o
	switch o.State {
	case Done:
		return ""
	case NotDone:
		return "it needs the step " + id + " of the " + string(s.Actor) + ", which is not done yet"
	default:
		return "it needs the step " + id + " of the " + string(s.Actor) + ", of which nobody here can tell whether it is done"
	}
}
