package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// crawl asks an emulator everything that can be asked by GET: every route of
// its table, by everybody who can sign in, at every scope, and for every
// object that a list told of. It returns the answers by caller and address;
// with some callers given, theirs only.
func crawl(t testing.TB, e *Emulator, callers ...pharos.PrincipalID) map[string]string {
	t.Helper()
	answers := map[string]string{}
	for _, tn := range e.world.tenants {
		for _, p := range tn.principals {
			if p.kind == pharos.Group || !p.able().at(e.Now()) || (callers != nil && !slices.Contains(callers, p.id)) {
				continue
			}
			raw, err := e.accessToken(p, p.appID, loopback, e.Now())
			if err != nil {
				t.Fatal(err)
			}
			maps.Copy(answers, crawlAs(t, e, tn.name+"/"+string(p.id), raw))
		}
	}
	return answers
}

// unaskable are routes whose GET changes something, or that say nothing of the
// world and much of Azure.
var unaskable = regexp.MustCompile(`^/emulator/(coverage|state)|/partners/billing/operations/|roleDefinitions`)

// few bounds how many objects of a list are asked for, from either end.
const few = 4

func crawlAs(t testing.TB, e *Emulator, who, raw string) map[string]string {
	answers := map[string]string{}
	lists := map[string][]string{} // what each list's pattern told of, by pattern
	ask := func(r *route, path string) {
		query := "?"
		if r.service == arm {
			query = "?api-version=2022-04-01"
			if n := len(r.versions); n > 0 {
				query = "?api-version=" + r.versions[n-1]
			}
		}
		got := do(t, e, http.MethodGet, path+query, raw, "")
		answers[who+" "+path] = http.StatusText(got.status) + " " + withoutRequestIDs(got.text)
		if got.status == http.StatusOK {
			lists[strings.ToLower(r.pattern)] = append(lists[strings.ToLower(r.pattern)], told(got.text)...)
		}
	}
	routes := slices.Clone(e.router.routes)
	slices.SortStableFunc(routes, func(a, b route) int { return strings.Count(a.pattern, "/") - strings.Count(b.pattern, "/") })
	for i := range routes {
		r := &routes[i]
		if r.method != http.MethodGet || r.service == blob || unaskable.MatchString(r.pattern) {
			continue
		}
		for _, path := range expand(e, r.pattern) {
			head, name, open := strings.Cut(path, "{")
			if !open {
				ask(r, path)
				continue
			}
			rest := name[strings.Index(name, "}")+1:]
			if strings.Contains(rest, "{") {
				continue // an object inside an object
			}
			list := strings.ToLower(r.pattern[:strings.LastIndex(r.pattern, "/{")])
			ids := slices.Compact(slices.Sorted(slices.Values(lists[list])))
			for i, id := range ids {
				if i < few || i >= len(ids)-few {
					ask(r, head+id+rest)
				}
			}
		}
	}
	return answers
}

// expand puts every scope, subscription, resource group and tenant into a pattern.
func expand(e *Emulator, pattern string) []string {
	out := []string{pattern}
	each := func(variable string, values []string) {
		var next []string
		for _, p := range out {
			if !strings.Contains(p, variable) {
				next = append(next, p)
				continue
			}
			for _, v := range values {
				next = append(next, strings.Replace(p, variable, v, 1))
			}
		}
		out = next
	}
	scopes, subs, groups, tenants := []string{""}, []string{}, []string{}, []string{"organizations"}
	for id, s := range e.world.subByID {
		subs = append(subs, string(id))
		scopes = append(scopes, string(pharos.SubscriptionScope(id)))
		for _, g := range s.groups {
			groups = append(groups, g)
			scopes = append(scopes, string(pharos.ResourceGroupScope(id, g)))
		}
	}
	for id := range e.world.tenantByID {
		tenants = append(tenants, string(id))
	}
	each("/{scope...}", scopes)
	each("{sub}", subs)
	each("{group}", groups)
	each("{tenant}", tenants)
	return out
}

// told returns the names of the objects in a list, by which they can be asked for.
func told(text string) []string {
	var out []string
	var body struct{ Value, Items []map[string]any }
	if json.Unmarshal([]byte(text), &body) != nil {
		return nil // no list
	}
	for _, o := range slices.Concat(body.Value, body.Items) {
		for _, key := range []string{"name", "id"} {
			if v, _ := o[key].(string); v != "" {
				out = append(out, v[strings.LastIndex(v, "/")+1:])
				break
			}
		}
	}
	return out
}

// requestIDs are the parts of answers that differ with every call.
var requestIDs = regexp.MustCompile(`"(request-id|client-request-id|trace_id|correlation_id)":"[^"]*"|Trace ID: \S+|Correlation ID: \S+|skiptoken=[^"]*`)

func withoutRequestIDs(text string) string { return requestIDs.ReplaceAllString(text, "") }

// sameAnswers holds two emulators' answers and bills against each other.
func sameAnswers(t testing.TB, was, is *Emulator, callers ...pharos.PrincipalID) {
	t.Helper()
	if !was.Now().Equal(is.Now()) {
		t.Errorf("the clock stood at %v and stands at %v", was.Now(), is.Now())
	}
	want, got := crawl(t, was, callers...), crawl(t, is, callers...)
	for _, at := range slices.Sorted(maps.Keys(want)) {
		if want[at] != got[at] {
			t.Errorf("%s\n was %s\n is  %s", at, want[at], got[at])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d answers became %d", len(want), len(got))
	}
	for m := pharos.MonthOf(was.scenario.start); m <= pharos.MonthOf(was.Now()); m++ {
		for _, format := range []BillFormat{DailyCSV, GraphJSONL} {
			var a, b strings.Builder
			if err := was.WriteBill(&a, m, format); err != nil {
				t.Fatal(err)
			}
			if err := is.WriteBill(&b, m, format); err != nil {
				t.Fatal(err)
			}
			if a.String() != b.String() {
				t.Errorf("the bill of %s differs:\n%s\n%s", m, a.String(), b.String())
			}
		}
	}
}

// TestCrawl_Reaches makes sure that the crawl is worth something.
func TestCrawl_Reaches(t *testing.T) {
	answers := crawl(t, emulate(t))
	good := 0
	for _, a := range answers {
		if strings.HasPrefix(a, "OK ") {
			good++
		}
	}
	t.Logf("%d answers, %d of them good", len(answers), good)
	if good < 300 {
		t.Errorf("%d answers, and only %d of them good", len(answers), good)
	}
}
