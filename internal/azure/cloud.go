package azure

import (
	"crypto/x509"
	"net/url"
	"os"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Cloud says where Azure is. The zero value is of no use; take one of
// [NamedCloud] or [CustomCloud].
type Cloud struct {
	Name string
	// Endpoints: https URLs without a trailing slash.
	Authority, ResourceManager, Graph, PartnerCenter string
	// CAFile is a PEM file of certificates to trust besides the system's, "" for none.
	CAFile string

	// Audiences of the tokens for the three endpoints.
	armAudience, graphAudience, partnerAudience string
	// private clouds are unknown to Microsoft's instance discovery.
	private bool
	// partnerBilling says whether the partner's bill can be read here. The
	// usage API serves the public cloud only (Microsoft Learn, "Get billed
	// and unbilled usage reconciliation data").
	partnerBilling bool
}

// The audiences of the public cloud, which the emulator shares.
const (
	publicARM     = "https://management.azure.com"
	publicGraph   = "https://graph.microsoft.com"
	publicPartner = "https://api.partnercenter.microsoft.com"
)

// NamedCloud returns one of Microsoft's clouds: public, usgovernment or china.
// Any other name is an error with code Invalid. Endpoints are those of
// Microsoft Learn, "National cloud deployments" and "Compare Azure Government
// and global Azure".
func NamedCloud(name string) (Cloud, error) {
	switch name {
	case "public", "":
		return Cloud{
			Name: "public", Authority: "https://login.microsoftonline.com",
			ResourceManager: publicARM, Graph: publicGraph, PartnerCenter: publicPartner,
			armAudience: publicARM, graphAudience: publicGraph, partnerAudience: publicPartner,
			partnerBilling: true,
		}, nil
	case "usgovernment":
		return Cloud{
			Name: name, Authority: "https://login.microsoftonline.us",
			ResourceManager: "https://management.usgovcloudapi.net", Graph: "https://graph.microsoft.us", PartnerCenter: publicPartner,
			armAudience: "https://management.core.usgovcloudapi.net", graphAudience: "https://graph.microsoft.us", partnerAudience: publicPartner,
		}, nil
	case "china":
		return Cloud{
			Name: name, Authority: "https://login.chinacloudapi.cn",
			ResourceManager: "https://management.chinacloudapi.cn", Graph: "https://microsoftgraph.chinacloudapi.cn",
			PartnerCenter: "https://partner.partnercenterapi.microsoftonline.cn",
			armAudience:   "https://management.core.chinacloudapi.cn", graphAudience: "https://microsoftgraph.chinacloudapi.cn",
			partnerAudience: "https://partner.partnercenterapi.microsoftonline.cn",
		}, nil
	default:
		return Cloud{}, pharos.Errorf(pharos.Invalid, "%q is not a cloud", name).
			WithHint("clouds are public, usgovernment and china, or a mapping of endpoints")
	}
}

// CustomCloud returns a cloud of given endpoints, such as the emulator. Its
// tokens bear the public cloud's audiences. All endpoints must be https URLs.
func CustomCloud(authority, resourceManager, graph, partnerCenter, caFile string) (Cloud, error) {
	c := Cloud{
		Name:   "custom",
		CAFile: caFile, armAudience: publicARM, graphAudience: publicGraph, partnerAudience: publicPartner,
		private: true, partnerBilling: true,
	}
	for _, e := range []struct {
		key, value string
		into       *string
	}{
		{"authority", authority, &c.Authority}, {"resourceManager", resourceManager, &c.ResourceManager},
		{"graph", graph, &c.Graph}, {"partnerCenter", partnerCenter, &c.PartnerCenter},
	} {
		u, err := url.Parse(e.value)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
			return Cloud{}, pharos.Errorf(pharos.Invalid, "cloud.%s: %q is not an https address", e.key, e.value).
				WithHint("Entra ID and its clients insist on https; the emulator serves it with a CA of its own (cloud.caFile)")
		}
		*e.into = strings.TrimRight(e.value, "/")
	}
	return c, nil
}

// trust returns the certificates to trust: nil for the system's alone.
func (c Cloud) trust() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "cloud.caFile: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a bare container has no system certificates
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, pharos.Errorf(pharos.Invalid, "cloud.caFile: %s holds no certificate in PEM form", c.CAFile)
	}
	return pool, nil
}
