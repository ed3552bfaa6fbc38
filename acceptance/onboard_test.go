package acceptance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/cli"
)

// pharosRun runs our own program in this process and expects an exit status.
func pharosRun(t *testing.T, status int, in string, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	got := cli.Main(t.Context(), args, cli.IO{In: strings.NewReader(in), Out: &out, Err: &said, Getenv: func(string) string { return "" }, Now: time.Now})
	if got != status {
		t.Fatalf("pharos %s ended with %d, want %d:\n%s%s", strings.Join(args, " "), got, status, &out, &said)
	}
	return out.String()
}

// written has `pharos onboard new` write a delegation to the support robot,
// with a team whose strong role is just in time, and lints every file of it.
// Each earns, but one that only puts a definition of another into force.
func written(t *testing.T, language string, more ...string) string {
	t.Helper()
	dir := t.TempDir()
	args := append([]string{
		"onboard", "new", "--tenant", partnerTenant(), "--offer", "Contoso operations", "--language", language, "--dir", dir,
		"--account", robotID("contoso-msp", "support-robot") + "=Automation", "--team", id("group", "contoso-msp", "ops") + "=Operators:Contributor",
		"--approver", id("user", "contoso-msp", "alice") + "=Alice",
	}, more...)
	pharosRun(t, 0, "", args...)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	linted := 0
	for _, file := range files {
		if filepath.Ext(file) == ".md" {
			continue
		}
		linted++
		earns(t, pharosRun(t, 0, "", "onboard", "lint", file, "-o", "json"), map[bool]string{true: "unknown", false: "yes"}[filepath.Base(file) == "assignment.bicep"])
	}
	if linted == 0 {
		t.Fatalf("nothing was written to %s", dir)
	}
	return dir
}

// earns checks the answer of `pharos onboard lint -o json`, without a finding.
func earns(t *testing.T, lint, want string) {
	t.Helper()
	var r struct {
		Files []struct {
			Earns    string
			Findings []any
		}
	}
	if err := json.Unmarshal([]byte(lint), &r); err != nil || len(r.Files) != 1 || r.Files[0].Earns != want || len(r.Files[0].Findings) != 0 {
		t.Errorf("it does not say that it earns: %s, and nothing more: %v\n%s", want, err, lint)
	}
}

// onboardings are the scopes that a delegation can be written for, with what
// is credited of the scenario once the account is linked.
func onboardings() map[string]struct {
	flags  []string
	credit string
} {
	return map[string]struct {
		flags  []string
		credit string
	}{
		"subscription":   {nil, "db vm-web-1"},
		"resource group": {[]string{"--resource-group", "rg-web"}, "vm-web-1"},
		"two groups":     {[]string{"--resource-group", "rg-web", "--resource-group", "rg-data"}, "db vm-web-1"},
	}
}

// earnsFromTomorrow links the account and lets days go by: the bill credits
// the first whole day.
func earnsFromTomorrow(t *testing.T, c *local, resources string) {
	t.Helper()
	linkByGo(t, c)
	c.days(t, 5)
	days := c.credited(t, pharos.MonthOf(c.Now()), prod())
	equal(t, "credited on the day of the delegation", len(days["2026-10-05"]), 0)
	equal(t, "credited on the first whole day", strings.Join(days["2026-10-06"], " "), resources)
}

// TestAzOnboardNew: what we write deploys by the command that the page for the
// customer names.
func TestAzOnboardNew(t *testing.T) {
	t.Parallel()
	for name, x := range onboardings() {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
			owner.home = written(t, "arm", x.flags...)
			page, err := os.ReadFile(filepath.Join(owner.home, "customer.md"))
			if err != nil {
				t.Fatal(err)
			}
			command := regexp.MustCompile(`(?m)^az (deployment sub create .*)$`).FindSubmatch(page)
			if command == nil {
				t.Fatalf("the page names no command:\n%s", page)
			}
			done := owner.does(string(command[1]))
			holds(t, done, "properties.provisioningState", "Succeeded", "properties.outputs.managedBy.value", partnerTenant())
			owner.delegated(x.flags)
			owner.does(string(command[1])) // the same name again replaces it
			owner.delegated(x.flags)
			earnsFromTomorrow(t, c, x.credit)
		})
	}
}

// delegated checks what the customer's owner sees of the delegation.
func (a *az) delegated(flags []string) {
	a.t.Helper()
	definitions := a.does("managedservices definition list")
	holds(a.t, definitions, "1", nil, "0.properties.registrationDefinitionName", "Contoso operations", "0.properties.authorizations.0.roleDefinitionId", roleSupportRequest,
		"0.properties.authorizations.2.roleDefinitionId", roleReader, "0.properties.eligibleAuthorizations.0.roleDefinitionId", roleContributor,
		"0.properties.eligibleAuthorizations.0.justInTimeAccessPolicy.managedByTenantApprovers.0.principalId", id("user", "contoso-msp", "alice"))
	want := []string{"/subscriptions/" + prod()}
	for _, f := range flags {
		if !strings.HasPrefix(f, "-") {
			want = append(want, want[0]+"/resourceGroups/"+f)
		}
	}
	if len(want) > 1 {
		want = want[1:]
	}
	var got []string
	list, _ := a.does("managedservices assignment list").([]any)
	for _, x := range list {
		name, _ := at(x, "id").(string)
		scope, _, _ := strings.Cut(name, "/providers/")
		got = append(got, scope)
	}
	equal(a.t, "delegated", strings.Join(got, " "), strings.Join(want, " "))
}

// TestAzOnboardNew_Policy: the deployment that the policy makes in each
// subscription, when a remediation task runs it. Policies themselves the
// emulator does not play.
func TestAzOnboardNew_Policy(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	text, err := os.ReadFile(filepath.Join(written(t, "arm", "--policy"), "delegation.json"))
	if err != nil {
		t.Fatal(err)
	}
	var policy any
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	template, err := json.Marshal(at(policy, "resources.0.properties.policyRule.then.details.deployment.properties.template"))
	if err != nil {
		t.Fatal(err)
	}
	// The policy's own deployment takes one bracket away.
	write(t, owner.home, "inner.json", strings.ReplaceAll(string(template), `"[[`, `"[`))
	holds(t, owner.does("deployment sub create --name remediation --location westeurope --template-file inner.json"), "properties.provisioningState", "Succeeded")
	owner.delegated(nil)
	earnsFromTomorrow(t, c, "db vm-web-1")
}

// TestTerraformOnboardNew: what we write is taken by Terraform and azurerm,
// makes what it says, and stays as it is.
func TestTerraformOnboardNew(t *testing.T) {
	for name, x := range onboardings() {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			f := newTerraform(t, c)
			f.as("owner-robot", "0wner-for-tests")
			f.work = written(t, "terraform", x.flags...)
			write(t, f.work, "provider.tf", "provider \"azurerm\" {\n  features {}\n  resource_provider_registrations = \"none\"\n  use_cli = false\n}\n")
			f.env["TF_VAR_subscription_id"] = prod()
			has(t, f.run(0, "validate", "-no-color"), "The configuration is valid")
			has(t, f.run(0, "fmt", "-check", "-diff", "delegation.tf"))
			f.run(2, "plan", "-detailed-exitcode", "-no-color", "-out", "plan.out")
			shown := f.run(0, "show", "-json", "-no-color", "plan.out")
			earns(t, pharosRun(t, 0, shown[strings.Index(shown, "{"):], "onboard", "lint", "-", "-o", "json"), "yes")
			has(t, f.run(0, "apply", "-auto-approve", "-no-color"), "Apply complete!")
			has(t, f.run(0, "plan", "-detailed-exitcode", "-no-color"), "No changes.")
			earnsFromTomorrow(t, c, x.credit)
			has(t, f.run(0, "apply", "-destroy", "-auto-approve", "-no-color"), "Apply complete!")
		})
	}
}

// TestBicepOnboardNew: what we write is compiled by Bicep without a warning,
// and what comes out earns. Without Bicep our own reader judges it alone.
func TestBicepOnboardNew(t *testing.T) {
	bicep, missing := exec.LookPath("bicep")
	for name, x := range onboardings() {
		dir := written(t, "bicep", x.flags...) // our own lint says that it earns
		if missing != nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			r := run(t, dir, map[string]string{"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}, bicep, "build", "delegation.bicep", "--outfile", "compiled.json")
			if r.status != 0 || strings.Contains(r.err, "Warning") {
				t.Fatalf("bicep build ended with %d:\n%s%s", r.status, r.out, r.err)
			}
			earns(t, pharosRun(t, 0, "", "onboard", "lint", filepath.Join(dir, "compiled.json"), "-o", "json"), "yes")
		})
	}
	if missing != nil {
		t.Skip("bicep is not installed, so that the files were judged by our own lint alone; https://aka.ms/bicep-install says how to install it")
	}
}
