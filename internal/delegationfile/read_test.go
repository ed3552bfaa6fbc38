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

func lint(t *testing.T, text, parameters string) onboard.Report {
	t.Helper()
	p, err := delegationfile.Read(delegationfile.File{Name: "it.json", Data: []byte(text)}, delegationfile.File{Name: "values.json", Data: []byte(parameters)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := onboard.Lint(p, onboard.Surroundings{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEarns is the answer for the shapes that delegations come in.
func TestEarns(t *testing.T) {
	files, err := filepath.Glob("testdata/shape/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no file in testdata/shape: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".parameters.json") {
			continue
		}
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parameters, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ".parameters.json")
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			r := lint(t, string(text), string(parameters))
			if want := onboard.Answer(filepath.Base(filepath.Dir(file))); r.Earns != want {
				t.Errorf("earns %s, want %s: %+v", r.Earns, want, r.Findings)
			}
		})
	}
}

// TestRead_Refuses: what is no delegation names the file and the line.
func TestRead_Refuses(t *testing.T) {
	for _, x := range []struct{ text, parameters, want string }{
		{`{"a": 1}`, "", "it.json is no delegation"},
		{"{\n \"$schema\": \"x\",\n \"resources\": [}", "", "it.json:3: "},
		{`{"$schema": "x", "contentVersion": "1.0.0.0", "resources": []}`, "{\n\n,", "values.json:3: "},
		{"", "", "it.json:"},
	} {
		_, err := delegationfile.Read(delegationfile.File{Name: "it.json", Data: []byte(x.text)}, delegationfile.File{Name: "values.json", Data: []byte(x.parameters)})
		if pharos.CodeOf(err) != pharos.Invalid || !strings.HasPrefix(err.Error(), x.want) {
			t.Errorf("%q: got %v, want %s…", x.text, err, x.want)
		}
	}
}

// TestRead_Parameters: a finding about a value of the parameters file names
// that file and its line.
func TestRead_Parameters(t *testing.T) {
	text, err := os.ReadFile("testdata/shape/no/just-in-time.json")
	if err != nil {
		t.Fatal(err)
	}
	parameters, err := os.ReadFile("testdata/shape/no/just-in-time.parameters.json")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(parameters), "\n")
	for _, f := range lint(t, string(text), string(parameters)).Findings {
		if f.Rule != "PH103" {
			continue
		}
		if f.File != "values.json" || !strings.HasSuffix(strings.TrimSpace(lines[f.Line-1]), "{") || !strings.Contains(lines[f.Line], "b24988ac") {
			t.Errorf("found at %s:%d, which is %q", f.File, f.Line, lines[f.Line-1])
		}
		return
	}
	t.Error("PH103 does not fire")
}

// FuzzRead: no file makes the reader or a rule panic, and every finding has a
// message and a fix.
func FuzzRead(f *testing.F) {
	seeds, err := filepath.Glob("testdata/shape/*/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seed: %v", err)
	}
	for _, file := range seeds {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "")
	}
	f.Add(`{"planned_values":{"root_module":{"resources":[{"address":"a","type":"azurerm_lighthouse_definition","values":{"authorization":[{}]}}]}}}`, "")
	f.Add(`{"authorizations":[{"principalId":"x"}],"private":true}`, `{"a":{"value":1}}`)
	f.Fuzz(func(t *testing.T, text, parameters string) {
		p, err := delegationfile.Read(delegationfile.File{Name: "it.json", Data: []byte(text)}, delegationfile.File{Name: "values.json", Data: []byte(parameters)})
		if err != nil {
			if pharos.CodeOf(err) != pharos.Invalid {
				t.Fatalf("code %s of %v", pharos.CodeOf(err), err)
			}
			return
		}
		r, err := onboard.Lint(p, onboard.Surroundings{CSP: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Findings {
			if x.Message == "" || x.Fix == "" || x.Rule == "" {
				t.Fatalf("%+v", x)
			}
		}
	})
}
