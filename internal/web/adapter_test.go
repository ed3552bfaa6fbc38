package web

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

// Every code of the root's closed set has a status of its own choosing.
func TestStatuses_Complete(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != "Code" {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes++
		if _, ok := statuses()[pharos.Code(value)]; !ok {
			t.Errorf("code %q has no HTTP status", value)
		}
		return true
	})
	if codes == 0 {
		t.Fatal("no code found in error.go")
	}
	if codes != len(statuses()) {
		t.Errorf("%d statuses for %d codes", len(statuses()), codes)
	}
}

func TestErrors(t *testing.T) {
	missing := "/months/2026-10/customers/" + string(tenant(99))
	sub := "/months/2026-10/subscriptions/" + string(subscription(1))
	for _, tt := range []struct {
		path    string
		status  int
		code    pharos.Code
		message string
	}{
		{"/nowhere", 404, pharos.NotFound, "there is no page at /nowhere"},
		{"/months/october", 400, pharos.Invalid, `"october" is not a month`},
		{"/months/2031-01", 404, pharos.NotFound, "there is no usage for 2031-01"},
		{"/months?month=13", 400, pharos.Invalid, `"13" is not a month`},
		{"/months/2026-10?currency=XXX", 404, pharos.NotFound, `2026-10 has no usage in "XXX"`},
		{"/months/2026-10?currency=EUR&page=0", 400, pharos.Invalid, `"0" is not a page number`},
		{"/months/2026-10?currency=EUR&page=2", 404, pharos.NotFound, "there is no page 2: the last one is 1"},
		{missing, 404, pharos.NotFound, "customer " + string(tenant(99)) + " has no usage in 2026-10"},
		{"/months/2026-10/customers/fabrikam", 400, pharos.Invalid, `"fabrikam" is not a GUID`},
		{"/months/2026-10/subscriptions/prod", 400, pharos.Invalid, `"prod" is not a GUID`},
		{sub + "/days/9", 400, pharos.Invalid, `"9" is not a date`},
		{sub + "/days/2026-11-09", 404, pharos.NotFound, "2026-11-09 is not a day of 2026-10"},
		{sub + "/days/2026-10-09?verdict=gone", 400, pharos.Invalid, `"gone" is not a verdict`},
		{"/causes/bad-luck", 404, pharos.NotFound, `there is no cause "bad-luck"`},
		{"/coverage?date=today", 400, pharos.Invalid, `"today" is not a date`},
		{"/coverage?state=good", 400, pharos.Invalid, `"good" is not a state of coverage`},
		{"/api/v1/credit?month=x", 400, pharos.Invalid, `"x" is not a month`},
		{"/api/v1/explain/bad-luck", 404, pharos.NotFound, `there is no cause "bad-luck"`},
		{"/api/v2/credit", 404, pharos.NotFound, "there is no page at /api/v2/credit"},
		{"/assets/app.old.css", 404, pharos.NotFound, "there is no /assets/app.old.css"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			s, _ := server(t, sample())
			got := failure(t, s, tt.path, tt.status)
			if got.Code != tt.code || !strings.HasPrefix(got.Message, tt.message) {
				t.Errorf("got %s %q, want %s %q", got.Code, got.Message, tt.code, tt.message)
			}
			if strings.HasPrefix(tt.path, "/api/") {
				return
			}
			w := get(t, s, tt.path)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), "<h1>"+strconv.Itoa(tt.status)+" "+http.StatusText(tt.status)) {
				t.Errorf("HTML: status %d, want a page with %d", w.Code, tt.status)
			}
		})
	}
}

// failure asks as a program does and returns the error.
func failure(t *testing.T, s http.Handler, path string, status int) errorBody {
	t.Helper()
	w := get(t, s, path, "Accept", "application/json")
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	var doc errorDocument
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return doc.Error
}

// What the books say goes through by its code; what is no pharos.Error is our
// mistake, and its text stays in the log.
func TestErrors_OfBooks(t *testing.T) {
	for _, tt := range []struct {
		err     error
		status  int
		message string
	}{
		{pharos.Errorf(pharos.Unavailable, "the ledger is locked").WithHint("wait"), 503, "the ledger is locked"},
		{pharos.Errorf(pharos.Forbidden, "not yours"), 403, "not yours"},
		{errors.New("open /home/alice/pharos.db: no such file"), 500, "something went wrong in Pharos"},
	} {
		s, _ := server(t, &fakeBooks{err: tt.err})
		for _, path := range []string{"/", "/months/2026-10", "/coverage", "/api/v1/credit?month=2026-10", "/api/v1/coverage"} {
			if got := failure(t, s, path, tt.status); got.Message != tt.message {
				t.Errorf("%s: %q, want %q", path, got.Message, tt.message)
			}
		}
	}
}

// A handler that panics is a failed request, not a dead server.
func TestErrors_Panic(t *testing.T) {
	var heard error
	s, err := New(Deps{Books: panicking{}, Clock: october.First().Start, Failed: func(_ context.Context, _ string, err error) { heard = err }})
	if err != nil {
		t.Fatal(err)
	}
	if got := failure(t, s, "/coverage", 500); got.Message != "something went wrong in Pharos" {
		t.Errorf("message %q", got.Message)
	}
	if heard == nil || !strings.Contains(heard.Error(), "panic: the books burn") {
		t.Errorf("heard %v", heard)
	}
}

type panicking struct{ Books }

func (panicking) Now(context.Context) (time.Time, error) { panic("the books burn") }

func TestHealth(t *testing.T) {
	s, _ := server(t, sample())
	if w := get(t, s, "/healthz"); w.Code != 200 || w.Body.String() != `{"status":"ok","version":"v0.0.0-test"}`+"\n" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	s, _ = server(t, &fakeBooks{err: errors.New("gone")})
	if got := failure(t, s, "/healthz", 503); got.Code != pharos.Unavailable {
		t.Errorf("code %s", got.Code)
	}
}

func TestMethods(t *testing.T) {
	s, _ := server(t, sample())
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		w := ask(t, s, method, "/months/2026-10")
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := ask(t, s, http.MethodHead, "/months/2026-10"); w.Code != 200 {
		t.Errorf("HEAD: status %d", w.Code)
	}
}
