package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// sampleOutcomes are one of each: changed, done before, refused, and waiting
// for the refused one.
func sampleOutcomes() []repair.Outcome {
	at := time.Date(2026, 11, 6, 12, 30, 0, 0, time.UTC)
	problem := &repair.Problem{Code: pharos.Forbidden, Message: "credential fabrikam-admin: the client does not have authorization", Hint: "the credential needs the role Owner"}
	return []repair.Outcome{
		{ID: "link-1a2b00000001", Kind: repair.Link, Actor: repair.Pharos, Title: "Link robot to partner ID 4987654", Credential: "robot", State: repair.Done, Changed: true, At: at},
		{ID: "link-2b3c00000002", Kind: repair.Link, Actor: repair.Pharos, Title: "Link second to partner ID 4987654", Credential: "second", State: repair.Done, At: at},
		{ID: "add-authorization-3c4d00000003", Kind: repair.AddAuthorization, Actor: repair.Pharos, Title: "Add Support Request Contributor for robot to the delegation \"Contoso\" of fabrikam-prod",
			Credential: "fabrikam-admin", State: repair.NotDone, At: at, Problem: problem},
		{ID: "restore-aobo-4d5e00000004", Kind: repair.RestoreAOBO, Actor: repair.Pharos, Title: "Assign Owner on fabrikam-prod to our group AdminAgents (AOBO)",
			Credential: "fabrikam-admin", State: repair.NotDone, Reason: "it needs the step add-authorization-3c4d00000003, which is not done"},
	}
}

// appliedPlan is the plan of these steps, and one for a customer.
func appliedPlan() *repair.Plan {
	p := &repair.Plan{ID: strings.Repeat("0123456789abcdef", 4), Steps: []repair.Step{{ID: "sell-5e6f00000005", Kind: repair.Sell, Actor: repair.Customer}}}
	for _, o := range sampleOutcomes() {
		p.Steps = append(p.Steps, repair.Step{ID: o.ID, Kind: o.Kind, Actor: o.Actor, Title: o.Title, Credential: o.Credential})
	}
	return p
}

func sampleApplied() *Report {
	return Applied(appliedPlan(), sampleOutcomes(), DoneNow)
}

// sampleUndone has a call that takes a change back.
func sampleUndone() *Report {
	all := sampleOutcomes()[:3]
	all[2].Problem, all[2].Reason = nil, "Pharos does not take access away; this call does"
	all[2].Calls = []repair.Write{{Method: "DELETE", Path: "/subscriptions/s/roleAssignments/r?api-version=2022-04-01", Body: json.RawMessage(`{}`)}}
	return Applied(appliedPlan(), all, Undone)
}

// TestApplied_FirstDay is the day after the last change, not after what was
// done before.
func TestApplied_FirstDay(t *testing.T) {
	all := sampleOutcomes()
	all[0].At = time.Date(2026, 11, 6, 23, 59, 59, 0, time.UTC)
	all[1].At = time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)
	if got := firstDay(all); got != "2026-11-07" {
		t.Errorf("got %s", got)
	}
	if got := firstDay(all[1:]); got != "" {
		t.Errorf("nothing changed: got %s", got)
	}
}
