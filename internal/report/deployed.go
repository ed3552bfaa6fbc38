package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/onboard"
)

// Deployed is what `pharos onboard deploy` did, and its JSON.
type Deployed struct {
	Subscriptions []DeployedTo `json:"subscriptions"`
}

// DeployedTo is what became of one subscription.
type DeployedTo struct {
	Subscription pharos.SubscriptionID `json:"subscriptionId"`
	Customer     pharos.TenantID       `json:"customerTenantId"`
	By           string                `json:"by"`         // the credential that deployed
	Deployment   string                `json:"deployment"` // its name in Azure
	WhatIf       []WhatIf              `json:"whatIf"`
	// Deployed says that the subscription is as the template wants it, Changed
	// that this run made it so.
	Deployed    bool         `json:"deployed"`
	Changed     bool         `json:"changed"`
	Delegations []Delegation `json:"delegations"`
	Links       []EarnerLink `json:"links"`
	// FirstDay is the first whole UTC day that will earn, "none" or "unknown";
	// Reason says why of the latter two.
	FirstDay onboard.Start `json:"firstDay"`
	Reason   string        `json:"reason"`
	// Problem is what ended it, or what is not proven.
	Problem *link.Problem `json:"problem,omitempty"`
}

// WhatIf is what the deployment does to one resource: Of names it in words,
// What tells in words what is given (+), taken (-) or becomes another (~).
type WhatIf struct {
	Resource string             `json:"resourceId"`
	Of       string             `json:"of"`
	Change   onboard.EffectKind `json:"change"`
	What     []string           `json:"what"`
}

// Delegation is one that is in force after the deployment.
type Delegation struct {
	ID    string       `json:"id"`
	Scope pharos.Scope `json:"scope"`
	// Visible says that the managing tenant sees it.
	Visible bool      `json:"visible"`
	Since   time.Time `json:"since,omitzero"`
}

// EarnerLink is a principal that holds an earning role for good. Linked is yes,
// no or unknown.
type EarnerLink struct {
	Principal pharos.PrincipalID `json:"principalId"`
	Name      string             `json:"name"`
	Role      string             `json:"role"`
	Linked    onboard.Answer     `json:"linked"`
	Since     time.Time          `json:"since,omitzero"`
}

// NewWhatIf lays effects out for the JSON.
func NewWhatIf(effects []onboard.Effect) []WhatIf {
	out := []WhatIf{}
	for _, e := range effects {
		w := WhatIf{Resource: e.Resource, Of: e.Subject(), Change: e.Kind, What: []string{}}
		if e.Kind != onboard.Keeps && e.Kind != onboard.Untouched {
			w.What = append(w.What, e.Words()...)
		}
		out = append(out, w)
	}
	return out
}

// Effects lays out what a deployment would do, for people.
func Effects(title string, effects []WhatIf) *Report {
	s := effectSheet(effects)
	return &Report{title: title, blocks: []block{{table: &s}}, data: &s, document: effects}
}

// effectSheet has a line for each thing that changes.
func effectSheet(effects []WhatIf) sheet {
	s := sheet{columns: []column{{title: "change"}, {title: "of"}, {title: "what", flex: true}}, empty: "Nothing would change."}
	for _, e := range effects {
		s.rows = append(s.rows, []any{string(e.Change), e.Of, strings.Join(e.What[:min(1, len(e.What))], "")})
		for _, w := range e.What[min(1, len(e.What)):] {
			s.rows = append(s.rows, []any{"", "", w})
		}
	}
	return s
}

// Deployment lays out what was deployed and what is proven. With whatIf nothing
// was: the effects of each subscription are shown instead.
func Deployment(in Deployed, whatIf bool) *Report {
	in.Subscriptions = append([]DeployedTo{}, in.Subscriptions...)
	r := &Report{title: "Delegations deployed"}
	if whatIf {
		r.title = "What a deployment would do"
	}
	data := sheet{name: "Deployments", columns: []column{
		{title: "subscriptionId"}, {title: "customerTenantId"}, {title: "by"}, {title: "deployment"}, {title: "result"}, {title: "visible"},
		{title: "firstDay"}, {title: "note"},
	}}
	table := &sheet{columns: []column{
		{title: "subscription"}, {title: "result", tone: true}, {title: "visible"}, {title: "first day", tone: true}, {title: "note", flex: true},
	}, empty: "There is nothing to deploy to."}
	for i := range in.Subscriptions {
		d := &in.Subscriptions[i]
		d.complete()
		row := []any{string(d.Subscription), d.result(whatIf), d.visible(), d.FirstDay.String(), d.note()}
		table.rows = append(table.rows, row)
		data.rows = append(data.rows, []any{row[0], string(d.Customer), d.By, d.Deployment, row[1], row[2], row[3], row[4]})
		switch {
		case !whatIf:
		case d.Problem != nil:
			r.blocks = append(r.blocks, block{warning: fmt.Sprintf("Subscription %s: %s", d.Subscription, d.Problem.Message)})
		default:
			s := effectSheet(d.WhatIf)
			s.name = "Subscription " + string(d.Subscription)
			r.blocks = append(r.blocks, block{table: &s})
		}
	}
	if !whatIf {
		r.blocks = append(r.blocks, block{table: table})
		r.blocks = append(r.blocks, firstDays(in.Subscriptions)...)
	}
	r.data, r.book, r.document = &data, []sheet{data}, in
	return r
}

// complete makes empty lists of those that are missing.
func (d *DeployedTo) complete() {
	d.Reason = d.FirstDay.Why
	d.WhatIf = append([]WhatIf{}, d.WhatIf...)
	d.Delegations = append([]Delegation{}, d.Delegations...)
	d.Links = append([]EarnerLink{}, d.Links...)
}

func (d *DeployedTo) result(whatIf bool) string {
	changes := false
	for _, w := range d.WhatIf {
		changes = changes || w.Change != onboard.Keeps && w.Change != onboard.Untouched
	}
	switch {
	case whatIf && d.Problem == nil && changes:
		return "would change"
	case d.Changed && d.Deployed:
		return "deployed"
	case d.Deployed:
		return "no change"
	}
	return "failed"
}

func (d *DeployedTo) visible() string {
	n := 0
	for _, x := range d.Delegations {
		if x.Visible {
			n++
		}
	}
	return fmt.Sprintf("%d of %d", n, len(d.Delegations))
}

func (d *DeployedTo) note() string {
	if d.Problem != nil {
		return d.Problem.Message
	}
	return d.Reason
}

// firstDays names the day from which on it earns, once for all that have the
// same.
func firstDays(all []DeployedTo) []block {
	days := map[pharos.Day]int{}
	for _, d := range all {
		if d.FirstDay.Known == onboard.Yes {
			days[d.FirstDay.Day]++
		}
	}
	var out []block
	for _, day := range slices.Sorted(maps.Keys(days)) {
		of := ""
		if len(all) > 1 {
			of = fmt.Sprintf(" (%d of %d subscriptions)", days[day], len(all))
		}
		out = append(out, block{text: fmt.Sprintf("First whole day that will earn: %s (UTC)%s", day, of)})
	}
	return out
}
