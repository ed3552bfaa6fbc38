package delegationfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
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

// shapes are the files of testdata/shape in some languages.
func shapes(t testing.TB, extensions ...string) []string {
	t.Helper()
	var out []string
	for _, x := range extensions {
		files, err := filepath.Glob("testdata/shape/*/*." + x)
		if err != nil || len(files) == 0 {
			t.Fatalf("no file *.%s in testdata/shape: %v", x, err)
		}
		out = append(out, files...)
	}
	return slices.DeleteFunc(out, func(f string) bool { return strings.HasSuffix(f, ".parameters.json") })
}

// TestEarns is the answer for the shapes that delegations come in.
func TestEarns(t *testing.T) {
	for _, file := range shapes(t, "json", "tf", "bicep") {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parameters, err := os.ReadFile(strings.TrimSuffix(file, filepath.Ext(file)) + ".parameters.json")
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
		{"resource \"a\" \"b\" {\n  c = \"\n}", "", "it.json:2: a text is not closed"},
		{"resource \"a\" \"b\" {\n  c = [\n", "", "it.json:"},
		{"terraform {\n}\n}", "", "it.json:3: a block was expected"},
		{"variable = 1", "", "it.json:1: an attribute"},
		{"x = 1", "", "it.json:1: "},
		{"param x string = 'a", "", "it.json:1: a text is not closed"},
		{"var x = {\n  a: 1\n", "", "it.json:"},
		{"targetScope = 'subscription'\nresource x y", "", "it.json:2: a text was expected"},
	} {
		_, err := delegationfile.Read(delegationfile.File{Name: "it.json", Data: []byte(x.text)}, delegationfile.File{Name: "values.json", Data: []byte(x.parameters)})
		if pharos.CodeOf(err) != pharos.Invalid || !strings.HasPrefix(err.Error(), x.want) {
			t.Errorf("%q: got %v, want %s…", x.text, err, x.want)
		}
	}
}

// TestRead_Lines: findings name the line in every language, of a value that
// stands in a variable too.
func TestRead_Lines(t *testing.T) {
	for file, want := range map[string]string{
		"testdata/shape/no/just-in-time.tf": "PH402:1 PH405:1 PH102:6 PH103:11", "testdata/shape/no/just-in-time.bicep": "PH402:3 PH405:3 PH102:9 PH103:15",
		"testdata/shape/unknown/variable.tf": "PH405:1 PH105:8", "testdata/shape/unknown/dynamic.tf": "PH105:6",
		"testdata/shape/unknown/loop.bicep": "PH105:10",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range lint(t, string(text), "").Findings {
			got = append(got, fmt.Sprintf("%s:%d", f.Rule, f.Line))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", file, got, want)
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

// FuzzRead, FuzzReadTerraform and FuzzReadBicep: no file makes a reader or a
// rule panic, and every finding has a message and a fix.
func FuzzRead(f *testing.F) {
	f.Add(`{"planned_values":{"root_module":{"resources":[{"address":"a","type":"azurerm_lighthouse_definition","values":{"authorization":[{}]}}]}}}`, "")
	f.Add(`{"authorizations":[{"principalId":"x"}],"private":true}`, `{"a":{"value":1}}`)
	fuzz(f, "", "json")
}

func FuzzReadTerraform(f *testing.F) {
	f.Add("x \"a\" \"b\" {\na = <<-E\n  ${b}\n E\n}", "")
	fuzz(f, "terraform {}\n", "tf")
}

func FuzzReadBicep(f *testing.F) {
	f.Add("var a = a.b[c ? d : '${e}\\u{1f600}'] ?? f(g, !h)", `{"a":{"value":1}}`)
	fuzz(f, "targetScope = 'subscription'\n", "bicep")
}

// fuzz puts a beginning before each text, by which the language is told.
func fuzz(f *testing.F, beginning, extension string) {
	for _, file := range shapes(f, extension) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "")
	}
	f.Fuzz(func(t *testing.T, text, parameters string) {
		p, err := delegationfile.Read(delegationfile.File{Name: "it", Data: []byte(beginning + text)}, delegationfile.File{Name: "values.json", Data: []byte(parameters)})
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
