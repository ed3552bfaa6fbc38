package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// listen opens a listener on a free port of this machine.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// slowBooks hold a request until they are let go.
type slowBooks struct {
	*fakeBooks
	asked, answer chan struct{}
}

func (b *slowBooks) Month(ctx context.Context, m pharos.Month) (*credit.Month, error) {
	close(b.asked)
	<-b.answer
	return b.fakeBooks.Month(ctx, m)
}

// A server that is told to stop answers what it was asked, then ends, and
// leaves nothing behind.
func TestServe_StopsGracefully(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	b := &slowBooks{sample(), make(chan struct{}), make(chan struct{})}
	s, _ := server(t, b)
	l := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()

	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	type reply struct {
		status int
		body   string
		err    error
	}
	replies := make(chan reply, 1)
	go func() {
		status, body, err := fetch(t.Context(), client, "http://"+l.Addr().String()+"/months/2026-10")
		replies <- reply{status, body, err}
	}()
	<-b.asked
	stop()
	close(b.answer)
	if r := <-replies; r.err != nil || r.status != 200 || !strings.Contains(r.body, "Fabrikam GmbH") {
		t.Errorf("the running request got status %d, error %v", r.status, r.err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, _, err := fetch(t.Context(), client, "http://"+l.Addr().String()+"/"); err == nil {
		t.Error("the stopped server answers")
	}
}

func fetch(ctx context.Context, c *http.Client, address string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), errors.Join(err, resp.Body.Close())
}

// A listener that breaks is an error, not a silent end.
func TestServe_ListenerBreaks(t *testing.T) {
	s, _ := server(t, sample())
	l := listen(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), l); pharos.CodeOf(err) != pharos.Internal {
		t.Errorf("Serve: %v, want an error with code internal", err)
	}
}

func TestListen_Errors(t *testing.T) {
	l := listen(t)
	for address, code := range map[string]pharos.Code{
		l.Addr().String(): pharos.Conflict, "nonsense": pharos.Invalid, "127.0.0.1:99999": pharos.Invalid,
	} {
		_, err := Listen(t.Context(), address)
		if pharos.CodeOf(err) != code || pharos.HintOf(err) == "" {
			t.Errorf("Listen(%s): %v (%s), want code %s and a hint", address, err, pharos.CodeOf(err), code)
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestLocal(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "0.0.0.0:1": false, "192.0.2.1:1": false} {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if Local(a) != want {
			t.Errorf("Local(%s) = %v", address, !want)
		}
	}
	if a, err := net.ResolveTCPAddr("tcp", DefaultAddress); err != nil || !Local(a) {
		t.Errorf("the default address %s is not local", DefaultAddress)
	}
}
