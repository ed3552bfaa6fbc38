package emulator

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseFilter(t *testing.T) {
	for text, want := range map[string]string{
		"": "map[] map[] map[] map[] map[]", "atScope()": "map[] map[] map[atscope:] map[] map[]",
		"atScope() and assignedTo('x')":                                   "map[] map[] map[assignedto:x atscope:] map[] map[]",
		"principalId eq 'a b'":                                            "map[principalid:a b] map[] map[] map[] map[]",
		"PrincipalID EQ 'a' AND status eq 'it''s and so on'":              "map[principalid:a status:it's and so on] map[] map[] map[] map[]",
		"status in ('a', 'b')":                                            "map[] map[status:[a b]] map[] map[] map[]",
		"time ge '2026-10-01T00:00:00Z' and time le 2026-10-02T00:00:00Z": "map[] map[] map[] map[time:2026-10-01T00:00:00Z] map[time:2026-10-02T00:00:00Z]",
		"principalId eq":                                                  "", "principalId eq 'a' or status eq 'b'": "", "colour eq 'red'": "", "principalId ne 'a'": "", "principalId eq 'a": "", "atScope(": "", "atScope() and": "",
		"principalId eq 'a' 'b'": "", "status in ()": "", "status in ('a'": "", "eq eq eq": "", "()": "", "'a' eq status": "",
	} {
		f, err := parseFilter(text, "principalId", "status", "time")
		if err != nil {
			if want != "" || asAPIError(err).code != "InvalidFilter" {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if got := fmt.Sprint(f.equal, f.in, f.call, f.after, f.until); got != want {
			t.Errorf("%q: got %s, want %q", text, got, want)
		}
	}
	f, err := parseFilter("atScope()", "status")
	if err != nil || f.onlyCalls() == nil || f.onlyCalls("atscope") != nil {
		t.Errorf("a function stands where none can: %v", err)
	}
}

// FuzzParseFilter: any text is read or refused, and what was read says the
// same when written again.
func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{
		"", "atScope() and principalId eq '0d8a6c3e-5f0b-4c7e-9b8a-000000000001'", "status in ('a','b''c')", "time ge '2026-10-01T00:00:00Z' and time lt 2026-10-02",
		"principalId+eq+'x'", "assignedTo( 'x' )", "a:b eq c:'d'", "((", "' and '",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseFilter(text, "principalId", "status", "time")
		if err != nil {
			var refused *apiError
			if !errors.As(err, &refused) || refused.status != 400 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		var parts []string
		for _, x := range got.terms {
			quoted := "'" + strings.ReplaceAll(x.value, "'", "''") + "'"
			switch x.operator {
			case "":
				parts = append(parts, x.name+"("+quoted+")")
			case "in":
				return // the values of several lists are put together
			default:
				parts = append(parts, x.name+" "+x.operator+" "+quoted)
			}
		}
		again, err := parseFilter(strings.Join(parts, " and "), "principalId", "status", "time")
		if err != nil || fmt.Sprint(again.terms) != fmt.Sprint(got.terms) {
			t.Fatalf("%q is read as %v, and that as %v, %v", text, got.terms, again, err)
		}
	})
}
