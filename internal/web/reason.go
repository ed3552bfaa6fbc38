package web

import (
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos"
)

// reason is the coverage of one scope on a day, as a chain to read: the state,
// through whom it earns, and else each thing that stands in the way.
type reason struct {
	Scope    pharos.Scope
	Place    string // the scope in words
	State    pharos.CoverageState
	Verb     string // what the state means for the day
	Path     string
	Earning  []holder
	Obstacle []obstacle
}

// holder is a principal by whom a scope earns.
type holder struct {
	Name, ID string
	Role     string
	Linked   string
}

// obstacle is one cause and what it is about.
type obstacle struct {
	Cause link
	Note  string
}

// reasons asks why a subscription earned, or did not, on a day.
func (s *Server) reasons(r *http.Request, id pharos.SubscriptionID, d pharos.Day) ([]reason, error) {
	covered, err := s.books.Why(r.Context(), id, d)
	if err != nil {
		return nil, err
	}
	list := make([]reason, len(covered))
	for i := range covered {
		list[i] = newReason(&covered[i])
	}
	return list, nil
}

func newReason(c *pharos.Coverage) reason {
	r := reason{Scope: c.Scope, Place: place(c.Scope), State: c.State, Verb: stateMeaning(c), Path: pathName(c.Path)}
	for _, e := range c.Earning {
		h := holder{Name: e.Name, ID: string(e.ID), Role: pharos.Roles().Lookup(e.Role).Name}
		if h.Name == "" {
			h.Name = h.ID
		}
		switch {
		case e.Linked:
			h.Linked = "linked"
		case c.Path == pharos.AOBO:
			h.Linked = "needs no link"
		default:
			h.Linked = "not linked"
		}
		r.Earning = append(r.Earning, h)
	}
	for i, cause := range c.Causes {
		o := obstacle{Cause: link{causeURL(cause), string(cause)}}
		if i < len(c.Notes) {
			o.Note = c.Notes[i]
		}
		r.Obstacle = append(r.Obstacle, o)
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

// stateMeaning says in words what a state is for the day.
func stateMeaning(c *pharos.Coverage) string {
	switch {
	case c.State == pharos.Full:
		return "had access that earns all day"
	case c.Disputed:
		return "had access that earns before or after a change within the day that nothing dates"
	case c.State == pharos.Partial:
		return "had access that earns for a part of the day, or in a part of it"
	case c.State == pharos.None:
		return "had no access that earns"
	default:
		return "was not observed well enough to tell"
	}
}

// pathName names a path for people.
func pathName(p pharos.Path) string {
	switch p {
	case pharos.AOBO:
		return "admin on behalf of (AOBO)"
	case pharos.Lighthouse:
		return "Azure Lighthouse"
	case pharos.Direct:
		return "direct role assignment"
	default:
		return ""
	}
}
