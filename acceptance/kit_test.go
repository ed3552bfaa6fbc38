package acceptance

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
)

// patience ends a client that hangs. They take a second or two each; a machine
// that compiles beside them is slower by ten times.
const patience = 2 * time.Minute

// local is an emulator behind TLS, with the folder of files it hands to clients.
type local struct {
	*emulator.Emulator
	url, dir string
}

// start plays testdata/contoso.yaml for the time of the test.
func start(t *testing.T) *local {
	t.Helper()
	s, err := emulator.ReadScenario("testdata/contoso.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e, err := emulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	c := &local{Emulator: e, dir: t.TempDir()}
	server, err := e.Listen("127.0.0.1:0", c.dir)
	if err != nil {
		t.Fatal(err)
	}
	c.url = server.URL
	if _, err := e.WriteFiles(c.dir, c.url); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return c
}

// ca is the file of the certificate authority that clients are to trust.
func (c *local) ca() string { return filepath.Join(c.dir, "ca.pem") }

// testdata is the path of a file of ours, for a client that runs elsewhere.
func testdata(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// days moves the clock forward.
func (c *local) days(t *testing.T, n int) {
	t.Helper()
	if err := c.SetTime(c.Now().Add(time.Duration(n) * 24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// credited returns, for every day of a month's bill, the resources of a
// subscription that earn, in order; days without any have an empty list.
func (c *local) credited(t *testing.T, month pharos.Month, subscription string) map[string][]string {
	t.Helper()
	var file bytes.Buffer
	if err := c.WriteBill(&file, month, emulator.DailyCSV); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("the bill has %d rows: %v", len(rows), err)
	}
	column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	days := map[string][]string{}
	for _, row := range rows[1:] {
		resource := column(row, "ResourceURI")
		if !strings.Contains(strings.ToLower(resource), subscription) {
			continue
		}
		day := column(row, "UsageDate")[:len("2026-10-01")]
		days[day] = append(days[day], "")[:len(days[day])]
		if column(row, "PartnerEarnedCreditPercentage") != "0" {
			days[day] = append(days[day], filepath.Base(resource))
		}
	}
	for _, list := range days {
		slices.Sort(list)
	}
	return days
}

// id is the id of an object of the scenario, which is made of its name (see
// docs/emulator.md). The owner of a tenant is "".
func id(kind, owner, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(kind+"/"+owner+"/"+name)).String()
}

// The ids that many tests name.
func partnerTenant() string  { return id("tenant", "", "contoso-msp") }
func customerTenant() string { return id("tenant", "", "fabrikam") }
func prod() string           { return id("subscription", "fabrikam", "fabrikam-prod") }
func appID(tenant, name string) string {
	return id("application", tenant, name)
}
func robotID(tenant, name string) string { return id("servicePrincipal", tenant, name) }

// The built-in roles that the tests grant (docs: Azure built-in roles).
const (
	roleReader         = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	roleContributor    = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	roleSupportRequest = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
)

// need returns the path of a program. Without it the test tells nothing: that
// is a failure where tests must be complete, in CI.
func need(t *testing.T, program, install string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		absent(t, program+" is not installed; "+install+", or run: make acceptance")
	}
	return path
}

// absent ends a test whose client is not there.
func absent(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// ran is how a program ended.
type ran struct {
	out, err string
	status   int
}

// run runs a program with nothing of this process's environment but the path
// and what is given.
func run(t *testing.T, dir string, env map[string]string, program string, args ...string) ran {
	t.Helper()
	c := command(t, dir, env, program, args...)
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	return finish(t, c.Run(), &out, &stderr)
}

// finish tells an exit status from a program that did not run at all.
func finish(t *testing.T, err error, out, stderr *bytes.Buffer) ran {
	t.Helper()
	r := ran{out: out.String(), err: stderr.String()}
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.Exited():
		r.status = ended.ExitCode()
	case err != nil:
		t.Fatalf("%v\n%s%s", err, r.out, r.err)
	}
	return r
}

func command(t *testing.T, dir string, env map[string]string, program string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8"}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		c.Env = append(c.Env, name+"="+env[name])
	}
	return c
}

// clientEnv is what makes a client trust the emulator and ask nobody else: a
// proxy at a port on which nobody listens takes every other address.
func (c *local) clientEnv() map[string]string {
	const nobody = "http://127.0.0.1:9"
	return map[string]string{
		"REQUESTS_CA_BUNDLE": c.ca(), "SSL_CERT_FILE": c.ca(), "NODE_EXTRA_CA_CERTS": c.ca(),
		"NO_PROXY": "127.0.0.1", "HTTPS_PROXY": nobody, "HTTP_PROXY": nobody,
	}
}

// has checks that a text holds every one of the others.
func has(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}

// equal checks a value.
func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// write makes a file in dir and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// at reads a value out of decoded JSON by a path such as "properties.0.name";
// nil when there is none.
func at(v any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i := slices.Index([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, step)
			if i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// holds checks values of decoded JSON: pairs of a path and what is there.
func holds(t *testing.T, v any, pairs ...any) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		path, _ := pairs[i].(string)
		if got := at(v, path); got != pairs[i+1] {
			text, err := json.Marshal(v)
			t.Errorf("%s: got %v, want %v (%v) in\n%s", path, got, pairs[i+1], err, text)
		}
	}
}

// quickStart returns the block of code in docs/emulator.md that follows the
// heading, so that what the page says is what is run.
func quickStart(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)\n### " + regexp.QuoteMeta(heading) + "\n.*?\n```[a-z]+\n(.*?)\n```").FindSubmatch(page)
	if block == nil {
		t.Fatalf("docs/emulator.md has no block under the heading %q", heading)
	}
	return string(block[1]) + "\n"
}
