package delegationfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

// TestRead_JustInTime: where the strong role is just in time and nothing but
// Reader and the delete role stay, a delegation earns nothing, in every
// language; the findings are where those roles are written.
func TestRead_JustInTime(t *testing.T) {
	files, err := filepath.Glob("testdata/shape/no/just-in-time*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".parameters.json") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := map[string][]string{"": lines(t, file)}
			parameters := delegationfile.File{Name: strings.TrimSuffix(file, ".json") + ".parameters.json"}
			if data, err := os.ReadFile(parameters.Name); err == nil {
				parameters.Data, text[parameters.Name] = data, lines(t, parameters.Name)
			}
			p, err := delegationfile.Read(delegationfile.File{Name: file, Data: []byte(strings.Join(text[""], "\n"))}, parameters)
			if err != nil {
				t.Fatal(err)
			}
			r, err := onboard.Lint(p, onboard.Surroundings{})
			if err != nil || r.Earns != onboard.No {
				t.Fatalf("earns %s, %v", r.Earns, err)
			}
			found := map[string]bool{}
			for _, f := range r.Findings {
				role := map[string]string{"PH102": string(pharos.Reader), "PH103": string(pharos.Contributor)}[f.Rule]
				if role == "" {
					continue
				}
				found[f.Rule] = true
				from := text[f.File][f.Line-1:]
				if here := strings.Join(from[:min(5, len(from))], "\n"); !strings.Contains(here, role) {
					t.Errorf("%s says line %d of %q, where the role %s is not:\n%s", f.Rule, f.Line, f.File, role, here)
				}
			}
			if !found["PH102"] || !found["PH103"] {
				t.Errorf("found %+v", r.Findings)
			}
		})
	}
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// bicepParameters are the values of testdata/shape/yes/parameter.bicep.
const bicepParameters = `using 'parameter.bicep'

var roles = {
  'support': 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'
}
var automation = '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d'
param role = 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' // Support Request Contributor
param principal = automation
`

// TestRead_BicepParameters: a .bicepparam gives the values that are written
// out in it; where one is computed, or the file stands alone, it says what to
// give instead.
func TestRead_BicepParameters(t *testing.T) {
	template, err := os.ReadFile("testdata/shape/yes/parameter.bicep")
	if err != nil {
		t.Fatal(err)
	}
	read := func(file, parameters string) (onboard.Proposal, error) {
		return delegationfile.Read(delegationfile.File{Name: "it.bicep", Data: []byte(file)}, delegationfile.File{Name: "it.bicepparam", Data: []byte(parameters)})
	}
	answer := func(parameters string) (onboard.Report, error) {
		p, err := read(string(template), parameters)
		if err != nil {
			return onboard.Report{}, err
		}
		return onboard.Lint(p, onboard.Surroundings{})
	}
	if r, err := answer(bicepParameters); err != nil || r.Earns != onboard.Yes {
		t.Errorf("earns %s, %v: %+v", r.Earns, err, r.Findings)
	}
	reader, err := answer(strings.Replace(bicepParameters, "param role = 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'", "param role = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'", 1))
	if err != nil || reader.Earns != onboard.No {
		t.Errorf("with Reader it earns %s, %v", reader.Earns, err)
	}
	for name, parameters := range map[string]string{
		"computed":   strings.Replace(bicepParameters, "= automation", "= toLower(automation)", 1),
		"a function": strings.Replace(bicepParameters, "= automation", "= readEnvironmentVariable('ID')", 1),
		"a circle":   "using 'x.bicep'\nvar a = b\nvar b = a\nparam role = a\n",
		"a list":     "using 'x.bicep'\nparam role = [\n  automation\n  { a: b() }\n]\n",
	} {
		if _, err := answer(parameters); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(pharos.HintOf(err), "bicep build-params it.bicepparam") || !strings.HasPrefix(err.Error(), "it.bicepparam:") {
			t.Errorf("%s: %v, %s", name, err, pharos.HintOf(err))
		}
	}
	if _, err := answer("using 'x.bicep'\nparam role = '"); pharos.CodeOf(err) != pharos.Invalid || !strings.HasPrefix(err.Error(), "it.bicepparam:2: ") {
		t.Errorf("a broken one: %v", err)
	}
	if _, err := read(bicepParameters, ""); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(pharos.HintOf(err), "--parameters") {
		t.Errorf("alone: %v, %s", err, pharos.HintOf(err))
	}
}

// TestRead_BicepParameters_Shapes: arrays and objects are read as they stand,
// with their lines.
func TestRead_BicepParameters_Shapes(t *testing.T) {
	template, err := os.ReadFile("testdata/shape/no/just-in-time.json")
	if err != nil {
		t.Fatal(err)
	}
	const parameters = `// the values of a sample
using 'just-in-time.bicep'
param offerName = 'Contoso operations'
param managingTenant = '11111111-1111-4111-8111-111111111111'
param authorizations = [
  {
    principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d'
    roleDefinitionId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  }
  { principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d', roleDefinitionId: '91c1777a-f3dc-4fae-b103-61d183457e46' }
]
param eligibleAuthorizations = [
  {
    principalId: '7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c'
    roleDefinitionId: 'b24988ac-6180-42a0-ab88-20f7382dd24c'
  }
]
`
	p, err := delegationfile.Read(delegationfile.File{Name: "it.json", Data: template}, delegationfile.File{Name: "it.bicepparam", Data: []byte(parameters)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := onboard.Lint(p, onboard.Surroundings{})
	if err != nil || r.Earns != onboard.No {
		t.Fatalf("earns %s, %v: %+v", r.Earns, err, r.Findings)
	}
	for _, f := range r.Findings {
		if f.Rule == "PH103" && f.File == "it.bicepparam" && f.Line == 13 {
			return
		}
	}
	t.Errorf("PH103 is not at it.bicepparam:13: %+v", r.Findings)
}

// FuzzReadBicepParameters: a parameters file of anybody's is read or refused.
func FuzzReadBicepParameters(f *testing.F) {
	f.Add(bicepParameters)
	f.Add("using 'a'\nparam b = [\n  { c: d }\n]")
	f.Add("param a = a")
	template := []byte("targetScope = 'subscription'\nparam role string\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := delegationfile.Read(delegationfile.File{Name: "it.bicep", Data: template}, delegationfile.File{Name: "it.bicepparam", Data: []byte(text)})
		if err != nil && pharos.CodeOf(err) != pharos.Invalid {
			t.Errorf("%v", err)
		}
	})
}
