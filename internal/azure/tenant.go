package azure

import (
	"context"
	"net/http"
	"regexp"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/pharos-pec/pharos"
)

// authority is the address in the challenge of an answer to nobody: the tenant
// in which to sign in.
var authority = regexp.MustCompile(`authorization_uri="[^"]*/([0-9a-fA-F-]{36})"`)

// TenantOf asks which tenant a subscription is in, without signing in: Resource
// Manager's challenge names it, as clients that look for a tenant rely on. The
// error has code NotFound when there is no such subscription.
func TenantOf(ctx context.Context, in Cloud, o Options, sub pharos.SubscriptionID) (pharos.TenantID, error) {
	o, err := o.withDefaults()
	if err != nil {
		return "", err
	}
	transport, err := newTransport(in)
	if err != nil {
		return "", err
	}
	defer transport.CloseIdleConnections()
	pipeline := runtime.NewPipeline("pharos", "v1", runtime.PipelineOptions{}, &policy.ClientOptions{
		Transport: newSender(transport, o.MaxBody), Telemetry: policy.TelemetryOptions{ApplicationID: o.Agent}, Retry: o.retry(),
	})
	at := in.ResourceManager + string(pharos.SubscriptionScope(sub)) + "?api-version=2022-12-01"
	req, err := runtime.NewRequest(ctx, http.MethodGet, at)
	if err != nil {
		return "", pharos.Errorf(pharos.Internal, "GET %s: %w", at, err)
	}
	resp, err := pipeline.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return "", interrupted(ctx, "asking for the tenant of "+string(sub))
		}
		return "", pharos.Errorf(pharos.Unavailable, "the tenant of the subscription %s: %s", sub, rootCause(err)).WithHint("%s", connectionHint(err))
	}
	defer func() { _ = resp.Body.Close() }() // it was read whole
	found := authority.FindStringSubmatch(resp.Header.Get("WWW-Authenticate"))
	if resp.StatusCode != http.StatusUnauthorized || found == nil {
		return "", pharos.Errorf(pharos.NotFound, "the cloud knows no subscription %s", sub).WithHint("is it the subscription's id, and the right cloud?")
	}
	id, err := pharos.ParseGUID(found[1])
	return pharos.TenantID(id), err
}
