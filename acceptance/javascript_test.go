package acceptance

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// node returns Node.js, for which the packages of testdata/javascript are
// installed, and the flags that an old one needs: before Node.js 20, as in
// Debian 12, the SDK's random numbers hide behind one.
func node(t *testing.T) (path string, flags []string) {
	t.Helper()
	path = need(t, "node", "install Node.js 18 or newer")
	if _, err := os.Stat(filepath.Join("testdata", "javascript", "node_modules", "@azure", "identity")); err != nil {
		absent(t, "the Azure SDK for JavaScript is not installed; npm ci --prefix acceptance/testdata/javascript, or run: make acceptance")
	}
	version := run(t, ".", nil, path, "--version").out
	if strings.HasPrefix(version, "v18.") {
		flags = append(flags, "--experimental-global-webcrypto")
	}
	return path, flags
}

// TestJavaScript runs the tests that are written in JavaScript, and counts them.
func TestJavaScript(t *testing.T) {
	t.Parallel()
	path, flags := node(t)
	c := start(t)
	r := run(t, testdata(t, "javascript"), c.sdkEnv(t), path, append(flags, "--test", "--test-reporter=tap", "azure_sdk.test.mjs")...)
	passed := regexp.MustCompile(`(?m)^# pass (\d+)\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0$`).FindStringSubmatch(r.out)
	if r.status != 0 || passed == nil {
		t.Fatalf("ended with %d:\n%s%s", r.status, r.out, r.err)
	}
	if n, err := strconv.Atoi(passed[1]); err != nil || n < 6 {
		t.Errorf("%s tests passed (%v)", passed[1], err)
	}
}
