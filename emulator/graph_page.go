package emulator

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// odataQuery is the part of OData's query options that the emulator has.
type odataQuery struct {
	filter  odataFilter // nil: everything
	fields  []string    // of $select; nil: all
	top     int
	skip    int // from $skiptoken
	count   bool
	orderBy string
	falling bool
}

// defaultPage and largestPage are the sizes of Graph's directory lists.
const (
	defaultPage = 100
	largestPage = 999
)

// parseODataQuery reads the query options of a call. An option that is not
// offered is refused, so that nobody takes a whole list for a filtered one.
func parseODataQuery(c *call) (odataQuery, error) {
	q := odataQuery{top: defaultPage}
	for name, values := range c.URL.Query() {
		if err := q.option(strings.TrimPrefix(name, "$"), values[0]); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *odataQuery) option(name, value string) (err error) {
	switch strings.ToLower(name) {
	case "filter":
		q.filter, err = parseODataFilter(value)
	case "select":
		q.fields = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
	case "top":
		if q.top, err = strconv.Atoi(value); err != nil || q.top < 1 || q.top > largestPage {
			err = badRequest("Request_UnsupportedQuery", "Invalid page size specified: '"+value+"'. Must be between 1 and 999 inclusive.")
		}
	case "skiptoken":
		raw, _ := base64.RawURLEncoding.DecodeString(value)
		if q.skip, err = strconv.Atoi(string(raw)); err != nil || q.skip < 0 {
			err = badRequest("Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
		}
	case "count":
		q.count = value == "true"
	case "orderby":
		field, order, _ := strings.Cut(value, " ")
		q.orderBy, q.falling = field, strings.EqualFold(strings.TrimSpace(order), "desc")
	default:
		err = badRequest("Request_UnsupportedQuery", "The query option '"+name+"' is not supported by the emulator.")
	}
	return err
}

// project reduces an object to the selected properties. The id and
// annotations always stay.
func (q *odataQuery) project(o graphObject) graphObject {
	if q.fields == nil {
		return maps.Clone(o)
	}
	out := graphObject{}
	for k, v := range o {
		chosen := func(f string) bool { return strings.EqualFold(f, k) }
		if k == "id" || strings.HasPrefix(k, "@") || slices.ContainsFunc(q.fields, chosen) {
			out[k] = v
		}
	}
	return out
}

// page answers with a page of the objects that the call's query selects, and
// the address of the next page if there is one.
func (c *call) page(of string, all []graphObject) (reply, error) {
	q, err := parseODataQuery(c)
	if err != nil {
		return reply{}, err
	}
	found := []graphObject{}
	for _, o := range all {
		if q.filter == nil || q.filter(o) {
			found = append(found, o)
		}
	}
	q.sort(found)
	body := graphObject{"@odata.context": c.context(of)}
	if q.count {
		body["@odata.count"] = len(found)
	}
	first := min(q.skip, len(found))
	last := min(first+q.top, len(found))
	if last < len(found) {
		body["@odata.nextLink"] = c.nextPage(last)
	}
	value := []graphObject{}
	for _, o := range found[first:last] {
		value = append(value, q.project(o))
	}
	body["value"] = value
	return reply{status: http.StatusOK, body: body}, nil
}

func (q *odataQuery) sort(found []graphObject) {
	if q.orderBy == "" {
		return
	}
	slices.SortStableFunc(found, func(a, b graphObject) int {
		x, _ := a[q.orderBy].(string)
		y, _ := b[q.orderBy].(string)
		if q.falling {
			x, y = y, x
		}
		return strings.Compare(x, y)
	})
}

// nextPage is the address of the page that begins at an offset.
func (c *call) nextPage(at int) string {
	query := url.Values{}
	for name, values := range c.URL.Query() {
		if !strings.EqualFold(strings.TrimPrefix(name, "$"), "skiptoken") {
			query[name] = values
		}
	}
	query.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(at))))
	return c.base + c.URL.Path + "?" + query.Encode()
}
