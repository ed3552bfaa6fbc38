package azure

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// Session is one credential signed in to one cloud. It signs in at the first
// call and is safe for concurrent use. It is an [observe.Eye].
type Session struct {
	credential Credential
	cloud      Cloud
	options    Options

	transport *http.Transport
	arm       *api
	graph     *api
	partner   *api
	blobs     runtime.Pipeline // no token: blobs are opened by their signature
	clock     *clock

	selfMu sync.Mutex
	self   *observe.Self // nil until known
}

var _ observe.Eye = (*Session)(nil)

// Open prepares a session; nothing is sent yet. It fails with code Invalid
// when credential or cloud cannot be used as they are, and Unauthenticated
// when a secret, certificate or token file is missing. Close releases its
// connections.
func Open(c Credential, in Cloud, o Options) (*Session, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	transport, err := newTransport(in)
	if err != nil {
		return nil, err
	}
	client := policy.ClientOptions{
		Transport: newSender(transport, o.MaxBody),
		Telemetry: policy.TelemetryOptions{ApplicationID: o.Agent},
		Retry:     o.retry(),
	}
	source, err := newTokenSource(c, in, client)
	if err != nil {
		return nil, err
	}
	s := &Session{credential: c, cloud: in, options: o, transport: transport, clock: &clock{}}
	s.arm, err = s.newAPI(in.ResourceManager, "", in.armAudience, source, client)
	if err == nil {
		s.graph, err = s.newAPI(in.Graph, "/v1.0", in.graphAudience, source, client)
	}
	if err == nil {
		s.partner, err = s.newAPI(in.PartnerCenter, "/v1", in.partnerAudience, source, client)
	}
	if err != nil {
		return nil, err
	}
	client.Transport = newSender(transport, 0)
	client.Retry.TryTimeout = 0 // a large blob takes its time
	s.blobs = runtime.NewPipeline("pharos", "v1", runtime.PipelineOptions{}, &client)
	return s, nil
}

// newAPI returns one endpoint with tokens of its own.
func (s *Session) newAPI(endpoint, path, audience string, source azcore.TokenCredential, client policy.ClientOptions) (*api, error) {
	base, err := url.Parse(endpoint + path)
	if err != nil || base.Scheme != "https" {
		return nil, pharos.Errorf(pharos.Invalid, "%q is not an https address", endpoint)
	}
	t := &tokens{
		owner: s.credential, host: strings.TrimPrefix(s.cloud.Authority, "https://"), source: source,
		scope: audience + "/.default", now: s.options.Now,
	}
	pipeline := runtime.NewPipeline("pharos", "v1", runtime.PipelineOptions{PerRetry: []policy.Policy{t, wholeBody{}}}, &client)
	return &api{owner: s.credential.Name, base: base, tokens: t, pipeline: pipeline, clock: s.clock}, nil
}

// Close ends idle connections.
func (s *Session) Close() { s.transport.CloseIdleConnections() }

// Name is the credential's name in the configuration.
func (s *Session) Name() string { return s.credential.Name }

// Self signs in and says which principal the credential is, as its token for
// Resource Manager tells. Listing tenants, which every principal may, proves
// that Resource Manager accepts the token.
func (s *Session) Self(ctx context.Context) (observe.Self, error) {
	s.selfMu.Lock()
	defer s.selfMu.Unlock()
	if s.self != nil {
		return *s.self, nil
	}
	_, at, err := list[struct{}](ctx, s.arm, call{ref: "/tenants?api-version=2022-12-01"})
	if err != nil {
		return observe.Self{}, err
	}
	token, err := s.arm.tokens.get(ctx)
	if err != nil {
		return observe.Self{}, err
	}
	p, err := principalOf(token, s.credential)
	if err != nil {
		return observe.Self{}, err
	}
	s.self = &observe.Self{Principal: p, At: at}
	return *s.self, nil
}

// now returns the cloud's time: the latest it told, or asked for now.
func (s *Session) now(ctx context.Context) (time.Time, error) {
	if seen := s.clock.latest.Load(); seen != 0 {
		return time.Unix(seen, 0).UTC(), nil
	}
	_, at, err := list[struct{}](ctx, s.arm, call{ref: "/tenants?api-version=2022-12-01"})
	return at, err
}

// pathSegment escapes a name for a path.
func pathSegment(name string) string { return url.PathEscape(name) }

// query encodes a query string. Blanks become %20: some services take a plus
// sign in a filter for a plus sign.
func query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(pairs[i])
		b.WriteByte('=')
		b.WriteString(strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "+", "%20"))
	}
	return b.String()
}
