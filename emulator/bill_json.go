package emulator

import "encoding/json"

// jsonRow writes lines as JSON objects whose keys keep the columns' order.
type jsonRow struct {
	keys   [][]byte // `{"Key":` of the first column, `,"Key":` of the others
	values []func(*billLine) cell
}

func newJSONRow(columns []column) *jsonRow {
	r := &jsonRow{}
	for i, c := range columns {
		lead := ","
		if i == 0 {
			lead = "{"
		}
		r.keys = append(r.keys, append(appendJSONString([]byte(lead), c.name), ':'))
		r.values = append(r.values, c.value)
	}
	return r
}

// append adds the object of l to b, with no line end.
func (r *jsonRow) append(b []byte, l *billLine) []byte {
	for i, value := range r.values {
		b = append(b, r.keys[i]...)
		switch c := value(l); {
		case c.number:
			b = append(b, c.text...)
		default:
			b = appendJSONString(b, c.text)
		}
	}
	return append(b, '}')
}

// appendJSONString adds s as a JSON string. Nearly all strings of a bill are
// plain and need no escaping.
func appendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always has a JSON form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// graphColumns are the columns of the Graph export in an attribute set.
func graphColumns(fullSet bool) []column {
	var columns []column
	for _, c := range usageColumns() {
		if fullSet || c.basic {
			columns = append(columns, c.column)
		}
	}
	return columns
}
