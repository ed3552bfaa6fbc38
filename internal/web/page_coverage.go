package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// coverageView says which scope earns on a day.
type coverageView struct {
	shell
	Date       string // 2026-11-06
	Day        string // Friday 6 November 2026
	Prev, Next link
	States     []stateCount
	Only       pharos.CoverageState
	Search     string
	All        string
	Rows       []coverageRow
	Pager      pager
}

// stateCount is how many scopes have a state, and the address that shows
// only them.
type stateCount struct {
	State  pharos.CoverageState
	Count  int
	URL    string
	Chosen bool
}

// coverageRow is a scope.
type coverageRow struct {
	reason
	Customer, Subscription string
}

// scope is a coverage with the names it is found and sorted by.
type scope struct {
	*pharos.Coverage
	customer, subscription string
}

// coveragePage shows the coverage of a day.
func (s *Server) coveragePage(r *http.Request) (view, error) {
	d, err := s.dateOf(r)
	if err != nil {
		return nil, err
	}
	all, err := s.books.Coverage(r.Context(), d)
	if err != nil {
		return nil, err
	}
	names, err := s.books.Names(r.Context())
	if err != nil {
		return nil, err
	}
	only, err := stateOf(r)
	if err != nil {
		return nil, err
	}
	search := strings.TrimSpace(r.URL.Query().Get("q"))
	v := coverageView{
		shell: s.shell(r, "Coverage on "+dayName(d)).under("coverage"),
		Date:  d.String(), Day: dayName(d), Only: only, Search: search,
		Prev: coverageLink(d-1, only, search), Next: coverageLink(d+1, only, search), All: coverageURL(d, "", search),
	}
	found := matching(all, names, search)
	v.States = countStates(found, d, only, search)
	found = slices.DeleteFunc(found, func(s scope) bool { return only != "" && s.State != only })
	if v.Pager, err = paginate(r, len(found), "scopes", nil); err != nil {
		return nil, err
	}
	for _, s := range found[v.Pager.skip:v.Pager.end] {
		v.Rows = append(v.Rows, coverageRow{newReason(*s.Coverage, names), s.customer, s.subscription})
	}
	return pageView{"coverage", v}, nil
}

// coverageURL is the address of a day's coverage, of a state and of what fits
// a search alone where they are not "".
func coverageURL(d pharos.Day, only pharos.CoverageState, search string) string {
	q := url.Values{"date": {d.String()}}
	if only != "" {
		q.Set("state", string(only))
	}
	if search != "" {
		q.Set("q", search)
	}
	return "/coverage?" + q.Encode()
}

func coverageLink(d pharos.Day, only pharos.CoverageState, search string) link {
	return link{coverageURL(d, only, search), d.Start().Format("2 January")}
}

// stateOf reads ?state=, "" for all.
func stateOf(r *http.Request) (pharos.CoverageState, error) {
	state := pharos.CoverageState(r.URL.Query().Get("state"))
	if state == "" || slices.Contains(states(), state) {
		return state, nil
	}
	return "", pharos.Errorf(pharos.Invalid, "%q is not a state of coverage", state).
		WithHint("states are none, partial, unknown and full")
}

// states lists the states, what asks for action first.
func states() []pharos.CoverageState {
	return []pharos.CoverageState{pharos.None, pharos.Partial, pharos.UnknownCoverage, pharos.Full}
}

// matching returns the scopes whose customer, subscription or id contains the
// text, what asks for action first.
func matching(all []pharos.Coverage, names explain.Names, text string) []scope {
	text = strings.ToLower(text)
	var found []scope
	for i := range all {
		id := all[i].Scope.Subscription()
		sub := names.Subscriptions[id]
		s := scope{
			&all[i],
			cmp.Or(names.Customers[sub.Customer].Name, string(sub.Customer)),
			cmp.Or(sub.Name, string(id)),
		}
		if strings.Contains(strings.ToLower(s.customer+" "+s.subscription+" "+string(s.Scope)), text) {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b scope) int {
		return cmp.Or(
			slices.Index(states(), a.State)-slices.Index(states(), b.State),
			strings.Compare(a.customer, b.customer),
			strings.Compare(a.subscription, b.subscription),
			strings.Compare(string(a.Scope), string(b.Scope)),
		)
	})
	return found
}

func countStates(found []scope, d pharos.Day, only pharos.CoverageState, search string) []stateCount {
	counts := map[pharos.CoverageState]int{}
	for _, s := range found {
		counts[s.State]++
	}
	list := make([]stateCount, 0, len(states()))
	for _, state := range states() {
		list = append(list, stateCount{state, counts[state], coverageURL(d, state, search), state == only})
	}
	return list
}
