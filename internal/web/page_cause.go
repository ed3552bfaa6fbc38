package web

import (
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
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
	Page     explain.Page
	Badge    badge
	Sections []section
}

// section is a part of an explanation.
type section struct {
	Heading string
	Blocks  []explain.Block
}

// causesPage lists the causes.
func (s *Server) causesPage(r *http.Request) (view, error) {
	pages, err := explain.Pages()
	if err != nil {
		return nil, err
	}
	v := causesView{shell: s.shell(r, "Causes").under("causes")}
	for _, p := range pages {
		b := badge(p.Verdict)
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Badge != b {
			v.Groups = append(v.Groups, causeGroup{Badge: b})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Causes = append(g.Causes, causeEntry{link{causeURL(p.Code), string(p.Code)}, p.Title})
	}
	return pageView{"causes", v}, nil
}

// causePage explains a cause.
func (s *Server) causePage(r *http.Request) (view, error) {
	p, err := explain.Of(pharos.Cause(r.PathValue("code")))
	if err != nil {
		return nil, err
	}
	return pageView{"cause", causeView{
		shell: s.shell(r, p.Title, link{"/causes", "Causes"}).under("causes"), Page: p, Badge: badge(p.Verdict),
		Sections: []section{{"What it means", p.Meaning}, {"How it is detected", p.Detection}, {"What to do", p.Remedy}},
	}}, nil
}

// span is a piece of a sentence, plain or code.
type span struct {
	Text string
	Code bool
}

// spans splits a sentence at its backquotes: what stands between two is code.
func spans(text string) []span {
	var list []span
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			list = append(list, span{part, i%2 == 1})
		}
	}
	return list
}
