package armtemplate

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead: no text makes the reader panic; what it reads, JSON can hold and
// it reads again as the same; and JSON it reads as encoding/json does.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{a: 1, /* b */ "c": [1,2,], // d` + "\n" + `'e': "f` + "\n" + `g"}`, "\xef\xbb\xbf" + `{"a": "é😀\/"}`, `[-1.5e3, 00, true, null,]`,
		`{"a": 1, "A": 2}`, `"\ud83d\ude00\ud800"`, `[[[[[[]]]]]]`, `{"x": {`, `/* never`, `"open`, "{'a':'\\u00e9'}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Read(data)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Code != InvalidRequestContent || !utf8.ValidString(e.Message) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		text := n.appendJSON(nil)
		var plain any
		if err := json.Unmarshal(text, &plain); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := Read(text)
		if err != nil || string(again.appendJSON(nil)) != string(text) {
			t.Fatalf("read again: %v, %s", err, text)
		}
		var want any
		if json.Unmarshal(data, &want) == nil && !twins(want) && !reflect.DeepEqual(want, plain) {
			t.Fatalf("JSON %s was read as %s", data, text)
		}
	})
}

// twins reports whether an object has members whose names differ in casing
// alone: encoding/json keeps both.
func twins(v any) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, twins)
	case map[string]any:
		seen := map[string]bool{}
		for k, x := range v {
			if seen[strings.ToLower(k)] || twins(x) {
				return true
			}
			seen[strings.ToLower(k)] = true
		}
	}
	return false
}

// FuzzExpression: no expression makes the evaluator panic or run without
// bound, wherever it stands, and what it refuses it refuses as a fault.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{
		"[concat('a', parameters('p'), variables('v'))]", "[parameters('o').B['c']]", "[if(equals(1, 1), createArray(1), null())[0]]",
		"[format('{0:N2} {1,5} {{}}', 1234567, 'x')]", "[reduce(range(0, 100), 0, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b'))))]",
		"[union(createObject('a', 1), json('{\"b\": [1, 2]}'))]", "[dateTimeAdd(utcNow(), '-P1Y2M3DT4H5M6S', 'yyyy-MM-dd HH:mm:ss tt')]",
		"[substring(padLeft('7', 10, '0'), 2, 3)]", "[resourceId('Microsoft.Sql/servers/databases', 's', 'd')]", "[uriComponentToString('%41%')]",
		"[map(createArray(1, 2), lambda('x', map(createArray(3), lambda('y', lambdaVariables('x')))))]", "[split(join(createArray('a', 'b'), ','), createArray(',', ';'))]",
		"[base64ToJson(base64('[1]'))]", "[[escaped]", "[tryGet(parameters('o'), 'B', 'c').?d]", "[int(-9223372036854775808)]", "[copyIndex('l', 2)]", "[reference('x').y]",
		"[deployment().properties.template]", "[guid(uniqueString('a'), string(parameters('list')))]", "[sort(parameters('list'), lambda('a', 'b', false()))]",
	} {
		f.Add(s, byte(inBody))
	}
	f.Fuzz(func(t *testing.T, s string, in byte) {
		_, err := evaluate(t, section(in%byte(inOutput+1)), s)
		var refused *fault
		var whole *Error
		if err != nil && !errors.As(err, &refused) && !errors.As(err, &whole) {
			t.Fatalf("refused by %T: %v", err, err)
		}
	})
}

// FuzzTemplate: no template makes the evaluation panic or run without bound;
// what is refused is refused in Azure's form, and resources stand behind what
// they depend on.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		`{"$schema":"s","contentVersion":"1","parameters":{"a":{"type":"int","defaultValue":"[add(1,2)]","minValue":1,"maxValue":5,"allowedValues":[3]}},"variables":{"copy":[{"name":"v","count":3,"input":"[copyIndex('v')]"}]},
 "resources":[{"type":"A.B/c","apiVersion":"1","name":"[concat('n', copyIndex(1))]","copy":{"name":"l","count":"[parameters('a')]","mode":"serial","batchSize":2},"condition":"[equals(copyIndex(), 1)]","dependsOn":["other"],"properties":{"x":"[reference('other').y]","copy":[{"name":"z","count":2,"input":{"i":"[copyIndex('z')]"}}]}},
 {"type":"A.B/c","apiVersion":"1","name":"other","resources":[{"type":"d","apiVersion":"1","name":"e","dependsOn":["[resourceId('A.B/c','other')]"]}]}],"outputs":{"o":{"type":"array","copy":{"count":2,"input":"[copyIndex()]"}}}}`,
		`{"$schema":"s","contentVersion":"1","functions":[{"namespace":"f","members":{"g":{"parameters":[{"name":"p","type":"string"}],"output":{"type":"string","value":"[toLower(parameters('p'))]"}}}}],"resources":[{"type":"Microsoft.Resources/deployments","apiVersion":"1","name":"[f.g('X')]","resourceGroup":"g","properties":{"expressionEvaluationOptions":{"scope":"inner"},"template":{"resources":[]}}}]}`,
		`{"$schema":"s","contentVersion":"1","resources":[{"type":"A.B/c","apiVersion":"1","name":"a","dependsOn":["b"]},{"type":"A.B/c","apiVersion":"1","name":"b","dependsOn":["a"]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		template, err := Parse(data)
		var result *Result
		if err == nil {
			result, err = template.Evaluate(testEnv())
		}
		if err == nil {
			err = allOf(t, result)
		}
		var refused *Error
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("refused by %T: %v", err, err)
		}
	})
}

func allOf(t *testing.T, result *Result) error {
	t.Helper()
	place := map[*Resource]int{}
	for i, r := range result.Resources {
		for _, d := range r.DependsOn {
			if j, before := place[d]; !before || j >= i {
				t.Fatalf("%s stands before %s", r.ID, d.ID)
			}
		}
		place[r] = i
		body, _, err := r.Body()
		if err != nil {
			return err
		}
		if r.IsDeployment() {
			if _, _, _, err := Nested(body); err != nil {
				return err
			}
		}
	}
	_, err := result.Outputs()
	return err
}
