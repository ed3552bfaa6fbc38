package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// ApplyMode is what `pharos apply` was asked for.
type ApplyMode string

// The modes of `pharos apply`.
const (
	DoneNow ApplyMode = "apply"
	Checked ApplyMode = "check"
	Undone  ApplyMode = "undo"
)

// applied is the document of `pharos apply -o json`.
type applied struct {
	Plan  string           `json:"plan"` // its ID
	Mode  ApplyMode        `json:"mode"`
	Steps []repair.Outcome `json:"steps"`
	// Left counts the steps that are not for Pharos, by actor.
	Left map[repair.Actor]int `json:"left"`
	// FirstDay is the first whole UTC day after what was changed, "" when
	// nothing was.
	FirstDay string `json:"firstDay"`
}

// Applied lays out what became of the steps of a plan.
func Applied(p *repair.Plan, outcomes []repair.Outcome, mode ApplyMode) *Report {
	doc := applied{Plan: p.ID, Mode: mode, Steps: append([]repair.Outcome{}, outcomes...), Left: map[repair.Actor]int{}, FirstDay: firstDay(outcomes)}
	left := 0
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Actor != repair.Pharos && s.Kind != repair.Nothing {
			doc.Left[s.Actor]++
			left++
		}
	}
	title := map[ApplyMode]string{DoneNow: "Applied", Checked: "Done by now", Undone: "Taken back"}[mode]
	data := outcomeSheet(outcomes)
	short := map[string]string{}
	for i, id := range shortIDs(p.Steps) {
		short[p.Steps[i].ID] = id
	}
	r := &Report{title: title, data: &data, book: []sheet{data}, document: doc, blocks: []block{{table: outcomesForPeople(outcomes, short)}}}
	var reasons []string
	for _, o := range outcomes {
		if why := outcomeReason(o); why != "" {
			reasons = append(reasons, short[o.ID]+": "+why)
		}
	}
	if reasons != nil {
		r.blocks = append(r.blocks, block{list: reasons})
	}
	for _, o := range outcomes {
		for _, w := range o.Calls {
			r.blocks = append(r.blocks, block{text: short[o.ID] + " is taken back by this call, as " + o.Credential + ":"}, block{code: strings.TrimSpace(w.Method + " " + w.Path + "\n" + string(w.Body))})
		}
	}
	if doc.FirstDay != "" && mode == DoneNow {
		r.blocks = append(r.blocks, block{hint: "what was changed is in force for a whole UTC day from " + doc.FirstDay + " on, the first that can earn by it; run `pharos scan` now, so that it is known"})
	}
	if left > 0 && mode == DoneNow {
		r.blocks = append(r.blocks, block{hint: fmt.Sprintf("%d steps are for others; `pharos apply PLAN --check` tells whether they are done", left)})
	}
	return r
}

// nothingToDo is said of a plan that is for others alone.
const nothingToDo = "There is nothing for Pharos to do in this plan."

// outcomeSheet has all that is known of the steps, a row for each.
func outcomeSheet(outcomes []repair.Outcome) sheet {
	out := sheet{name: "Steps", empty: nothingToDo, columns: []column{
		{title: "step"}, {title: "kind"}, {title: "what"}, {title: "actor"}, {title: "credential"}, {title: "result"}, {title: "at"}, {title: "reason"},
	}}
	for _, o := range outcomes {
		at := ""
		if !o.At.IsZero() {
			at = o.At.Format(time.RFC3339)
		}
		out.rows = append(out.rows, []any{o.ID, string(o.Kind), o.Title, string(o.Actor), o.Credential, outcomeResult(o), at, outcomeReason(o)})
	}
	return out
}

// outcomesForPeople leaves out what stands below, or is seldom asked.
func outcomesForPeople(outcomes []repair.Outcome, short map[string]string) *sheet {
	out := &sheet{empty: nothingToDo, columns: []column{{title: "result"}, {title: "step"}, {title: "what", flex: true}}}
	for _, o := range outcomes {
		out.rows = append(out.rows, []any{outcomeResult(o), short[o.ID], o.Title})
	}
	return out
}

// firstDay is the first whole UTC day after the last change.
func firstDay(outcomes []repair.Outcome) string {
	var last time.Time
	for _, o := range outcomes {
		if o.Changed && o.At.After(last) {
			last = o.At
		}
	}
	if last.IsZero() {
		return ""
	}
	return (pharos.DayOf(last) + 1).String()
}

// outcomeResult says in a word or two how a step stands.
func outcomeResult(o repair.Outcome) string {
	switch {
	case o.Problem != nil:
		return "failed"
	case o.State == repair.Done && o.Changed:
		return "changed"
	case o.State == repair.Done:
		return "done"
	case o.State == repair.NotDone:
		return "not done"
	}
	return string(o.State)
}

func outcomeReason(o repair.Outcome) string {
	if o.Problem != nil {
		return o.Problem.Message
	}
	return o.Reason
}
