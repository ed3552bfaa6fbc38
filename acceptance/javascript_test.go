package acceptance

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// node returns Node.js, for which the packages of testdata/javascript are
// installed.
func node(t *testing.T) string {
	t.Helper()
	path := need(t, "node", "install Node.js 20 or newer")
	if _, err := os.Stat(filepath.Join("testdata", "javascript", "node_modules", "@azure", "identity")); err != nil {
		absent(t, "the Azure SDK for JavaScript is not installed; npm ci --prefix acceptance/testdata/javascript, or run: make acceptance")
	}
	return path
}

// TestJavaScript runs the tests that are written in JavaScript, and counts them.
func TestJavaScript(t *testing.T) {
	t.Parallel()
	path := node(t)
	c := start(t)
	r := run(t, testdata(t, "javascript"), c.sdkEnv(t), path, "--test", "--test-reporter=tap", "azure_sdk.test.mjs")
	passed := regexp.MustCompile(`(?m)^# pass (\d+)\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0$`).FindStringSubmatch(r.out)
	if r.status != 0 || passed == nil {
		t.Fatalf("ended with %d:\n%s%s", r.status, r.out, r.err)
	}
	if n, err := strconv.Atoi(passed[1]); err != nil || n < 6 {
		t.Errorf("%s tests passed (%v)", passed[1], err)
	}
}
