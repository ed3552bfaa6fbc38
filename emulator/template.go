package emulator

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
)

// template is a deployment template in evaluation: the parameters and
// variables that its expressions may name, and where it is deployed. It
// understands what templates of Azure Lighthouse use; the rest is refused.
type template struct {
	body       templateBody
	parameters map[string]any
	variables  map[string]any // as written; evaluated when they are named
	evaluating map[string]bool
	on         target
	deployment string
	copyIndex  int
	calls      int // of functions so far
}

// templateBody is the part of a template that is looked at.
type templateBody struct {
	Parameters map[string]struct {
		DefaultValue any   `json:"defaultValue"`
		Allowed      []any `json:"allowedValues"`
	} `json:"parameters"`
	Variables map[string]any    `json:"variables"`
	Resources []json.RawMessage `json:"resources"`
	Outputs   map[string]struct {
		Type  string `json:"type"`
		Value any    `json:"value"`
	} `json:"outputs"`
}

// templateResource is one resource of a template, evaluated.
type templateResource struct {
	Type          string         `json:"type"`
	APIVersion    string         `json:"apiVersion"`
	Name          string         `json:"name"`
	ResourceGroup string         `json:"resourceGroup"`
	Scope         string         `json:"scope"`
	Condition     any            `json:"condition"`
	Properties    map[string]any `json:"properties"`
	Plan          map[string]any `json:"plan"`
	Copy          *struct {
		Count any `json:"count"`
	} `json:"copy"`
}

func invalidTemplate(format string, args ...any) *apiError {
	return badRequest("InvalidTemplate", "Deployment template validation failed: '"+fmt.Sprintf(format, args...)+"'.")
}

// newTemplate binds a template's parameters to the values given.
func newTemplate(raw json.RawMessage, values map[string]any, on target, name string) (*template, error) {
	t := &template{parameters: map[string]any{}, evaluating: map[string]bool{}, on: on, deployment: name, copyIndex: -1}
	if len(raw) == 0 {
		return nil, invalidTemplate("the template is missing; links to templates are not followed here")
	}
	if err := json.Unmarshal(raw, &t.body); err != nil {
		return nil, invalidTemplate("%v", err)
	}
	t.variables = t.body.Variables
	for name, v := range values {
		if _, declared := t.body.Parameters[name]; !declared {
			return nil, invalidTemplate("The template parameter '%s' is not defined in the template", name)
		}
		t.parameters[name] = v
	}
	for name, p := range t.body.Parameters {
		v, given := t.parameters[name]
		if !given {
			if p.DefaultValue == nil {
				return nil, invalidTemplate("The value for the template parameter '%s' is not provided", name)
			}
			var err error
			if v, err = t.value(p.DefaultValue); err != nil {
				return nil, err
			}
			t.parameters[name] = v
		}
		if p.Allowed != nil && !allowed(p.Allowed, v) {
			return nil, invalidTemplate("The provided value for the template parameter '%s' is not one of the allowed values", name)
		}
	}
	return t, nil
}

func allowed(list []any, v any) bool {
	for _, a := range list {
		if fmt.Sprint(a) == fmt.Sprint(v) {
			return true
		}
	}
	return false
}

// resources evaluates the template's resources, copies unrolled, those whose
// condition is false left out.
func (t *template) resources() ([]templateResource, error) {
	const maxCopies = 800 // as Azure has it
	var out []templateResource
	for _, raw := range t.body.Resources {
		var head templateResource
		if err := json.Unmarshal(raw, &head); err != nil {
			return nil, invalidTemplate("%v", err)
		}
		count := 1
		if head.Copy != nil {
			v, err := t.value(head.Copy.Count)
			if err != nil {
				return nil, err
			}
			if _, err := fmt.Sscan(fmt.Sprint(v), &count); err != nil || count < 0 || count > maxCopies {
				return nil, invalidTemplate("the copy count '%v' is not between 0 and %d", v, maxCopies)
			}
		}
		for i := range count {
			if head.Copy != nil {
				t.copyIndex = i
			}
			r, err := t.resource(raw)
			if err != nil {
				return nil, err
			}
			if r.Condition == nil || fmt.Sprint(r.Condition) == "true" || fmt.Sprint(r.Condition) == "True" {
				out = append(out, r)
			}
		}
		t.copyIndex = -1
	}
	return out, nil
}

// resource evaluates one resource. A nested deployment keeps its template as
// written when its expressions are its own.
func (t *template) resource(raw json.RawMessage) (templateResource, error) {
	var r templateResource
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return r, invalidTemplate("%v", err)
	}
	delete(all, "copy")
	var inner any
	properties, _ := all["properties"].(map[string]any)
	if isInner(properties) {
		inner = properties["template"]
		delete(properties, "template")
	}
	v, err := t.value(all)
	if err != nil {
		return r, err
	}
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, invalidTemplate("%v", err)
	}
	if inner != nil {
		r.Properties["template"] = inner
	}
	return r, nil
}

func isInner(properties map[string]any) bool {
	options, _ := properties["expressionEvaluationOptions"].(map[string]any)
	scope, _ := options["scope"].(string)
	return strings.EqualFold(scope, "inner")
}

// outputs evaluates the template's outputs.
func (t *template) outputs() (map[string]any, error) {
	out := map[string]any{}
	for name, o := range t.body.Outputs {
		v, err := t.value(o.Value)
		if err != nil {
			return nil, err
		}
		out[name] = map[string]any{"type": o.Type, "value": v}
	}
	return out, nil
}

// value evaluates every expression in a JSON value.
func (t *template) value(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return t.text(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = t.value(v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			var err error
			if out[k], err = t.value(v[k]); err != nil {
				return nil, err
			}
		}
		return out, nil
	default:
		return v, nil
	}
}

// text evaluates a text that is an expression in brackets.
func (t *template) text(s string) (any, error) {
	if strings.HasPrefix(s, "[[") {
		return s[1:], nil
	}
	if !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") {
		return s, nil
	}
	e := &expression{text: s[1 : len(s)-1], template: t}
	v, err := e.parse()
	if err != nil {
		return nil, invalidTemplate("%s: %v", s, err)
	}
	return v, nil
}

// variable evaluates a variable; one that names itself is refused.
func (t *template) variable(name string) (any, error) {
	raw, declared := t.variables[name]
	if !declared {
		return nil, pharos.Errorf(pharos.Invalid, "the template variable '%s' is not found", name)
	}
	if t.evaluating[name] {
		return nil, pharos.Errorf(pharos.Invalid, "the template variable '%s' names itself", name)
	}
	t.evaluating[name] = true
	defer delete(t.evaluating, name)
	return t.value(raw)
}
