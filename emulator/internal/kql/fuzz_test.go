package kql

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// FuzzQuery: any text is either refused with an error of the package or
// answered, in bounded time, with rows as wide as the columns that JSON can
// hold.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"resources | where type =~ 'vm' and tags['env'] has_any ('a', \"b\") | project id, properties.disks[0].gb",
		"resources | extend x = strcat(name, '-', toint(size)) | summarize n = count(), make_set(x) by bin(made, 1d), location | order by n desc nulls last | take 5",
		"resources | mv-expand with_itemindex=i d = properties.disks to typeof(dynamic) limit 3 | extend gb = toint(d.gb) | summarize arg_max(gb, *) by name",
		"resources | join kind=leftouter (containers | project region = name, kind) on $left.location == $right.region | project-away region*",
		"resources | parse id with * '/' rest:string | union withsource=t kind=inner (containers | distinct name) | count",
		"resources | where made between (ago(30d) .. now()) and name matches regex @'^w.*[0-9]+$' | top 3 by price asc",
		"where not(isempty(parse_json('{\"a\":[1,2.5,null]}').a[-1])) | extend y = case(size > 1, 'a', iff(true, 'b', replace('x', '\\\\1', name)))",
		"resources | project d = dynamic({'a':[1,{'b':null}]}), datetime(2026-10-01), timespan(1.02:03:04), guid(11111111-1111-4111-8111-111111111111), 1e3, 5m",
	} {
		f.Add(seed)
	}
	get := rows(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Compile(text, catalog())
		var refused *Error
		if err != nil {
			if !errors.As(err, &refused) || refused.Line < 1 || refused.Column < 0 || refused.Message == "" {
				t.Fatalf("%q is refused with %#v", text, err)
			}
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		got, err := q.Run(ctx, instant, get)
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("%q ends with %v", text, err)
			}
			return
		}
		for _, row := range got.Rows {
			if len(row) != len(got.Columns) {
				t.Fatalf("%q: %d values in %d columns", text, len(row), len(got.Columns))
			}
			if _, err := json.Marshal(row); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		if again, err := q.Run(ctx, instant, get); err != nil || len(again.Rows) != len(got.Rows) {
			t.Fatalf("%q: the second run differs: %v", text, err)
		}
	})
}
