package report

import (
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// Without lays out what credit stops when access is taken away. Its JSON is
// the impact itself.
func Without(i *repair.Impact) *Report {
	stopped, weakened := stoppedSheet(i), weakenedSheet(i)
	r := &Report{
		title:    "Without " + named(removals(i), ", "),
		blocks:   []block{{list: found(i)}, {text: impactInWords(i)}},
		data:     &stopped,
		book:     []sheet{stopped, weakened},
		document: i,
	}
	for _, removed := range i.Removed {
		for _, note := range removed.Notes {
			r.blocks = append(r.blocks, block{warning: note})
		}
	}
	if len(i.Stopped) > 0 {
		r.blocks = append(r.blocks, block{table: stoppedForPeople(i)})
	}
	if len(i.Weakened) > 0 {
		r.blocks = append(r.blocks, block{table: weakenedForPeople(i)})
	}
	if i.Month == nil {
		r.blocks = append(r.blocks, block{warning: "there are no usage lines, so that nobody knows what the scopes are worth"})
	}
	return r
}

func removals(i *repair.Impact) []repair.Removal {
	var out []repair.Removal
	for _, r := range i.Removed {
		out = append(out, r.What)
	}
	return out
}

// found tells what was taken away, to be checked by who asked.
func found(i *repair.Impact) []string {
	var out []string
	for _, r := range i.Removed {
		for _, f := range r.Found {
			out = append(out, string(r.What)+": "+f)
		}
	}
	return out
}

func impactInWords(i *repair.Impact) string {
	text := fmt.Sprintf("%d of the %d scopes that earn now would stop", len(i.Stopped), i.Earning)
	if len(i.Stopped) == 0 {
		text = fmt.Sprintf("Each of the %d scopes that earn now would still earn", i.Earning)
	}
	if len(i.Weakened) > 0 {
		text += fmt.Sprintf(", %d more would hang on one", len(i.Weakened))
	}
	for _, s := range i.Totals {
		text += fmt.Sprintf("; worth %s %s in %s, of which %s was credited", amount(s.Monthly), s.Currency, i.Month, amount(s.Earned))
	}
	return text + "."
}

func stoppedForPeople(i *repair.Impact) *sheet {
	s := &sheet{name: "Would stop earning", columns: []column{
		{title: "customer", flex: true}, {title: "scope", flex: true, cut: true}, {title: worth(i.Month), kind: money}, {title: ""}, {title: "state", tone: true}, {title: "because", flex: true},
	}}
	for n := range i.Stopped {
		x := &i.Stopped[n]
		for _, m := range amounts(x.Stakes) {
			s.rows = append(s.rows, []any{orID(x.CustomerName, x.Customer), shortScope(x.Scope, x.SubscriptionName), m[1], m[2], string(x.State), named(x.Causes, ", ")})
		}
	}
	return s
}

func weakenedForPeople(i *repair.Impact) *sheet {
	s := &sheet{name: "Would hang on one", columns: []column{
		{title: "customer", flex: true}, {title: "scope", flex: true, cut: true}, {title: worth(i.Month), kind: money}, {title: ""}, {title: "now", kind: count}, {title: "then", flex: true},
	}}
	for n := range i.Weakened {
		x := &i.Weakened[n]
		for _, m := range amounts(x.Stakes) {
			s.rows = append(s.rows, []any{orID(x.CustomerName, x.Customer), shortScope(x.Scope, x.SubscriptionName), m[1], m[2], x.Was, people(x.Last)})
		}
	}
	return s
}

func stoppedSheet(i *repair.Impact) sheet {
	s := sheet{name: "Stopped", columns: append(earnerColumns(), column{title: "state"}, column{title: "causes"}), empty: "Nothing would stop earning."}
	for n := range i.Stopped {
		x := &i.Stopped[n]
		for _, cells := range earnerCells(&x.Earner) {
			s.rows = append(s.rows, append(cells, string(x.State), named(x.Causes, " ")))
		}
	}
	return s
}

func weakenedSheet(i *repair.Impact) sheet {
	s := sheet{name: "Weakened", columns: append(earnerColumns(), column{title: "was", kind: count}, column{title: "last"}), empty: "Nothing would hang on one."}
	for n := range i.Weakened {
		x := &i.Weakened[n]
		for _, cells := range earnerCells(&x.Earner) {
			s.rows = append(s.rows, append(cells, x.Was, people(x.Last)))
		}
	}
	return s
}

// earnerColumns name a scope and its money, a row for each currency.
func earnerColumns() []column {
	return []column{
		{title: "scope"}, {title: "customerId"}, {title: "customerName"}, {title: "subscriptionName"},
		{title: "earned", kind: money}, {title: "monthly", kind: money}, {title: "currency"},
	}
}

func earnerCells(e *repair.Earner) [][]any {
	var out [][]any
	for _, m := range amounts(e.Stakes) {
		out = append(out, []any{string(e.Scope), string(e.Customer), e.CustomerName, e.SubscriptionName, m[0], m[1], m[2]})
	}
	return out
}

// worth heads the column of what all lines of the judged month can earn. It
// may be a month that is not over.
func worth(m *pharos.Month) string {
	if m == nil {
		return "worth"
	}
	return "worth in " + m.String()
}

// amounts are what was earned, what a month is worth, and the currency: a row
// of empty cells where nothing was billed.
func amounts(stakes []repair.Stake) [][3]any {
	if len(stakes) == 0 {
		return [][3]any{{nil, nil, ""}}
	}
	var out [][3]any
	for _, s := range stakes {
		out = append(out, [3]any{s.Earned, s.Monthly, s.Currency})
	}
	return out
}

// people are names for a cell.
func people(all []repair.Person) string {
	var out []string
	for _, p := range all {
		name := p.Name
		if p.AOBO {
			name += " (AOBO)"
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

// busFactorDocument is the JSON of `pharos plan --bus-factor`.
type busFactorDocument struct {
	Month     *pharos.Month      `json:"month,omitempty"`
	Customers []repair.BusFactor `json:"customers"`
}

// BusFactors lays out on how few each customer's credit hangs. Month is the
// judged one that the money is of, nil for none.
func BusFactors(month *pharos.Month, all []repair.BusFactor) *Report {
	data := busFactorSheet(all)
	r := &Report{
		title:    "On how few the credit hangs",
		blocks:   []block{{text: busFactorInWords(all)}, {table: busFactorForPeople(month, all)}},
		data:     &data,
		book:     []sheet{data},
		document: busFactorDocument{month, append([]repair.BusFactor{}, all...)},
	}
	if len(all) > 0 {
		r.blocks = append(r.blocks, block{hint: "`pharos plan --without principal:NAME` shows what stops when somebody leaves"})
	}
	return r
}

func busFactorInWords(all []repair.BusFactor) string {
	one := 0
	for i := range all {
		if all[i].Factor == 1 {
			one++
		}
	}
	return fmt.Sprintf("%s of %s customers have a scope that earns through one person, robot or agent group alone.", grouped(fmt.Sprint(one)), grouped(fmt.Sprint(len(all))))
}

func busFactorForPeople(month *pharos.Month, all []repair.BusFactor) *sheet {
	s := &sheet{columns: []column{
		{title: "customer", flex: true}, {title: "bus factor", kind: count}, {title: "who", flex: true}, {title: "scopes", kind: count},
		{title: worth(month), kind: money}, {title: ""},
	}, empty: "No scope earns."}
	for i := range all {
		b := &all[i]
		for _, d := range b.Weakest {
			for _, m := range amounts(d.Stakes) {
				s.rows = append(s.rows, []any{orID(b.CustomerName, b.Customer), b.Factor, people(d.People), len(d.Scopes), m[1], m[2]})
			}
		}
	}
	return s
}

func busFactorSheet(all []repair.BusFactor) sheet {
	s := sheet{name: "Bus factor", columns: []column{
		{title: "customerId"}, {title: "customerName"}, {title: "busFactor", kind: count}, {title: "people"}, {title: "scopes", kind: count}, {title: "ofScopes", kind: count},
		{title: "earned", kind: money}, {title: "monthly", kind: money}, {title: "currency"},
	}, empty: "No scope earns."}
	for i := range all {
		b := &all[i]
		for _, d := range b.Weakest {
			for _, m := range amounts(d.Stakes) {
				s.rows = append(s.rows, []any{string(b.Customer), b.CustomerName, b.Factor, people(d.People), len(d.Scopes), b.Earning, m[0], m[1], m[2]})
			}
		}
	}
	return s
}
