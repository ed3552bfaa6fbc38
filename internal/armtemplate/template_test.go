package armtemplate

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// parse reads a template of these sections.
func parse(t testing.TB, sections string) *Template {
	t.Helper()
	if !strings.Contains(sections, `"resources"`) {
		sections += `, "resources": []`
	}
	template, err := Parse([]byte(`{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", ` + sections + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func read(t testing.TB, s string) *Node {
	t.Helper()
	n, err := Read([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRead holds the liberties that Azure takes with JSON.
func TestRead(t *testing.T) {
	for in, want := range map[string]string{
		`{a: 1, "b": [1, 2,], }`:                        `{"a":1,"b":[1,2]}`,
		"// first\n{/* second\n */ 'a': 'it\"s'}":       `{"a":"it\"s"}`,
		"\xef\xbb\xbf{\"a\": \"two\nlines\tand more\"}": `{"a":"two\nlines\tand more"}`,
		`{"a": 1, "b": 2, "A": 3}`:                      `{"A":3,"b":2}`,
		`[1.50, -2e3, 9223372036854775808, "\u00e9"]`:   `[1.5,-2000.0,9.223372036854776e+18,"é"]`,
		`{"$schema": null, "nested": {"list": []}}`:     `{"$schema":null,"nested":{"list":[]}}`,
	} {
		if got := string(read(t, in).appendJSON(nil)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		`{"a": }`:                "Unexpected character encountered while parsing value: }. Path 'a', line 1, position 6.",
		`{"a" 1}`:                "Expected ':' but got: 1",
		"{\"a\": 1":              "line 1, position 7",
		`{"a": 1}x`:              "Additional text encountered",
		`/*`:                     "Unexpected end while parsing comment",
		`{"a": "\q"}`:            `Bad JSON escape sequence: \q`,
		strings.Repeat("[", 200): "MaxDepth",
	} {
		_, err := Read([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), InvalidRequestContent) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// TestRead_Places: objects are placed at their bracket, other values at their
// end, as Azure's messages count.
func TestRead_Places(t *testing.T) {
	n := read(t, "{\n  \"parameters\": {\n    \"domain\": {\"type\": \"string\"}\n  },\n  \"resources\": [1, {\"a b\": true}]\n}")
	for _, c := range []struct {
		n            *Node
		line, column int
		path         string
	}{
		{n, 1, 1, ""},
		{n.Get("parameters").Get("domain"), 3, 15, "parameters.domain"},
		{n.Get("parameters").Get("domain").Get("type"), 3, 31, "parameters.domain.type"},
		{n.Get("resources").Items[0], 5, 17, "resources[0]"},
		{n.Get("resources").Items[1].Get("a b"), 5, 31, "resources[1]['a b']"},
	} {
		if c.n.Line != c.line || c.n.Column != c.column || c.n.Path != c.path {
			t.Errorf("got %d:%d %s, want %d:%d %s", c.n.Line, c.n.Column, c.n.Path, c.line, c.column, c.path)
		}
	}
}

// TestParse_Refusals holds what is no template.
func TestParse_Refusals(t *testing.T) {
	const head = `{"$schema": "s", "contentVersion": "1.0.0.0"`
	for in, want := range map[string]string{
		`[]`:                       "Error converting value to type 'Template'",
		`{"contentVersion": "1"}`:  "Required property '$schema' not found in JSON.",
		`{"$schema": "s"}`:         "Required property 'contentVersion' not found in JSON.",
		head + `}`:                 "Required property 'resources' not found in JSON.",
		head + `, "resource": []}`: "Could not find member 'resource' on object of type 'Template'. Path 'resource'",
		head + `, "resources": [], "parameters": {"a": {"value": 1}}}`:                                   "Could not find member 'value' on object of type 'TemplateInputParameter'. Path 'parameters.a.value'",
		head + `, "resources": [], "parameters": []}`:                                                    "Error converting value to type 'Object'",
		head + `, "resources": {}, "languageVersion": "2.0"}`:                                            "languageVersion 2",
		head + `, "resources": [], "functions": [{}]}`:                                                   "The function namespace cannot be null or empty.",
		head + `, "resources": [], "outputs": {` + many(65, `"o%d": {"type": "int", "value": 1}`) + `}}`: "The number of template outputs limit exceeded. Limit: '64' and actual: '65'.",
	} {
		_, err := Parse([]byte(in))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, want) {
			t.Errorf("%.120s: %v, want %s", in, err, want)
		}
	}
}

func many(n int, format string) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(format, i))
	}
	return strings.Join(out, ",")
}

// TestParameters holds every constraint, with Azure's texts.
func TestParameters(t *testing.T) {
	for _, c := range []struct{ declared, given, want string }{
		{`"a": {"type": "string"}`, `{"a": {"value": "x"}}`, `a="x"`},
		{`"a": {"type": "String", "defaultValue": "[concat(parameters('b'), '!')]"}, "b": {"type": "string", "defaultValue": "y"}`, `{}`, `a="y!" b="y"`},
		{`"a": {"type": "securestring"}, "b": {"type": "SecureObject"}, "c": {"type": "bool"}, "d": {"type": "array"}, "e": {"type": "int"}`,
			`{"A": {"value": "x"}, "b": {"value": {}}, "c": {"value": true}, "d": {"value": []}, "e": {"value": 1}}`, `a="x" b={} c=true d=[] e=1`},
		{`"a": {"type": "string", "defaultValue": null}`, `{}`, "The value for the template parameter 'a' at line '1' and column '145' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details."},
		{`"a": {"type": "string"}`, `{"a": {"value": null}}`, "is not provided."},
		{`"a": {"type": "string"}`, `{"a": {"value": "x"}, "b": {"value": 1}, "c": {"value": 1}}`,
			"The template parameters 'b, c' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are 'a'. Please see https://aka.ms/arm-pass-parameter-values for usage details."},
		{`"a": {"type": "int"}`, `{"a": {"value": "5"}}`, "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'."},
		{`"a": {"type": "bool"}`, `{"a": {"value": 1}}`, "Expected 'Boolean'. Actual 'Integer'."},
		{`"a": {"type": "array"}`, `{"a": {"value": {}}}`, "Expected 'Array'. Actual 'Object'."},
		{`"a": {"type": "string"}`, `{"a": {"value": {}}}`, "Expected 'String, Uri'. Actual 'Object'."},
		{`"a": {"type": "number"}`, `{"a": {"value": 1}}`, "The type 'number' of the template parameter 'a'"},
		{`"a": {"type": "string", "allowedValues": ["DEV", "PRD"]}`, `{"a": {"value": "aa"}}`, "The provided value for the template parameter 'a' is not valid. The value 'aa' is not part of the allowed value(s): 'DEV,PRD'."},
		{`"a": {"type": "string", "allowedValues": ["DEV", "PRD"]}`, `{"a": {"value": "dev"}}`, `a="dev"`},
		{`"a": {"type": "array", "allowedValues": [1, 2]}`, `{"a": {"value": [2, 1]}}`, `a=[2,1]`},
		{`"a": {"type": "array", "allowedValues": [1, 2]}`, `{"a": {"value": [3]}}`, "not part of the allowed value(s): '1,2'"},
		{`"a": {"type": "string", "maxLength": 6}`, `{"a": {"value": "servtest"}}`, "is not valid. Length of the value should be less than or equal to '6'."},
		{`"a": {"type": "array", "minLength": 2}`, `{"a": {"value": [1]}}`, "Length of the value should be greater than or equal to '2'."},
		{`"a": {"type": "int", "minValue": 2, "maxValue": 4}`, `{"a": {"value": 5}}`, "The value should be less than or equal to '4'."},
		{`"a": {"type": "string"}`, `{"a": {"reference": {"keyVault": {"id": "x"}, "secretName": "y"}}}`, "refers to a key vault"},
		{`"a": {"type": "string", "defaultValue": "[parameters('a')]"}`, `{}`, "Circular dependency detected on the template parameter 'a'."},
		{`"a": {"type": "string", "defaultValue": "[nope()]"}`, `{}`, "The template resource 'a' at line '1' and column '189' is not valid: The template function 'nope' is not valid."},
		{`"a": {"type": "string", "defaultValue": "[newGuid()]"}`, `{}`, `a="` + guid("x") + `"`},
		{many(257, `"p%d": {"type": "int", "defaultValue": 1}`), `{}`, "The number of template parameters limit exceeded. Limit: '256' and actual: '257'."},
	} {
		got := ""
		template, err := Parse([]byte(`{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "parameters": {` + c.declared + `}, "resources": []}`))
		if err == nil {
			env := testEnv()
			env.Parameters = read(t, c.given)
			var result *Result
			if result, err = template.Evaluate(env); err == nil {
				for _, m := range result.Parameters {
					got += " " + m.Name + "=" + string(m.Value.appendJSON(nil))
				}
			}
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%.100s given %s:\n got %s\nwant %s", c.declared, c.given, got, c.want)
		}
	}
}

// TestVariables holds loops and values that name each other.
func TestVariables(t *testing.T) {
	template := parse(t, `"parameters": {"n": {"type": "int", "defaultValue": 3}}, "variables": {
	 "b": "[concat(variables('a'), '-b')]", "a": "a",
	 "copy": [{"name": "list", "count": "[parameters('n')]", "input": "[concat('item', copyIndex('list', 1))]"}],
	 "object": {"copy": [{"name": "disks", "count": 2, "input": {"lun": "[copyIndex('disks')]", "of": "[length(variables('list'))]"}}], "other": true},
	 "copied": {"copy": "not a loop"}}, "outputs": {
	 "b": {"type": "string", "value": "[variables('b')]"}, "list": {"type": "array", "value": "[variables('list')]"},
	 "object": {"type": "object", "value": "[variables('object')]"}, "copied": {"type": "object", "value": "[variables('copied')]"},
	 "loop": {"type": "array", "copy": {"count": 2, "input": "[mul(copyIndex(), 10)]"}}, "left": {"condition": false, "type": "int", "value": 1}}`)
	want := `b="a-b" list=["item1","item2","item3"] object={"disks":[{"lun":0,"of":3},{"lun":1,"of":3}],"other":true} copied={"copy":"not a loop"} loop=[0,10]`
	if got := outputs(t, template, testEnv()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for in, want := range map[string]string{
		`"a": "[variables('b')]", "b": "[variables('a')]"`:                 "The template variable 'a' is not valid: Circular dependency detected on the template variable 'a'.",
		`"a": "[parameters('none')]"`:                                      "The template variable 'a' is not valid: The template parameter 'none' is not found.",
		`"copy": [{"name": "l", "count": 801, "input": 1}]`:                "has an invalid copy count of: '801'. The copy count must be a non-negative integer value and cannot exceed '800'.",
		`"copy": [{"name": "l", "count": 1, "input": "[copyIndex('m')]"}]`: "The provided copy name 'm' doesn't exist in the resource.",
	} {
		_, err := parse(t, `"variables": {`+in+`}`).Evaluate(testEnv())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// outputs evaluates a template and writes its outputs.
func outputs(t testing.TB, template *Template, env Env) string {
	t.Helper()
	result, err := template.Evaluate(env)
	if err != nil {
		t.Fatal(err)
	}
	list, err := result.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range list {
		out = append(out, o.Name+"="+string(o.Value.appendJSON(nil)))
	}
	return strings.Join(out, " ")
}

// TestOutputs_Failure: what cannot be evaluated at the end is told output by
// output.
func TestOutputs_Failure(t *testing.T) {
	template := parse(t, `"outputs": {"good": {"type": "int", "value": 1}, "bad": {"type": "string", "value": "[createObject('name', 'n').outputs]"}, "kind": {"type": "string", "value": 5}}`)
	env := testEnv()
	env.Reference = func(string, string) (any, error) { return nil, errors.New("nothing is read here") }
	result, err := template.Evaluate(env)
	if err != nil {
		t.Fatal(err)
	}
	_, err = result.Outputs()
	var e *Error
	if !errors.As(err, &e) || e.Code != OutputFailed || len(e.Details) != 2 {
		t.Fatalf("got %v", err)
	}
	if !strings.HasPrefix(e.Message, "Unable to evaluate template outputs: 'bad,kind'. Please see error details and deployment operations.") ||
		e.Details[0].Message != "The template output 'bad' is not valid: The language expression property 'outputs' doesn't exist, available properties are 'name'.." {
		t.Errorf("got %s; %s", e.Message, e.Details[0].Message)
	}
}
