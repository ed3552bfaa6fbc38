package emulator

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuxiliaryTokens: tokens of other tenants beside the caller's own are
// checked, and never kept.
func TestAuxiliaryTokens(t *testing.T) {
	e := emulate(t)
	admin, robot := token(t, e, "fabrikam", "local-admin"), token(t, e, "contoso-msp", "provider-automation")
	for header, want := range map[string]int{
		"": 202, "Bearer " + robot: 202, "Bearer " + robot + ", bearer " + robot + ";Bearer " + robot: 202,
		robot: 401, "Bearer x": 401, "Bearer " + strings.Repeat("Bearer "+robot+", ", 3): 401, strings.Repeat("Bearer "+robot+", ", 4): 401,
	} {
		r := httptest.NewRequest("PUT", loopback+prod(e)+tickets+"/t"+objectID("test", "", header)+supportV, strings.NewReader(ticketBody(t, nil)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+admin)
		r.Header.Set("x-ms-authorization-auxiliary", header)
		if got := send(t, e, r); got.status != want || want == 401 && got.errorCode() != "InvalidAuxiliaryTokens" {
			t.Errorf("%.60s: %d %s, want %d", header, got.status, got.text, want)
		}
	}
	dir := t.TempDir()
	if err := e.Save(dir); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) == 0 || strings.Contains(string(kept), robot) {
		t.Error("the state holds a token")
	}
}
