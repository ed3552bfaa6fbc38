package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/pharos-pec/pharos"
)

// DefaultAddress is where the dashboard listens unless told otherwise: this
// machine alone, for there is no sign-in.
const DefaultAddress = "127.0.0.1:8460"

// The server's limits. A request may be slow once, while a month is judged.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	stopTimeout    = 5 * time.Second
	maxHeaderBytes = 64 << 10
)

// Deps are what a [Server] needs. Books and Clock are required.
type Deps struct {
	Books Books
	// Clock is this machine's. It measures how long a judged month was kept;
	// no date that a page shows comes from it.
	Clock func() time.Time
	// Version of Pharos, for the foot of the page.
	Version string
	// Hosts are names besides localhost and the bound address that the
	// server answers for, without port.
	Hosts []string
	// Failed hears of every request that failed by our fault or the books',
	// with what the user was not told. Nil drops it.
	Failed func(ctx context.Context, path string, err error)
}

// Server is the dashboard and the JSON API. It is an [http.Handler], and
// [Server.Serve] runs it on a listener.
type Server struct {
	books   *shelf
	version string
	hosts   map[string]bool
	failed  func(ctx context.Context, path string, err error)
	render  *renderer
	handler http.Handler
}

// New checks its dependencies and makes a server. A missing one, or a broken
// template, is an error with code Internal.
func New(d Deps) (*Server, error) {
	if d.Books == nil || d.Clock == nil {
		return nil, pharos.Errorf(pharos.Internal, "web: Books and Clock are required")
	}
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	t, err := newRenderer(a)
	if err != nil {
		return nil, err
	}
	s := &Server{
		books: newShelf(d.Books, d.Clock), version: d.Version,
		hosts: map[string]bool{}, failed: d.Failed, render: t,
	}
	if s.failed == nil {
		s.failed = func(context.Context, string, error) {}
	}
	for _, h := range d.Hosts {
		s.hosts[strings.ToLower(h)] = true
	}
	s.handler = s.secure(gzhttp.GzipHandler(s.routes(a)))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Listen opens a listener for [Server.Serve]. An address that cannot be bound
// is an error with code Conflict (in use) or Invalid.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, listenError(address, err)
	}
	return l, nil
}

// Serve answers on l until ctx is cancelled, then lets running requests end
// (at most 5 seconds) and returns nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	hs := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       headerTimeout,
		WriteTimeout:      requestTimeout + headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(l) }()
	select {
	case err := <-ended:
		return pharos.Errorf(pharos.Internal, "serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := hs.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = hs.Close()
	}
	if served := <-ended; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	if err != nil {
		return pharos.Errorf(pharos.Internal, "stop: %w", err)
	}
	return nil
}

// Local reports whether only this machine can reach the address. Whoever
// serves on another one should be told that there is no sign-in.
func Local(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
