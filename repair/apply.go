package repair

import (
	"context"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// Apply does the steps of a plan whose actor is Pharos, or those of them that
// only names, in the order in which they need each other.
//
// It looks first at all that they are about. What is as the plan makes it is
// done already; what is neither as the plan found it nor as it makes it has
// been changed by somebody else, and the whole plan is refused before anything
// is sent, with code Conflict and the difference in words. So it is when the
// plan is of another partner, or a credential another principal. Then each
// step looks again, notes in the journal what it begins, sends its calls and
// looks whether the cloud is as it should be: an answer is not believed. A
// step that fails stops those that need it, and no other.
//
// A run that was ended at any moment is gone on with by running it again: the
// journal and the cloud say what was done. When ctx is done, the step that is
// under way is finished, and the error has code Interrupted. [Failure] sums
// the outcomes up.
func Apply(ctx context.Context, p *Plan, d Deps, only []string) ([]Outcome, error) {
	r, err := newRun(ctx, p, d, only)
	if err != nil {
		return nil, err
	}
	if err := r.survey(ctx); err != nil {
		return nil, err
	}
	return r.all(ctx)
}

// move is one step under way: one thing from a state to another.
type move struct {
	step     *Step
	hand     Hand
	undo     bool
	from, to Thing
	writes   []Write
	now      Thing     // as it was seen last
	at       time.Time // when
	settled  bool      // it was as wanted when it was looked at first
}

// run is one application of a plan.
type run struct {
	Deps
	plan    *Plan
	moves   []*move
	records map[string]Record
	// outcomes are those of the steps so far, by ID.
	outcomes map[string]Outcome
	eyes     *resolver // looks after steps of others, nil until it must
}

// newRun checks all that can be checked without a look at what is to be
// changed, and signs in.
func newRun(ctx context.Context, p *Plan, d Deps, only []string) (*run, error) {
	r := &run{Deps: d, plan: p, outcomes: map[string]Outcome{}}
	switch {
	case p.PartnerID != d.Partner.ID:
		return nil, pharos.Errorf(pharos.Conflict, "the plan is for the partner ID %s, the configuration's is %s", p.PartnerID, d.Partner.ID).WithHint("make a new plan")
	case p.Tenant != d.Partner.Tenant:
		return nil, pharos.Errorf(pharos.Conflict, "the plan is for the managing tenant %s, the configuration's is %s", p.Tenant, d.Partner.Tenant).WithHint("make a new plan")
	}
	steps, err := p.chosen(only)
	if err == nil {
		err = p.whole()
	}
	if err != nil {
		return nil, err
	}
	hands, err := r.sign(ctx, steps)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		r.moves = append(r.moves, &move{step: s, hand: hands[s.Credential], from: s.Before[0], to: s.After[0], writes: s.Writes})
	}
	r.records, err = d.Journal.Records(ctx, p.ID)
	return r, err
}

// chosen are the steps of Pharos, in order, or those of them that are named.
func (p *Plan) chosen(only []string) ([]*Step, error) {
	for _, id := range only {
		s, err := p.Step(id)
		if err != nil {
			return nil, err
		}
		if s.Actor != Pharos {
			return nil, pharos.Errorf(pharos.Invalid, "step %s is not for Pharos to do: it is left to the %s", id, s.Actor).WithHint("--check tells whether it was done")
		}
		for _, need := range s.Needs {
			if before, err := p.Step(need); err == nil && before.Actor == Pharos && !slices.Contains(only, need) {
				return nil, pharos.Errorf(pharos.Invalid, "step %s needs step %s", id, need).WithHint("add --step %s", need)
			}
		}
	}
	var out []*Step
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Actor == Pharos && (len(only) == 0 || slices.Contains(only, s.ID)) {
			out = append(out, s)
		}
	}
	return ordered(out)
}

// whole refuses a plan with a step of Pharos that nobody looked at.
func (p *Plan) whole() error {
	for _, s := range p.Steps {
		if s.Actor == Pharos && (len(s.Before) != 1 || len(s.After) != 1 || s.Credential == "") {
			return pharos.Errorf(pharos.Invalid, "step %s was made without a look at the cloud", s.ID).WithHint("make a new plan with the credentials at hand")
		}
	}
	return nil
}

// sign signs in the hands that the steps name, and refuses one that is another
// principal than when the plan was made.
func (d *Deps) sign(ctx context.Context, steps []*Step) (map[string]Hand, error) {
	out := map[string]Hand{}
	var who []*Step // the first step of each credential
	for _, s := range steps {
		if _, known := out[s.Credential]; known {
			continue
		}
		i := slices.IndexFunc(d.Hands, func(h Hand) bool { return h.Name() == s.Credential })
		if i < 0 {
			return nil, pharos.Errorf(pharos.Invalid, "the plan names the credential %q, which is not in the configuration", s.Credential).WithHint("make a new plan")
		}
		out[s.Credential] = d.Hands[i]
		who = append(who, s)
	}
	failed := make([]error, len(who))
	err := d.each(ctx, "sign in", len(who), func(i int) {
		s := who[i]
		self, err := out[s.Credential].Principal(ctx)
		if err == nil && self.PrincipalRef != s.As {
			err = pharos.Errorf(pharos.Conflict, "the credential %s is now another principal than when the plan was made", s.Credential).WithHint("make a new plan")
		}
		failed[i] = err
	})
	if err == nil {
		err = firstOf(failed)
	}
	return out, err
}

// firstOf is the first error of a list, which alone is worth telling.
func firstOf(all []error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// survey looks at all that is to be changed, notes what an earlier run left
// open, and refuses when something is neither as it was nor as it is to be.
func (r *run) survey(ctx context.Context) error {
	failed := make([]error, len(r.moves))
	err := r.each(ctx, "look", len(r.moves), func(i int) { failed[i] = r.moves[i].look(ctx) })
	if err == nil {
		err = firstOf(failed)
	}
	if err != nil {
		return err
	}
	chains, err := r.chains()
	if err != nil {
		return err
	}
	var conflicts []error
	for _, m := range r.moves {
		chain := chains[m.step.key()]
		n := position(chain, m.now)
		if n < 0 {
			conflicts = append(conflicts, changed(r.expected(chain), m.now))
			continue
		}
		m.settled = slices.Index(chain, m.step) < n
		if err := r.note(ctx, m); err != nil {
			return err
		}
	}
	if len(conflicts) > 1 {
		return pharos.Errorf(pharos.Conflict, "%w; and %d more are not as the plan found them", conflicts[0], len(conflicts)-1).WithHint("%s", pharos.HintOf(conflicts[0]))
	}
	return firstOf(conflicts)
}

// chains groups the steps of Pharos by what they change, each in the order in
// which they follow each other, whether they are chosen or not.
func (r *run) chains() (map[string][]*Step, error) {
	all, err := r.plan.chosen(nil)
	out := map[string][]*Step{}
	for _, s := range all {
		out[s.key()] = append(out[s.key()], s)
	}
	return out, err
}

// position is how many steps of a chain are done, by what is seen: it is what
// the last of these makes, or what the first of all was made from. It is -1
// when it is none of these.
func position(chain []*Step, now Thing) int {
	for i, s := range slices.Backward(chain) {
		if equal(now.State, s.After[0].State) {
			return i + 1
		}
	}
	if equal(now.State, chain[0].Before[0].State) {
		return 0
	}
	return -1
}

// expected is the state that a chain should be in, by the journal.
func (r *run) expected(chain []*Step) Thing {
	for _, s := range slices.Backward(chain) {
		if rec := r.records[s.ID]; !rec.Undo && !rec.Done.IsZero() {
			return s.After[0]
		}
	}
	return chain[0].Before[0]
}

// look reads the thing that a move is about.
func (m *move) look(ctx context.Context) error {
	now, at, err := look(ctx, m.hand, m.from.Path, m.from.Name)
	if err == nil {
		m.now, m.at = now, at
	}
	return err
}

// note settles a move that this run has no need to make, and ends the record
// of an earlier run that was ended before it could do so itself: what it began
// stands in the cloud, so it was done.
func (r *run) note(ctx context.Context, m *move) error {
	rec := r.records[m.step.ID]
	late := rec.Open() && rec.Undo != m.settled
	if late {
		rec.Done, rec.Changed = m.at, true
		if err := r.Journal.End(ctx, rec); err != nil {
			return err
		}
		r.records[m.step.ID] = rec
	}
	if !m.settled {
		return nil
	}
	o := newOutcome(m.step)
	o.State, o.At = Done, m.at
	if late {
		o.Changed, o.Reason = true, "an earlier run did it, and was ended before it could say so"
	}
	r.outcomes[m.step.ID] = o
	return nil
}
