package repair

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// equal reports whether two states are the same resource, however the cloud
// writes it: ids in any case, roles by their full id or their GUID, lists in
// any order.
func equal(a, b json.RawMessage) bool { return normal(a) == normal(b) }

// normal writes a state in one form.
func normal(state json.RawMessage) string {
	d := json.NewDecoder(bytes.NewReader(state))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return string(state) // of no known form: the same only to itself
	}
	text, err := json.Marshal(normalised("", v))
	if err != nil {
		return string(state)
	}
	return string(text)
}

func normalised(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = normalised(k, x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = normalised(key, x)
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(textOf(a), textOf(b)) })
		return out
	case string:
		return normalText(key, v)
	default:
		return v
	}
}

// normalText writes ids in lower case and a role as its GUID.
func normalText(key, s string) string {
	if !strings.HasSuffix(key, "Id") && !strings.HasSuffix(key, "Ids") {
		return s
	}
	s = strings.ToLower(s)
	if i := strings.LastIndexByte(s, '/'); i >= 0 && strings.HasPrefix(key, "roleDefinition") {
		s = s[i+1:]
	}
	return s
}

func textOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
