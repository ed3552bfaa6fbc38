package filetest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// Formats are the formats that Write knows, by the names of the import report.
func Formats() []string {
	return []string{"graph-jsonl", "daily-csv", "v1-json", "costmanagement-csv", "costmanagement-parquet", "focus-csv", "focus-parquet"}
}

// Write returns the bill in a format. It panics on an unknown one: the test
// is wrong then.
func Write(format string, lines []Line) []byte {
	switch format {
	case "graph-jsonl":
		return jsonLines(daily(), lines)
	case "daily-csv":
		return csvFile(daily(), lines)
	case "v1-json":
		return append(append([]byte(`{"totalCount":1,"items":[`), bytes.Join(bytes.Split(bytes.TrimSpace(jsonLines(v1(), lines)), []byte("\n")), []byte(","))...), "],\"links\":{}}\n"...)
	case "costmanagement-csv":
		return csvFile(cost(), lines)
	case "costmanagement-parquet":
		return parquetFile(cost(), lines)
	case "focus-csv":
		return csvFile(focus(), lines)
	case "focus-parquet":
		return parquetFile(focus(), lines)
	default:
		panic("filetest: unknown format " + format)
	}
}

func jsonLines(columns []column, lines []Line) []byte {
	var out bytes.Buffer
	for i := range lines {
		out.WriteByte('{')
		for j, c := range columns {
			if j > 0 {
				out.WriteByte(',')
			}
			value := c.value(&lines[i])
			text, _ := json.Marshal(value) // a string always has a JSON form
			switch {
			case value == "":
				text = []byte("null")
			case c.number:
				text = []byte(value)
			}
			fmt.Fprintf(&out, "%q:%s", c.name, text)
		}
		out.WriteString("}\n")
	}
	return out.Bytes()
}

func csvFile(columns []column, lines []Line) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	_ = w.Write(record) // a buffer takes everything
	for i := range lines {
		for j, c := range columns {
			record[j] = c.value(&lines[i])
		}
		_ = w.Write(record)
	}
	w.Flush()
	return out.Bytes()
}

// parquetFile writes every column as optional text, the type in which Cost
// Management's own files have what has no exact number type.
func parquetFile(columns []column, lines []Line) []byte {
	group := parquet.Group{}
	for _, c := range columns {
		group[c.name] = parquet.Optional(parquet.String())
	}
	schema := parquet.NewSchema("bill", group)
	index := map[string]int{}
	for i, path := range schema.Columns() {
		index[path[0]] = i
	}
	var out bytes.Buffer
	w := parquet.NewWriter(&out, schema)
	for i := range lines {
		row := make(parquet.Row, len(columns))
		for _, c := range columns {
			at, value := index[c.name], c.value(&lines[i])
			if value == "" {
				row[at] = parquet.NullValue().Level(0, 0, at)
				continue
			}
			row[at] = parquet.ValueOf(value).Level(0, 1, at)
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
