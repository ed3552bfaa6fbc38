package report

import (
	"fmt"

	"github.com/pharos-pec/pharos/link"
)

// linksDocument is the JSON of `pharos link status`.
type linksDocument struct {
	Links []link.Status `json:"links"`
}

// Links lays out the partner links of credentials and of the register.
func Links(statuses []link.Status) *Report {
	data := linkSheet(statuses)
	r := &Report{
		title:    "Partner links",
		blocks:   []block{{table: linksForPeople(statuses)}},
		data:     &data,
		book:     []sheet{data},
		document: linksDocument{append([]link.Status{}, statuses...)},
	}
	by := map[link.State]int{}
	for _, s := range statuses {
		by[s.State]++
		if p := s.Problem; p != nil {
			r.blocks = append(r.blocks, block{warning: fmt.Sprintf("%s: %s", orID(s.Credential, s.Name), p.Message)})
		}
	}
	if n := by[link.NotLinked]; n > 0 {
		r.blocks = append(r.blocks, block{hint: fmt.Sprintf("%d not linked: `pharos link apply` links those with `link: true` in the configuration", n)})
	}
	if n := by[link.LinkedToOther]; n > 0 {
		r.blocks = append(r.blocks, block{hint: fmt.Sprintf("%d linked to another organisation's ID: `pharos explain linked-to-other`", n)})
	}
	return r
}

func linksForPeople(statuses []link.Status) *sheet {
	s := &sheet{
		columns: []column{
			{title: "credential", flex: true, cut: true}, {title: "principal", flex: true, cut: true}, {title: "tenant", flex: true, cut: true},
			{title: "partner ID"}, {title: "state", tone: true}, {title: "since", kind: instant},
		},
		empty: "No credential is configured and nobody has checked in.",
	}
	for _, l := range statuses {
		s.rows = append(s.rows, []any{
			orID(l.Credential, "("+string(l.Source)+")"), orID(l.Name, l.Principal), string(l.Tenant), string(l.PartnerID), string(l.State), l.Since,
		})
	}
	return s
}

func linkSheet(statuses []link.Status) sheet {
	s := sheet{name: "Links", columns: []column{
		{title: "credential"}, {title: "tenantId"}, {title: "principalId"}, {title: "name"}, {title: "partnerId"}, {title: "state"},
		{title: "since", kind: instant}, {title: "observedAt", kind: instant}, {title: "source"}, {title: "problem"},
	}}
	for _, l := range statuses {
		problem := ""
		if l.Problem != nil {
			problem = l.Problem.Message
		}
		s.rows = append(s.rows, []any{
			l.Credential, string(l.Tenant), string(l.Principal), l.Name, string(l.PartnerID), string(l.State),
			l.Since, l.ObservedAt, string(l.Source), problem,
		})
	}
	return s
}
