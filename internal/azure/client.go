package azure

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"

	"github.com/pharos-pec/pharos"
)

// api is one endpoint as one credential: Resource Manager, Graph or Partner
// Center. It is safe for concurrent use.
type api struct {
	owner    string // the credential's name, for errors
	base     *url.URL
	tokens   *tokens
	pipeline runtime.Pipeline
	clock    *clock
}

// clock remembers the latest time the cloud told, in Unix seconds.
type clock struct{ latest atomic.Int64 }

func (c *clock) note(t time.Time) {
	for now := t.Unix(); ; {
		seen := c.latest.Load()
		if now <= seen || c.latest.CompareAndSwap(seen, now) {
			return
		}
	}
}

// call is one request. Ref is a path below the API's base, or the absolute
// address of a next page, which must lie on the same host.
type call struct {
	method string // "" is GET
	ref    string
	header http.Header
	body   any // encoded as JSON, nil for none
	// need names the permission that the call asks for, for the hint of a 403.
	need string
}

// answer is a whole answer.
type answer struct {
	call   string // method and path, for errors
	owner  string
	status int
	header http.Header
	body   []byte
	at     time.Time // the cloud's time
}

// do makes a call. An answer that says no is returned beside the error, whose
// chain holds its fault.
func (a *api) do(ctx context.Context, c call) (*answer, error) {
	if c.method == "" {
		c.method = http.MethodGet
	}
	target, err := a.resolve(c.ref)
	if err != nil {
		return nil, err
	}
	req, err := newRequest(ctx, c, target)
	if err != nil {
		return nil, err
	}
	name := c.method + " " + target.Path
	// Sign in first: a person with a device code takes longer than one try may.
	if _, err := a.tokens.get(ctx); err != nil {
		return nil, err
	}
	resp, err := a.pipeline.Do(req) //nolint:bodyclose // Payload closes it
	if err != nil {
		return nil, a.unreachable(ctx, name, err)
	}
	body, err := runtime.Payload(resp)
	if err != nil {
		return nil, a.unreachable(ctx, name, err)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // Partner Center begins with a byte order mark
	ans := &answer{call: name, owner: a.owner, status: resp.StatusCode, header: resp.Header, body: body}
	if ans.at, err = http.ParseTime(resp.Header.Get("Date")); err != nil {
		return nil, pharos.Errorf(pharos.Unavailable, "credential %s: %s: the answer bears no date", a.owner, name).
			WithHint("every answer of Azure has a Date header; does a proxy strip it?")
	}
	ans.at = ans.at.UTC()
	a.clock.note(ans.at)
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		f := newFault(c.method, target.Path, resp.StatusCode, body)
		return ans, pharos.Errorf(f.errorCode(), "credential %s: %w", a.owner, f).WithHint("%s", f.hint(c.need))
	}
	return ans, nil
}

// resolve returns the address of ref, which never leaves the API's host: the
// request will bear a token.
func (a *api) resolve(ref string) (*url.URL, error) {
	if strings.HasPrefix(ref, "/") && !strings.HasPrefix(ref, "//") {
		if !strings.HasPrefix(ref, a.base.Path+"/") {
			ref = a.base.Path + ref
		}
		ref = a.base.Scheme + "://" + a.base.Host + ref
	}
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != a.base.Scheme || !strings.EqualFold(u.Host, a.base.Host) || u.User != nil {
		host := "an unreadable address"
		if err == nil {
			host = u.Scheme + "://" + u.Host
		}
		return nil, pharos.Errorf(pharos.Unavailable, "credential %s: %s points to %s; the token is not sent there", a.owner, a.base.Host, oneLine(host)).
			WithHint("an answer linked to another host than the configured one; check the cloud's addresses in the configuration")
	}
	return u, nil
}

func newRequest(ctx context.Context, c call, target *url.URL) (*policy.Request, error) {
	req, err := runtime.NewRequest(ctx, c.method, target.String())
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "%s %s: %w", c.method, target.Path, err)
	}
	for k, v := range c.header {
		req.Raw().Header[k] = v
	}
	req.Raw().Header.Set("Accept", "application/json")
	runtime.SkipBodyDownload(req) // wholeBody does it
	if c.body == nil {
		return req, nil
	}
	body, err := json.Marshal(c.body)
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "%s %s: %w", c.method, target.Path, err)
	}
	if err := req.SetBody(streaming.NopCloser(bytes.NewReader(body)), "application/json"); err != nil {
		return nil, pharos.Errorf(pharos.Internal, "%s %s: %w", c.method, target.Path, err)
	}
	return req, nil
}

// unreachable words the error of a call that got no whole answer.
func (a *api) unreachable(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return interrupted(ctx, name)
	}
	if e := (*pharos.Error)(nil); asError(err, &e) {
		return e
	}
	e := pharos.Errorf(pharos.Unavailable, "credential %s: %s: %s gave no whole answer: %s", a.owner, name, a.base.Host, rootCause(err))
	return e.WithHint("%s", connectionHint(err))
}

// wholeBody is the pipeline policy that reads an answer to its end inside the
// retries, so that one cut on its way is asked for again. The calls made here
// may all be repeated, those that write included.
type wholeBody struct{}

// Do reads the answer to the request.
func (wholeBody) Do(req *policy.Request) (*http.Response, error) {
	resp, err := req.Next()
	if err != nil {
		return resp, err
	}
	if _, err := runtime.Payload(resp); err != nil {
		return nil, err
	}
	return resp, nil
}

// decode reads a JSON answer. Foreign bytes that do not fit are an error with
// code Unavailable that names the call and the place.
func decode[T any](ans *answer) (T, error) {
	var v T
	if err := json.Unmarshal(ans.body, &v); err != nil {
		return v, ans.malformed(err)
	}
	return v, nil
}

// malformed is the error of an answer in another form than documented.
func (a *answer) malformed(err error) error {
	return pharos.Errorf(pharos.Unavailable, "credential %s: %s: the answer is not as documented: %s", a.owner, a.call, oneLine(err.Error())).
		WithHint("did a proxy answer in the cloud's place?")
}
