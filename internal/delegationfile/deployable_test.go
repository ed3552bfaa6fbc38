package delegationfile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/delegationfile"
)

func TestDeployable(t *testing.T) {
	const schema = `"$schema": "https://schema.management.azure.com/schemas/2019-08-01/`
	for _, x := range []struct {
		name, file, parameters string
		code                   pharos.Code
		says                   string // in the error and its hint, or in what is deployed
	}{
		{"a template", "// a comment\n{" + schema + `subscriptionDeploymentTemplate.json#", "resources": [{"a": 'b',}]}`, "", "", `"resources":[{"a":"b"}]`},
		{"with a parameters file", "{" + schema + `subscriptionDeploymentTemplate.json#", "resources": []}`,
			`{"$schema": "x", "parameters": {"a": {"value": 1}}}`, "", `{"a":{"value":1}}`},
		{"with bare parameters", "{" + schema + `subscriptionDeploymentTemplate.json#", "resources": []}`, `{"a": {"value": 1}}`, "", `{"a":{"value":1}}`},
		{"a policy", "{" + schema + `managementGroupDeploymentTemplate.json#", "resources": []}`, "", pharos.Unsupported, "az deployment mg create"},
		{"a tenant's", "{" + schema + `tenantDeploymentTemplate.json#", "resources": []}`, "", pharos.Unsupported, "for a whole tenant"},
		{"Terraform", `resource "azurerm_lighthouse_definition" "d" {}`, "", pharos.Unsupported, "terraform apply"},
		{"a plan", `{"planned_values": {}}`, "", pharos.Unsupported, "terraform apply"},
		{"Bicep", "targetScope = 'subscription'", "", pharos.Unsupported, "az bicep build --file delegation"},
		{"an offer", `{"authorizations": []}`, "", pharos.Unsupported, "Partner Center"},
		{"no JSON", `{`, "", pharos.Invalid, "delegation:1"},
		{"broken parameters", "{" + schema + `subscriptionDeploymentTemplate.json#", "resources": []}`, "{", pharos.Invalid, "values:1"},
	} {
		template, values, err := delegationfile.Deployable(
			delegationfile.File{Name: "delegation", Data: []byte(x.file)}, delegationfile.File{Name: "values", Data: []byte(x.parameters)})
		if pharos.CodeOf(err) != x.code {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		got := string(template) + string(values)
		if err != nil {
			got = err.Error() + " " + pharos.HintOf(err)
		} else if !json.Valid(template) || x.parameters != "" && !json.Valid(values) {
			t.Errorf("%s: no JSON: %s %s", x.name, template, values)
		}
		if !strings.Contains(got, x.says) {
			t.Errorf("%s: got %s, want it to contain %s", x.name, got, x.says)
		}
	}
}
