package emulator

import (
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos/emulator/internal/kql"
)

// queryFacet asks for the values of a column of a query's rows, with how often
// each is there.
type queryFacet struct {
	Expression string `json:"expression"`
	Options    struct {
		SortBy    string `json:"sortBy"`
		SortOrder string `json:"sortOrder"`
		Filter    string `json:"filter"`
		Top       *int   `json:"$top"`
	} `json:"options"`
}

// facetTop is how many values a facet tells that does not say how many.
const facetTop = 10

// facet answers one facet of a query. One of a column that the rows have not
// is an error of its own, which leaves the rest as it is.
func (s *queryScope) facet(query string, columns []kql.Column, f *queryFacet, table bool) (any, error) {
	name := f.Expression
	if !hasColumn(columns, name) {
		name = strings.ReplaceAll(name, ".", "_")
	}
	if !hasColumn(columns, name) {
		return map[string]any{"expression": f.Expression, "resultType": "FacetError", "errors": []map[string]string{
			{"code": "NoValidColumns", "message": "No valid columns in facet expression."},
			{"code": "InvalidColumnNames", "message": "Invalid column names: [" + f.Expression + "]."},
		}}, nil
	}
	by, order := f.Options.SortBy, strings.ToLower(f.Options.SortOrder)
	if by == "" {
		by = "['count']"
	}
	if order == "" {
		order = "desc"
	}
	text := query
	if f.Options.Filter != "" {
		text += "\n| where " + f.Options.Filter
	}
	text += fmt.Sprintf("\n| summarize ['count'] = count() by [%q] = tostring([%[1]q])\n| order by %s %s", name, by, order)
	result, _, err := s.run(text)
	if err != nil {
		return nil, err
	}
	top := facetTop
	if f.Options.Top != nil {
		top = *f.Options.Top
	}
	rows := result.Rows[:min(max(top, 0), len(result.Rows))]
	return map[string]any{
		"expression": f.Expression, "resultType": "FacetResult", "totalRecords": len(result.Rows), "count": len(rows),
		"data": queryData(result.Columns, rows, table),
	}, nil
}
