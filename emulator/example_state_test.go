package emulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armsubscriptions"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
)

const tour = `
version: 1
name: tour
clock: {start: 2026-11-01T00:00:00Z, now: 2026-11-02T12:00:00Z}
partner:
  tenant: {name: contoso-msp, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  principals:
    - {name: robot, kind: servicePrincipal, secret: s3cret, appId: 22222222-2222-4222-8222-222222222222}
links: [{principal: robot, partnerId: "4987654"}]
customers:
  - name: fabrikam
    subscriptions:
      - name: fabrikam-prod
        delegations:
          - offer: Managed services
            from: 2026-11-02T09:00:00Z
            authorizations: [{principal: robot, role: Support Request Contributor}, {principal: robot, role: Reader}]
        resources: [{name: vm-1, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24}]
`

func newTour() *emulator.Emulator {
	scenario, err := emulator.ParseScenario("tour.yaml", []byte(tour))
	if err != nil {
		panic(err)
	}
	azure, err := emulator.New(scenario)
	if err != nil {
		panic(err)
	}
	return azure
}

// credits prints the days of November that are on the bill, with what each
// line earned.
func credits(azure *emulator.Emulator) {
	var bill strings.Builder
	month, err := pharos.ParseMonth("2026-11")
	if err != nil {
		panic(err)
	}
	if err := azure.WriteBill(&bill, month, emulator.GraphJSONL); err != nil {
		panic(err)
	}
	for line := range strings.Lines(bill.String()) {
		fmt.Println(between(line, `"UsageDate":"`, `T`), between(line, `"PartnerEarnedCreditPercentage":`, `,`))
	}
}

func between(text, after, before string) string {
	_, text, _ = strings.Cut(text, after)
	text, _, _ = strings.Cut(text, before)
	return text
}

// The clock moves when a test says so, and what depends on it follows: here
// the bill, on which the first whole day after the delegation is credited,
// once billing.lag is over.
func ExampleEmulator_SetTime() {
	azure := newTour()
	if err := azure.SetTime(time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC)); err != nil {
		fmt.Println(err)
	}
	credits(azure)
	fmt.Println(azure.SetTime(time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)))
	// Output:
	// 2026-11-01 0
	// 2026-11-02 0
	// 2026-11-03 15
	// 2026-11-04 0
	// 2026-11-05 0
	// the clock stands at 2026-11-06T00:00:00Z and cannot go back to 2026-11-05T00:00:00Z
}

// A state goes on where it was left: the clock, and all that clients changed.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "state")
	if err != nil {
		fmt.Println(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	azure := newTour()
	if err := azure.SetTime(azure.Now().Add(36 * time.Hour)); err != nil {
		fmt.Println(err)
	}
	if err := azure.Save(dir); err != nil {
		fmt.Println(err)
	}
	again, err := emulator.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Now().Format(time.RFC3339))
	// Output: 2026-11-04T00:00:00Z
}

// A listener has TLS, as the Azure SDKs demand: they trust its authority, and
// sign in as anywhere.
func ExampleEmulator_Listen() {
	dir, err := os.MkdirTemp("", "azure")
	if err != nil {
		fmt.Println(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	server, err := newTour().Listen("127.0.0.1:0", dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx) }()

	for _, name := range subscriptions(ctx, server.URL, filepath.Join(dir, "ca.pem")) {
		fmt.Println(name)
	}
	stop()
	fmt.Println(<-ended)
	// Output:
	// fabrikam-prod
	// <nil>
}

// subscriptions asks an Azure for the subscriptions that the robot sees. But
// for the address, it is what a program does in the cloud.
func subscriptions(ctx context.Context, url, ca string) (names []string) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	options := azcore.ClientOptions{Transport: &http.Client{Transport: transport}, Cloud: cloud.Configuration{
		ActiveDirectoryAuthorityHost: url,
		Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: url, Audience: url}},
	}}
	credential, err := azidentity.NewClientSecretCredential("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "s3cret",
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	if err != nil {
		panic(err)
	}
	client, err := armsubscriptions.NewClient(credential, &arm.ClientOptions{ClientOptions: options})
	if err != nil {
		panic(err)
	}
	for pager := client.NewListPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			panic(err)
		}
		for _, s := range page.Value {
			names = append(names, *s.DisplayName)
		}
	}
	return names
}
