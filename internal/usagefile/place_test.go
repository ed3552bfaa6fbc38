package usagefile

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

// The quick way gives what pharos.ParseScope gives.
func TestPlaceParser_IsParseScope(t *testing.T) {
	part := rapid.SampledFrom([]string{"/subscriptions/", "/Subscriptions/", "S1", "/resourceGroups/", "/RESOURCEGROUPS/", "RG-Web", "é", "/", " ", "providers/X"})
	rapid.Check(t, func(t *rapid.T) {
		text := "/SubScriptions/" + strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "parts"), "")
		var p placeParser
		got := p.parse([]byte(text))
		want, err := pharos.ParseScope(text)
		if err != nil {
			want = ""
		}
		if got.resource != want || got.group != want.ResourceGroup() {
			t.Fatalf("%q: %+v, want %q", text, got, want)
		}
	})
}
