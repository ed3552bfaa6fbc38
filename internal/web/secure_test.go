package web

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/pharos-pec/pharos"
)

// everyPage lists an address of each page, and of each way it can look.
func everyPage() []string {
	month := "/months/2026-10"
	prod, shop := month+"/subscriptions/"+string(subscription(1)), month+"/subscriptions/"+string(subscription(6))
	return []string{
		"/", month, month + "?currency=EUR", "/months/2026-09",
		month + "/customers/" + string(tenant(1)), month + "/customers/" + string(tenant(5)),
		prod, shop, month + "/subscriptions/" + string(subscription(3)), month + "/subscriptions/" + string(subscription(4)),
		prod + "/days/2026-10-09", prod + "/days/2026-10-09?verdict=excluded", prod + "/days/2026-10-09?page=2",
		month + "/subscriptions/" + string(subscription(3)) + "/days/2026-10-18", shop + "/days/2026-10-20",
		"/causes", "/causes/no-access", "/coverage", "/coverage?state=none&q=fabrikam", "/coverage?q=nothing-has-this-name",
		"/nowhere", "/months/2031-01",
	}
}

// No page has code of its own or asks another host for anything: what the
// policy forbids is not there to be forbidden.
func TestPages_NothingInlineNothingForeign(t *testing.T) {
	s, _ := server(t, sample())
	for _, path := range everyPage() {
		doc, err := goquery.NewDocumentFromReader(get(t, s, path).Body)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("script").Each(func(_ int, e *goquery.Selection) {
			if _, ok := e.Attr("src"); !ok || text(e) != "" {
				t.Errorf("%s: an inline script", path)
			}
		})
		if n := doc.Find("style, iframe, object, embed, base").Length(); n > 0 {
			t.Errorf("%s: %d elements that the policy forbids", path, n)
		}
		doc.Find("*").Each(func(_ int, e *goquery.Selection) {
			for _, a := range e.Nodes[0].Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: <%s %s=%q>", path, goquery.NodeName(e), a.Key, a.Val)
				case a.Key == "src" || a.Key == "href" || a.Key == "action":
					if !ownAddress(a.Val) && !isSource(e) {
						t.Errorf("%s: <%s %s=%q> leads elsewhere", path, goquery.NodeName(e), a.Key, a.Val)
					}
				}
			}
		})
	}
}

// ownAddress reports whether an address stays on this server.
func ownAddress(a string) bool {
	return strings.HasPrefix(a, "#") || strings.HasPrefix(a, "/") && !strings.HasPrefix(a, "//")
}

// isSource reports whether an element is a link to the public page that a rule
// was taken from. Nothing is asked of it until somebody follows it, and then
// it does not learn from where.
func isSource(e *goquery.Selection) bool {
	return goquery.NodeName(e) == "a" && e.AttrOr("rel", "") == "noopener noreferrer external"
}

func TestHeaders(t *testing.T) {
	s, _ := server(t, sample())
	style, _ := read(t, s, "/").Find("link[rel=stylesheet]").Attr("href")
	for _, path := range append(everyPage(), "/healthz", "/api/v1/credit", "/api/v1/nothing", style) {
		h := get(t, s, path).Header()
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy %q allows too much", path, policy)
		}
		for key, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := h.Get(key); got != want {
				t.Errorf("%s: %s: %q, want %q", path, key, got, want)
			}
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: another origin may read the answer", path)
		}
	}
}

func TestHosts(t *testing.T) {
	s, err := New(Deps{Books: sample(), Clock: october.First().Start, Hosts: []string{"Pharos.Contoso.example"}})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"127.0.0.1:8460": 200, "127.0.0.1": 200, "localhost": 200, "LOCALHOST:1": 200, "localhost.:8460": 200, "[::1]:8460": 200,
		"pharos.contoso.example": 200, "pharos.contoso.example:443": 200, "192.0.2.7:8460": 200,
		"rebind.evil.example:8460": 403, "evil.example": 403, "127.0.0.1.evil.example": 403, "localhost.evil.example": 403,
		"192.0.2.8": 403, "0.0.0.0": 403, "": 403,
	} {
		r := httptest.NewRequest(http.MethodGet, "/months/2026-10", nil)
		r.Host = host
		at := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8460}
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, at))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %q: status %d, want %d", host, w.Code, want)
		}
		if want == 403 && strings.Contains(w.Body.String(), "Fabrikam") {
			t.Errorf("Host %q: figures went out", host)
		}
	}
}

// The page says whether others can reach it.
func TestPages_SayWhoCanReachThem(t *testing.T) {
	s, _ := server(t, sample())
	if got := text(read(t, s, "/").Find("footer")); !strings.Contains(got, "served to this machine only; there is no sign-in") {
		t.Errorf("foot: %q", got)
	}
}

func TestNew_Refuses(t *testing.T) {
	for _, d := range []Deps{{}, {Books: sample()}, {Clock: october.First().Start}} {
		if _, err := New(d); pharos.CodeOf(err) != pharos.Internal {
			t.Errorf("New(%+v): %v, want an error with code internal", d, err)
		}
	}
}
