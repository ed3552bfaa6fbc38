package repair

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// Journal remembers what was begun and what was done of which plan, also when
// the process is killed, and keeps the audit trail.
type Journal interface {
	// Records returns the last record of each step of a plan, by the step's ID.
	Records(ctx context.Context, plan string) (map[string]Record, error)
	// Begin notes, before anything is sent, what will be.
	Begin(ctx context.Context, r Record) error
	// End notes that what was begun stands in the cloud. When this changed
	// something, the audit trail gets one line, at once with the note; ending
	// the same record again adds none.
	End(ctx context.Context, r Record) error
}

// Record is what is known of one step of a plan that was begun.
type Record struct {
	Plan, Step string
	// Undo tells that the step was taken back, not done.
	Undo bool
	Kind Kind
	// Actor is the credential that does it.
	Actor string
	// Subject says what is changed, Before and After from what to what.
	Subject, Before, After string
	// Begun and Done are the cloud's times; Done is zero while it is open.
	Begun, Done time.Time
	// Changed is false when somebody else made the change.
	Changed bool
}

// Open reports whether the record was begun and not ended.
func (r Record) Open() bool { return !r.Begun.IsZero() && r.Done.IsZero() }

// record is what the journal is told about a step.
func (s *Step) record(plan string, undo bool, from, to Thing) Record {
	r := Record{Plan: plan, Step: s.ID, Undo: undo, Kind: s.Kind, Actor: s.Credential, Subject: from.Name, Before: string(from.State), After: string(to.State)}
	if s.Kind == Link { // in the words of `pharos link apply`
		r.Subject = "partner link of " + string(s.As.ID) + " in tenant " + string(s.As.Tenant)
		r.Before, r.After = string(linkedID(from.State)), string(linkedID(to.State))
	}
	r.Subject += " (step " + s.ID + ")"
	return r
}

// Outcome is what became of one step.
type Outcome struct {
	ID         string `json:"id"`
	Kind       Kind   `json:"kind"`
	Actor      Actor  `json:"actor"`
	Title      string `json:"title"`
	Credential string `json:"credential,omitempty"`
	State      State  `json:"state"`
	// Changed is true when this plan made the change: this run, or an earlier
	// one that was ended before it could note it.
	Changed bool `json:"changed"`
	// At is the cloud's time at which the state was seen.
	At time.Time `json:"at,omitzero"`
	// Reason says why a step is not done, or what is to know.
	Reason  string   `json:"reason,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
	// Calls are those that would take back what Pharos does not take back.
	Calls []Write `json:"calls,omitempty"`
	// Err is the error behind Problem.
	Err error `json:"-"`
}

// State is how a step stands.
type State string

// The states of a step.
const (
	Done    State = "done"
	NotDone State = "not-done"
	Unknown State = "unknown" // nobody here can tell
)

// Problem is an error in the words of the JSON contract.
type Problem struct {
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint,omitempty"`
}

func newOutcome(s *Step) Outcome {
	return Outcome{ID: s.ID, Kind: s.Kind, Actor: s.Actor, Title: s.Title, Credential: s.Credential, State: NotDone}
}

func (o Outcome) failed(err error) Outcome {
	o.State, o.Err = NotDone, err
	o.Problem = &Problem{Code: pharos.CodeOf(err), Message: err.Error(), Hint: pharos.HintOf(err)}
	return o
}

// Failure returns nil when every outcome is done, the error of the only failed
// one when there is no other, or one error with code Incomplete that says how
// many are not done.
func Failure(outcomes []Outcome) error {
	var first error
	missing := 0
	for _, o := range outcomes {
		if o.State == Done {
			continue
		}
		missing++
		if first == nil {
			first = o.Err
		}
	}
	switch {
	case missing == 0:
		return nil
	case first != nil && len(outcomes) == 1:
		return first
	case first != nil:
		return pharos.Errorf(pharos.Incomplete, "%d of %d steps are not done, the first: %w", missing, len(outcomes), first).WithHint("%s", pharos.HintOf(first))
	}
	return pharos.Errorf(pharos.Incomplete, "%d of %d steps are not done", missing, len(outcomes))
}
