package azure

import (
	"crypto/tls"
	"io"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// newTransport returns the connections of one session. They trust the cloud's
// certificates and no weaker TLS than 1.2.
func newTransport(c Cloud) (*http.Transport, error) {
	pool, err := c.trust()
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool},
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute,
	}, nil
}

// sender sends requests for the SDK's pipelines. It follows no redirect: the
// APIs used here redirect nobody, and a token must not travel.
type sender struct {
	client http.Client
	limit  int64 // bytes of an answer, 0 for none
}

func newSender(t http.RoundTripper, limit int64) *sender {
	return &sender{limit: limit, client: http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do sends one request.
func (s *sender) Do(r *http.Request) (*http.Response, error) {
	resp, err := s.client.Do(r) //nolint:gosec // api.resolve keeps requests with a token on the configured hosts
	if err != nil {
		return nil, err
	}
	if s.limit > 0 {
		resp.Body = &boundedBody{ReadCloser: resp.Body, left: s.limit}
	}
	return resp, nil
}

var _ policy.Transporter = (*sender)(nil)

// boundedBody fails once more than left bytes were read.
type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return 0, tooLarge{}
	}
	return n, err
}

// tooLarge is the error of an answer beyond the bound. Trying again would
// only read it again.
type tooLarge struct{}

func (tooLarge) Error() string { return "the answer is larger than this program accepts" }

// NonRetriable marks the error for the SDK's retry policy.
func (tooLarge) NonRetriable() {}
