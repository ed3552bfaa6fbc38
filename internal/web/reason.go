package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// reason is why a scope earns, or does not, on a day: the chain of conditions
// that a credited day needs, as explain lays it out, with its links.
type reason struct {
	explain.Chain
	Place    string // the scope in words
	PathName string
	Holders  []holder
	Links    []chainLink
	// Obstacles are what stands in the way, nearest to earning first.
	Obstacles []obstacle
}

// obstacle is one cause: what it is about, and the remedy in one sentence.
type obstacle struct {
	Page      link
	Note, Fix string
}

// holder is a principal by whom a scope earns.
type holder struct{ Name, ID, Role, Linked string }

// chainLink is one condition of the chain.
type chainLink struct {
	explain.Step
	Page *link // the explanation of the cause, nil where the condition holds
}

// Sign tells the answers apart without colour.
func (l chainLink) Sign() string {
	switch l.Answer {
	case explain.Fine:
		return "\u2713" // check mark
	case explain.Broken:
		return "\u2715" // cross
	case explain.Moot:
		return "\u00b7" // dot
	default:
		return "?"
	}
}

// Word is the answer for those who cannot see the sign.
func (l chainLink) Word() string {
	switch l.Answer {
	case explain.Fine:
		return "holds"
	case explain.Broken:
		return "does not hold"
	case explain.Moot:
		return "not asked"
	default:
		return "not known"
	}
}

// Whole reports whether every condition of the chain holds.
func (r reason) Whole() bool {
	return !slices.ContainsFunc(r.Links, func(l chainLink) bool { return l.Answer != explain.Fine })
}

// mostReasons is how many scopes of a subscription are explained at once; the
// coverage page has them all.
const mostReasons = 25

// reasons asks why a subscription earned, or did not, on a day: scopes that
// ask for action first.
func (s *Server) reasons(r *http.Request, id pharos.SubscriptionID, d pharos.Day) ([]reason, error) {
	covered, err := s.books.Why(r.Context(), id, d)
	if err != nil {
		return nil, err
	}
	names, err := s.books.Names(r.Context())
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(covered, func(a, b pharos.Coverage) int {
		return slices.Index(states(), a.State) - slices.Index(states(), b.State)
	})
	var list []reason
	for _, c := range covered[:min(len(covered), mostReasons)] {
		list = append(list, newReason(c, names))
	}
	return list, nil
}

func newReason(c pharos.Coverage, names explain.Names) reason {
	r := reason{Chain: explain.Trace(c, names), Place: place(c.Scope), PathName: pathName(c.Path)}
	for _, h := range r.Through {
		linked := "not linked"
		switch {
		case h.Linked:
			linked = "linked"
		case c.Path == pharos.AOBO:
			linked = "needs no link"
		}
		r.Holders = append(r.Holders, holder{cmp.Or(h.Name, string(h.ID)), string(h.ID), h.Role, linked})
	}
	for _, step := range r.Steps {
		l := chainLink{Step: step}
		if step.Cause != "" {
			l.Page = &link{causeURL(step.Cause), string(step.Cause)}
		}
		r.Links = append(r.Links, l)
	}
	for i, cause := range c.Causes {
		o := obstacle{Page: link{causeURL(cause), string(cause)}, Fix: explain.FixOf(cause)}
		if i < len(c.Notes) {
			o.Note = c.Notes[i]
		}
		r.Obstacles = append(r.Obstacles, o)
	}
	return r
}

// place names a scope by its own last part.
func place(s pharos.Scope) string {
	switch {
	case s.AboveSubscription():
		return string(s)
	case s.ResourceGroup() == "":
		return "Whole subscription"
	case s.IsResource():
		return "Resource " + string(s[strings.LastIndexByte(string(s), '/')+1:])
	default:
		return "Resource group " + s.ResourceGroup()
	}
}

// pathName names a path for people.
func pathName(p pharos.Path) string {
	switch p {
	case pharos.AOBO:
		return "Admin on behalf of (AOBO)"
	case pharos.Lighthouse:
		return "Azure Lighthouse"
	case pharos.Direct:
		return "Direct role assignment"
	default:
		return ""
	}
}
