package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/pharos-pec/pharos"
)

// terraform is Terraform with the azurerm provider, in a folder of its own.
type terraform struct {
	t         *testing.T
	bin, work string
	env       map[string]string
}

// newTerraform takes both programs from the folder that PHAROS_TERRAFORM_BIN
// names: building the provider takes a quarter of an hour, so that no other
// run of the tests wants it.
func newTerraform(t *testing.T, c *local) *terraform {
	t.Helper()
	bin := os.Getenv("PHAROS_TERRAFORM_BIN")
	if bin == "" {
		t.Skip("PHAROS_TERRAFORM_BIN names no folder with terraform and terraform-provider-azurerm; make acceptance-terraform builds them and sets it")
	}
	f := &terraform{t: t, bin: bin, work: t.TempDir(), env: c.clientEnv()}
	main, err := os.ReadFile("testdata/terraform/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	write(t, f.work, "main.tf", string(main))
	f.env["TF_CLI_CONFIG_FILE"] = write(t, f.work, "terraform.rc", `provider_installation { dev_overrides { "hashicorp/azurerm" = "`+bin+`" } }`)
	f.env["CHECKPOINT_DISABLE"], f.env["TF_IN_AUTOMATION"], f.env["TF_INPUT"] = "1", "1", "0"
	f.env["ARM_METADATA_HOSTNAME"] = strings.TrimPrefix(c.url, "https://")
	f.env["ARM_SUBSCRIPTION_ID"], f.env["ARM_TENANT_ID"] = prod(), customerTenant()
	f.env["TF_VAR_partner_tenant"] = partnerTenant()
	f.env["TF_VAR_partner_robot"] = robotID("contoso-msp", "support-robot")
	f.env["TF_VAR_customer_robot"] = robotID("fabrikam", "reader-robot")
	return f
}

// as makes it sign in as a robot of the customer's.
func (f *terraform) as(name, secret string) {
	f.env["ARM_CLIENT_ID"], f.env["ARM_CLIENT_SECRET"] = appID("fabrikam", name), secret
}

// run expects an exit status and returns what was printed.
func (f *terraform) run(status int, args ...string) string {
	f.t.Helper()
	r := run(f.t, f.work, f.env, filepath.Join(f.bin, "terraform"), args...)
	if r.status != status {
		f.t.Fatalf("terraform %s ended with %d, want %d:\n%s%s", strings.Join(args, " "), r.status, status, r.out, r.err)
	}
	return r.out + r.err
}

// linkByGo links the partner's robot, which Terraform has no resource for.
func linkByGo(t *testing.T, c *local) {
	t.Helper()
	credential, options, err := signIn(c.url, c.ca(), partnerTenant(), appID("contoso-msp", "support-robot"), "supp0rt-for-tests")
	if err != nil {
		t.Fatal(err)
	}
	client, err := armresources.NewClient(prod(), credential, options)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.BeginCreateOrUpdateByID(t.Context(), "/providers/Microsoft.ManagementPartner/partners/4987654", "2018-02-01", armresources.GenericResource{}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func TestTerraform(t *testing.T) {
	c := start(t)
	f := newTerraform(t, c)

	f.as("owner-robot", "wrong")
	has(t, f.run(1, "apply", "-auto-approve", "-no-color"), "AADSTS7000215")
	f.as("reader-robot", "r3ader-for-tests")
	has(t, f.run(1, "apply", "-auto-approve", "-no-color"), "AuthorizationFailed", "does not have authorization to perform action")

	f.as("owner-robot", "0wner-for-tests")
	has(t, f.run(2, "plan", "-detailed-exitcode", "-no-color"), "Plan: 5 to add, 0 to change, 0 to destroy.")
	has(t, f.run(0, "apply", "-auto-approve", "-no-color"), "Apply complete! Resources: 5 added, 0 changed, 0 destroyed.")
	var outputs map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(strings.Split(f.run(0, "output", "-json"), "\n\n")[0]), &outputs); err != nil {
		t.Fatal(err)
	}
	equal(t, "the subscription", outputs["subscription"].Value, "fabrikam-prod")
	equal(t, "the deployment's output", outputs["deployed"].Value, robotID("fabrikam", "reader-robot"))
	has(t, f.run(0, "plan", "-detailed-exitcode", "-no-color"), "No changes. Your infrastructure matches the configuration.")

	// What was applied earns: the robot is linked, and a whole day goes by.
	linkByGo(t, c)
	if err := c.SetTime(c.Now().Add(5 * 24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	days := c.credited(t, pharos.MonthOf(c.Now()), prod())
	equal(t, "credited on the day of the apply", len(days["2026-10-05"]), 0)
	equal(t, "credited on the first whole day", strings.Join(days["2026-10-06"], " "), "db vm-web-1")

	has(t, f.run(0, "apply", "-destroy", "-auto-approve", "-no-color"), "Resources: 0 added, 0 changed, 5 destroyed.")
	has(t, f.run(2, "plan", "-detailed-exitcode", "-no-color"), "Plan: 5 to add, 0 to change, 0 to destroy.")
}
