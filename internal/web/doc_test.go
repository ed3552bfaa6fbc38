package web

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// The page that tells users of the addresses and of the errors names all of them.
func TestDocs_NameEveryAddressAndError(t *testing.T) {
	text, err := os.ReadFile("../../docs/dashboard.md")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := server(t, sample())
	for pattern := range s.table(&assets{}) {
		if pattern == assetRoot || pattern == "/" {
			continue // what a page asks for by itself, and what is not there
		}
		if address := strings.TrimSuffix(pattern, "{$}"); !strings.Contains(string(text), "| `"+address+"` |") {
			t.Errorf("docs/dashboard.md has no row for %s", address)
		}
	}
	for code, status := range statuses() {
		if code == pharos.Findings {
			continue // is no error here
		}
		named := false
		for line := range strings.Lines(string(text)) {
			named = named || strings.Contains(line, "`"+string(code)+"`") && strings.Contains(line, fmt.Sprint(status))
		}
		if !named {
			t.Errorf("docs/dashboard.md does not say that %s is %d %s", code, status, http.StatusText(status))
		}
	}
	if !strings.Contains(string(text), DefaultAddress) {
		t.Errorf("docs/dashboard.md does not name %s", DefaultAddress)
	}
}
