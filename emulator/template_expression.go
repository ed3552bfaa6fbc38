package emulator

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/pharos-pec/pharos"
)

// expression is one expression of a template, read from left to right:
// functions, texts, numbers, .property and [index].
type expression struct {
	text     string
	at       int
	depth    int
	template *template
}

// maxExpression bounds how deep expressions nest.
const maxExpression = 100

func (e *expression) errorf(format string, args ...any) error {
	return pharos.Errorf(pharos.Invalid, format, args...)
}

func (e *expression) parse() (any, error) {
	v, err := e.operand()
	if err == nil && e.peek() != 0 {
		err = e.errorf("unexpected '%s'", e.text[e.at:])
	}
	return v, err
}

// peek skips blanks and returns the next byte, 0 at the end.
func (e *expression) peek() byte {
	for e.at < len(e.text) && strings.IndexByte(" \t\r\n", e.text[e.at]) >= 0 {
		e.at++
	}
	if e.at == len(e.text) {
		return 0
	}
	return e.text[e.at]
}

func (e *expression) operand() (any, error) {
	if e.depth++; e.depth > maxExpression {
		return nil, e.errorf("the expression is nested too deep")
	}
	defer func() { e.depth-- }()
	var v any
	var err error
	switch c := e.peek(); {
	case c == '\'':
		v, err = e.quoted()
	case c == '-' || c >= '0' && c <= '9':
		word := e.word()
		if v, err = strconv.ParseInt(word, 10, 64); err != nil {
			err = e.errorf("'%s' is not a number", word)
		}
	default:
		v, err = e.call()
	}
	for err == nil && (e.peek() == '.' || e.peek() == '[') {
		v, err = e.member(v)
	}
	return v, err
}

// quoted reads a text in single quotes; two of them stand for one.
func (e *expression) quoted() (string, error) {
	var b strings.Builder
	for e.at++; e.at < len(e.text); e.at++ {
		if e.text[e.at] != '\'' {
			b.WriteByte(e.text[e.at])
			continue
		}
		if e.at++; e.at == len(e.text) || e.text[e.at] != '\'' {
			return b.String(), nil
		}
		b.WriteByte('\'')
	}
	return "", e.errorf("a text is not closed")
}

func (e *expression) word() string {
	start := e.at
	for e.at < len(e.text) && (isWordByte(e.text[e.at]) || e.text[e.at] == '-') {
		e.at++
	}
	return e.text[start:e.at]
}

func (e *expression) member(v any) (any, error) {
	var key any
	if e.text[e.at] == '.' {
		e.at++
		e.peek()
		key = e.word()
	} else {
		e.at++
		var err error
		if key, err = e.operand(); err != nil {
			return nil, err
		}
		if e.peek() != ']' {
			return nil, e.errorf("a ']' is missing")
		}
		e.at++
	}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if strings.EqualFold(k, fmt.Sprint(key)) {
				return x, nil
			}
		}
	case []any:
		if i, err := strconv.Atoi(fmt.Sprint(key)); err == nil && i >= 0 && i < len(v) {
			return v[i], nil
		}
	}
	return nil, e.errorf("there is no member '%v'", key)
}

func (e *expression) call() (any, error) {
	name := e.word()
	if name == "" || e.peek() != '(' {
		return nil, e.errorf("unexpected '%s'", e.text[e.at:])
	}
	e.at++
	var args []any
	for e.peek() != ')' {
		v, err := e.operand()
		if err != nil {
			return nil, err
		}
		args = append(args, v)
		if c := e.peek(); c == ',' {
			e.at++
		} else if c != ')' {
			return nil, e.errorf("a ')' is missing")
		}
	}
	e.at++
	return e.template.function(strings.ToLower(name), args)
}

// armGUID is the namespace of the template function guid.
var armGUID = uuid.MustParse("11fb06fb-712d-4ddd-98c7-e71bbd588830")

// Bounds of a template: variables that name each other twice would otherwise
// stand for any length of text.
const (
	maxTemplateCalls = 100_000
	maxTemplateText  = 1 << 20
)

// function applies a template function (docs: ARM template functions).
func (t *template) function(name string, args []any) (any, error) {
	text := func(i int) string {
		if i < len(args) {
			return fmt.Sprint(args[i])
		}
		return ""
	}
	if t.calls++; t.calls > maxTemplateCalls {
		return nil, pharos.Errorf(pharos.Invalid, "the template calls more than %d functions", maxTemplateCalls)
	}
	switch name {
	case "parameters":
		if v, ok := t.parameters[text(0)]; ok {
			return v, nil
		}
		return nil, pharos.Errorf(pharos.Invalid, "the template parameter '%s' is not found", text(0))
	case "variables":
		return t.variable(text(0))
	case "copyindex":
		if t.copyIndex < 0 {
			return nil, pharos.Errorf(pharos.Invalid, "copyIndex() stands outside a copy")
		}
		return int64(t.copyIndex), nil
	case "guid":
		return uuid.NewSHA1(armGUID, []byte(strings.Join(texts(args), "-"))).String(), nil
	case "concat":
		if s, isText := concat(args).(string); isText && len(s) > maxTemplateText {
			return nil, pharos.Errorf(pharos.Invalid, "the text is longer than %d bytes", maxTemplateText)
		}
		return concat(args), nil
	case "format":
		s := text(0)
		for i := 1; i < len(args); i++ {
			s = strings.ReplaceAll(s, "{"+strconv.Itoa(i-1)+"}", text(i))
		}
		return s, nil
	case "tolower":
		return strings.ToLower(text(0)), nil
	case "toupper":
		return strings.ToUpper(text(0)), nil
	case "string":
		return text(0), nil
	case "equals":
		return strings.EqualFold(text(0), text(1)), nil
	case "empty", "length":
		n := length(args)
		if name == "empty" {
			return n == 0, nil
		}
		return int64(n), nil
	case "if":
		if len(args) == 3 && text(0) == "true" {
			return args[1], nil
		}
		if len(args) == 3 {
			return args[2], nil
		}
	case "not":
		return text(0) != "true", nil
	case "createarray":
		return args, nil
	case "json":
		var v any
		if err := json.Unmarshal([]byte(text(0)), &v); err != nil {
			return nil, pharos.Errorf(pharos.Invalid, "%v", err)
		}
		return v, nil
	default:
		return t.place(name, args)
	}
	return nil, pharos.Errorf(pharos.Invalid, "the template function '%s' has %d arguments", name, len(args))
}

// place applies the functions that say where the template is deployed.
func (t *template) place(name string, args []any) (any, error) {
	sub := string(pharos.SubscriptionScope(t.on.sub.id))
	switch name {
	case "subscription":
		return map[string]any{
			"id": sub, "subscriptionId": string(t.on.sub.id), "tenantId": string(t.on.tenant.id), "displayName": t.on.sub.name,
		}, nil
	case "tenant":
		return map[string]any{"tenantId": string(t.on.tenant.id)}, nil
	case "resourcegroup":
		return map[string]any{"id": string(t.on.scope), "name": t.on.scope.ResourceGroup(), "location": "westeurope"}, nil
	case "deployment":
		return map[string]any{"name": t.deployment}, nil
	case "resourceid", "subscriptionresourceid":
		base := sub
		if name == "resourceid" {
			base = string(t.on.scope)
		}
		return typedID(base, texts(args))
	default:
		return nil, pharos.Errorf(pharos.Unsupported, "the template function '%s' is not implemented by the emulator", name)
	}
}

// typedID joins a type and names to an id; a subscription's id, and a resource
// group's name, may stand before the type.
func typedID(base string, args []string) (any, error) {
	for len(args) > 0 && !strings.Contains(args[0], "/") {
		if _, err := pharos.ParseGUID(args[0]); err == nil {
			base = "/subscriptions/" + args[0]
		} else {
			base += "/resourceGroups/" + args[0]
		}
		args = args[1:]
	}
	if len(args) < 2 {
		return nil, pharos.Errorf(pharos.Invalid, "resourceId wants a type and a name")
	}
	namespace, types, _ := strings.Cut(strings.TrimSuffix(args[0], "/"), "/")
	id := base + "/providers/" + namespace
	for i, kind := range strings.Split(types, "/") {
		if i+1 >= len(args) {
			return nil, pharos.Errorf(pharos.Invalid, "resourceId has fewer names than its type has parts")
		}
		id += "/" + kind + "/" + args[i+1]
	}
	return id, nil
}

func texts(args []any) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = fmt.Sprint(a)
	}
	return out
}

// concat joins lists to a list, and all else to a text.
func concat(args []any) any {
	var out []any
	for _, a := range args {
		l, isList := a.([]any)
		if !isList {
			return strings.Join(texts(args), "")
		}
		out = append(out, l...)
	}
	return out
}

func length(args []any) int {
	if len(args) == 0 {
		return 0
	}
	switch v := args[0].(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	case string:
		return len(v)
	default:
		return 0
	}
}
