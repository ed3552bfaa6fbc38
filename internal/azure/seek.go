package azure

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// seekPage is one page of a Partner Center collection.
type seekPage[T any] struct {
	Items *[]T `json:"items"`
	Links struct {
		Next *struct {
			URI     string `json:"uri"`
			Headers []struct {
				Key   string `json:"key"`
				Value string `json:"value"`
			} `json:"headers"`
		} `json:"next"`
	} `json:"links"`
}

// continuation returns the call of the next page after this one, false when
// this is the last. With a continuation token the first query is repeated and
// told to seek; without one the link says where to go. Source: Microsoft
// Learn, Partner Center REST, "Get invoice line items" and "Get a list of
// customers".
func (p seekPage[T]) continuation(first call) (call, bool) {
	next := p.Links.Next
	if next == nil {
		return call{}, false
	}
	c := first
	c.header = first.header.Clone()
	for _, h := range next.Headers {
		if strings.EqualFold(h.Key, "MS-ContinuationToken") && h.Value != "" {
			c.header.Set("MS-ContinuationToken", h.Value)
			if strings.Contains(c.ref, "?") {
				c.ref += "&seekOperation=Next"
			} else {
				c.ref += "?seekOperation=Next"
			}
			return c, true
		}
	}
	if next.URI == "" {
		return call{}, false
	}
	c.ref = next.URI
	if !strings.Contains(c.ref, "://") { // relative, with or without the version
		c.ref = "/" + strings.TrimPrefix(strings.TrimPrefix(c.ref, "/"), "v1/")
	}
	return c, true
}

// partnerHeaders are the headers of a Partner Center call. The request id is
// the same for every try of one call, which makes it idempotent.
func partnerHeaders() http.Header {
	h := http.Header{}
	h.Set("MS-RequestId", uuid.NewString())
	h.Set("MS-CorrelationId", uuid.NewString())
	h.Set("X-Locale", "en-US")
	h.Set("MS-PartnerCenter-Application", "Pharos")
	return h
}

// seek reads a Partner Center collection page by page. It ends after the
// first error.
func seek[T any](ctx context.Context, a *api, first call) iter.Seq2[[]T, pageEnd] {
	return func(yield func([]T, pageEnd) bool) {
		first.header = partnerHeaders()
		c := first
		for n := 0; ; n++ {
			p, end := oneSeekPage[T](ctx, a, c)
			if end.err == nil && n == maxPages {
				end.err = end.ans.malformed(errors.New("the list has no end"))
			}
			if end.err != nil {
				yield(nil, end)
				return
			}
			next, more := p.continuation(first)
			if !yield(*p.Items, end) || !more {
				return
			}
			next.header.Set("MS-RequestId", uuid.NewString())
			if next.ref == c.ref && next.header.Get("MS-ContinuationToken") == c.header.Get("MS-ContinuationToken") {
				yield(nil, pageEnd{err: end.ans.malformed(errors.New("the next page is this page"))})
				return
			}
			c = next
		}
	}
}

func oneSeekPage[T any](ctx context.Context, a *api, c call) (seekPage[T], pageEnd) {
	ans, err := a.do(ctx, c)
	if err != nil {
		return seekPage[T]{}, pageEnd{ans: ans, err: err}
	}
	p, err := decode[seekPage[T]](ans)
	if err == nil && p.Items == nil {
		err = ans.malformed(errMissing("items"))
	}
	return p, pageEnd{at: ans.at, ans: ans, err: err}
}

// collect reads a whole collection, as of the last page's time.
func collect[T any](ctx context.Context, a *api, c call) ([]T, time.Time, error) {
	var all []T
	var at time.Time
	for items, end := range seek[T](ctx, a, c) {
		if end.err != nil {
			return nil, time.Time{}, end.err
		}
		all, at = append(all, items...), end.at
	}
	return all, at, nil
}
