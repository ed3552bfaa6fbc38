package kql

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// catalog and tables are a small world of machines and groups.
func catalog() Catalog {
	return Catalog{
		"resources":  {{"id", String}, {"name", String}, {"type", String}, {"location", String}, {"size", Long}, {"price", Real}, {"made", Datetime}, {"tags", Dynamic}, {"properties", Dynamic}},
		"containers": {{"id", String}, {"name", String}, {"kind", String}, {"properties", Dynamic}},
	}
}

const machines = `[
 {"id":"/a","name":"web-1","type":"vm","location":"westeurope","size":4,"price":0.5,"made":"2026-10-01T00:00:00Z","tags":{"env":"prod"},"properties":{"os":"Linux","disks":[{"gb":30},{"gb":60}],"owner":{"name":"alice"}}},
 {"id":"/b","name":"web-2","type":"vm","location":"westeurope","size":2,"price":1,"made":"2026-10-15T00:00:00Z","tags":{},"properties":{"os":"windows","disks":[],"it's":1}},
 {"id":"/c","name":"db","type":"sql","location":"northeurope","made":"2026-11-01T00:00:00Z","properties":{"os":null,"managers":["x","y"]}}
]`

const groups = `[
 {"id":"/1","name":"westeurope","kind":"region","properties":{"managedByTenants":[{"tenantId":"t1"},{"tenantId":"t2"}]}},
 {"id":"/2","name":"southeurope","kind":"region"}
]`

func rows(t testing.TB) func(string) []map[string]any {
	t.Helper()
	read := func(text string) (out []map[string]any) {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&out); err != nil {
			t.Fatal(err)
		}
		for _, row := range out {
			for k, v := range row {
				row[k] = Value(v)
			}
			if made, ok := row["made"]; ok {
				row["made"] = toTime(made)
			}
		}
		return out
	}
	all := map[string][]map[string]any{"resources": read(machines), "containers": read(groups)}
	return func(table string) []map[string]any { return all[table] }
}

var instant = time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)

// ask runs a query and writes the answer as its columns and rows.
func ask(t testing.TB, query string) string {
	t.Helper()
	q, err := Compile(query, catalog())
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	got, err := q.Run(context.Background(), instant, rows(t))
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var out []string
	for _, c := range got.Columns {
		out = append(out, c.Name)
	}
	lines := []string{strings.Join(out, ",")}
	for _, row := range got.Rows {
		out = nil
		for _, v := range row {
			text := textOf(v)
			if v == nil {
				text = "null"
			}
			out = append(out, text)
		}
		lines = append(lines, strings.Join(out, ","))
	}
	return strings.Join(lines, " | ")
}

func TestStages(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"resources | project name", "name | web-1 | web-2 | db"},
		{"RESOURCES | project name | limit 1", "name | web-1"},
		{"project name | take 1", "name | web-1"},
		{"where type == 'sql' | project name // a comment", "name | db"},
		{"resources | where location == 'westeurope' and size > 2 | project name", "name | web-1"},
		{"resources | project n = name, properties.os, properties['os'], properties.owner.name | take 1", ""},
		{"resources | project name, os = tostring(properties.os) | order by os asc", "name,os | db, | web-1,Linux | web-2,windows"},
		{"resources | order by size asc | project name", "name | db | web-2 | web-1"},
		{"resources | order by size desc | project name", "name | web-1 | web-2 | db"},
		{"resources | sort by size | project name", "name | web-1 | web-2 | db"},
		{"resources | order by size asc nulls last, name desc | project name", "name | web-2 | web-1 | db"},
		{"resources | top 1 by price desc | project name", "name | web-2"},
		{"resources | count", "Count | 3"},
		{"resources | distinct location", "location | westeurope | northeurope"},
		{"resources | summarize count() by location", "location,count_ | westeurope,2 | northeurope,1"},
		{"resources | summarize n = count(), total = sum(size), avg(price) by type | order by type asc", "type,n,total,avg_price | sql,1,0,null | vm,2,6,0.75"},
		{"resources | summarize by type", "type | vm | sql"},
		{"resources | where name == 'none' | summarize count(), max(size)", "count_,max_size | 0,null"},
		{"resources | where name == 'none' | summarize count() by type", "type,count_"},
		{"resources | summarize countif(size > 2), dcount(location), min(made), make_list(name), make_set(location)",
			`countif_,dcount_location,min_made,list_name,set_location | 1,2,2026-10-01T00:00:00.0000000Z,["web-1","web-2","db"],["westeurope","northeurope"]`},
		{"resources | summarize arg_max(size, name, location) by type", "type,size,name,location | vm,4,web-1,westeurope | sql,null,null,null"},
		{"resources | summarize count() by os = tolower(tostring(properties.os)) | order by os asc", "os,count_ | ,1 | linux,1 | windows,1"},
		{"resources | summarize any(name) by type", "type,any_name | vm,web-1 | sql,db"},
		{"resources | extend big = size > 2, name = toupper(name) | project name, big", "name,big | WEB-1,true | WEB-2,false | DB,false"},
		{"resources | project-away id, t*, made, properties, s*, price | take 1", "name,location | web-1,westeurope"},
		{"resources | project-rename title = name | project title | take 1", "title | web-1"},
		{"resources | mv-expand d = properties.disks | project name, gb = toint(d.gb)", "name,gb | web-1,30 | web-1,60 | web-2,null | db,null"},
		{"resources | mv-expand with_itemindex=i properties.managers to typeof(string) | where name == 'db' | project i, properties_managers", "i,properties_managers | 0,x | 1,y"},
		{"resources | mv-expand d = properties.disks limit 1 | project name, d", `name,d | web-1,{"gb":30} | web-2,null | db,null`},
		{"resources | mv-expand bagexpansion=bag tags | where name == 'web-1' | project tags", `tags | {"env":"prod"}`},
		{"resources | join kind=inner (containers | project location = name, kind) on location | project name, kind, location1", "name,kind,location1 | web-1,region,westeurope | web-2,region,westeurope"},
		{"resources | join (containers | project location = name) on location | project name", "name | web-1"},
		{"resources | join kind=leftouter (containers | project region = name, kind) on $left.location == $right.region | project name, kind", "name,kind | web-1,region | web-2,region | db,"},
		{"resources | project name, location | join kind=fullouter (containers | project region = name) on $left.location == $right.region | project name, region | order by name asc, region asc",
			"name,region | ,southeurope | db, | web-1,westeurope | web-2,westeurope"},
		{"resources | project name | union (containers | project name, kind)", "name,kind | web-1, | web-2, | db, | westeurope,region | southeurope,region"},
		{"resources | project name, type | union kind=inner withsource=from (containers | project name, kind) | take 1", "from,name | union_arg0,web-1"},
		{"resources | project name | union containers | count", "Count | 5"},
		{"resources | where name == 'web-1' | parse id with * '/' rest | project rest", "rest | a"},
		{"resources | parse name with kind '-' number:long | project kind, number", "kind,number | web,1 | web,2 | ,null"},
		{"resources | project tolower(name), strlen(name) | take 1", "Column1,Column2 | web-1,5"},
		{"resources | summarize count(), count() by type, type1 = type | take 1", "type,type1,count_,count_1 | vm,vm,2,2"},
		{"resources | project ['a b'] = name | project ['a b'] | take 1", "a b | web-1"},
	} {
		if c.want == "" {
			c.want = "n,properties_os,properties_os1,properties_owner_name | web-1,Linux,Linux,alice"
			c.query = "resources | project n = name, properties.os, properties_os1 = properties['os'], properties.owner.name | take 1"
		}
		if got := ask(t, c.query); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.query, got, c.want)
		}
	}
}

func TestConditions(t *testing.T) {
	for condition, want := range map[string]string{
		"name == 'web-1'": "web-1", "name =~ 'WEB-1'": "web-1", "name != 'db'": "web-1 web-2", "name !~ 'DB'": "web-1 web-2",
		"name has 'web'": "web-1 web-2", "name has 'we'": "", "name !has 'web'": "db", "name has_cs 'WEB'": "", "name hasprefix 'we'": "web-1 web-2", "location hassuffix 'europe'": "web-1 web-2 db",
		"name contains 'EB'": "web-1 web-2", "name contains_cs 'EB'": "", "name !contains 'b-'": "db", "name startswith 'W'": "web-1 web-2", "name startswith_cs 'W'": "",
		"name !startswith 'w'": "db", "name endswith '-2'": "web-2", "name !endswith_cs '-2'": "web-1 db",
		"name in ('db', 'web-2')": "web-2 db", "name in~ ('DB')": "db", "name !in ('db')": "web-1 web-2", "name !in~ ('DB')": "web-1 web-2", "name in (dynamic(['db','web-1']))": "web-1 db",
		"name has_any ('1', 'db')": "web-1 db", "name has_all ('web', '2')": "web-2",
		"size between (2 .. 3)": "web-2", "size !between (2 .. 3)": "web-1 db", "made between (ago(30d) .. now())": "web-2 db", "made between (datetime(2026-10-01) .. 1d)": "web-1",
		"made > ago(7d)": "db", "made >= datetime(2026-10-15T00:00:00Z) and made < datetime(2026-11-01)": "web-2", "made > now(-7d)": "db",
		"name matches regex '^web-[0-9]$'": "web-1 web-2",
		"isempty(properties.os)":           "db", "isnotempty(properties.os)": "web-1 web-2", "isnull(size)": "db", "isnotnull(size)": "web-1 web-2", "not(name has 'web')": "db",
		"properties.os == 'Linux'": "web-1", "properties.os != 'Linux'": "web-2 db", "properties.os =~ 'WINDOWS'": "web-2", "properties['it\\'s'] == 1": "web-2", "properties.['it\\'s'] == 1": "web-2",
		"array_length(properties.disks) == 2": "web-1", "properties.disks[0].gb == 30": "web-1", "properties.disks[-1].gb > 50": "web-1", "tags.env == 'prod' or name == 'db'": "web-1 db",
		"tags['env'] has 'PROD'": "web-1", "properties has 'alice'": "web-1", "size * 2 - 4 == 4": "web-1", "size % 4 == 0": "web-1", "price == 1": "web-2", "size == 4.0": "web-1",
		"name == \"web-1\" or (name == @'db' and true)": "web-1 db", "set_has_element(properties.managers, 'y')": "db", "isnull(properties.owner) == false": "web-1", "-size < -3": "web-1",
		"now() - made > 30d": "web-1", "startofmonth(made) == datetime(2026-10-01)": "web-1 web-2", "datetime_diff('day', now(), made) == 5": "db", "(1 + 2) * 3 == 9 and name has 'db'": "db",
	} {
		got := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(ask(t, "resources | where "+condition+" | project name"), "name"), " | "), " | ", " ")
		if got != want {
			t.Errorf("%s: got %q, want %q", condition, got, want)
		}
	}
}

func TestFunctions(t *testing.T) {
	for call, want := range map[string]string{
		"tostring(1)": "1", "tostring(1.0)": "1.0", "tostring(true)": "true", "tostring(dynamic({'a':[1,2.5,null]}))": `{"a":[1,2.5,null]}`, "tolower('AbC')": "abc", "toupper('abc')": "ABC",
		"toint('42')": "42", "toint('x')": "null", "tolong(3.9)": "3", "toreal('1.5')": "1.5", "tobool('TRUE')": "true", "tobool('x')": "null", "todatetime('2026-10-01')": "2026-10-01T00:00:00.0000000Z",
		"totimespan('1.02:03:04')": "1.02:03:04", "parse_json('{\"a\":{\"b\":7}}').a.b": "7", "todynamic('[1,2]')[1]": "2", "strcat('a', 1, true)": "a1true", "strcat_delim('-', 'a', 'b')": "a-b",
		"split('a/b/c', '/')[2]": "c", "split('a/b/c', '/')": `["a","b","c"]`, "split('a/b', '/', 1)": `["b"]`, "array_length(dynamic([1,2,3]))": "3", "coalesce('', 'b')": "b",
		"coalesce(properties.nothing, 'none')": "none", "iff(1 < 2, 'yes', 'no')": "yes", "iif(false, 1, 2)": "2", "case(1 > 2, 'a', 2 > 1, 'b', 'c')": "b", "case(false, 'a', 'c')": "c",
		"replace('b+', 'x', 'abbc')": "axc", "replace_string('a.b.c', '.', '-')": "a-b-c", "replace_regex('ab12', '([a-z]+)([0-9]+)', '\\\\2\\\\1')": "12ab", "substring('abcdef', 2)": "cdef",
		"substring('abcdef', 2, 2)": "cd", "substring('abc', -2)": "bc", "strlen('żółw')": "4", "extract('/resourceGroups/([^/]+)', 1, '/x/resourceGroups/rg-1/y')": "rg-1", "extract('z', 0, 'abc')": "",
		"indexof('hello', 'l')": "2", "indexof('hello', 'z')": "-1", "trim('-', '--a--')": "a", "trim_start('-', '-a-')": "a-", "trim_end('-', '-a-')": "-a", "now()": "2026-11-06T12:00:00.0000000Z",
		"ago(1d)": "2026-11-05T12:00:00.0000000Z", "1d + 2h": "1.02:00:00", "datetime(2026-11-06) - datetime(2026-11-01)": "5.00:00:00", "startofday(now())": "2026-11-06T00:00:00.0000000Z",
		"endofmonth(now())": "2026-11-30T23:59:59.9999999Z", "bin(7, 5)": "5", "bin(now(), 1d)": "2026-11-06T00:00:00.0000000Z", "round(2.567, 1)": "2.6", "abs(-3)": "3", "7 / 2": "3", "7 / 2.0": "3.5",
		"7 / 0": "null", "bag_keys(dynamic({'b':1,'a':2}))": `["a","b"]`, "pack('a', 1)": `{"a":1}`, "pack_array(1, 'x')": `[1,"x"]`, "array_concat(dynamic([1]), dynamic([2]))": "[1,2]",
		"strcat_array(dynamic(['a','b']), ',')": "a,b", "gettype(dynamic([]))": "array", "'it\\'s \\u0041\\n'": "it's A\n", "@'c:\\x'": "c:\\x", "max_of(1, 3, 2)": "3", "min_of(1.5, 3)": "1.5",
		"guid(11111111-1111-4111-8111-111111111111)": "11111111-1111-4111-8111-111111111111", "int(null)": "null", "isnull(long(null))": "true", "array_index_of(dynamic(['a','b']), 'b')": "1", "strcmp('a','b')": "-1",
	} {
		if got := strings.TrimPrefix(ask(t, "resources | take 1 | project x = "+call), "x | "); got != want {
			t.Errorf("%s: got %q, want %q", call, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		query   string
		kind    Kind
		column  int
		token   string
		message string
	}{
		{"where where", Syntax, 11, "<EOF>", ""}, // as Azure's own answer places it
		{"", Syntax, 0, "<EOF>", ""},
		{"resources |", Syntax, 11, "<EOF>", ""},
		{"resources | where name ==", Syntax, 25, "<EOF>", ""},
		{"resources | where name == 'a' ; resources", Syntax, 30, ";", ""},
		{"resources | mv-apply x = tags on (take 1)", Syntax, 12, "mv-apply", ""},
		{"resources | evaluate bag_unpack(tags)", Syntax, 12, "evaluate", ""},
		{"resources | where name = 'a'", Syntax, 23, "=", ""},
		{"resources | where (name == 'a'", Syntax, 30, "<EOF>", ""},
		{"resources | where name == 'a", Syntax, 26, "'a", ""},
		{"let x = 1; resources", Syntax, 4, "x", ""},
		{"nothing | take 1", Table, 0, "nothing", "invalid, unsupported or disallowed"},
		{"resources | where nme == 'a'", Semantic, 18, "nme", "Failed to resolve column or scalar expression named 'nme'"},
		{"resources | where Name == 'a'", Semantic, 18, "Name", "Failed to resolve"},
		{"resources | project f(name)", Semantic, 20, "f", "Unknown function"},
		{"resources | where count() > 1", Semantic, 18, "count", "only in summarize"},
		{"resources | summarize name", Semantic, 22, "name", "aggregate function"},
		{"resources | summarize count() by properties.os", Semantic, 33, "properties", "is of a 'dynamic' type"},
		{"resources | distinct tags", Semantic, 21, "tags", "dynamic"},
		{"resources | order by properties.os", Semantic, 31, ".", "dynamic"},
		{"resources | where name > 'a'", Semantic, 23, ">", "Cannot compare values of types string and string"},
		{"resources | where size == 'a'", Semantic, 23, "==", "Cannot compare"},
		{"resources | where size has 'a'", Semantic, 23, "has", "cannot be applied"},
		{"resources | where size", Semantic, 18, "size", "type bool"},
		{"resources | where tolower(size) == 'a'", Semantic, 26, "size", "string expression"},
		{"resources | where name matches regex '('", Semantic, 37, "'('", "regular expression"},
		{"resources | extend x = extract('(', 0, name)", Semantic, 31, "'('", "regular expression"},
		{"resources | project name, name", Semantic, 26, "name", "already exists"},
		{"resources | mv-expand name", Semantic, 22, "name", "dynamic type"},
		{"resources | join kind=cross containers on name", Semantic, 22, "cross", "not supported"},
		{"resources | join hint.strategy=broadcast containers on name", Semantic, 17, "hint", "hints"},
		{"resources | join containers on properties", Semantic, 31, "properties", "dynamic"},
		{"resources | join containers on type", Semantic, 31, "type", "Failed to resolve"},
		{"resources | join containers on $left.name == $left.type", Semantic, 42, "==", "only column entities"},
		{"resources | limit size", Semantic, 18, "size", "Failed to resolve"},
		{"resources | limit -1", Semantic, 18, "-", "not negative"},
		{"resources | mv-expand tags limit 500", Semantic, 33, "500", "cannot be more than 400"},
		{"resources" + strings.Repeat("| join containers on name", 4), Limit, 0, "", "3 join"},
		{"resources" + strings.Repeat("| mv-expand tags", 4), Limit, 0, "", "3 mv-expand"},
		{"resources" + strings.Repeat("| union containers", 4), Limit, 0, "", "3 union"},
		{"resources | where " + strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000), Limit, 0, "", "nested"},
		{"resources | where " + strings.Repeat("not(", 1000) + "true" + strings.Repeat(")", 1000), Limit, 0, "", "nested"},
		{"resources" + strings.Repeat("| take 1", 101), Limit, 0, "", "stages"},
		{strings.Repeat(" ", maxText) + "resources", Limit, 0, "", "longer"},
	} {
		_, err := Compile(c.query, catalog())
		var got *Error
		if !errors.As(err, &got) {
			t.Errorf("%.60s: got %v, want an error of the package", c.query, err)
			continue
		}
		if got.Kind != c.kind || got.Column != c.column || got.Token != c.token || !strings.Contains(got.Message, c.message) || got.Line != 1 {
			t.Errorf("%.60s: got %+v, want %+v", c.query, got, c)
		}
	}
	_, err := Compile("resources\n| where name == 'ü' and\n  nme == 1", catalog())
	var got *Error
	if !errors.As(err, &got) || got.Line != 3 || got.Column != 2 {
		t.Errorf("the place of an error: %+v", got)
	}
}

// TestBudgets: what would grow without end is ended, in little time.
func TestBudgets(t *testing.T) {
	double := strings.Repeat("| extend name = strcat(name, name)", 60)
	nest := strings.Repeat("| extend tags = pack_array(tags, tags)", 60)
	for _, query := range []string{
		"resources" + double, "resources" + nest + "| project tostring(tags)", "resources" + strings.Repeat("| extend name = replace_string(name, '', name)", 3) + double,
		"resources | extend k = 1 | join kind=inner (resources | extend k = 1) on k " + nest,
	} {
		q, err := Compile(query, catalog())
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Run(context.Background(), instant, rows(t))
		var limit *Error
		if !errors.As(err, &limit) || limit.Kind != Limit {
			t.Errorf("%.80s: got %v, want a limit", query, err)
		}
	}
	q, err := Compile("resources | extend k = 1 | join kind=inner (resources | extend k = 1) on k | join kind=inner (resources | extend k = 1) on k", catalog())
	if err != nil {
		t.Fatal(err)
	}
	many := make([]map[string]any, 3000)
	for i := range many {
		many[i] = map[string]any{"name": "x"}
	}
	if _, err = q.Run(context.Background(), instant, func(string) []map[string]any { return many }); err == nil {
		t.Error("a join of 27 thousand million rows was answered")
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, err = q.Run(ended, instant, func(string) []map[string]any { return many }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestLimited(t *testing.T) {
	for query, want := range map[string]bool{"resources": false, "resources | take 5": true, "resources | top 3 by name": true, "resources | order by name": false} {
		q, err := Compile(query, catalog())
		if err != nil {
			t.Fatal(err)
		}
		if q.Limited() != want {
			t.Errorf("%s: limited %v", query, !want)
		}
	}
}
