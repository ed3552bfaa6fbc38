package acceptance

import (
	"errors"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"

	"crypto/tls"
	"crypto/x509"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/support/armsupport"
)

// The tests of package emulator drive it by the SDK's modules for
// subscriptions, roles, delegations and partner links; here are the others.

// signIn is how the quick start of docs/emulator.md has it.
func signIn(url, caFile, tenant, id, secret string) (azcore.TokenCredential, *arm.ClientOptions, error) {
	ca, err := os.ReadFile(caFile)
	if err != nil {
		return nil, nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	options := policy.ClientOptions{
		Transport: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}},
		Cloud: cloud.Configuration{
			ActiveDirectoryAuthorityHost: url,
			Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: url, Audience: url}},
		},
	}
	credential, err := azidentity.NewClientSecretCredential(tenant, id, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	return credential, &arm.ClientOptions{ClientOptions: options}, err
}

// robotOf signs a service principal of the customer's in.
func robotOf(t *testing.T, c *local, name, secret string) (azcore.TokenCredential, *arm.ClientOptions) {
	t.Helper()
	credential, options, err := signIn(c.url, c.ca(), customerTenant(), appID("fabrikam", name), secret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(options.Transport.(*http.Client).CloseIdleConnections)
	return credential, options
}

// refusedGo checks that the SDK understood a refusal.
func refusedGo(t *testing.T, err error, status int, code string) {
	t.Helper()
	var e *azcore.ResponseError
	if !errors.As(err, &e) || e.StatusCode != status || e.ErrorCode != code {
		t.Errorf("got %v, want a refusal %d %s", err, status, code)
	}
}

// soon is the shortest wait between two looks at an operation.
func soon() *runtime.PollUntilDoneOptions { return &runtime.PollUntilDoneOptions{Frequency: 1e9} }

func TestGoSupport(t *testing.T) {
	t.Parallel()
	c := start(t)
	credential, options := robotOf(t, c, "owner-robot", "0wner-for-tests")
	ctx := t.Context()
	services, err := armsupport.NewServicesClient(credential, options)
	if err != nil {
		t.Fatal(err)
	}
	page, err := services.NewListPager(nil).NextPage(ctx)
	if err != nil || len(page.Value) == 0 {
		t.Fatalf("%d services: %v", len(page.Value), err)
	}
	problems, err := armsupport.NewProblemClassificationsClient(credential, options)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := problems.NewListPager(*page.Value[0].Name, nil).NextPage(ctx)
	if err != nil || len(kinds.Value) == 0 {
		t.Fatalf("%d problem classifications: %v", len(kinds.Value), err)
	}
	ticket := armsupport.TicketDetails{Properties: &armsupport.TicketDetailsProperties{
		Title: to.Ptr("A line without credit"), Description: to.Ptr("No credit on 6 October."), Severity: to.Ptr(armsupport.SeverityLevelMinimal),
		ServiceID: page.Value[0].ID, ProblemClassificationID: kinds.Value[0].ID,
		ContactDetails: &armsupport.ContactProfile{
			FirstName: to.Ptr("Alice"), LastName: to.Ptr("Smith"), PrimaryEmailAddress: to.Ptr("alice@contosomsp.example"), Country: to.Ptr("usa"),
			PreferredContactMethod: to.Ptr(armsupport.PreferredContactMethodEmail), PreferredTimeZone: to.Ptr("UTC"), PreferredSupportLanguage: to.Ptr("en-us"),
		},
	}}
	tickets := func(name, secret string) *armsupport.TicketsClient {
		credential, options := robotOf(t, c, name, secret)
		client, err := armsupport.NewTicketsClient(prod(), credential, options)
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	owner := tickets("owner-robot", "0wner-for-tests")
	poller, err := owner.BeginCreate(ctx, "by-go", ticket, nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := poller.PollUntilDone(ctx, soon())
	if err != nil || *made.Properties.Status != "Open" || *made.Properties.Title != "A line without credit" {
		t.Errorf("made %+v: %v", made.Properties, err)
	}
	_, err = tickets("reader-robot", "r3ader-for-tests").BeginCreate(ctx, "no", ticket, nil)
	refusedGo(t, err, 403, "AuthorizationFailed")
}

func TestGoResourceGraph(t *testing.T) {
	t.Parallel()
	c := start(t)
	credential, options := robotOf(t, c, "reader-robot", "r3ader-for-tests")
	client, err := armresourcegraph.NewClient(credential, options)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(query string) (armresourcegraph.ClientResourcesResponse, error) {
		return client.Resources(t.Context(), armresourcegraph.QueryRequest{
			Query: to.Ptr(query), Subscriptions: []*string{to.Ptr(prod())},
			Options: &armresourcegraph.QueryRequestOptions{ResultFormat: to.Ptr(armresourcegraph.ResultFormatObjectArray)},
		}, nil)
	}
	got, err := ask("resources | where type =~ 'microsoft.compute/virtualmachines' | project name | order by name asc")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, got.Data, "0.name", "vm-web-1", "1.name", "vm-web-2", "2", nil)
	equal(t, "records", *got.TotalRecords, 2)
	_, err = ask("resources | nonsense")
	refusedGo(t, err, 400, "BadRequest")
}

func TestGoDeployment(t *testing.T) {
	t.Parallel()
	c := start(t)
	template := map[string]any{
		"$schema":        "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
		"contentVersion": "1.0.0.0", "resources": []any{},
		"outputs": map[string]any{"name": map[string]any{"type": "string", "value": "[subscription().displayName]"}},
	}
	deployment := armresources.Deployment{Location: to.Ptr("westeurope"), Properties: &armresources.DeploymentProperties{
		Mode: to.Ptr(armresources.DeploymentModeIncremental), Template: template,
	}}
	deployments := func(name, secret string) *armresources.DeploymentsClient {
		credential, options := robotOf(t, c, name, secret)
		client, err := armresources.NewDeploymentsClient(prod(), credential, options)
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	owner, ctx := deployments("owner-robot", "0wner-for-tests"), t.Context()
	poller, err := owner.BeginCreateOrUpdateAtSubscriptionScope(ctx, "by-go", deployment, nil)
	if err != nil {
		t.Fatal(err)
	}
	done, err := poller.PollUntilDone(ctx, soon())
	if err != nil {
		t.Fatal(err)
	}
	holds(t, done.Properties.Outputs, "name.value", "fabrikam-prod")
	there, err := owner.CheckExistenceAtSubscriptionScope(ctx, "by-go", nil)
	equal(t, "by-go exists", there.Success && err == nil, true)
	_, err = deployments("reader-robot", "r3ader-for-tests").BeginCreateOrUpdateAtSubscriptionScope(ctx, "no", deployment, nil)
	refusedGo(t, err, 403, "AuthorizationFailed")
	_, err = deployments("owner-robot", "wrong").BeginCreateOrUpdateAtSubscriptionScope(ctx, "no", deployment, nil)
	if err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("a wrong secret: %v", err)
	}
}

// TestQuickStarts runs what docs/emulator.md tells users to do, or holds it
// against what is run elsewhere in these tests.
func TestQuickStarts(t *testing.T) {
	t.Parallel()
	const linked = "Active 4987654"
	t.Run("Go", func(t *testing.T) {
		ours, err := os.ReadFile("go_test.go")
		if err != nil {
			t.Fatal(err)
		}
		plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		has(t, plain(string(ours)), plain(quickStart(t, "Go")))
	})
	t.Run("Terraform", func(t *testing.T) {
		ours, err := os.ReadFile("testdata/terraform/main.tf")
		if err != nil {
			t.Fatal(err)
		}
		has(t, string(ours), quickStart(t, "Terraform"))
	})
	t.Run("Python", func(t *testing.T) {
		path := python(t)
		c := start(t)
		r := run(t, t.TempDir(), c.sdkEnv(t), path, "-W", "ignore::ResourceWarning", "-c", quickStart(t, "Python"))
		equal(t, "what it printed ("+r.err+")", strings.TrimSpace(r.out), linked)
	})
	t.Run("JavaScript", func(t *testing.T) {
		path, flags := node(t)
		c := start(t)
		r := run(t, testdata(t, "javascript"), c.sdkEnv(t), path, append(flags, "--input-type=module", "-e", quickStart(t, "JavaScript"))...)
		equal(t, "what it printed ("+r.err+")", strings.TrimSpace(r.out), linked)
	})
	t.Run("az", func(t *testing.T) {
		a := newAz(t, start(t))
		if err := os.Symlink(a.dir, a.home+"/emulator"); err != nil {
			t.Fatal(err)
		}
		env := maps.Clone(a.env)
		delete(env, "AZURE_CLOUD_NAME")
		r := run(t, a.home, env, need(t, "bash", "install bash"), "-euc", strings.ReplaceAll(quickStart(t, "az"), "azure/env", "emulator/env"))
		equal(t, "exit status ("+r.err+")", r.status, 0)
		has(t, r.out, `"partnerId": "4987654"`, `"state": "Active"`, "tenant-setup")
	})
}
