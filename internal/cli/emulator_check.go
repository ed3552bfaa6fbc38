package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/pharos-pec/pharos"
)

// checkPatience is how long --check waits for an answer.
const checkPatience = 2 * time.Second

// check asks the emulator that listens at o.listen on this machine, with the
// authority of the folder, whether it answers. It is what a container's
// health check runs, where there is no other program.
func (o *emulatorOptions) check(ctx context.Context, dir string) error {
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return pharos.Errorf(pharos.Unavailable, "no emulator has written its files to %s: %w", dir, err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	_, port, err := net.SplitHostPort(o.listen)
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "%q is no address to listen on: %w", o.listen, err)
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+net.JoinHostPort("localhost", port)+"/emulator/health", nil)
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "%q is no address to listen on: %w", o.listen, err)
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		// An empty root has no file that says where localhost is.
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		},
	}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return pharos.Errorf(pharos.Unavailable, "the emulator does not answer: %w", err)
	}
	_ = resp.Body.Close() // its status says it all
	if resp.StatusCode != http.StatusOK {
		return pharos.Errorf(pharos.Unavailable, "the emulator answers %s", resp.Status)
	}
	return nil
}
