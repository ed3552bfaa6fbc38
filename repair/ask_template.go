package repair

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"github.com/pharos-pec/pharos"
)

// armTemplate is an ARM template as it is written for a customer.
type armTemplate struct {
	Schema         string        `json:"$schema"`
	ContentVersion string        `json:"contentVersion"`
	Resources      []armResource `json:"resources"`
}

type armResource struct {
	Type          string   `json:"type"`
	APIVersion    string   `json:"apiVersion"`
	Name          string   `json:"name"`
	ResourceGroup string   `json:"resourceGroup,omitempty"`
	DependsOn     []string `json:"dependsOn,omitempty"`
	Properties    any      `json:"properties"`
}

const (
	atSubscription  = "https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json#"
	atResourceGroup = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
	definitionType  = "Microsoft.ManagedServices/registrationDefinitions"
	assignmentType  = "Microsoft.ManagedServices/registrationAssignments"
	managedVersion  = "2022-10-01"
)

// extended is the template that adds the step's authorization to a delegation:
// the definition as it stands with one more authorization, under its own name,
// and its assignment, so that a deployment changes nothing else. The error has
// code NotFound where nobody of ours could read what stands.
func (s *Step) extended() (json.RawMessage, error) {
	wanted, err := s.Wanted()
	if err != nil {
		return nil, err
	}
	var state struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(wanted[0].State, &state); err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "step %s: %w", s.ID, err)
	}
	var properties any
	d := json.NewDecoder(bytes.NewReader(state.Properties))
	d.UseNumber()
	if err := d.Decode(&properties); err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "step %s: %w", s.ID, err)
	}
	at, _, _ := strings.Cut(wanted[0].Path, "?")
	name := path.Base(at)
	id := "[subscriptionResourceId('" + definitionType + "', '" + name + "')]"
	if name, err = pharos.ParseGUID(name); err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "step %s: the definition's name: %w", s.ID, err)
	}
	t := armTemplate{atSubscription, "1.0.0.0", []armResource{
		{Type: definitionType, APIVersion: managedVersion, Name: name, Properties: literal(properties)},
	}}
	t.Resources = append(t.Resources, s.assigned(id))
	return asTemplate(t)
}

// assigned puts the definition of an id into force where the step's delegation
// is: a deployment of its own where that is a resource group.
func (s *Step) assigned(id string) armResource {
	a := armResource{Type: assignmentType, APIVersion: managedVersion, Name: path.Base(s.Target.Delegation),
		Properties: map[string]string{"registrationDefinitionId": id}}
	group := s.Target.Scope.ResourceGroup()
	if group == "" {
		a.DependsOn = []string{id}
		return a
	}
	inner := armTemplate{atResourceGroup, "1.0.0.0", []armResource{a}}
	return armResource{
		Type: "Microsoft.Resources/deployments", APIVersion: "2021-04-01", Name: "delegate-" + path.Base(s.Target.Delegation), ResourceGroup: group,
		DependsOn: []string{id}, Properties: map[string]any{"mode": "Incremental", "template": inner},
	}
}

// literal writes texts so that Resource Manager takes none for an expression.
func literal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = literal(x)
		}
	case []any:
		for i, x := range v {
			v[i] = literal(x)
		}
	case string:
		if strings.HasPrefix(v, "[") {
			return "[" + v
		}
	}
	return v
}

// asTemplate writes a template, indented and in ASCII alone: it stands in
// scripts that are read in whatever code page.
func asTemplate(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, pharos.Errorf(pharos.Internal, "template: %w", err)
	}
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(b.String())) {
		lines = append(lines, escaped(strings.TrimSuffix(line, "\n")))
	}
	return json.RawMessage(strings.Join(lines, "\n")), nil
}
