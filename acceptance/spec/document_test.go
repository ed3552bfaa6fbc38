package spec

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// document is an OpenAPI document, as OpenAPI 3 whatever it was written in.
type document struct {
	name, version string
	spec          *openapi3.T
	operations    []operation
}

// operation is one of a document.
type operation struct {
	id, method, path string
	item             *openapi3.PathItem
	*openapi3.Operation
	at *regexp.Regexp
}

// load reads a document. What it refers to in other files, which are not
// there, is replaced; its examples are left out.
func load(t *testing.T, file string) *document {
	t.Helper()
	var raw map[string]any
	readJSON(t, file, &raw)
	tidy(raw)
	data, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	d := &document{name: filepath.Base(file)}
	if raw["swagger"] == nil {
		d.spec, err = openapi3.NewLoader().LoadFromData(data)
	} else {
		var old openapi2.T
		if err = json.Unmarshal(data, &old); err == nil {
			d.spec, err = openapi2conv.ToV3(&old)
		}
		if err == nil {
			err = openapi3.NewLoader().ResolveRefsIn(d.spec, nil)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", d.name, err)
	}
	d.version = d.spec.Info.Version
	for path, item := range d.spec.Paths.Map() {
		for method, op := range item.Operations() {
			d.operations = append(d.operations, operation{op.OperationID, method, path, item, op, pathPattern(op.OperationID, path)})
		}
	}
	slices.SortFunc(d.operations, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return d
}

// pathPattern matches the paths of an operation. A scope is of any length, and
// so is the id of an assignment or definition: that has to be of its type.
func pathPattern(id, path string) *regexp.Regexp {
	path, _, _ = strings.Cut(path, "#")
	var b strings.Builder
	b.WriteString("(?i)^")
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		name, isVariable := strings.CutPrefix(part, "{")
		name = strings.TrimSuffix(name, "}")
		kind, _, _ := strings.Cut(id, "_")
		switch {
		case !isVariable:
			b.WriteString("/" + regexp.QuoteMeta(part))
		case name == "scope" || name == "parentResourcePath":
			b.WriteString("/(?P<" + name + ">.+?)")
		case len(path) == len(part)+1:
			b.WriteString("/(?P<" + name + ">.+/providers/Microsoft.Authorization/" + kind + "/[^/]+)")
		default:
			b.WriteString("/(?P<" + name + ">[^/]+)")
		}
	}
	return regexp.MustCompile(b.String() + "$")
}

// params are the variables of a path of the operation, nil for another path.
func (o *operation) params(path string) map[string]string {
	m := o.at.FindStringSubmatch(path)
	if m == nil {
		return nil
	}
	out := map[string]string{}
	for i, name := range o.at.SubexpNames() {
		if name != "" {
			out[name] = m[i]
		}
	}
	return out
}

// tidy drops examples and replaces references to other files.
func tidy(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "x-ms-examples")
		delete(v, "x-ms-odata")
		if ref, ok := v["$ref"].(string); ok && !strings.HasPrefix(ref, "#") {
			delete(v, "$ref")
			for k, x := range shared(ref[strings.LastIndex(ref, "/")+1:]) {
				v[k] = x
			}
		}
		for _, x := range v {
			tidy(x)
		}
	case []any:
		for _, x := range v {
			tidy(x)
		}
	}
}

// shared is what Azure's documents have in common, by name: parameters of the
// path and the query, the form of an error, who made a resource and when.
func shared(name string) map[string]any {
	text := map[string]any{"type": "string"}
	date := map[string]any{"type": "string", "format": "date-time"}
	switch name {
	case "ErrorResponse":
		problem := map[string]any{"code": text, "message": text, "target": text, "details": map[string]any{"type": "array"}, "additionalInfo": map[string]any{"type": "array"}}
		return map[string]any{"type": "object", "required": []any{"error"}, "properties": map[string]any{
			"error": map[string]any{"type": "object", "required": []any{"code", "message"}, "properties": problem},
		}}
	case "systemData":
		return map[string]any{"type": "object", "properties": map[string]any{
			"createdBy": text, "createdByType": text, "createdAt": date, "lastModifiedBy": text, "lastModifiedByType": text, "lastModifiedAt": date,
		}}
	case "ApiVersionParameter":
		return map[string]any{"name": "api-version", "in": "query", "required": true, "type": "string"}
	default: // SubscriptionIdParameter is subscriptionId in the path
		name = strings.ToLower(name[:1]) + strings.TrimSuffix(name[1:], "Parameter")
		return map[string]any{"name": name, "in": "path", "required": true, "type": "string"}
	}
}

// unknown lists the members of an answer that its schema does not have.
func unknown(s *openapi3.Schema, v any, at string) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		if s.Items != nil {
			for _, x := range v {
				out = append(out, unknown(s.Items.Value, x, at+"[]")...)
			}
		}
	case map[string]any:
		members := s.Properties
		if len(members) == 0 {
			return nil // a schema that says nothing of its members
		}
		for k, x := range v {
			if p := members[k]; p == nil {
				out = append(out, at+"."+k)
			} else {
				out = append(out, unknown(p.Value, x, at+"."+k)...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withoutNulls leaves out the members of an answer that are null, and lists
// them: Azure writes null for what is not set, whatever its documents say.
func withoutNulls(v any, at string, nulls *[]string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i], at+"[]", nulls)
		}
	case map[string]any:
		for k, x := range v {
			if x == nil {
				*nulls = append(*nulls, at+"."+k)
				delete(v, k)
			} else {
				v[k] = withoutNulls(x, at+"."+k, nulls)
			}
		}
	}
	return v
}
