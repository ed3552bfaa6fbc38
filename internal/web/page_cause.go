package web

import (
	"net/http"

	"github.com/pharos-pec/pharos"
)

// causesView lists every cause.
type causesView struct {
	shell
	Groups []causeGroup
}

// causeGroup is the causes that lead to one verdict.
type causeGroup struct {
	Badge  badge
	Causes []causeEntry
}

type causeEntry struct {
	Link  link
	Title string
}

// causeView explains a cause.
type causeView struct {
	shell
	Code pharos.Cause
	Page Page
}

// causesPage lists the causes.
func (s *Server) causesPage(r *http.Request) (view, error) {
	v := causesView{shell: s.shell(r, "Causes").under("causes")}
	for _, c := range pharos.Causes() {
		page, err := s.books.Page(r.Context(), c)
		if err != nil {
			return nil, err
		}
		b := badge(verdictFor(c))
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Badge != b {
			v.Groups = append(v.Groups, causeGroup{Badge: b})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Causes = append(g.Causes, causeEntry{link{causeURL(c), string(c)}, page.Title})
	}
	return pageView{"causes", v}, nil
}

// causePage explains a cause.
func (s *Server) causePage(r *http.Request) (view, error) {
	code := pharos.Cause(r.PathValue("code"))
	page, err := s.books.Page(r.Context(), code)
	if err != nil {
		return nil, err
	}
	return pageView{"cause", causeView{
		shell: s.shell(r, string(code), link{"/causes", "Causes"}).under("causes"),
		Code:  code, Page: page,
	}}, nil
}

// verdictFor returns the verdict that a cause belongs to.
func verdictFor(c pharos.Cause) pharos.Verdict {
	switch c {
	case pharos.Unexplained:
		return pharos.Disputable
	case pharos.NotObserved:
		return pharos.UnknownVerdict
	case pharos.TooEarly:
		return pharos.Pending
	case pharos.ExcludedReservation, pharos.ExcludedSavingsPlan, pharos.ExcludedSpot,
		pharos.ExcludedThirdParty, pharos.ExcludedLegacy, pharos.ZeroCost:
		return pharos.Excluded
	default:
		return pharos.Lost
	}
}
