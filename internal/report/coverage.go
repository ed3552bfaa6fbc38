package report

import (
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// coverageDocument is the JSON of `pharos coverage`.
type coverageDocument struct {
	Date   pharos.Day      `json:"date"`
	Scopes []coverageScope `json:"scopes"`
}

type coverageScope struct {
	Scope            pharos.Scope          `json:"scope"`
	CustomerName     string                `json:"customerName"`
	SubscriptionID   pharos.SubscriptionID `json:"subscriptionId"`
	SubscriptionName string                `json:"subscriptionName,omitempty"`
	State            pharos.CoverageState  `json:"state"`
	Disputed         bool                  `json:"disputed,omitempty"`
	Path             pharos.Path           `json:"path"`
	Earning          []earningPrincipal    `json:"earningPrincipals"`
	Causes           []pharos.Cause        `json:"causes"`
	Notes            []string              `json:"notes,omitempty"`
	Fix              string                `json:"fix"`
	// BusFactor is the number of distinct people and robots it earns through.
	BusFactor int `json:"busFactor"`
}

type earningPrincipal struct {
	ID     pharos.PrincipalID `json:"id"`
	Name   string             `json:"name"`
	Role   string             `json:"role"`
	RoleID pharos.RoleID      `json:"roleId"`
	Linked bool               `json:"linked"`
}

// Coverage lays out which scopes earned on a day, through whom, and what
// would mend the others. The scopes are shown in the order given.
func Coverage(day pharos.Day, scopes []pharos.Coverage, n explain.Names) *Report {
	doc := coverageDocument{Date: day, Scopes: []coverageScope{}}
	for i := range scopes {
		doc.Scopes = append(doc.Scopes, coverageOf(&scopes[i], n))
	}
	data := coverageSheet(&doc)
	r := &Report{
		title:    "Coverage on " + day.String(),
		blocks:   []block{{text: tally(doc.Scopes)}, {table: coverageForPeople(doc.Scopes)}},
		data:     &data,
		book:     []sheet{data},
		document: doc,
	}
	for _, s := range doc.Scopes {
		if s.State != pharos.Full {
			r.blocks = append(r.blocks, block{hint: "`pharos explain " + string(s.Scope) + "` shows the whole chain"})
			break
		}
	}
	return r
}

func coverageOf(c *pharos.Coverage, n explain.Names) coverageScope {
	sub := n.Subscriptions[c.Scope.Subscription()]
	out := coverageScope{
		Scope: c.Scope, CustomerName: n.Customers[sub.Customer].Name, SubscriptionID: c.Scope.Subscription(), SubscriptionName: sub.Name,
		State: c.State, Disputed: c.Disputed, Path: c.Path, Earning: []earningPrincipal{},
		Causes: append([]pharos.Cause{}, c.Causes...), Notes: c.Notes,
	}
	if len(c.Causes) > 0 {
		out.Fix = explain.FixOf(c.Causes[0])
	}
	for _, h := range explain.Trace(*c, n).Through {
		out.Earning = append(out.Earning, earningPrincipal{ID: h.ID, Name: h.Name, Role: h.Role, Linked: h.Linked})
	}
	for i, e := range c.Earning {
		out.Earning[i].RoleID = e.Role
	}
	out.BusFactor = len(n.People(c.Earning))
	return out
}

// tally counts scopes by state, best first.
func tally(scopes []coverageScope) string {
	by := map[pharos.CoverageState]int{}
	for _, s := range scopes {
		by[s.State]++
	}
	var parts []string
	for _, state := range []pharos.CoverageState{pharos.Full, pharos.Partial, pharos.None, pharos.UnknownCoverage} {
		if by[state] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", grouped(fmt.Sprint(by[state])), state))
		}
	}
	if len(parts) == 0 {
		return "No scope is known: run `pharos scan` first."
	}
	return fmt.Sprintf("%s: %s.", counted(len(scopes), "scope"), strings.Join(parts, ", "))
}

// counted writes a number of things: 1 step, 1,200 steps.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return grouped(fmt.Sprint(n)) + " " + thing
}

func coverageForPeople(scopes []coverageScope) *sheet {
	s := &sheet{
		columns: []column{
			{title: "customer", flex: true}, {title: "scope", flex: true, cut: true}, {title: "state", tone: true}, {title: "path"},
			{title: "through", flex: true}, {title: "causes", flex: true},
		},
		empty: "Nothing to show.",
	}
	for i := range scopes {
		c := &scopes[i]
		var through []string
		for _, e := range c.Earning {
			through = append(through, e.Name)
		}
		s.rows = append(s.rows, []any{
			c.CustomerName, shortScope(c.Scope, c.SubscriptionName), string(c.State), string(c.Path),
			strings.Join(through, ", "), named(c.Causes, ", "),
		})
	}
	return s
}

// shortScope writes a scope for people: prod/rg-web/vm-1.
func shortScope(s pharos.Scope, subscription string) string {
	if s.AboveSubscription() || s.Subscription() == "" {
		return string(s)
	}
	out := orID(subscription, s.Subscription())
	if g := s.ResourceGroup(); g != "" {
		out += "/" + g
	}
	if s.IsResource() {
		out += string(s[strings.LastIndexByte(string(s), '/'):])
	}
	return out
}

func coverageSheet(doc *coverageDocument) sheet {
	s := sheet{name: "Coverage", columns: []column{
		{title: "date", kind: date}, {title: "scope"}, {title: "customerName"}, {title: "subscriptionId"}, {title: "subscriptionName"},
		{title: "state"}, {title: "path"}, {title: "earningPrincipals"}, {title: "busFactor", kind: count}, {title: "causes"}, {title: "fix"},
	}}
	for i := range doc.Scopes {
		c := &doc.Scopes[i]
		var through []string
		for _, e := range c.Earning {
			through = append(through, e.Name)
		}
		s.rows = append(s.rows, []any{
			doc.Date, string(c.Scope), c.CustomerName, string(c.SubscriptionID), c.SubscriptionName,
			string(c.State), string(c.Path), strings.Join(through, "; "), c.BusFactor, named(c.Causes, " "), c.Fix,
		})
	}
	return s
}
