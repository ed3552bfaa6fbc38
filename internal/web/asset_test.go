package web

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Every asset that a page names is served, for ever, under the hash of its bytes.
func TestAssets(t *testing.T) {
	s, _ := server(t, sample())
	named := 0
	read(t, s, "/").Find("link[href], script[src], img[src]").Each(func(_ int, e *goquery.Selection) {
		at := e.AttrOr("href", e.AttrOr("src", ""))
		named++
		w := get(t, s, at)
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: status %d, Cache-Control %q", at, w.Code, w.Header().Get("Cache-Control"))
		}
		sum := sha256.Sum256(w.Body.Bytes())
		if hash := hex.EncodeToString(sum[:5]); !strings.Contains(at, "."+hash+".") {
			t.Errorf("%s does not carry the hash %s of its bytes", at, hash)
		}
		for ending, kind := range map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"} {
			if got := w.Header().Get("Content-Type"); strings.HasSuffix(at, ending) && got != kind {
				t.Errorf("%s: type %q, want %q", at, got, kind)
			}
		}
	})
	if named != 4 {
		t.Errorf("the page names %d assets, want 4", named)
	}
}

func TestAssets_URL_Unknown(t *testing.T) {
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.URL("app.scss"); err == nil {
		t.Error("an asset that is not there has an address")
	}
}

// The embedded files ask no other host for anything.
func TestAssets_NothingForeign(t *testing.T) {
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	if len(a.body) == 0 {
		t.Fatal("no assets")
	}
	foreign := regexp.MustCompile(`(?i)@import|url\(|https?://[^"]*`)
	for at, body := range a.body {
		for _, found := range foreign.FindAllString(string(body), -1) {
			if found != "http://www.w3.org/2000/svg" { // a name, not an address
				t.Errorf("%s: %s", at, found)
			}
		}
	}
}

// Text that compresses well is compressed for those who ask.
func TestCompression(t *testing.T) {
	s, _ := server(t, sample())
	plain := get(t, s, "/months/2026-10")
	small := get(t, s, "/months/2026-10", "Accept-Encoding", "gzip")
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len()*3 > plain.Body.Len() {
		t.Errorf("%d bytes of %d, encoding %q", small.Body.Len(), plain.Body.Len(), small.Header().Get("Content-Encoding"))
	}
}
