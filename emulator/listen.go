package emulator

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/pharos-pec/pharos"
)

// Server is an emulator that accepts connections with TLS.
type Server struct {
	// URL is its address, such as https://127.0.0.1:8443.
	URL string

	listener net.Listener
	http     *http.Server
	tls      *tls.Config
}

// Listen opens a TLS listener on addr ("127.0.0.1:0" for a free port) with a
// certificate of the authority in dir, which is made when it is not there
// yet. Hosts are names by which clients reach it besides the loopback ones,
// such as that of a container; the first is the one in the URL. Nothing is
// answered until [Server.Serve].
func (e *Emulator) Listen(addr, dir string, hosts ...string) (*Server, error) {
	cert, err := certificate(dir, hosts)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, pharos.Errorf(pharos.Unavailable, "cannot listen on %s: %w", addr, err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, errors.Join(pharos.Errorf(pharos.Internal, "the listener has no port: %w", err), l.Close())
	}
	host := "127.0.0.1"
	if ip, ok := l.Addr().(*net.TCPAddr); ok && ip.IP.Equal(net.IPv6loopback) {
		host = "::1"
	}
	if len(hosts) > 0 {
		host = hosts[0]
	}
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.authority = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[len(cert.Certificate)-1]})
	return &Server{
		URL:      "https://" + net.JoinHostPort(host, port),
		listener: l,
		tls:      &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		http: &http.Server{
			Handler: e, ReadHeaderTimeout: 10 * time.Second,
			// Broken handshakes and dropped connections are the clients' to
			// tell, and some are asked for by the scenario's faults.
			ErrorLog: log.New(discard{}, "", 0),
		},
	}, nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Serve answers until ctx ends, then lets the calls that are under way finish
// for a few seconds. It returns nil when ctx ended it.
func (s *Server) Serve(ctx context.Context) error {
	s.http.TLSConfig = s.tls
	done := make(chan error, 1)
	go func() { done <- s.http.ServeTLS(s.listener, "", "") }()
	select {
	case err := <-done:
		return pharos.Errorf(pharos.Unavailable, "the emulator stopped: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := s.http.Shutdown(grace)
	if err != nil {
		err = s.http.Close()
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// readAuthority answers with the certificate that a client has to trust, for
// one that cannot see the emulator's files. Whoever asks for it trusts the way
// by which it comes.
func readAuthority(c *call) (reply, error) {
	if c.emulator.authority == nil {
		return reply{}, pharos.Errorf(pharos.NotFound, "this emulator does not listen and has no certificate")
	}
	return reply{status: http.StatusOK, body: c.emulator.authority, header: http.Header{"Content-Type": {"application/x-pem-file"}}}, nil
}
