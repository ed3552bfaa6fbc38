package armtemplate

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const testSubscription = "11111111-2222-3333-4444-555555555555"

// testEnv is a deployment into a resource group.
func testEnv() Env {
	guids := 0
	return Env{
		SubscriptionID: testSubscription, GroupName: "rg-one", Deployment: "main", Mode: "Incremental",
		Subscription: map[string]any{
			"id": "/subscriptions/" + testSubscription, "subscriptionId": testSubscription, "tenantId": "66666666-2222-3333-4444-555555555555", "displayName": "Production",
		},
		ResourceGroup: map[string]any{"id": "/subscriptions/" + testSubscription + "/resourceGroups/rg-one", "name": "rg-one", "location": "westeurope"},
		Tenant:        map[string]any{"tenantId": "66666666-2222-3333-4444-555555555555"},
		Environment:   map[string]any{"name": "Test"},
		Now:           time.Date(2026, 10, 15, 9, 5, 3, 0, time.UTC),
		NewGUID:       func() string { guids++; return guid(strings.Repeat("x", guids)) },
	}
}

// evaluate evaluates one expression, given as a text of a template, as JSON.
func evaluate(t testing.TB, in section, s string) (string, error) {
	t.Helper()
	template := &Template{root: object("$schema", text("s"), "contentVersion", text("1.0.0.0"), "resources", array(), "parameters", object(
		"p", object("type", text("string"), "defaultValue", text("value of p")),
		"list", object("type", text("array"), "defaultValue", array(integer(1), integer(2), integer(3))),
		"o", object("type", text("object"), "defaultValue", object("a", integer(1), "B", object("c", text("deep")))),
	), "variables", object("v", text("[concat(parameters('p'), '!')]"))), own: map[string]*Node{}}
	env := testEnv()
	result, err := template.Evaluate(env)
	if err != nil {
		t.Fatal(err)
	}
	out, err := result.e.frame(in).node(text(s))
	if err != nil {
		return "", err
	}
	return string(out.appendJSON(nil)), nil
}

// TestFunctions holds results that Microsoft's pages of the functions show,
// and what follows from their descriptions.
func TestFunctions(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		// Texts.
		{"plain", `"plain"`},
		{"[[not an expression]", `"[not an expression]"`},
		{"[half", `"[half"`},
		{"['it''s']", `"it's"`},
		{"[concat('prefix', '-', 5)]", `"prefix-5"`},
		{"[concat(createArray('1-1', '1-2'), createArray('2-1'))]", `["1-1","1-2","2-1"]`},
		{"[format('{0}, {1}. Formatted number: {2:N0}', 'Hello', 'User', 8175133)]", `"Hello, User. Formatted number: 8,175,133"`},
		{"[format('{{{0,5}|{1,-4}|{2:D3}}}', 'ab', 'c', 7)]", `"{   ab|c   |007}"`},
		{"[string(createObject('valueA', 10, 'valueB', 'Example Text'))]", `"{\"valueA\":10,\"valueB\":\"Example Text\"}"`},
		{"[string(createArray('a', 'b', 'c'))]", `"[\"a\",\"b\",\"c\"]"`},
		{"[string(5)]", `"5"`}, {"[string(true())]", `"True"`},
		{"[toLower('One Two Three')]", `"one two three"`}, {"[toUpper('One Two Three')]", `"ONE TWO THREE"`},
		{"[trim('    one two three   ')]", `"one two three"`},
		{"[replace('123-123-1234', '-', '')]", `"1231231234"`}, {"[replace('123-123-1234', '1234', 'xxxx')]", `"123-123-xxxx"`},
		{"[split('one,two,three', ',')]", `["one","two","three"]`}, {"[split('one;two,three', createArray(',', ';'))]", `["one","two","three"]`},
		{"[join(createArray('one', 'two', 'three'), ';')]", `"one;two;three"`},
		{"[substring('one two three', 4, 3)]", `"two"`}, {"[substring('abc', 3)]", `""`},
		{"[padLeft('123', 10, '0')]", `"0000000123"`}, {"[padLeft(123, 5)]", `"  123"`},
		{"[startsWith('abcdef', 'ab')]", `true`}, {"[startsWith('abcdef', 'A')]", `true`}, {"[startsWith('abcdef', 'e')]", `false`},
		{"[endsWith('abcdef', 'ef')]", `true`}, {"[endsWith('abcdef', 'F')]", `true`}, {"[endsWith('abcdef', 'e')]", `false`},
		{"[indexOf('test', 't')]", `0`}, {"[indexOf('abcdef', 'CD')]", `2`}, {"[indexOf('abcdef', 'z')]", `-1`},
		{"[lastIndexOf('test', 't')]", `3`}, {"[lastIndexOf('abcdef', 'AB')]", `0`}, {"[lastIndexOf('abcdef', 'z')]", `-1`},
		{"[length('One Two Three')]", `13`}, {"[length('\U0001F600')]", `2`},
		{"[first('One Two Three')]", `"O"`}, {"[last('One Two Three')]", `"e"`}, {"[take('one two three', 2)]", `"on"`}, {"[skip('one two three', 4)]", `"two three"`},
		{"[contains('OneTwoThree', 'e')]", `true`}, {"[contains('OneTwoThree', 'z')]", `false`},
		{"[empty('')]", `true`}, {"[empty(null())]", `true`}, {"[empty(json('{}'))]", `true`}, {"[empty(createArray(1))]", `false`},
		// Encodings.
		{"[base64('one, two, three')]", `"b25lLCB0d28sIHRocmVl"`}, {"[base64ToString('b25lLCB0d28sIHRocmVl')]", `"one, two, three"`},
		{"[base64ToJson(base64('{''one'': ''a'', ''two'' : ''b''}'))]", `{"one":"a","two":"b"}`},
		{"[dataUri('Hello')]", `"data:text/plain;charset=utf8;base64,SGVsbG8="`}, {"[dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')]", `"Hello, World!"`},
		{"[uriComponent('http://contoso.com/resources/nested/azuredeploy.json')]", `"http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json"`},
		{"[uriComponentToString('http%3A%2F%2Fcontoso.com%2Fa.json')]", `"http://contoso.com/a.json"`},
		{"[uri('http://contoso.com/resources/', 'nested/azuredeploy.json')]", `"http://contoso.com/resources/nested/azuredeploy.json"`},
		{"[uri('http://contoso.org/firstpath/myscript.sh', 'myscript2.sh')]", `"http://contoso.org/firstpath/myscript2.sh"`},
		{"[json('null')]", `null`}, {"[json('{\"a\": [1, 2.5, true]}')]", `{"a":[1,2.5,true]}`},
		// Lists and objects.
		{"[array('a')]", `["a"]`}, {"[array(parameters('list'))]", `[1,2,3]`},
		{"[first(createArray('one', 'two'))]", `"one"`}, {"[last(createArray('one', 'two'))]", `"two"`}, {"[first(createArray())]", `null`},
		{"[take(parameters('list'), 2)]", `[1,2]`}, {"[skip(parameters('list'), 2)]", `[3]`}, {"[take(parameters('list'), 9)]", `[1,2,3]`}, {"[skip(parameters('list'), -1)]", `[1,2,3]`},
		{"[contains(parameters('list'), 2)]", `true`}, {"[contains(parameters('o'), 'b')]", `true`},
		{"[range(5, 3)]", `[5,6,7]`}, {"[flatten(createArray(createArray('a'), createArray('b', 'c')))]", `["a","b","c"]`},
		{"[union(createArray('one', 'two', 'three'), createArray('three', 'four'))]", `["one","two","three","four"]`},
		{"[union(createObject('one', 'a', 'two', 'b', 'three', 'c1'), createObject('three', 'c2', 'four', 'd', 'five', 'e'))]", `{"one":"a","two":"b","three":"c2","four":"d","five":"e"}`},
		{"[union(json('{\"n\": {\"a\": 1, \"b\": 2}}'), json('{\"n\": {\"b\": 3}}'))]", `{"n":{"a":1,"b":3}}`},
		{"[intersection(createArray('one', 'two', 'three'), createArray('two', 'three'))]", `["two","three"]`},
		{"[intersection(createObject('one', 'a', 'two', 'b', 'three', 'c'), createObject('one', 'a', 'two', 'z', 'three', 'c'))]", `{"one":"a","three":"c"}`},
		{"[items(createObject('b', 2, 'a', 1))]", `[{"key":"a","value":1},{"key":"b","value":2}]`}, {"[objectKeys(createObject('b', 2, 'a', 1))]", `["a","b"]`},
		{"[shallowMerge(createArray(createObject('a', 1), createObject('a', 2, 'b', 3)))]", `{"a":2,"b":3}`},
		{"[tryGet(parameters('o'), 'B', 'c')]", `"deep"`}, {"[tryGet(parameters('o'), 'none')]", `null`},
		{"[parameters('o').b.c]", `"deep"`}, {"[parameters('o')['B']['c']]", `"deep"`}, {"[parameters('list')[1]]", `2`}, {"[parameters('o').?x.?y]", `null`},
		{"[indexOf(createArray('one', 'two', 'one'), 'one')]", `0`}, {"[lastIndexOf(createArray('one', 'two', 'one'), 'one')]", `2`},
		// Numbers.
		{"[add(5, 3)]", `8`}, {"[sub(7, 3)]", `4`}, {"[mul(5, 3)]", `15`}, {"[div(8, 3)]", `2`}, {"[mod(7, 3)]", `1`}, {"[div(-7, 2)]", `-3`},
		{"[min(0, 3, 2, 5, 4)]", `0`}, {"[max(createArray(0, 3, 2, 5, 4))]", `5`}, {"[int('4')]", `4`}, {"[float('3.5')]", `3.5`}, {"[float('3')]", `3.0`},
		// Logic.
		{"[if(equals('a', 'a'), 'yes', 'no')]", `"yes"`}, {"[if(false(), div(1, 0), 'lazy')]", `"lazy"`},
		{"[and(bool('true'), bool('false'))]", `false`}, {"[or(bool('true'), bool('false'))]", `true`}, {"[not(bool('true'))]", `false`}, {"[bool(1)]", `true`},
		{"[equals(1, 1)]", `true`}, {"[equals('a', 'A')]", `false`}, {"[equals(createArray('a', 'b'), createArray('a', 'b'))]", `true`}, {"[equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))]", `true`},
		{"[less(1, 2)]", `true`}, {"[less('A', 'a')]", `false`}, {"[lessOrEquals(1, 2)]", `true`}, {"[greater('A', 'a')]", `true`}, {"[greaterOrEquals('A', 'a')]", `true`},
		{"[coalesce(null(), parameters('o').B.c, 'x')]", `"deep"`}, {"[coalesce(null(), null())]", `null`},
		// Times.
		{"[dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')]", `"4/7/2023 2:53:14 PM"`}, {"[dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')]", `"3/29/2020 2:53:14 PM"`},
		{"[dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H')]", `"4/7/2020 3:53:14 PM"`}, {"[dateTimeAdd('20200131T000000Z', 'P1M', 'yyyy-MM-dd')]", `"2020-02-29"`},
		{"[dateTimeFromEpoch(1683040573)]", `"2023-05-02T15:16:13Z"`}, {"[dateTimeToEpoch('2023-05-02T15:16:13Z')]", `1683040573`},
		{"[utcNow()]", `"20261015T090503Z"`}, {"[utcNow('d')]", `"10/15/2026"`}, {"[utcNow('M d')]", `"10 15"`}, {"[utcNow('yyyy-MM-ddTHH:mm:ss.fffK')]", `"2026-10-15T09:05:03.000Z"`},
		// Hashes: guid by RFC 4122, the namespace as documented.
		{"[guid('Relecloud Managed Services')]", `"` + guid("Relecloud Managed Services") + `"`}, {"[equals(guid('a', 'b'), guid('a-b'))]", `true`},
		{"[uniqueString('test')]", `"rbgf3xv4ufgzg"`}, {"[uniqueString('foo', 'bar', 'baz')]", `"xzi4ioaxtmth4"`},
		// Places and ids.
		{"[subscription().displayName]", `"Production"`}, {"[resourceGroup().location]", `"westeurope"`}, {"[tenant().tenantId]", `"66666666-2222-3333-4444-555555555555"`},
		{"[deployment().name]", `"main"`}, {"[deployment().properties.mode]", `"Incremental"`}, {"[environment().name]", `"Test"`},
		{"[resourceId('Microsoft.Storage/storageAccounts', 's')]", `"/subscriptions/` + testSubscription + `/resourceGroups/rg-one/providers/Microsoft.Storage/storageAccounts/s"`},
		{"[resourceId('other', 'Microsoft.Sql/servers/databases', 's', 'd')]", `"/subscriptions/` + testSubscription + `/resourceGroups/other/providers/Microsoft.Sql/servers/s/databases/d"`},
		{"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')]", `"/subscriptions/` + testSubscription + `/providers/Microsoft.Authorization/roleDefinitions/r"`},
		{"[tenantResourceId('Microsoft.Authorization/policyDefinitions', 'p')]", `"/providers/Microsoft.Authorization/policyDefinitions/p"`},
		{"[extensionResourceId('/subscriptions/x', 'Microsoft.Authorization/locks', 'l')]", `"/subscriptions/x/providers/Microsoft.Authorization/locks/l"`},
		{"[managementGroupResourceId('mg', 'Microsoft.Authorization/policyDefinitions', 'p')]", `"/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policyDefinitions/p"`},
		// Lambdas.
		{"[map(parameters('list'), lambda('x', mul(lambdaVariables('x'), 10)))]", `[10,20,30]`}, {"[filter(parameters('list'), lambda('x', greater(lambdaVariables('x'), 1)))]", `[2,3]`},
		{"[reduce(parameters('list'), 0, lambda('sum', 'x', add(lambdaVariables('sum'), lambdaVariables('x'))))]", `6`},
		{"[sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]", `[1,2,3]`},
		{"[toObject(parameters('list'), lambda('x', string(lambdaVariables('x'))), lambda('x', add(lambdaVariables('x'), 1)))]", `{"1":2,"2":3,"3":4}`},
	} {
		got, err := evaluate(t, inParameter, c.in)
		if err != nil || got != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.in, got, err, c.want)
		}
	}
}

// TestFunctions_Refusals holds the texts of refusals, as users quote Azure's.
func TestFunctions_Refusals(t *testing.T) {
	for _, c := range []struct {
		in   section
		text string
		want string
	}{
		{inBody, "[nope('x')]", "The template function 'nope' is not valid."},
		{inBody, "[parameters('none')]", "The template parameter 'none' is not found."},
		{inBody, "[variables('none')]", "The template variable 'none' is not found."},
		{inParameter, "[variables('v')]", "The template function 'variables' is not expected at this location."},
		{inBody, "[utcNow()]", "The template function 'utcNow' is not expected at this location."},
		{inVariable, "[newGuid()]", "The template function 'newGuid' is not expected at this location."},
		{inName, "[reference('x')]", "The template function 'reference' is not expected at this location."},
		{inBody, "[copyIndex()]", "The template function 'copyIndex' is not expected at this location. The function can only be used in a resource with copy specified."},
		{inBody, "[listKeys('x', '2020-01-01')]", "is known to Azure only"},
		{inBody, "[parameters('o').none]", "The language expression property 'none' doesn't exist, available properties are 'a, B'."},
		{inBody, "[parameters('list')[7]]", "The language expression property array index '7' is out of bounds."},
		{inBody, "[parameters()]", "Unable to evaluate template language function 'parameters': function requires 1 argument(s) while 0 were provided."},
		{inBody, "[resourceId('Microsoft.Sql/servers/databases', 's')]", "Unable to evaluate template language function 'resourceId': the type 'Microsoft.Sql/servers/databases' requires '2' resource name argument(s)."},
		{inBody, "[concat('a'", "[concat('a'"},
		{inBody, "[concat('a']", "expected token 'RightParenthesis' and actual 'EndOfData'"},
		{inBody, "[{\"a\": 1}]", "is not valid: the string character '{' at position '0' is not expected."},
		{inBody, "[concat('a') 'b']", "expected token 'EndOfData' and actual 'Literal'"},
		{inBody, "[toLower(5)]", "expects its parameter '1' to be of type 'String'. The provided value is of type 'Integer'."},
		{inBody, "[div(1, 0)]", "cannot be zero"}, {inBody, "[add(9223372036854775807, 1)]", "64 bits"},
		{inBody, "[substring('abc', 1, 9)]", "must refer to a location within the string"},
		{inBody, "[range(0, 10001)]", "between 0 and 10000"},
		{inBody, "[json('{')]", "not valid JSON"},
		{inBody, "[map(parameters('list'), 5)]", "expects a lambda"},
	} {
		got, err := evaluate(t, c.in, c.text)
		var f *fault
		if err == nil && !strings.Contains(got, c.want) || err != nil && (!errors.As(err, &f) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s\n got %s, %v\nwant %s", c.text, got, err, c.want)
		}
	}
}

// TestUniqueString holds results of Azure that were published with what they
// were made of.
func TestUniqueString(t *testing.T) {
	for in, want := range map[string]string{
		// The unit test of microsoft/commercial-marketplace-offer-deploy, in
		// which Microsoft's own library of the language is called.
		"/subscriptions/31e9f9a0-9fd2-4294-a0a3-0101246d9700/resourceGroups/rg-modm201-20230913120256/providers/Microsoft.Compute/virtualMachines/bobjacmodm201": "yvjxno3je5on2",
		// A public list of outputs of Bicep, which shares Azure's code.
		"test": "rbgf3xv4ufgzg", "abc": "cgtzqvhu4i23s", "hello-world": "a7wkljktk6wne", "foo-bar-baz": "xzi4ioaxtmth4",
		"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-rg": "bmg7c6xu4tw46",
	} {
		if got := uniqueString(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
