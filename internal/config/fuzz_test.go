package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/pharos-pec/pharos"
)

// FuzzParse holds that no text makes the parser panic, that every refusal is
// a list of problems with code Invalid, and that what is accepted names a
// valid partner and never an empty place.
func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text, "pharos.yaml", nil)
		if err != nil {
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 || pharos.CodeOf(err) != pharos.Invalid {
				t.Fatalf("not a list of problems: %v", err)
			}
			return
		}
		if _, err := pharos.ParsePartnerID(string(c.Partner.ID)); err != nil || c.Store.Path == "" || c.Ledger.Path == "" {
			t.Fatalf("accepted %+v: %v", c, err)
		}
	})
}

func TestFuzzSeeds(t *testing.T) {
	seeds, err := filepath.Glob("testdata/fuzz/FuzzParse/*")
	if err != nil || len(seeds) == 0 {
		t.Fatalf("no seeds of FuzzParse are checked in: %v", err)
	}
	for _, seed := range seeds {
		if info, err := os.Stat(seed); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", seed, err)
		}
	}
}
