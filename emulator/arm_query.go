package emulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
)

func resourceGraphRoutes() []route {
	return []route{{
		method: http.MethodPost, service: arm, pattern: "/providers/Microsoft.ResourceGraph/resources", handle: queryResources,
		versions: []string{"2021-03-01", "2021-06-01-preview", "2022-10-01", "2024-04-01"},
	}}
}

// Pages of Resource Graph (docs: Azure Resource Graph, work with large data sets).
const (
	queryPage    = 100
	queryPageMax = 1000
)

type queryRequest struct {
	Query         string   `json:"query"`
	Subscriptions []string `json:"subscriptions"`
	Options       struct {
		Top          int    `json:"$top"`
		Skip         int    `json:"$skip"`
		SkipToken    string `json:"$skipToken"`
		ResultFormat string `json:"resultFormat"`
	} `json:"options"`
}

// queryResources answers a query over what the caller can read, delegated
// subscriptions included.
func queryResources(c *call) (reply, error) {
	var want queryRequest
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	q, err := parseQuery(want.Query)
	if err != nil {
		return reply{}, c.invalidQuery(err.Error())
	}
	rows := q.run(c.queryTable(q.table, want.Subscriptions))
	start, size := want.Options.Skip, want.Options.Top
	if size == 0 {
		size = queryPage
	}
	if token := want.Options.SkipToken; token != "" {
		text, err := base64.StdEncoding.DecodeString(token)
		if err == nil {
			_, err = fmt.Sscanf(string(text), "%d %d", &start, &size)
		}
		if err != nil {
			return reply{}, c.invalidQuery("the $skipToken is invalid")
		}
	}
	if start < 0 || size < 1 || size > queryPageMax {
		return reply{}, c.invalidQuery("$skip and $top are out of range")
	}
	end := min(start+size, len(rows))
	page := rows[min(start, len(rows)):end]
	body := map[string]any{"totalRecords": len(rows), "count": len(page), "resultTruncated": "false", "facets": []any{}, "data": page}
	if strings.EqualFold(want.Options.ResultFormat, "table") {
		body["data"] = tableOf(page)
	}
	if end < len(rows) {
		if q.limit > 0 || !q.has("id") { // only what has an id can be read on
			body["resultTruncated"] = "true"
		} else {
			body["$skipToken"] = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", end, size))
		}
	}
	return reply{status: http.StatusOK, body: body, header: http.Header{
		"X-Ms-User-Quota-Remaining": {"14"}, "X-Ms-User-Quota-Resets-After": {"00:00:05"},
	}}, nil
}

func (c *call) invalidQuery(why string) *apiError {
	e := badRequest("BadRequest", "Please provide below info when asking for support: timestamp = "+stamp(c.now)+".")
	e.details = []apiError{
		{code: "InvalidQuery", message: "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying."},
		{code: "ParserFailure", message: why},
	}
	return e
}

func tableOf(rows []map[string]any) map[string]any {
	var names []string
	for _, r := range rows {
		for k := range r {
			if !slices.Contains(names, k) {
				names = append(names, k)
			}
		}
	}
	slices.Sort(names)
	columns, cells := []map[string]string{}, [][]any{}
	for _, n := range names {
		columns = append(columns, map[string]string{"name": n, "type": "string"})
	}
	for _, r := range rows {
		var line []any
		for _, n := range names {
			line = append(line, r[n])
		}
		cells = append(cells, line)
	}
	return map[string]any{"columns": columns, "rows": cells}
}

// queryTable returns the rows of a table that the caller can read.
func (c *call) queryTable(table string, only []string) []map[string]any {
	out := []map[string]any{}
	for _, cu := range c.world.customers {
		for _, s := range cu.subs {
			wanted := len(only) == 0 || slices.ContainsFunc(only, func(id string) bool { return strings.EqualFold(id, string(s.id)) })
			if wanted && c.world.sees(c.caller.principal, s, c.now) {
				on := target{pharos.SubscriptionScope(s.id), s, cu.tenant}
				out = append(out, c.queryRows(table, on)...)
			}
		}
	}
	return out
}

func (c *call) queryRows(table string, on target) []map[string]any {
	common := func(row map[string]any) map[string]any {
		row["tenantId"], row["subscriptionId"] = string(on.tenant.id), string(on.sub.id)
		row["type"] = strings.ToLower(row["type"].(string))
		return row
	}
	var out []map[string]any
	switch table {
	case "resourcecontainers":
		body := c.subscriptionBody(on.sub)
		out = append(out, common(map[string]any{
			"id": body["id"], "name": body["displayName"], "type": "microsoft.resources/subscriptions", "location": "", "resourceGroup": "",
			"properties": map[string]any{"state": "Enabled", "managedByTenants": body["managedByTenants"], "subscriptionPolicies": body["subscriptionPolicies"]},
		}))
		for _, g := range on.sub.groups {
			if c.world.may(c.caller.principal, readGroups, target{pharos.ResourceGroupScope(on.sub.id, g), on.sub, on.tenant}, c.now) {
				row := common(groupBody(on.sub, g))
				row["type"], row["resourceGroup"] = "microsoft.resources/subscriptions/resourcegroups", strings.ToLower(g)
				out = append(out, row)
			}
		}
	case "resources":
		for _, row := range c.resources(on) {
			out = append(out, common(row))
		}
	case "managedservicesresources":
		for _, d := range on.sub.definitions {
			if d.during.Contains(c.now) && c.shown(on, d) && c.require("Microsoft.ManagedServices/registrationDefinitions/read", on) == nil {
				out = append(out, common(c.definitionBody(d, true)))
			}
		}
		for _, d := range on.sub.delegations {
			at := target{d.scope, on.sub, on.tenant}
			if def := d.definitionAt(c.now); c.shown(on, def) && c.require("Microsoft.ManagedServices/registrationAssignments/read", at) == nil {
				out = append(out, common(c.delegationBody(d, def)))
			}
		}
	case "authorizationresources":
		if c.require(readAssignments, on) == nil {
			for _, s := range c.standingAt(on) {
				out = append(out, common(c.assignmentBody(on, s)))
			}
		}
	}
	return out
}

// query is the subset of the query language that is understood: a table, then
// where, project, order by and limit.
type query struct {
	table   string
	where   []func(map[string]any) bool
	project []queryColumn
	order   []queryColumn
	limit   int
}

// queryColumn is a path into a row, with the name it is shown by.
type queryColumn struct {
	name, path string
	down       bool
}

var queryTables = []string{"resources", "resourcecontainers", "managedservicesresources", "authorizationresources"}

func parseQuery(text string) (*query, error) {
	q := &query{}
	for i, stage := range strings.Split(text, "|") {
		stage = strings.TrimSpace(stage)
		word, rest, _ := strings.Cut(stage, " ")
		rest = strings.TrimSpace(rest)
		var err error
		switch {
		case i == 0 && slices.Contains(queryTables, strings.ToLower(stage)):
			q.table = strings.ToLower(stage)
		case i == 0:
			err = pharos.Errorf(pharos.Invalid, "the table %q is not known here", stage)
		case word == "where":
			err = q.parseWhere(rest)
		case word == "project":
			q.project, err = parseColumns(rest)
		case word == "limit" || word == "take":
			q.limit, err = strconv.Atoi(rest)
		case (word == "order" || word == "sort") && strings.HasPrefix(rest, "by "):
			q.order, err = parseColumns(strings.TrimPrefix(rest, "by "))
		default:
			err = pharos.Errorf(pharos.Invalid, "the operator %q is not known here", word)
		}
		if err != nil {
			return nil, err
		}
	}
	return q, nil
}

func parseColumns(text string) ([]queryColumn, error) {
	var out []queryColumn
	for _, part := range strings.Split(text, ",") {
		words := strings.Fields(strings.ReplaceAll(part, "=", " = "))
		switch {
		case len(words) == 1:
			out = append(out, queryColumn{name: strings.ReplaceAll(words[0], ".", "_"), path: words[0]})
		case len(words) == 2 && (words[1] == "asc" || words[1] == "desc"):
			out = append(out, queryColumn{path: words[0], down: words[1] == "desc"})
		case len(words) == 3 && words[1] == "=" && !strings.ContainsAny(words[2], "()"):
			out = append(out, queryColumn{name: words[0], path: words[2]})
		default:
			return nil, pharos.Errorf(pharos.Invalid, "the column %q is not understood here", strings.TrimSpace(part))
		}
	}
	return out, nil
}

func (q *query) parseWhere(text string) error {
	for _, part := range filterAnd.Split(text, -1) {
		path, op, value, ok := comparison(part)
		if !ok {
			return pharos.Errorf(pharos.Invalid, "the condition %q is not understood here", part)
		}
		q.where = append(q.where, func(row map[string]any) bool {
			got := fmt.Sprint(lookup(row, path))
			switch op {
			case "==":
				return got == value
			case "=~":
				return strings.EqualFold(got, value)
			case "!=":
				return got != value
			case "!~":
				return !strings.EqualFold(got, value)
			case "has", "contains":
				return strings.Contains(strings.ToLower(got), strings.ToLower(value))
			default:
				return strings.HasPrefix(strings.ToLower(got), strings.ToLower(value))
			}
		})
	}
	return nil
}

func comparison(text string) (path, op, value string, ok bool) {
	for _, op := range []string{"==", "=~", "!=", "!~", " has ", " contains ", " startswith "} {
		left, right, found := strings.Cut(text, op)
		right = strings.TrimSpace(right)
		if found && len(right) >= 2 && (right[0] == '\'' || right[0] == '"') && right[len(right)-1] == right[0] {
			return strings.Trim(strings.TrimSpace(left), "()"), strings.TrimSpace(op), right[1 : len(right)-1], true
		}
	}
	return "", "", "", false
}

// lookup follows a path such as properties.managedByTenantId.
func lookup(row map[string]any, path string) any {
	var v any = row
	for _, key := range strings.Split(path, ".") {
		m, isMap := v.(map[string]any)
		if !isMap {
			return ""
		}
		if v = m[key]; v == nil {
			return ""
		}
	}
	return v
}

// has reports whether the answer has a column of the name.
func (q *query) has(name string) bool {
	return q.project == nil || slices.ContainsFunc(q.project, func(c queryColumn) bool { return c.name == name })
}

func (q *query) run(rows []map[string]any) []map[string]any {
	rows = slices.DeleteFunc(rows, func(row map[string]any) bool {
		return slices.ContainsFunc(q.where, func(keep func(map[string]any) bool) bool { return !keep(row) })
	})
	for _, o := range slices.Backward(q.order) {
		slices.SortStableFunc(rows, func(a, b map[string]any) int {
			n := strings.Compare(fmt.Sprint(lookup(a, o.path)), fmt.Sprint(lookup(b, o.path)))
			if o.down {
				return -n
			}
			return n
		})
	}
	if q.limit > 0 && len(rows) > q.limit {
		rows = rows[:q.limit]
	}
	if q.project == nil {
		return rows
	}
	out := make([]map[string]any, len(rows))
	for i, row := range rows {
		out[i] = map[string]any{}
		for _, c := range q.project {
			out[i][c.name] = lookup(row, c.path)
		}
	}
	return out
}
