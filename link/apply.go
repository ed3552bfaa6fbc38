package link

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Outcome is what became of one step.
type Outcome struct {
	Step
	// Done is true when the link is now as planned, whether this run or an
	// earlier one made it so.
	Done bool `json:"done"`
	// Changed is true when this run wrote to Azure, or may have: the answer to
	// a write can be lost. A write that Azure refused changed nothing.
	Changed bool `json:"changed"`
	// Seen is the link as it was read back, or as it stood when nothing was done.
	Seen    Link     `json:"-"`
	Problem *Problem `json:"problem,omitempty"`
	Err     error    `json:"-"`
}

// Apply does what the plan says, step by step, with the account of each
// step's credential, and reads every link back. It goes on after a failed
// step; [Failure] sums the outcomes up. A step whose link is no longer what
// the plan saw fails with code Conflict and changes nothing, one that is
// already as planned is done.
func Apply(ctx context.Context, plan Plan, accounts []Account) ([]Outcome, error) {
	byName := make(map[string]Account, len(accounts))
	for _, a := range accounts {
		byName[a.Name()] = a
	}
	outcomes := make([]Outcome, 0, len(plan.Steps))
	for _, s := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return outcomes, pharos.Errorf(pharos.Interrupted, "interrupted after %d of %d links: %w", len(outcomes), len(plan.Steps), err)
		}
		o := Outcome{Step: s}
		if err := o.run(ctx, byName[s.Credential]); err != nil {
			o.Done, o.Err = false, err
			o.Problem = &Problem{Code: pharos.CodeOf(err), Message: err.Error(), Hint: pharos.HintOf(err)}
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// run brings one link into the state the step asks for.
func (o *Outcome) run(ctx context.Context, a Account) error {
	switch o.Action {
	case Keep:
		o.Done = true
		return nil
	case Refuse:
		return pharos.Errorf(pharos.Conflict, "credential %s: %s", o.Credential, o.Reason).
			WithHint("if the other partner no longer uses this principal, allow it to be replaced")
	case Skip:
		return pharos.Errorf(pharos.Unavailable, "credential %s was not reached: %s", o.Credential, o.Reason)
	case Create, Change, Replace, Unlink:
	}
	if err := o.check(ctx, a); err != nil {
		return err
	}
	now, err := a.PartnerLink(ctx)
	if err != nil {
		return err
	}
	o.Seen = now
	switch now.ID {
	case o.To:
		o.Done = true
		return nil
	case o.From:
	default:
		return pharos.Errorf(pharos.Conflict, "credential %s: the link changed from %s to %s since the plan was made",
			o.Credential, orNone(o.From), orNone(now.ID)).WithHint("make a new plan")
	}
	err = o.write(ctx, a)
	o.Changed = err == nil || !refuses(pharos.CodeOf(err))
	if err != nil {
		return err
	}
	return o.verify(ctx, a)
}

// refuses reports whether an error of that code is an answer that says no.
func refuses(c pharos.Code) bool {
	switch c {
	case pharos.Invalid, pharos.NotFound, pharos.Conflict, pharos.Unauthenticated, pharos.Forbidden, pharos.Unsupported:
		return true
	default:
		return false
	}
}

// check refuses what must not reach the cloud: an account that is missing or
// is not the principal the plan was made for, and a malformed ID.
func (o *Outcome) check(ctx context.Context, a Account) error {
	if !o.Action.Changes() {
		return pharos.Errorf(pharos.Invalid, "the plan has an unknown action %q for credential %s", o.Action, o.Credential)
	}
	if a == nil {
		return pharos.Errorf(pharos.Invalid, "the plan names the credential %q, which is not in the configuration", o.Credential)
	}
	if o.Action != Unlink {
		if _, err := pharos.ParsePartnerID(string(o.To)); err != nil {
			return err
		}
	}
	self, err := a.Principal(ctx)
	if err != nil {
		return err
	}
	if self.ID != o.Principal || self.Tenant != o.Tenant {
		return pharos.Errorf(pharos.Conflict, "credential %s is now another principal than the plan was made for", o.Credential).
			WithHint("make a new plan")
	}
	return nil
}

func (o *Outcome) write(ctx context.Context, a Account) error {
	switch o.Action {
	case Unlink:
		return a.DeleteLink(ctx, o.From)
	case Create:
		return o.refused(a.CreateLink(ctx, o.To))
	default:
		return o.refused(a.ChangeLink(ctx, o.To))
	}
}

// refused explains why Azure refuses a well-formed ID: usually it is the
// global account ID, which numerically precedes the first location ID.
func (o *Outcome) refused(err error) error {
	switch pharos.CodeOf(err) {
	case pharos.Invalid, pharos.NotFound:
	default:
		return err
	}
	hint := "link the location (associated) partner ID, not the global account ID"
	if n, e := strconv.ParseInt(string(o.To), 10, 64); e == nil {
		hint += fmt.Sprintf("; the first location ID is usually the global ID plus one, here %d", n+1)
	}
	return pharos.Errorf(pharos.Invalid, "Azure refuses the partner ID %s for credential %s: %w", o.To, o.Credential, err).WithHint("%s", hint)
}

// verify reads the link back: an answer of success alone is not believed.
func (o *Outcome) verify(ctx context.Context, a Account) error {
	seen, err := a.PartnerLink(ctx)
	if err != nil {
		return err
	}
	o.Seen = seen
	if seen.ID != o.To {
		return pharos.Errorf(pharos.Conflict, "credential %s: Azure accepted the change to %s but answers that %s is linked",
			o.Credential, orNone(o.To), orNone(seen.ID))
	}
	o.Done = true
	return nil
}

// Failure returns nil when every outcome is done, the error of the only
// failed one, or one error with code Incomplete that names them all.
func Failure(outcomes []Outcome) error {
	var failed []Outcome
	for _, o := range outcomes {
		if o.Err != nil {
			failed = append(failed, o)
		}
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(outcomes) == 1:
		return failed[0].Err
	}
	var texts []string
	for _, o := range failed {
		texts = append(texts, o.Err.Error())
	}
	return pharos.Errorf(pharos.Incomplete, "%d of %d links are not as planned: %s",
		len(failed), len(outcomes), strings.Join(texts, "; ")).WithHint("%s", pharos.HintOf(failed[0].Err))
}

func orNone(id pharos.PartnerID) string {
	if id == "" {
		return "none"
	}
	return string(id)
}
