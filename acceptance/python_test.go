package acceptance

import (
	"maps"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// exports are the variables of the file `env` that the emulator writes.
func (c *local) exports(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.ReadFile(c.dir + "/env")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^export (\w+)='(.*)'$`).FindAllStringSubmatch(string(file), -1) {
		env[m[1]] = m[2]
	}
	if len(env) == 0 {
		t.Fatalf("no variables in %s", file)
	}
	return env
}

// sdkEnv is the environment of a program that uses an SDK: what the emulator
// writes for it, and the object ids that no file of the emulator tells.
func (c *local) sdkEnv(t *testing.T) map[string]string {
	t.Helper()
	env := c.clientEnv()
	maps.Copy(env, c.exports(t))
	env["SUPPORT_ROBOT_ID"] = robotID("contoso-msp", "support-robot")
	env["READER_ROBOT_ID"] = robotID("fabrikam", "reader-robot")
	env["PYTHONDONTWRITEBYTECODE"] = "1"
	return env
}

// python returns the interpreter of the operating system, for which Debian's
// azure-cli brings the SDK; another one on the path has no such modules.
func python(t *testing.T) string {
	t.Helper()
	path := need(t, "/usr/bin/python3", "on Debian 12: apt-get install --no-install-recommends azure-cli, which brings the Azure SDK for Python")
	if r := run(t, t.TempDir(), nil, path, "-c", "import azure.mgmt.managementpartner, azure.mgmt.support"); r.status != 0 {
		absent(t, "the Azure SDK for Python is not installed for "+path+"; on Debian 12: apt-get install --no-install-recommends azure-cli")
	}
	return path
}

// TestPython runs the tests that are written in Python, and counts them.
func TestPython(t *testing.T) {
	t.Parallel()
	path := python(t)
	c := start(t)
	r := run(t, testdata(t, "python"), c.sdkEnv(t), path, "-W", "ignore::ResourceWarning", "-m", "unittest", "-v", "test_azure_sdk")
	ran := regexp.MustCompile(`\nRan (\d+) tests in .*\n\nOK\n$`).FindStringSubmatch(r.err)
	if r.status != 0 || ran == nil {
		t.Fatalf("ended with %d:\n%s%s", r.status, r.out, r.err)
	}
	if n, err := strconv.Atoi(ran[1]); err != nil || n < 19 {
		t.Errorf("%s tests ran (%v)", ran[1], err)
	}
}
