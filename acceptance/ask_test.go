package acceptance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// looksAt has our own program link its robot and look at the customers, without
// the credentials that may give roles there. It returns the configuration.
func looksAt(t *testing.T, c *local) string {
	t.Helper()
	config := filepath.Join(c.dir, "ours.yaml")
	text, err := os.ReadFile(filepath.Join(c.dir, "pharos.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	owners := regexp.MustCompile(`(?m)^  - name: (owner|adatum)-robot\n(    .*\n)*`)
	if err := os.WriteFile(config, owners.ReplaceAll(text, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	pharosRun(t, 0, "", "link", "apply", "--config", config)
	pharosRun(t, 5, "", "scan", "--config", config) // nobody reads adatum
	return config
}

// asksFor looks again and writes what is asked of fabrikam, to a folder.
func asksFor(t *testing.T, c *local) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "asks")
	pharosRun(t, 0, "", "plan", "--config", looksAt(t, c), "--asks", dir)
	return filepath.Join(dir, "fabrikam")
}

// runs runs the script of an ask as the customer, whose az is signed in.
func (a *az) runs(folder string) {
	a.t.Helper()
	sh := need(a.t, "sh", "every system but Windows has it")
	if r := run(a.t, a.home, a.env, sh, filepath.Join(folder, "run.sh")); r.status != 0 || !strings.HasSuffix(r.out, "Done. Please tell us.\n") {
		a.t.Fatalf("run.sh ended with %d:\n%s%s", r.status, r.out, r.err)
	}
}

// TestAzAsk_Delegate: a customer who runs the script delegates, once.
func TestAzAsk_Delegate(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	folder := asksFor(t, c)
	for range 2 {
		owner.runs(folder)
		assigned, _ := owner.does("managedservices assignment list").([]any)
		equal(t, "delegations", len(assigned), 1)
	}
	c.days(t, 5)
}

// TestAzAsk_RestoreAOBO: the script gives AdminAgents Owner as a ForeignGroup,
// which the portal cannot, and leaves it alone when it is there.
func TestAzAsk_RestoreAOBO(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	agents := id("group", "contoso-msp", "AdminAgents")
	scope := "--scope /subscriptions/" + prod()
	made := owner.does("role assignment create --assignee-principal-type ForeignGroup --role Owner --assignee-object-id " + agents + " " + scope)
	looksAt(t, c)
	gone, _ := at(made, "id").(string)
	owner.does("role assignment delete --ids " + gone)
	folder := asksFor(t, c)
	for range 2 {
		owner.runs(folder)
		all, _ := owner.does("role assignment list " + scope + " --query [?principalId=='" + agents + "']").([]any)
		equal(t, "role assignments of the agents", len(all), 1)
		holds(t, all, "0.principalType", "ForeignGroup", "0.roleDefinitionName", "Owner")
	}
}
