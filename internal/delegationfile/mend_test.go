package delegationfile_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

var update = flag.Bool("update", false, "write the diffs of testdata/mend anew")

// TestMend holds what is mended against a diff, which shows that all else stays
// as it is. Mending what was mended changes nothing, and nothing is found.
func TestMend(t *testing.T) {
	files, err := filepath.Glob("testdata/mend/all.*")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files in testdata/mend: %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".diff" {
			continue
		}
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before := delegationfile.File{Name: filepath.Base(file), Data: data}
			after, _, edits, err := delegationfile.Mend(before, delegationfile.File{}, onboard.Surroundings{})
			if err != nil {
				t.Fatal(err)
			}
			diff := delegationfile.Diff(before.Name, before.Data, after.Data)
			if *update {
				if err := os.WriteFile(file+".diff", []byte(diff), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file + ".diff")
			if err != nil {
				t.Fatalf("%v; run the test with -update", err)
			}
			if d := cmp.Diff(string(want), diff); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
			for _, e := range edits {
				if e.Line == 0 || e.Rule == "" || e.What == "" {
					t.Errorf("%+v", e)
				}
			}
			if left := lint(t, string(after.Data), "").Findings; len(left) > 0 {
				t.Errorf("left: %+v", left)
			}
			again, _, more, err := delegationfile.Mend(after, delegationfile.File{}, onboard.Surroundings{})
			if err != nil || len(more) > 0 || string(again.Data) != string(after.Data) {
				t.Errorf("mended again: %+v, %v", more, err)
			}
		})
	}
}

// TestMend_Uncertain: a value that stands elsewhere, or twice in a line, is left.
func TestMend_Uncertain(t *testing.T) {
	bicep := `targetScope = 'subscription'
resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid('x')
  properties: {
    eligibleAuthorizations: [
      { principalId: 'x', justInTimeAccessPolicy: { maximumActivationDuration: longest } }
    ]
  }
}
`
	const policy = `{"managedByTenantId": "11111111-1111-4111-8111-111111111111", "eligibleAuthorizations": [
 {"principalId": "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c", "roleDefinitionId": "b24988ac-6180-42a0-ab88-20f7382dd24c",
`
	for name, text := range map[string]string{
		"twice in a line": policy + `"justInTimeAccessPolicy": {"description": "PT9H", "maximumActivationDuration": "PT9H"}}]}`,
		"words":           policy + `"justInTimeAccessPolicy": {"maximumActivationDuration": "nine hours"}}]}`,
		"an escape":       policy + `"justInTimeAccessPolicy": {"maximumActivationDuration": "PT\u0039H"}}]}`,
		"a parameter":     "param longest string = 'PT9H'\n" + bicep,
		"the only role": `{"authorizations": [{"principalId": "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c", "roleDefinitionId": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
 "delegatedRoleDefinitionIds": ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635"]}]}`,
	} {
		f := delegationfile.File{Name: "it.json", Data: []byte(text)}
		after, _, edits, err := delegationfile.Mend(f, delegationfile.File{}, onboard.Surroundings{})
		if err != nil || len(edits) > 0 || string(after.Data) != text {
			t.Errorf("%s: %+v, %v", name, edits, err)
		}
	}
}
