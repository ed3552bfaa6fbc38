package acceptance

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// az is the Azure CLI of one person or robot: a configuration folder of its
// own, in which it stays signed in.
type az struct {
	*local
	t    *testing.T
	path string
	home string
	env  map[string]string
}

// newAz returns a CLI to which nobody has signed in. It knows the emulator by
// its metadata, as ARM_CLOUD_METADATA_URL lets it.
func newAz(t *testing.T, c *local) *az {
	t.Helper()
	if os.Getenv("PHAROS_ACCEPTANCE") == "" {
		t.Skip("az takes a second or two for each of some hundred commands; make acceptance runs these tests")
	}
	a := &az{local: c, t: t, home: t.TempDir(), env: c.clientEnv()}
	a.path = need(t, "az", "on Debian 12: apt-get install --no-install-recommends azure-cli")
	shim, err := filepath.Abs("testdata/az-shim")
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(a.home, "azure")
	if err := os.Mkdir(config, 0o700); err != nil { // az wants it to be there to read metadata
		t.Fatal(err)
	}
	maps.Copy(a.env, map[string]string{
		"AZURE_CONFIG_DIR": config, "PYTHONPATH": shim,
		"ARM_CLOUD_METADATA_URL": c.url + "/metadata/endpoints?api-version=2019-05-01", "AZURE_CLOUD_NAME": "PharosEmulator",
		"AZURE_CORE_COLLECT_TELEMETRY": "no", "AZURE_CORE_SURVEY_MESSAGE": "no", "AZURE_CORE_NO_COLOR": "yes",
		"AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no", "AZURE_CORE_ONLY_SHOW_ERRORS": "yes", "PYTHONDONTWRITEBYTECODE": "1",
	})
	return a
}

// run runs one command; words are split at spaces, more are added as they are.
func (a *az) run(words string, more ...string) ran {
	a.t.Helper()
	return run(a.t, a.home, a.env, a.path, append(strings.Fields(words), more...)...)
}

// does runs a command that succeeds and returns what it printed, decoded;
// nil when it printed nothing.
func (a *az) does(words string, more ...string) any {
	a.t.Helper()
	r := a.run(words, more...)
	if r.status != 0 {
		a.t.Fatalf("az %s %s ended with %d:\n%s%s", words, more, r.status, r.out, r.err)
	}
	if strings.TrimSpace(r.out) == "" {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(r.out), &v); err != nil {
		a.t.Fatalf("az %s printed no JSON: %v\n%s", words, err, r.out)
	}
	return v
}

// refuses runs a command that fails with an exit status and these texts.
func (a *az) refuses(status int, texts []string, words string, more ...string) {
	a.t.Helper()
	r := a.run(words, more...)
	if r.status != status {
		a.t.Errorf("az %s %s ended with %d, want %d:\n%s%s", words, more, r.status, status, r.out, r.err)
		return
	}
	has(a.t, r.err, texts...)
}

// robot signs a service principal of the scenario in. A robot whose tenant
// has nothing yet wants "--allow-no-subscriptions" besides.
func robot(t *testing.T, c *local, tenant, name, secret string, more ...string) *az {
	t.Helper()
	a := newAz(t, c)
	a.does("login --service-principal --tenant "+id("tenant", "", tenant)+" -u "+appID(tenant, name)+" -p "+secret, more...)
	return a
}

// person signs a person in by password.
func person(t *testing.T, c *local, tenant, upn, password string) *az {
	t.Helper()
	a := newAz(t, c)
	a.does("login --tenant " + tenant + " -u " + upn + " -p " + password + " --allow-no-subscriptions")
	return a
}

// device signs a person in by device code: az prints a code, and somebody
// enters it. It returns the accounts that az found.
func (a *az) device(person string, words string) any {
	a.t.Helper()
	c := command(a.t, a.home, a.env, a.path, append([]string{"login", "--use-device-code"}, strings.Fields(words)...)...)
	var out, said bytes.Buffer
	c.Stdout = &out
	stderr, err := c.StderrPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	c.Env = append(c.Env, "AZURE_CORE_ONLY_SHOW_ERRORS=no") // the code is told as a warning
	if err := c.Start(); err != nil {
		a.t.Fatal(err)
	}
	code := regexp.MustCompile(`"user_code": "([A-Z0-9]+)"`)
	for lines := bufio.NewScanner(io.TeeReader(stderr, &said)); lines.Scan(); {
		if m := code.FindStringSubmatch(lines.Text()); m != nil {
			a.post(a.t, "/emulator/device", `{"user_code": "`+m[1]+`", "principal": "`+person+`"}`)
		}
	}
	r := finish(a.t, c.Wait(), &out, &said)
	if r.status != 0 {
		a.t.Fatalf("the sign-in by device code of %s ended with %d:\n%s%s", person, r.status, r.out, r.err)
	}
	var v any
	if err := json.Unmarshal([]byte(r.out), &v); err != nil {
		a.t.Fatalf("%v\n%s", err, r.out)
	}
	return v
}

// post makes one of the emulator's own calls.
func (c *local) post(t *testing.T, path, body string) {
	t.Helper()
	pem, err := os.ReadFile(c.ca())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Post(c.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	if answer.StatusCode != http.StatusOK {
		text, err := io.ReadAll(answer.Body)
		t.Fatalf("POST %s: %s %s (%v)", path, answer.Status, text, err)
	}
}
