package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// Plan lays out what would bring lost credit back. Its JSON is the plan
// itself, which `pharos apply` reads.
func Plan(p *repair.Plan) *Report {
	data := stepSheet(p)
	r := &Report{
		title:    "What brings credit back" + priced(p),
		document: p,
		data:     &data,
		book:     []sheet{data, mendSheet(p)},
		blocks:   []block{{text: planned(p)}, {table: stepsForPeople(p)}},
	}
	if len(p.Totals) > 0 {
		r.blocks = append(r.blocks, block{table: amountsForPeople("Altogether", p.Totals)})
	}
	if len(p.Past) > 0 {
		r.blocks = append(r.blocks, block{text: fmt.Sprintf("%s was lost in %s on scopes that earn by now: nothing is left to mend there.", lostOf(p.Past), p.Month)})
	}
	for _, note := range p.Notes {
		r.blocks = append(r.blocks, block{warning: note})
	}
	if len(p.Steps) == 0 {
		return r
	}
	r.blocks = append(r.blocks, block{hint: "`pharos plan --step " + p.Steps[0].ID + "` shows that step whole"})
	if p.Made.IsZero() {
		r.blocks = append(r.blocks, block{hint: "no credential was asked who may do what: `pharos plan` without --offline makes a plan that can be applied"})
	} else {
		r.blocks = append(r.blocks, block{hint: "save it with `pharos plan -o json --out plan.json`, then `pharos apply plan.json`"})
	}
	return r
}

// priced says which month the money is of.
func priced(p *repair.Plan) string {
	if p.Month == 0 {
		return ""
	}
	return ", by the bill of " + p.Month.String()
}

// planned says in a sentence what the plan was made from.
func planned(p *repair.Plan) string {
	if len(p.Steps) == 0 {
		return "Everything known earns, and nothing is to be disputed."
	}
	by := map[repair.Actor]int{}
	for i := range p.Steps {
		by[p.Steps[i].Actor]++
	}
	var parts []string
	for _, a := range []repair.Actor{repair.Pharos, repair.Colleague, repair.Customer, repair.Microsoft, repair.Nobody} {
		if by[a] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", grouped(fmt.Sprint(by[a])), actors(a)))
		}
	}
	return fmt.Sprintf("%s: %s.", counted(len(p.Steps), "step"), strings.Join(parts, ", "))
}

func actors(a repair.Actor) string {
	switch a {
	case repair.Pharos:
		return "for Pharos"
	case repair.Colleague:
		return "for a colleague"
	case repair.Customer:
		return "for the customer"
	case repair.Microsoft:
		return "for Microsoft"
	default:
		return "for nobody"
	}
}

func lostOf(amounts []repair.Amount) string {
	var parts []string
	for _, a := range amounts {
		parts = append(parts, amount(a.Lost)+" "+a.Currency)
	}
	return strings.Join(parts, ", ")
}

func stepsForPeople(p *repair.Plan) *sheet {
	s := &sheet{columns: []column{
		{title: "step"}, {title: "who"}, {title: "what", flex: true}, {title: "scopes", kind: count},
		{title: "a month", kind: money}, {title: "lost", kind: money}, {title: ""}, {title: "risk"},
	}, empty: "Nothing to do."}
	short := shortIDs(p.Steps)
	for i := range p.Steps {
		step := &p.Steps[i]
		row := []any{short[i], string(step.Actor), step.Title, len(step.Mends), nil, nil, "", string(step.Risk.Level)}
		for n, a := range step.Money {
			if n > 0 {
				row = []any{"", "", "", nil, nil, nil, "", ""}
			}
			row[4], row[5], row[6] = a.Monthly, a.Lost, a.Currency
			if n < len(step.Money)-1 {
				s.rows = append(s.rows, row)
			}
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// shortID is how many characters of a step's digest people are shown at least.
const shortID = 4

// shortIDs cuts the ids of steps where they still tell each other apart;
// `--step` takes such a beginning.
func shortIDs(steps []repair.Step) []string {
	for n := shortID; ; n++ {
		out, seen, whole := make([]string, len(steps)), map[string]bool{}, true
		for i := range steps {
			id := steps[i].ID
			if end := strings.LastIndexByte(id, '-') + 1 + n; end < len(id) {
				id, whole = id[:end], false
			}
			out[i], seen[id] = id, true
		}
		if whole || len(seen) == len(steps) {
			return out
		}
	}
}

func amountsForPeople(name string, amounts []repair.Amount) *sheet {
	s := &sheet{name: name, columns: []column{{title: ""}, {title: "a month", kind: money}, {title: "lost", kind: money}}}
	for _, a := range amounts {
		s.rows = append(s.rows, []any{a.Currency, a.Monthly, a.Lost})
	}
	return s
}

// stepSheet has a row for each step and currency, one for a step without money.
func stepSheet(p *repair.Plan) sheet {
	s := sheet{name: "Steps", columns: []column{
		{title: "id"}, {title: "kind"}, {title: "actor"}, {title: "title"}, {title: "why"}, {title: "scopes", kind: count}, {title: "currency"},
		{title: "monthly", kind: money}, {title: "lost", kind: money}, {title: "risk"}, {title: "riskWhy"}, {title: "needs"}, {title: "credential"}, {title: "command"},
	}}
	for i := range p.Steps {
		step := &p.Steps[i]
		row := func(currency string, monthly, lost any) []any {
			return []any{
				step.ID, string(step.Kind), string(step.Actor), step.Title, step.Why, len(step.Mends), currency,
				monthly, lost, string(step.Risk.Level), step.Risk.Why, strings.Join(step.Needs, " "), step.Credential, step.Command,
			}
		}
		for _, a := range step.Money {
			s.rows = append(s.rows, row(a.Currency, a.Monthly, a.Lost))
		}
		if len(step.Money) == 0 {
			s.rows = append(s.rows, row("", nil, nil))
		}
	}
	return s
}

// mendSheet has a row for each scope that a step mends.
func mendSheet(p *repair.Plan) sheet {
	s := sheet{name: "Scopes", columns: []column{{title: "step"}, {title: "scope"}, {title: "subscriptionName"}, {title: "customerName"}, {title: "causes"}}}
	for i := range p.Steps {
		for _, m := range p.Steps[i].Mends {
			s.rows = append(s.rows, []any{p.Steps[i].ID, string(m.Scope), m.SubscriptionName, m.CustomerName, named(m.Causes, " ")})
		}
	}
	return s
}

// Step lays out one step of a plan whole.
func Step(p *repair.Plan, s *repair.Step) *Report {
	r := &Report{title: s.ID, document: s, blocks: []block{{text: s.Title + "."}}}
	if s.Why != "" {
		r.blocks = append(r.blocks, block{text: s.Why})
	}
	r.blocks = append(r.blocks, block{list: stepFacts(p, s)})
	if len(s.Money) > 0 {
		r.blocks = append(r.blocks, block{table: amountsForPeople("What it brings back", s.Money)})
	}
	r.blocks = append(r.blocks, block{table: mendsForPeople(s)})
	section := func(heading, code string) {
		if code != "" {
			r.blocks = append(r.blocks, block{heading: heading}, block{code: strings.TrimSpace(code)})
		}
	}
	var sent strings.Builder
	for _, w := range s.Writes {
		fmt.Fprintf(&sent, "%s %s\n%s\n", w.Method, w.Path, indented(w.Body))
	}
	section("What is sent", sent.String())
	section("What to run", s.Command)
	if a := s.Ask; a != nil {
		section("What to send: "+a.Subject, a.Mail)
		section("az", a.Az)
		section("PowerShell", a.PowerShell)
		r.blocks = append(r.blocks, block{hint: "`" + a.Recheck + "` tells whether it was done"})
	}
	return r
}

// indented writes JSON for people.
func indented(body json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return string(body)
	}
	return out.String()
}

// stepFacts says who does a step to what, and after which others.
func stepFacts(p *repair.Plan, s *repair.Step) []string {
	var out []string
	add := func(name, value string) {
		if value != "" {
			out = append(out, name+": "+value)
		}
	}
	t := &s.Target
	add("who", string(s.Actor))
	add("credential", s.Credential)
	add("risk", string(s.Risk.Level)+". "+s.Risk.Why)
	if t.Principal != "" {
		add("principal", strings.TrimSpace(fmt.Sprintf("%s (%s %s)", t.PrincipalName, t.PrincipalKind, t.Principal)))
	}
	add("tenant", string(t.Tenant))
	add("group", string(t.Group))
	if t.Role != "" {
		add("role", pharos.Roles().Lookup(t.Role).Name)
	}
	add("scope", string(t.Scope))
	add("delegation", cmp.Or(t.Offer, t.Delegation))
	add("partner ID", string(t.PartnerID))
	for _, id := range s.Needs {
		if i := slices.IndexFunc(p.Steps, func(o repair.Step) bool { return o.ID == id }); i >= 0 {
			add("first", p.Steps[i].Title+" ("+id+")")
		}
	}
	return out
}

// mendsForPeople lists the scopes of a step, the first of many.
func mendsForPeople(s *repair.Step) *sheet {
	const most = 20
	out := &sheet{
		name:    "Scopes it mends",
		columns: []column{{title: "customer", flex: true}, {title: "scope", flex: true, cut: true}, {title: "causes", flex: true}},
		empty:   "None by itself: other steps need it.",
	}
	for _, m := range s.Mends[:min(len(s.Mends), most)] {
		out.rows = append(out.rows, []any{m.CustomerName, shortScope(m.Scope, m.SubscriptionName), named(m.Causes, ", ")})
	}
	if more := len(s.Mends) - most; more > 0 {
		out.rows = append(out.rows, []any{"", fmt.Sprintf("and %s more", grouped(fmt.Sprint(more))), ""})
	}
	return out
}
