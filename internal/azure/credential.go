package azure

import (
	"context"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/pharos-pec/pharos"
)

// Method is how a credential signs in, named as in the configuration.
type Method string

// The methods of signing in.
const (
	ClientSecret    Method = "secret"          // an application's secret
	Certificate     Method = "certificate"     // an application's certificate and key, one PEM file
	FederatedToken  Method = "federatedToken"  // a token of another issuer, in a file that its owner renews
	ManagedIdentity Method = "managedIdentity" // of the Azure resource Pharos runs on
	AzureCLI        Method = "azureCLI"        // whoever is signed in to the az command
	DeviceCode      Method = "deviceCode"      // a person, with a code in any browser
)

// Credential is one identity to sign in with. It can be printed: what is
// secret in it is a function.
type Credential struct {
	Name   string
	Tenant pharos.TenantID // may be empty for ManagedIdentity and AzureCLI
	// ClientID is the application to sign in as. Optional for ManagedIdentity
	// (a user-assigned one) and DeviceCode (an application of ours).
	ClientID string
	Method   Method
	// Secret yields the client secret when it is needed.
	Secret func() ([]byte, error)
	// File is the path of the certificate or of the federated token.
	File string
	// Prompt shows a person where to enter which code (DeviceCode).
	Prompt func(context.Context, Prompt) error
	// Tenants are other tenants that the credential may ask tokens of, "*" for any.
	Tenants []string
}

// Prompt is what a person signing in with a device code needs to see.
type Prompt struct {
	URL, Code string
	Message   string // both in one sentence, in the tenant's words
}

// newTokenSource returns the SDK's credential of c. Nothing is sent yet.
func newTokenSource(c Credential, in Cloud, client policy.ClientOptions) (azcore.TokenCredential, error) {
	client.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: in.Authority, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
		cloud.ResourceManager: {Endpoint: in.ResourceManager, Audience: in.armAudience},
	}}
	source, err := c.source(client, in.private)
	if err != nil {
		if e := (*pharos.Error)(nil); asError(err, &e) {
			return nil, err
		}
		return nil, pharos.Errorf(pharos.Invalid, "credential %s: %w", c.Name, err)
	}
	return source, nil
}

func (c Credential) source(client policy.ClientOptions, private bool) (azcore.TokenCredential, error) {
	tenant := string(c.Tenant)
	switch c.Method {
	case ClientSecret:
		return c.secretSource(client, private)
	case Certificate:
		return c.certificateSource(client, private)
	case FederatedToken:
		read := func(context.Context) (string, error) { return c.readToken() }
		return azidentity.NewClientAssertionCredential(tenant, c.ClientID, read, &azidentity.ClientAssertionCredentialOptions{
			ClientOptions: client, AdditionallyAllowedTenants: c.Tenants, DisableInstanceDiscovery: private,
		})
	case ManagedIdentity:
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: client}
		if c.ClientID != "" {
			o.ID = azidentity.ClientID(c.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(o)
	case AzureCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{
			TenantID: tenant, AdditionallyAllowedTenants: c.Tenants,
		})
	case DeviceCode:
		return c.deviceSource(client, private)
	default:
		return nil, pharos.Errorf(pharos.Invalid, "credential %s: %q is no way to sign in", c.Name, c.Method)
	}
}

func (c Credential) secretSource(client policy.ClientOptions, private bool) (azcore.TokenCredential, error) {
	if c.Secret == nil {
		return nil, pharos.Errorf(pharos.Invalid, "credential %s has no secret", c.Name)
	}
	secret, err := c.Secret()
	if err != nil {
		return nil, pharos.Errorf(codeOr(err, pharos.Unauthenticated), "credential %s: %w", c.Name, err).WithHint("%s", pharos.HintOf(err))
	}
	return azidentity.NewClientSecretCredential(string(c.Tenant), c.ClientID, string(secret), &azidentity.ClientSecretCredentialOptions{
		ClientOptions: client, AdditionallyAllowedTenants: c.Tenants, DisableInstanceDiscovery: private,
	})
}

func (c Credential) certificateSource(client policy.ClientOptions, private bool) (azcore.TokenCredential, error) {
	pem, err := os.ReadFile(c.File)
	if err != nil {
		return nil, pharos.Errorf(pharos.Unauthenticated, "credential %s: certificate: %w", c.Name, err)
	}
	chain, key, err := azidentity.ParseCertificates(pem, nil)
	if err != nil {
		return nil, pharos.Errorf(pharos.Unauthenticated, "credential %s: %s holds no certificate with its private key", c.Name, c.File).
			WithHint("the file needs both, in PEM form and without a password")
	}
	return azidentity.NewClientCertificateCredential(string(c.Tenant), c.ClientID, chain, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: client, AdditionallyAllowedTenants: c.Tenants, DisableInstanceDiscovery: private,
		SendCertificateChain: true, // needed where the application trusts a subject name and issuer
	})
}

func (c Credential) deviceSource(client policy.ClientOptions, private bool) (azcore.TokenCredential, error) {
	if c.Prompt == nil {
		return nil, pharos.Errorf(pharos.Invalid, "credential %s: nobody is there to enter a device code", c.Name)
	}
	return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: client, AdditionallyAllowedTenants: c.Tenants, DisableInstanceDiscovery: private,
		TenantID: string(c.Tenant), ClientID: c.ClientID,
		UserPrompt: func(ctx context.Context, m azidentity.DeviceCodeMessage) error {
			return c.Prompt(ctx, Prompt{URL: m.VerificationURL, Code: m.UserCode, Message: m.Message})
		},
	})
}

// readToken reads the federated token anew each time: its owner renews it.
func (c Credential) readToken() (string, error) {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return "", pharos.Errorf(pharos.Unauthenticated, "credential %s: federated token: %w", c.Name, err)
	}
	return strings.TrimSpace(string(b)), nil
}
