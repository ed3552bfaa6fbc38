package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/repair"
)

// TestFolderNames: plain where that is certain, and never two customers in one.
func TestFolderNames(t *testing.T) {
	const a, b, c, d = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002", "aaaaaaaa-0000-4000-8000-000000000003", "aaaaaaaa-0000-4000-8000-000000000004"
	names := explain.Names{Customers: map[pharos.TenantID]pharos.Customer{
		a: {Name: "Söhne & Co. KG"}, b: {Name: "../../etc"}, c: {Name: "SÖHNE co kg"}, d: {Name: "…/."},
	}}
	want := []string{"söhne-co-kg-" + a, "etc", "söhne-co-kg-" + c, d}
	if got := folderNames([]pharos.TenantID{a, b, c, d}, names); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := folderName(strings.Repeat("長い", 100)); len([]rune(got)) != 60 {
		t.Errorf("%d letters: %s", len([]rune(got)), got)
	}
}

// TestWriteAsk: a folder has the files of the last plan alone, and whatever
// else somebody put there.
func TestWriteAsk(t *testing.T) {
	e := &env{IO: IO{Err: io.Discard}}
	dir := filepath.Join(t.TempDir(), "asks", "fabrikam")
	first := &repair.Ask{Mail: "m", Page: "p", Az: "a", PowerShell: "s", Templates: []repair.Template{{Name: "template-1.json"}, {Name: "template-2.json"}}}
	for _, step := range []struct {
		ask  *repair.Ask
		want string
	}{
		{first, "mail.txt page.html run.ps1 run.sh template-1.json template-2.json"},
		{&repair.Ask{Mail: "m2", Page: "p2"}, "answer.eml mail.txt page.html"},
	} {
		if err := e.writeAsk(dir, step.ask); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, x := range entries {
			names = append(names, x.Name())
		}
		if got := strings.Join(names, " "); got != step.want {
			t.Errorf("%s, want %s", got, step.want)
		}
		if err := os.WriteFile(filepath.Join(dir, "answer.eml"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	beside, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(beside) != 1 {
		t.Errorf("%d entries beside the folder, %v", len(beside), err)
	}
}
