package repair

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Undo takes back the links that this plan made, as the journal tells, those
// made last first, while they are still what it made: to the ID of our
// organisation that stood before, or else to none. How a step of another kind
// is taken back is only told: it may be the access by which somebody works.
// The errors are those of [Apply].
func Undo(ctx context.Context, p *Plan, d Deps, only []string) ([]Outcome, error) {
	r, err := newRun(ctx, p, d, only)
	if err != nil {
		return nil, err
	}
	var out []Outcome
	for i, m := range slices.Backward(r.moves) {
		if err := stoppedAfter(ctx, len(out), len(r.moves)); err != nil {
			return out, err
		}
		o, err := r.takeBack(ctx, m)
		out = append(out, o)
		if err != nil {
			return out, err
		}
		r.tell(Event{Doing: "undo", Done: len(r.moves) - i, Total: len(r.moves)})
	}
	return out, nil
}

// takeBack takes one step back, if it is this plan's and a link.
func (r *run) takeBack(ctx context.Context, m *move) (Outcome, error) {
	o := newOutcome(m.step)
	if err := m.look(ctx); err != nil {
		return o.failed(err), nil
	}
	o.At = m.at
	if rec := r.records[m.step.ID]; m.step.Kind != Link && !rec.Changed && !rec.Open() {
		o.State, o.Reason = Done, "this plan did not make the change"
		return o, nil
	}
	if m.step.Kind != Link {
		return m.advise(o), nil
	}
	if err := m.reverse(r.Partner); err != nil {
		return o.failed(err), nil
	}
	m.settled = equal(m.now.State, m.from.State) // by the plan: note ends what a killed run began
	if m.settled || equal(m.now.State, m.to.State) {
		if err := r.note(ctx, m); err != nil {
			return o.failed(err), err
		}
	}
	rec := r.records[m.step.ID]
	switch {
	case rec.Undo && !rec.Open():
		o.State, o.Reason = Done, "it was taken back"
	case !rec.Changed && !rec.Open():
		o.State, o.Reason = Done, "this plan did not make the link"
	case equal(m.now.State, m.to.State):
		o.State, o.Reason = Done, "the link is as it was before the plan"
	case !m.settled:
		return o.failed(changed(m.from, m.now)), nil
	default:
		return r.make(ctx, m)
	}
	return o, nil
}

// reverse turns the move round. An ID that was none of our organisation's is
// not linked again.
func (m *move) reverse(p pharos.Partner) error {
	m.undo, m.from, m.to = true, m.to, m.from
	if id := linkedID(m.to.State); id != "" && !p.Owns(id) {
		m.to.State = null()
	}
	var err error
	m.writes, err = calls([]Thing{m.from}, []Thing{m.to})
	return err
}

// advise tells how to take back what Pharos does not.
func (m *move) advise(o Outcome) Outcome {
	if m.now.absent() {
		o.State, o.Reason = Done, "it is not there any more"
		return o
	}
	o.Reason = "Pharos does not take access away; this call does"
	if strings.Contains(m.to.Path, definitionsPath) {
		state, err := m.step.withoutAuthorization(m.now.State)
		if err != nil {
			return o.failed(err)
		}
		if equal(state, m.now.State) {
			o.State, o.Reason = Done, "it is not there any more"
			return o
		}
		o.Calls = []Write{{Method: "PUT", Path: m.to.Path, Body: state}}
		return o
	}
	o.Calls = []Write{{Method: "DELETE", Path: m.to.Path}}
	return o
}

// withoutAuthorization takes the target's permanent authorization out of a
// definition.
func (s *Step) withoutAuthorization(state json.RawMessage) (json.RawMessage, error) {
	var whole body
	var properties map[string]json.RawMessage
	var all []json.RawMessage
	err := json.Unmarshal(state, &whole)
	if err == nil {
		err = json.Unmarshal(whole.Properties, &properties)
	}
	if err == nil {
		err = json.Unmarshal(properties["authorizations"], &all)
	}
	if err != nil {
		return nil, pharos.Errorf(pharos.Unavailable, "step %s: the definition is not as documented: %w", s.ID, err)
	}
	gone := authorization{Principal: string(s.Target.Principal), Role: string(s.Target.Role)}
	all = slices.DeleteFunc(all, func(text json.RawMessage) bool {
		var a authorization
		return json.Unmarshal(text, &a) == nil && gone.same(a)
	})
	if properties["authorizations"], err = canonical(all); err != nil {
		return nil, err
	}
	if whole.Properties, err = canonical(properties); err != nil {
		return nil, err
	}
	return canonical(whole)
}
