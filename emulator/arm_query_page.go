package emulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos/emulator/internal/kql"
)

// queryPlace is where a page of a query's rows begins, and how long it is. As
// a $skipToken it looks like the cloud's (a public recording), with the query
// it is good for: with another one it is refused.
type queryPlace struct {
	ID    string `json:"$id"`
	Size  int    `json:"MaxRows"`
	Skip  int    `json:"RowsToSkip"`
	Query string `json:"QueryHash"`

	size, skip int
}

// queryPage reads the page that is asked for.
func (c *call) queryPage(want *queryRequest) (queryPlace, error) {
	scope := strings.Join(slices.Concat(want.Subscriptions, []string{""}, want.ManagementGroups), " ")
	sum := sha256.Sum256([]byte(string(c.caller.principal.id) + "\n" + scope + "\n" + want.Query))
	p := queryPlace{ID: "1", Query: hex.EncodeToString(sum[:8]), size: queryPage, skip: want.Options.Skip}
	if want.Options.Top != nil {
		p.size = *want.Options.Top
	}
	if text := want.Options.SkipToken; text != "" {
		var token queryPlace
		raw, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			err = json.Unmarshal(raw, &token)
		}
		if err != nil || token.Query != p.Query {
			return p, c.badQuery(apiError{code: "InvalidSkipToken", message: "The $skipToken is invalid, or belongs to another query."})
		}
		p.skip = token.Skip
		if want.Options.Top == nil {
			p.size = token.Size
		}
	}
	if p.skip < 0 || p.size < 1 || p.size > queryPageMax {
		return p, c.badQuery(apiError{code: "InvalidParameters", message: fmt.Sprintf("$top must be between 1 and %d, and $skip must not be negative.", queryPageMax)})
	}
	return p, nil
}

// token is the $skipToken of the page that begins at a row.
func (p queryPlace) token(skip int) string {
	p.Size, p.Skip = p.size, skip
	text, err := json.Marshal(p)
	if err != nil {
		return "" // numbers and texts always marshal
	}
	return base64.StdEncoding.EncodeToString(text)
}

func hasColumn(columns []kql.Column, name string) bool {
	return slices.ContainsFunc(columns, func(c kql.Column) bool { return c.Name == name })
}

// queryData writes rows as a table, or as objects whose members stand in the
// order of the columns.
func queryData(columns []kql.Column, rows [][]any, table bool) any {
	if !table {
		out := make([]queryRow, len(rows))
		for i, row := range rows {
			out[i] = queryRow{columns, row}
		}
		return out
	}
	heads, cells := []map[string]string{}, make([][]any, len(rows))
	for _, c := range columns {
		heads = append(heads, map[string]string{"name": c.Name, "type": columnType(c.Type)})
	}
	for i, row := range rows {
		cells[i] = make([]any, len(row))
		for j, v := range row {
			cells[i][j] = cellValue(v)
		}
	}
	return map[string]any{"columns": heads, "rows": cells}
}

// columnType is the type of a column as the cloud names it (docs: the REST
// reference, ColumnDataType).
func columnType(t kql.Type) string {
	switch t {
	case kql.Dynamic:
		return "object"
	case kql.Long:
		return "integer"
	case kql.Real:
		return "number"
	case kql.Bool:
		return "boolean"
	case kql.Datetime:
		return "datetime"
	case kql.String, kql.Timespan:
	}
	return "string"
}

// queryRow is a row as an object.
type queryRow struct {
	columns []kql.Column
	values  []any
}

// MarshalJSON writes the members in the order of the columns.
func (r queryRow) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range r.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(c.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(cellValue(r.values[i]))
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// cellValue is a value as JSON has it.
func cellValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return kql.Text(v)
	}
	return v
}
