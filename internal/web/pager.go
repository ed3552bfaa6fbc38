package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/pharos-pec/pharos"
)

// pageSize is how many rows one page of a long table holds.
const pageSize = 100

// pager says which part of a long table a page shows, and where the rest is.
type pager struct {
	Page, Pages int
	From, To    int // one-based, of Total
	Total       int
	Prev, Next  string // addresses, "" at the ends
	First, Last string
	What        string // what is counted, in the plural: "customers"
	skip, end   int
}

// paginate reads ?page= and cuts total rows into pages. Filters of the
// address are kept in the links; extra sets or replaces some. A page beyond
// the last has code NotFound.
func paginate(r *http.Request, total int, what string, extra url.Values) (pager, error) {
	p := pager{Page: 1, Pages: max(1, (total+pageSize-1)/pageSize), Total: total, What: what}
	if text := r.URL.Query().Get("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return pager{}, pharos.Errorf(pharos.Invalid, "%q is not a page number", text).WithHint("pages are counted from 1")
		}
		p.Page = n
	}
	if p.Page > p.Pages {
		return pager{}, pharos.Errorf(pharos.NotFound, "there is no page %d: the last one is %d", p.Page, p.Pages)
	}
	p.skip = (p.Page - 1) * pageSize
	p.end = min(total, p.skip+pageSize)
	p.From, p.To = min(p.skip+1, total), p.end
	at := func(n int) string { return pageAddress(r, n, extra) }
	if p.Page > 1 {
		p.First, p.Prev = at(1), at(p.Page-1)
	}
	if p.Page < p.Pages {
		p.Next, p.Last = at(p.Page+1), at(p.Pages)
	}
	return p, nil
}

// pageAddress returns the request's address with another page number.
func pageAddress(r *http.Request, n int, extra url.Values) string {
	q := r.URL.Query()
	for k, v := range extra {
		q[k] = v
	}
	q.Del("page")
	if n > 1 {
		q.Set("page", strconv.Itoa(n))
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

// Many reports whether there is more than one page.
func (p pager) Many() bool { return p.Pages > 1 }
