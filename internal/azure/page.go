package azure

import (
	"context"
	"errors"
	"iter"
	"time"
)

// maxPages ends a list that never ends.
const maxPages = 100_000

// page is one page of a list of Resource Manager (nextLink) or Graph
// (@odata.nextLink).
type page[T any] struct {
	Value    *[]T   `json:"value"`
	NextLink string `json:"nextLink"`
	ODataNX  string `json:"@odata.nextLink"`
}

func (p page[T]) next() string {
	if p.NextLink != "" {
		return p.NextLink
	}
	return p.ODataNX
}

// pages reads a list page by page, empty ones included, with the cloud's time
// of each. It ends after the first error.
func pages[T any](ctx context.Context, a *api, c call) iter.Seq2[[]T, pageEnd] {
	return func(yield func([]T, pageEnd) bool) {
		for n := 0; ; n++ {
			p, end := onePage[T](ctx, a, c)
			if end.err == nil && n == maxPages {
				end.err = errors.New("the list has no end")
			}
			if end.err != nil {
				yield(nil, end)
				return
			}
			if !yield(*p.Value, end) || p.next() == "" {
				return
			}
			if p.next() == c.ref {
				yield(nil, pageEnd{err: end.ans.malformed(errors.New("the next page is this page"))})
				return
			}
			c.ref = p.next()
		}
	}
}

// pageEnd is what came with a page.
type pageEnd struct {
	at  time.Time
	ans *answer
	err error
}

func onePage[T any](ctx context.Context, a *api, c call) (page[T], pageEnd) {
	ans, err := a.do(ctx, c)
	if err != nil {
		return page[T]{}, pageEnd{ans: ans, err: err}
	}
	p, err := decode[page[T]](ans)
	if err == nil && p.Value == nil {
		err = ans.malformed(errMissing("value"))
	}
	return p, pageEnd{at: ans.at, ans: ans, err: err}
}

// list reads a whole list, as of the last page's time.
func list[T any](ctx context.Context, a *api, c call) ([]T, time.Time, error) {
	var all []T
	var at time.Time
	for items, end := range pages[T](ctx, a, c) {
		if end.err != nil {
			return nil, time.Time{}, end.err
		}
		all, at = append(all, items...), end.at
	}
	return all, at, nil
}
