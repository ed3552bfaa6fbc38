package report

import (
	"fmt"
	"time"
)

// Scanned is what `pharos scan` saw, and its JSON.
type Scanned struct {
	At            time.Time `json:"at"` // the cloud's time at the end
	Customers     int       `json:"customers"`
	Subscriptions int       `json:"subscriptions"`
	Grants        int       `json:"grants"`
	Denials       int       `json:"denials"`
	Principals    int       `json:"principals"`
	Links         int       `json:"links"`
	// Changes are what is new since the last scan, oldest first.
	Changes []Changed `json:"changes"`
	// Unread is what could not be read; the scan is complete without any.
	Unread []Unread `json:"unread"`
}

// Changed is one change of access.
type Changed struct {
	At    time.Time `json:"at,omitzero"` // zero when nothing dates it
	Scope string    `json:"scope"`
	What  string    `json:"what"`
}

// Unread is something that could not be read.
type Unread struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

// Scan lays out what a scan saw and what it could not read.
func Scan(in Scanned) *Report {
	in.Changes = append([]Changed{}, in.Changes...)
	in.Unread = append([]Unread{}, in.Unread...)
	r := &Report{title: "Scan of " + human(in.At), document: in}
	seen := &sheet{columns: []column{{title: "seen"}, {title: "", kind: count}}}
	for _, row := range []struct {
		what string
		n    int
	}{
		{"customers", in.Customers}, {"subscriptions", in.Subscriptions}, {"grants of access", in.Grants}, {"deny assignments", in.Denials},
		{"principals", in.Principals}, {"partner links", in.Links},
	} {
		seen.rows = append(seen.rows, []any{row.what, row.n})
	}
	changes := &sheet{
		name:    "Changes since the last scan",
		columns: []column{{title: "when", kind: instant}, {title: "scope", flex: true, cut: true}, {title: "what", flex: true}},
		empty:   "None.",
	}
	for _, c := range in.Changes {
		changes.rows = append(changes.rows, []any{c.At, c.Scope, c.What})
	}
	r.blocks = []block{{table: seen}, {table: changes}}
	for _, u := range in.Unread {
		r.blocks = append(r.blocks, block{warning: fmt.Sprintf("%s could not be read: %s", u.What, u.Reason)})
		if u.Hint != "" {
			r.blocks = append(r.blocks, block{hint: u.Hint})
		}
	}
	return r
}
