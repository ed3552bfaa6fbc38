package spec

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos/emulator"
)

// host is the address under which the recordings were made.
const host = "https://management.azure.com"

// folder is where the documents are.
func folder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PHAROS_AZURE_SPECS")
	if dir == "" {
		t.Skip("PHAROS_AZURE_SPECS names no folder with OpenAPI documents and recordings: the emulator is not held against them here")
	}
	return dir
}

// files are those of the folder that fit a pattern, at least one.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder(t), pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("PHAROS_AZURE_SPECS has no file %s (%v)", pattern, err)
	}
	return found
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// azure is an emulator that plays a scenario, called without a network.
type azure struct {
	*emulator.Emulator
	t *testing.T
}

func play(t *testing.T, scenario string) *azure {
	t.Helper()
	s, err := emulator.ParseScenario("scenario.yaml", []byte(scenario))
	if err != nil {
		t.Fatalf("%v\n%s", err, scenario)
	}
	e, err := emulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return &azure{e, t}
}

// answer is what the emulator said.
type answer struct {
	status int
	header http.Header
	raw    []byte
}

// json reads the body; an empty one is "".
func (a answer) json(t *testing.T) any {
	t.Helper()
	if len(a.raw) == 0 {
		return ""
	}
	var v any
	if err := json.Unmarshal(a.raw, &v); err != nil {
		t.Fatalf("%v: %s", err, a.raw)
	}
	return v
}

// robot is an application of a tenant; all of them have the same secret.
type robot struct{ tenant, app string }

const secret = "s3cret-for-tests"

// token signs a robot in.
func (a *azure) token(r robot) string {
	a.t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {r.app}, "client_secret": {secret}, "scope": {host + "/.default"},
	}
	req := httptest.NewRequest(http.MethodPost, "https://login.microsoftonline.com/"+r.tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, req)
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.AccessToken == "" {
		a.t.Fatalf("no token for %v: %s", r, w.Body)
	}
	return got.AccessToken
}

// request makes a request of a robot; none calls without a token.
func (a *azure) request(method, path, body string, r *robot) *http.Request {
	a.t.Helper()
	if !strings.HasPrefix(path, "https://") {
		path = host + path
	}
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	if r != nil {
		req.Header.Set("Authorization", "Bearer "+a.token(*r))
	}
	return req
}

func (a *azure) call(method, path, body string, r *robot) answer {
	a.t.Helper()
	w := httptest.NewRecorder()
	a.ServeHTTP(w, a.request(method, path, body, r))
	return answer{w.Code, w.Header(), w.Body.Bytes()}
}
