package emulator

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos/emulator/internal/kql"
)

// resourceGraphVersions are the api-versions of Resource Graph in use.
func resourceGraphVersions() []string {
	return []string{"2018-09-01-preview", "2019-04-01", "2020-04-01-preview", "2020-09-01-preview", "2021-03-01", "2021-06-01-preview", "2022-10-01", "2024-04-01"}
}

func resourceGraphRoutes() []route {
	return each([]route{
		{method: http.MethodPost, pattern: "/providers/Microsoft.ResourceGraph/resources", handle: queryResources, faith: recorded, asks: true},
		{method: http.MethodGet, pattern: "/providers/Microsoft.ResourceGraph/operations", handle: resourceGraphOperations, faith: documented},
		{method: http.MethodPost, pattern: "/providers/Microsoft.ResourceGraph/resourceChanges", faith: documented},
		{method: http.MethodPost, pattern: "/providers/Microsoft.ResourceGraph/resourcesHistory", faith: documented},
		{method: http.MethodGet, pattern: "/{scope...}/providers/Microsoft.ResourceGraph/queries", faith: documented},
	}, func(r *route) { r.service, r.versions = arm, resourceGraphVersions() })
}

func resourceGraphOperations(*call) (reply, error) {
	return list([]map[string]any{{
		"name": "Microsoft.ResourceGraph/resources/action", "display": map[string]string{
			"provider": "Microsoft Resource Graph", "resource": "Resources", "operation": "Query resources",
			"description": "Submits a query on resources within specified subscriptions",
		},
	}})
}

// Pages of Resource Graph (docs: Azure Resource Graph, work with large data sets).
const (
	queryPage    = 100
	queryPageMax = 1000
)

// queryRequest is the body of a query.
type queryRequest struct {
	Query            string       `json:"query"`
	Subscriptions    []string     `json:"subscriptions"`
	ManagementGroups []string     `json:"managementGroups"`
	Facets           []queryFacet `json:"facets"`
	Options          struct {
		Top                      *int   `json:"$top"`
		Skip                     int    `json:"$skip"`
		SkipToken                string `json:"$skipToken"`
		ResultFormat             string `json:"resultFormat"`
		AllowPartialScopes       bool   `json:"allowPartialScopes"`
		AuthorizationScopeFilter string `json:"authorizationScopeFilter"`
	} `json:"options"`
}

// queryAnswer is the answer, in the order in which the cloud writes it.
type queryAnswer struct {
	TotalRecords    int    `json:"totalRecords"`
	Count           int    `json:"count"`
	Data            any    `json:"data"`
	Facets          []any  `json:"facets"`
	ResultTruncated string `json:"resultTruncated"`
	SkipToken       string `json:"$skipToken,omitempty"`
}

// queryResources answers a query over what the caller can read, delegated
// subscriptions included.
func queryResources(c *call) (reply, error) {
	header, err := c.takeQuery()
	if err != nil {
		return reply{}, err
	}
	body, limited, err := c.runQuery()
	if err != nil {
		e := asAPIError(err)
		if e.header == nil {
			e.header = header
		}
		return reply{}, e
	}
	if limited {
		header["X-Ms-Tenant-Subscription-Limit-Hit"] = []string{"true"}
	}
	return reply{status: http.StatusOK, body: body, header: header}, nil
}

// runQuery reads the request and runs its query. limited says that there were
// more subscriptions than a query looks at.
func (c *call) runQuery() (body *queryAnswer, limited bool, err error) {
	var want queryRequest
	if err := c.decode(&want); err != nil {
		return nil, false, err
	}
	table, err := c.wantsTable(want.Options.ResultFormat)
	if err != nil {
		return nil, false, err
	}
	scope, err := c.queryScope(&want)
	if err != nil {
		return nil, false, err
	}
	result, query, err := scope.run(want.Query)
	if err != nil {
		return nil, false, err
	}
	page, err := c.queryPage(&want)
	if err != nil {
		return nil, false, err
	}
	rows := result.Rows[min(page.skip, len(result.Rows)):]
	rows = rows[:min(page.size, len(rows))]
	body = &queryAnswer{TotalRecords: len(result.Rows), Count: len(rows), Facets: []any{}, ResultTruncated: "false", Data: queryData(result.Columns, rows, table)}
	if end := page.skip + len(rows); end < len(result.Rows) {
		if query.Limited() || !hasColumn(result.Columns, "id") { // only what has an id can be read on
			body.ResultTruncated = "true"
		} else {
			body.SkipToken = page.token(end)
		}
	}
	for i := range want.Facets {
		f, err := scope.facet(want.Query, result.Columns, &want.Facets[i], table)
		if err != nil {
			return nil, false, err
		}
		body.Facets = append(body.Facets, f)
	}
	return body, scope.limited, nil
}

// wantsTable reports whether rows are asked for as a table; old versions do
// without saying so.
func (c *call) wantsTable(format string) (bool, error) {
	switch strings.ToLower(format) {
	case "table":
		return true, nil
	case "objectarray":
		return false, nil
	case "":
		return c.apiVersion() < "2021-03-01" && !strings.HasPrefix(c.apiVersion(), "2020-"), nil
	}
	return false, c.badQuery(apiError{code: "InvalidParameters", message: "The value '" + format + "' of resultFormat is neither 'table' nor 'objectArray'."})
}

// run compiles and runs a query over the scope.
func (s *queryScope) run(text string) (*kql.Result, *kql.Query, error) {
	query, err := kql.Compile(text, queryTables())
	if err != nil {
		return nil, nil, s.call.refusedQuery(err)
	}
	result, err := query.Run(s.call.Context(), s.call.now, s.rows)
	if err != nil {
		return nil, nil, s.call.refusedQuery(err)
	}
	return result, query, nil
}

// badQuery is a refusal in Resource Graph's form: what is wrong stands in the
// details.
func (c *call) badQuery(details ...apiError) *apiError {
	e := badRequest("BadRequest", "Please provide below info when asking for support: timestamp = "+stamp(c.now)+", correlationId = "+c.clientID("X-Ms-Correlation-Request-Id")+".")
	e.details = details
	return e
}

// parserFailure is a detail of a query that could not be parsed.
type parserFailure struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Line      int    `json:"line,omitempty"`
	Character int    `json:"characterPositionInLine,omitempty"`
	Token     string `json:"token,omitempty"`
}

// refusedQuery words the refusal of a query. The form of what cannot be parsed
// and the code of a table are the cloud's own; the codes of what is parsed and
// makes no sense are not known, and Kusto's words stand for its messages.
func (c *call) refusedQuery(err error) error {
	var e *kql.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Kind == kql.Table && otherTable(e.Token) {
		return &apiError{
			status: http.StatusNotImplemented, code: "NotImplemented",
			message: "the emulator has no rows for the table " + e.Token + " of Resource Graph; docs/emulator.md names those it has",
		}
	}
	invalid := apiError{code: "InvalidQuery", message: "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying."}
	if e.Kind != kql.Syntax {
		code := map[kql.Kind]string{kql.Semantic: "SemanticError", kql.Table: "DisallowedLogicalTableName", kql.Limit: "QueryLimitExceeded"}[e.Kind]
		return c.badQuery(invalid, apiError{code: code, message: e.Message})
	}
	out := c.badQuery(invalid)
	out.body = map[string]any{"error": map[string]any{"code": out.code, "message": out.message, "details": []any{
		armError(&invalid), parserFailure{"ParserFailure", "ParserFailure", e.Line, e.Column, e.Token},
	}}}
	return out
}
