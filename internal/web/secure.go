package web

import (
	"net"
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos"
)

// contentPolicy allows the embedded style sheet, script and icon and nothing
// else: no inline code, no other origin, no frame around the page.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the security headers of every answer, and refuses requests that
// came for another host and those that would change something.
func (s *Server) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		switch {
		case !s.serves(r):
			s.fail(w, r, pharos.Errorf(pharos.Forbidden, "this server does not answer for the host %q", r.Host).
				WithHint("open it by the address that pharos serve printed"))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			s.fail(w, r, pharos.Errorf(pharos.Unsupported, "this server only shows: %w", errMethod).
				WithHint("use GET"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// serves reports whether the request's Host is ours: a loopback name, the
// address at which the connection arrived, or a name the caller configured.
// A page of another site that points its own DNS name here is refused, for
// the browser still sends that name.
func (s *Server) serves(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || s.hosts[host] {
		return true
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return false
	}
	return ip.IsLoopback() || ip.Equal(arrivedAt(r))
}

// arrivedAt returns the address of this machine that the client connected to,
// nil where the server does not say.
func arrivedAt(r *http.Request) net.IP {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok {
		return nil
	}
	return addr.IP
}
