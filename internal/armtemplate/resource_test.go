package armtemplate

import (
	"errors"
	"strings"
	"testing"
)

const inGroup = "/subscriptions/" + testSubscription + "/resourceGroups/rg-one"

// laid evaluates a template's resources and writes the names of those to be
// made, in order.
func laid(t testing.TB, sections string, env Env) (string, error) {
	t.Helper()
	result, err := parse(t, sections).Evaluate(env)
	if err != nil {
		return "", err
	}
	var out []string
	for _, r := range result.Resources {
		name := r.Name
		if !r.Condition {
			name = "(" + name + ")"
		}
		out = append(out, name)
	}
	return strings.Join(out, " "), nil
}

// TestResources_Order: what others depend on is made first, whatever the name
// by which they say so, and what stands alone keeps its place.
func TestResources_Order(t *testing.T) {
	one := func(name, more string) string {
		return `{"type": "Contoso.App/things", "apiVersion": "1", "name": "` + name + `"` + more + `}`
	}
	for _, c := range []struct{ what, resources, want string }{
		{"as written", one("a", "") + "," + one("b", ""), "a b"},
		{"by name", one("a", `, "dependsOn": ["b"]`) + "," + one("b", ""), "b a"},
		{"by id", one("a", `, "dependsOn": ["[resourceId('Contoso.App/things', 'b')]"]`) + "," + one("b", ""), "b a"},
		{"by id, with a slash behind the type", one("a", `, "dependsOn": ["[resourceId('Contoso.App/things/', 'b')]"]`) + "," + one("b", ""), "b a"},
		{"by type and name", one("a", `, "dependsOn": ["[concat('contoso.app/Things/', 'b')]"]`) + "," + one("b", ""), "b a"},
		{"by a loop's name", one("a", `, "dependsOn": ["loop"]`) + "," + one("[concat('l', copyIndex())]", `, "copy": {"name": "loop", "count": 2}`), "l0 l1 a"},
		{"by reference", one("a", `, "properties": {"x": "[reference('b').y]"}`) + "," + one("b", ""), "b a"},
		{"by reference to an id", one("a", `, "properties": {"x": ["[if(true(), reference(resourceId('Contoso.App/things', 'b')).y, 1)]"]}`) + "," + one("b", ""), "b a"},
		{"a diamond", one("a", `, "dependsOn": ["b", "c"]`) + "," + one("b", `, "dependsOn": ["d"]`) + "," + one("c", `, "dependsOn": ["d"]`) + "," + one("d", ""), "d b c a"},
		{"a condition that is false", one("a", `, "dependsOn": ["b"]`) + "," + one("b", `, "condition": "[equals(1, 2)]"`), "(b) a"},
		{"a loop of none", one("[concat('l', copyIndex())]", `, "copy": {"name": "loop", "count": 0}`) + "," + one("a", ""), "a"},
		{"a loop with an offset", one("[concat('l', copyIndex('loop', 5))]", `, "copy": {"name": "loop", "count": 2}`), "l5 l6"},
		{"children", one("a", `, "resources": [`+`{"type": "parts", "apiVersion": "1", "name": "p", "dependsOn": ["c"]}`+`]`) + "," + one("c", ""), "a c a/p"},
		{"a name that two types share", `{"type": "Contoso.App/others", "apiVersion": "1", "name": "a", "dependsOn": ["a"]},` + one("a", ""), "a a"},
	} {
		got, err := laid(t, `"resources": [`+c.resources+`]`, testEnv())
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.what, got, err, c.want)
		}
	}
}

// TestResources_Serial: the batches of a serial loop wait for each other.
func TestResources_Serial(t *testing.T) {
	result, err := parse(t, `"resources": [{"type": "Contoso.App/things", "apiVersion": "1", "name": "[concat('l', copyIndex())]",
	 "copy": {"name": "loop", "count": 5, "mode": "Serial", "batchSize": 2}}]`).Evaluate(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range result.Resources {
		var after []string
		for _, d := range r.DependsOn {
			after = append(after, d.Name)
		}
		got = append(got, r.Name+"<"+strings.Join(after, "+"))
	}
	if want := "l0< l1< l2<l0+l1 l3<l0+l1 l4<l2+l3"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestResources_Places: ids follow from where a resource stands.
func TestResources_Places(t *testing.T) {
	atSubscription := testEnv()
	atSubscription.GroupName = ""
	sub := "/subscriptions/" + testSubscription
	other := "99999999-2222-3333-4444-555555555555"
	for _, c := range []struct {
		resource string
		env      Env
		id       string
	}{
		{`"type": "Contoso.App/things/parts", "name": "a/b"`, testEnv(), inGroup + "/providers/Contoso.App/things/a/parts/b"},
		{`"type": "Contoso.App/things", "name": "a"`, atSubscription, sub + "/providers/Contoso.App/things/a"},
		{`"type": "Microsoft.Resources/resourceGroups", "name": "rg"`, atSubscription, sub + "/resourceGroups/rg"},
		{`"type": "Microsoft.Resources/deployments", "name": "d", "resourceGroup": "rg"`, atSubscription, sub + "/resourceGroups/rg/providers/Microsoft.Resources/deployments/d"},
		{`"type": "Microsoft.Resources/deployments", "name": "d", "subscriptionId": "` + other + `", "resourceGroup": "rg"`, testEnv(), "/subscriptions/" + other + "/resourceGroups/rg/providers/Microsoft.Resources/deployments/d"},
		{`"type": "Microsoft.Resources/deployments", "name": "d", "subscriptionId": "` + other + `"`, testEnv(), "/subscriptions/" + other + "/providers/Microsoft.Resources/deployments/d"},
		{`"type": "Contoso.App/locks", "name": "l", "scope": "Contoso.App/things/a"`, testEnv(), inGroup + "/providers/Contoso.App/things/a/providers/Contoso.App/locks/l"},
		{`"type": "Contoso.App/locks", "name": "l", "scope": "[resourceId('Contoso.App/things', 'a')]"`, testEnv(), inGroup + "/providers/Contoso.App/things/a/providers/Contoso.App/locks/l"},
		{`"type": "Contoso.App/things/providers/roleAssignments", "name": "a/Microsoft.Authorization/r"`, testEnv(), inGroup + "/providers/Contoso.App/things/a/providers/Microsoft.Authorization/roleAssignments/r"},
		{`"type": "Contoso.App/things/", "name": "a"`, testEnv(), inGroup + "/providers/Contoso.App/things/a"},
	} {
		result, err := parse(t, `"resources": [{"apiVersion": "1", `+c.resource+`}]`).Evaluate(c.env)
		if err != nil || result.Resources[0].ID != c.id {
			t.Errorf("%s: got %v, %v, want %s", c.resource, result, err, c.id)
		}
	}
}

// TestResources_Refusals holds Azure's texts.
func TestResources_Refusals(t *testing.T) {
	const a = `{"type": "Contoso.App/things", "apiVersion": "1", "name": "a"}`
	for _, c := range []struct{ resources, want string }{
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": ""}`, "The template resource '' at line '1' and column '139' is not valid. The name property cannot be null or empty."},
		{`{"apiVersion": "1", "name": "a"}`, "The type property cannot be null or empty."},
		{`{"type": "Contoso.App/things", "name": "a"}`, "The apiVersion property cannot be null or empty."},
		{`{"type": "Contoso.App/things/parts", "apiVersion": "1", "name": "a"}`, "The template resource 'a' for type 'Contoso.App/things/parts' at line '1' and column '173' has incorrect segment lengths. A nested resource type must have identical number of segments as its resource name."},
		{a + "," + a, "The resource 'Contoso.App/things/a' at line '1' and column '202' is defined multiple times in a template."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "a", "dependsOn": ["[resourceId('Contoso.App/others', 'b')]"]}`, "The resource 'Contoso.App/others/b' is not defined in the template."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "a", "dependsOn": ["b"]}, {"type": "Contoso.App/things", "apiVersion": "1", "name": "b", "dependsOn": ["a"]}`, "Circular dependency detected on resource: '" + inGroup + "/providers/Contoso.App/things/a'."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "[variables('x')]"}`, "The template resource '[variables('x')]' at line '1' and column '214' is not valid: The template variable 'x' is not found."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "[reference('x')]"}`, "The template function 'reference' is not expected at this location."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "a", "condition": 5}`, "The condition must be a boolean."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "a", "copy": {"name": "l", "count": -1}}`, "has an invalid copy count of: '-1'."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "a", "copy": {"name": "l", "count": "two"}}`, "has an invalid copy count of: 'two'."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "[concat('a', copyIndex())]", "copy": {"name": "l", "count": 800}}, ` + a, "The number of template resources limit exceeded. Limit: '800' and actual: '801'."},
		{`{"type": "Contoso.App/things", "apiVersion": "1", "name": "a", "dependsOn": "b"}`, "Error converting value"},
	} {
		_, err := laid(t, `"resources": [`+c.resources+`]`, testEnv())
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, c.want) {
			t.Errorf("%.150s:\n got %v\nwant %s", c.resources, err, c.want)
		}
	}
}

// TestBody evaluates what resources hold: loops over properties, references,
// and what is left out.
func TestBody(t *testing.T) {
	template := parse(t, `"parameters": {"n": {"type": "int", "defaultValue": 2}}, "resources": [{"type": "Contoso.App/things", "apiVersion": "1", "name": "[concat('t', copyIndex())]",
	 "comments": "c", "dependsOn": [], "condition": true, "copy": {"name": "outer", "count": 1}, "tags": {"[concat('k', '1')]": "[[literal]"},
	 "properties": {"list": ["[copyIndex()]"], "copy": [{"name": "disks", "count": "[parameters('n')]", "input": {"name": "[concat(copyIndex('outer'), '-', copyIndex('disks', 1))]"}}],
	  "read": "[reference(resourceId('Contoso.App/others', 'o'), '2').size]", "whole": "[reference('/x/y', '2', 'Full').tags.a]"}}]`)
	env := testEnv()
	want := func(t *testing.T, complete bool, json string) {
		t.Helper()
		result, err := template.Evaluate(env)
		if err != nil {
			t.Fatal(err)
		}
		body, isComplete, err := result.Resources[0].Body()
		if err != nil || isComplete != complete || string(body.appendJSON(nil)) != json {
			t.Errorf("got %s, complete %v, %v\nwant %s", body.appendJSON(nil), isComplete, err, json)
		}
	}
	const head = `{"type":"Contoso.App/things","apiVersion":"1","name":"t0","tags":{"k1":"[literal]"},"properties":{"list":[0],"disks":[{"name":"0-1"},{"name":"0-2"}],`
	want(t, false, head+`"read":"[reference(resourceId('Contoso.App/others', 'o'), '2').size]","whole":"[reference('/x/y', '2', 'Full').tags.a]"}}`)
	env.Reference = func(id, version string) (any, error) {
		return map[string]any{"id": id, "tags": map[string]any{"a": version}, "properties": map[string]any{"size": float64(4)}}, nil
	}
	want(t, true, head+`"read":4,"whole":"2"}}`)
}

// TestNested: expressions of a nested template are the outer one's, unless it
// says that they are its own.
func TestNested(t *testing.T) {
	nested := func(options, value string) string {
		return `"parameters": {"a": {"type": "string", "defaultValue": "outer"}}, "resources": [{"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "n",
		 "properties": {"mode": "Incremental", ` + options + ` "parameters": {"a": {"value": "[concat(parameters('a'), '+')]"}}, "template": {"$schema": "s", "contentVersion": "1.0.0.0",
		 "parameters": {"a": {"type": "string"}}, "resources": [], "outputs": {"o": {"type": "string", "value": "` + value + `"}}}}}]`
	}
	for _, c := range []struct{ options, value, want string }{
		{"", "[parameters('a')]", `o="outer"`},
		{`"expressionEvaluationOptions": {"scope": "Outer"},`, "[deployment().name]", `o="main"`},
		{`"expressionEvaluationOptions": {"scope": "inner"},`, "[parameters('a')]", `o="outer+"`},
		{`"expressionEvaluationOptions": {"scope": "inner"},`, "[deployment().name]", `o="n"`},
	} {
		result, err := parse(t, nested(c.options, c.value)).Evaluate(testEnv())
		if err != nil {
			t.Fatal(err)
		}
		body, complete, err := result.Resources[0].Body()
		if err != nil || !complete {
			t.Fatal(err)
		}
		inner, given, mode, err := Nested(body)
		if err != nil || mode != "Incremental" {
			t.Fatal(err, mode)
		}
		env := testEnv()
		env.Deployment, env.Parameters = "n", given
		if got := outputs(t, inner, env); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.options, c.value, got, c.want)
		}
	}
	// A loop inside is the outer template's to evaluate, which has none.
	result, err := parse(t, nested("", "[string(copyIndex())]")).Evaluate(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = result.Resources[0].Body()
	if err == nil || !strings.Contains(err.Error(), "Unable to process template language expressions for resource '"+inGroup+"/providers/Microsoft.Resources/deployments/n' at line '1' and column '") ||
		!strings.Contains(err.Error(), "'The template function 'copyIndex' is not expected at this location.") {
		t.Errorf("got %v", err)
	}
	for body, want := range map[string]string{
		`{"properties": {"templateLink": {"uri": "https://example.com/t.json"}}}`: "InvalidContentLink: Unable to download deployment content from 'https://example.com/t.json'",
		`{"properties": {}}`: "Required property 'template' not found",
	} {
		if _, _, _, err := Nested(read(t, body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestUserFunctions: they know their own parameters only.
func TestUserFunctions(t *testing.T) {
	const functions = `"functions": [{"namespace": "own", "members": {
	 "twice": {"parameters": [{"name": "s", "type": "string"}], "output": {"type": "string", "value": "[concat(parameters('s'), parameters('s'))]"}},
	 "reach": {"parameters": [], "output": {"type": "string", "value": "[variables('v')]"}}}}], "variables": {"v": "x"}, `
	if got := outputs(t, parse(t, functions+`"outputs": {"o": {"type": "string", "value": "[Own.Twice('ab')]"}}`), testEnv()); got != `o="abab"` {
		t.Errorf("got %s", got)
	}
	for call, want := range map[string]string{
		"own.none()": "The template function 'own.none' is not valid.", "own.twice()": "function requires 1 argument(s) while 0 were provided",
		"own.twice(5)": "Expected 'String, Uri'. Actual 'Integer'.", "own.reach()": "The template function 'variables' is not expected at this location.",
	} {
		result, err := parse(t, functions+`"outputs": {"o": {"type": "string", "value": "[`+call+`]"}}`).Evaluate(testEnv())
		if err == nil {
			_, err = result.Outputs()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", call, err, want)
		}
	}
}

// TestBounds: what would grow without end is refused, soon.
func TestBounds(t *testing.T) {
	double := func(n int, step string) string {
		out := []string{`"v0": "x"`}
		for i := 1; i <= n; i++ {
			previous := "variables('v" + itoa(i-1) + "')"
			out = append(out, `"v`+itoa(i)+`": "[`+strings.ReplaceAll(step, "?", previous)+`]"`)
		}
		return `"variables": {` + strings.Join(out, ",") + `}, "outputs": {"o": {"type": "array", "value": "[array(variables('v` + itoa(n) + `'))]"}}`
	}
	for _, sections := range []string{
		double(60, "concat(?, ?)"), double(60, "createArray(?, ?)"), double(60, "createObject('a', ?, 'b', ?)"), double(30, "string(createArray(?, ?))"),
		double(30, "equals(?, ?)"), `"outputs": {"o": {"type": "array", "value": "[map(range(0, 10000), lambda('x', map(range(0, 10000), lambda('y', 1))))]"}}`,
		`"outputs": {"o": {"type": "string", "value": "[` + strings.Repeat("concat(", 200) + strings.Repeat(")", 200) + `]"}}`,
		`"outputs": {"o": {"type": "string", "value": "[padLeft('x', 999999999)]"}}`,
	} {
		result, err := parse(t, sections).Evaluate(testEnv())
		if err == nil {
			_, err = result.Outputs()
		}
		if err == nil && !strings.Contains(sections, "equals") {
			t.Errorf("%.120s: not refused", sections)
		}
	}
}

func itoa(i int) string { return string(integer(int64(i)).appendJSON(nil)) }
