package spec

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

// recording is a file of exchanges with the real Azure.
type recording struct{ Exchanges []*recorded }

// recorded is one exchange. Those with the source "same", or none, go on from
// the state that the one before left.
type recorded struct {
	Source  string
	Request struct {
		Method, Path string
		Body         json.RawMessage
		Headers      map[string]string
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    any
	}
	name string // for the table of differences
}

// replayer plays the state in which a recording began, and knows who called.
type replayer struct {
	*azure
	who robot
}

// TestRecordings replays every recorded exchange and compares the answers.
func TestRecordings(t *testing.T) {
	x := explanations(t, "## Recorded exchanges")
	for _, file := range files(t, "*/recordings/*.json") {
		var r recording
		readJSON(t, file, &r)
		area := filepath.Base(filepath.Dir(filepath.Dir(file)))
		t.Run(area, func(t *testing.T) {
			if len(r.Exchanges) == 0 {
				t.Fatal("the file holds no exchange")
			}
			var chain []*recorded
			for i, e := range r.Exchanges {
				e.name = fmt.Sprintf("%s %d", area, i+1)
				if len(chain) > 0 && e.Source != "same" && e.Source != "" {
					replay(t, area, chain, x)
					chain = nil
				}
				chain = append(chain, e)
			}
			replay(t, area, chain, x)
		})
	}
	x.allUsed(t)
}

// replay sends the requests of a chain, each to the address that the recording
// or the answer before it names.
func replay(t *testing.T, area string, chain []*recorded, x *explained) {
	t.Helper()
	begin, known := map[string]func(*testing.T, []*recorded) replayer{
		"managementpartner": beforeLinks, "managedservices": beforeDelegation,
	}[area]
	if !known {
		t.Fatalf("no scenario is known for recordings of %s", area)
	}
	a := begin(t, chain)
	var last http.Header
	for _, e := range chain {
		path := e.Request.Path
		if strings.HasPrefix(path, "{") {
			path = last.Get(strings.Trim(path, "{}"))
		}
		body := string(e.Request.Body)
		if body == "null" {
			body = ""
		}
		a.keepTime(e)
		got := a.call(e.Request.Method, path, body, &a.who)
		last = got.header
		compare(t, e, got, x)
	}
}

// keepTime moves the clock to when the recorded answer was given, if it says.
func (r *replayer) keepTime(e *recorded) {
	r.t.Helper()
	when, err := time.Parse(time.RFC3339Nano, text(e.Response.Body, "properties", "updatedTime"))
	if err != nil || when.Before(r.Now()) {
		return
	}
	if err := r.SetTime(when); err != nil {
		r.t.Fatal(err)
	}
}

// text is a text inside a JSON value, "" where there is none.
func text(v any, path ...string) string {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	s, _ := v.(string)
	return s
}

// compare notes how an answer differs from the recorded one.
func compare(t *testing.T, e *recorded, got answer, x *explained) {
	t.Helper()
	if got.status != e.Response.Status {
		x.note(t, e.name, fmt.Sprintf("status %d", got.status))
	}
	for name, want := range e.Response.Headers {
		if is := got.header.Get(name); form(name, is) != form(name, want) {
			t.Logf("%s: %s: recorded %q, answered %q", e.name, name, want, is)
			x.note(t, e.name, strings.ToLower(name))
		}
	}
	for _, member := range differences(e.Response.Body, got.json(t), "") {
		x.note(t, e.name, member)
	}
}

// differences lists the members that are missing ("-"), added ("+") or have
// another value.
func differences(want, got any, at string) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{at}
		}
		var out []string
		for k := range w {
			if _, there := g[k]; !there {
				out = append(out, "-"+at+"."+k)
				continue
			}
			out = append(out, differences(w[k], g[k], at+"."+k)...)
		}
		for k := range g {
			if _, there := w[k]; !there {
				out = append(out, "+"+at+"."+k)
			}
		}
		sort.Strings(out)
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return []string{at}
		}
		var out []string
		for i := range w {
			out = append(out, differences(w[i], g[i], at+"[]")...)
		}
		return slices.Compact(out)
	default:
		if fmt.Sprint(want) != fmt.Sprint(got) {
			return []string{at}
		}
		return nil
	}
}
