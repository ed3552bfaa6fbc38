package emulator

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// publicTemplates names a folder of templates that we did not write, such as
// the templates of github.com/Azure/Azure-Lighthouse-samples.
const publicTemplates = "PHAROS_LIGHTHOUSE_TEMPLATES"

// TestDeployment_PublicTemplates deploys every onboarding template of a folder
// as it is: with its parameters file where it has one, in which the placeholders
// for tenants and principals are filled in. Each must yield delegations.
func TestDeployment_PublicTemplates(t *testing.T) {
	folder := os.Getenv(publicTemplates)
	if folder == "" {
		t.Skip(publicTemplates + " is not set: it names a folder of public onboarding templates, which are not ours to ship")
	}
	deployed := 0
	err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".json") || strings.HasSuffix(file, "arameters.json") {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if template, err := armtemplate.Parse(text); err == nil && isOnboarding(template) {
			deployed++
			t.Run(filepath.ToSlash(strings.TrimPrefix(file, folder)), func(t *testing.T) { deployPublic(t, file, string(text)) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if deployed == 0 {
		t.Errorf("%s holds no onboarding template", folder)
	}
}

// isOnboarding reports whether a template's own resources delegate.
func isOnboarding(template *armtemplate.Template) bool {
	for _, r := range template.Node().Get("resources").Items {
		if kind := r.Get("type"); kind != nil && strings.EqualFold(kind.Text, "Microsoft.ManagedServices/registrationDefinitions") {
			return true
		}
	}
	return false
}

func deployPublic(t *testing.T, file, text string) {
	t.Helper()
	e := emulate(t)
	admin, s := token(t, e, "fabrikam", "local-admin"), e.world.customers[0].subs[0]
	before := len(s.delegations)
	path := prod(e) + deploymentsPath + "/public"
	body := `{"location": "westeurope", "properties": {"mode": "Incremental", "parameters": ` + publicParameters(t, e, file, text) + `, template:` + text + `}}`
	whatIf := do(t, e, "POST", path+"/whatIf"+deployAPI, admin, body)
	result := do(t, e, "GET", strings.TrimPrefix(whatIf.header.Get("Location"), loopback), admin, "")
	if result.status != 200 || !strings.Contains(result.text, `"changeType":"Create"`) {
		t.Errorf("what-if: %d %s %s", whatIf.status, whatIf.text, result.text)
	}
	if end := deploy(t, e, admin, path, body); end.body["status"] != "Succeeded" {
		t.Fatalf("end: %s", end.text)
	}
	if made := len(s.delegations) - before; made == 0 {
		t.Error("no delegation")
	} else {
		t.Logf("%d delegations", made)
	}
}

// publicParameters are the values of the parameters file beside a template,
// or of the file that has its values, with those of this scenario for what a
// reader is to fill in.
func publicParameters(t *testing.T, e *Emulator, file, text string) string {
	t.Helper()
	template, err := armtemplate.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	beside, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.parameters.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(beside, strings.TrimSuffix(file, ".json")+".parameters.json") {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		n, err := armtemplate.Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range n.Get("parameters").Members {
			if template.Node().Get("parameters").Get(m.Name) != nil {
				values[m.Name] = m.Value.Plain()
			}
		}
	}
	group := string(principalOf(t, e, "contoso-msp", "ops").id)
	given := map[string]any{"managedByTenantId": managingTenant, "rgName": "rg-web"}
	for _, m := range template.Node().Get("parameters").Members {
		switch v, known := given[m.Name]; {
		case known:
			values[m.Name] = map[string]any{"value": v}
		case values[m.Name] == nil && m.Value.Get("defaultValue") == nil && m.Value.Get("type").Text == "string":
			values[m.Name] = map[string]any{"value": "Public offer"}
		case values[m.Name] == nil && m.Value.Get("defaultValue") == nil:
			values[m.Name] = map[string]any{"value": []any{map[string]any{"principalId": group, "roleDefinitionId": string(pharos.Reader)}}}
		}
	}
	if values["resourceGroups"] != nil {
		values["resourceGroups"] = map[string]any{"value": []any{map[string]any{"rgName": "rg-web"}, map[string]any{"rgName": "rg-data"}}}
	}
	out, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(out), "00000000-0000-0000-0000-000000000000", group)
}
