package repair

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// The resources that steps read and write, with the api-versions that they
// are written in. Sources: REST API Microsoft.ManagementPartner 2018-02-01,
// Microsoft.ManagedServices 2022-10-01, Microsoft.Authorization 2022-04-01.
const (
	partnersPath         = "/providers/Microsoft.ManagementPartner/partners"
	partnersVersion      = "?api-version=2018-02-01"
	definitionsPath      = "/providers/microsoft.managedservices/registrationdefinitions/"
	definitionsVersion   = "?api-version=2022-10-01"
	roleAssignmentsPath  = "/providers/Microsoft.Authorization/roleAssignments/"
	roleAssignmentsQuery = "?api-version=2022-04-01"
)

// null is the state of what is not there.
func null() json.RawMessage { return json.RawMessage("null") }

// absent reports whether a thing is not there.
func (t Thing) absent() bool { return string(t.State) == "null" }

// linkState is the state of a credential's own partner link.
type linkState struct {
	PartnerID pharos.PartnerID `json:"partnerId"`
}

// body is the state of a resource as it would be written: what a PUT of it
// takes. Fields that the cloud adds are left out.
type body struct {
	Plan       json.RawMessage `json:"plan,omitempty"`
	Properties json.RawMessage `json:"properties"`
}

// stateOf reduces a resource, as the cloud tells it, to the state that matters
// and that can be compared: keys in order, ids as they are. A nil resource has
// the state null. The error has code Unavailable: the answer is not as
// documented.
func stateOf(path string, resource json.RawMessage) (json.RawMessage, error) {
	if resource == nil {
		return null(), nil
	}
	state, err := reduce(path, resource)
	if err != nil {
		return nil, pharos.Errorf(pharos.Unavailable, "%s: the answer is not as documented: %w", path, err)
	}
	return state, nil
}

func reduce(path string, resource json.RawMessage) (json.RawMessage, error) {
	if strings.HasPrefix(path, partnersPath) {
		return reduceLink(resource)
	}
	var whole body
	if err := json.Unmarshal(resource, &whole); err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(whole.Properties, &all); err != nil {
		return nil, fmt.Errorf("properties: %w", err)
	}
	kept := map[string]json.RawMessage{}
	for _, name := range writtenAt(path) {
		if v, ok := all[name]; ok && !isEmpty(v) {
			kept[name] = v
		}
	}
	properties, err := canonical(kept)
	if err != nil {
		return nil, err
	}
	if isEmpty(whole.Plan) {
		whole.Plan = nil
	}
	return canonical(body{Plan: whole.Plan, Properties: properties})
}

// writtenAt are the properties that a PUT of the resource at a path takes.
func writtenAt(path string) []string {
	if strings.Contains(strings.ToLower(path), definitionsPath) {
		return []string{"description", "authorizations", "eligibleAuthorizations", "registrationDefinitionName", "managedByTenantId"}
	}
	return []string{"roleDefinitionId", "principalId", "principalType", "condition", "conditionVersion", "description", "delegatedManagedIdentityResourceId"}
}

// reduceLink reads a partner link; a removed one is none.
func reduceLink(resource json.RawMessage) (json.RawMessage, error) {
	var w struct {
		Properties *struct {
			PartnerID json.RawMessage `json:"partnerId"` // a string, or a number
			State     string          `json:"state"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(resource, &w); err != nil {
		return nil, err
	}
	if w.Properties == nil {
		return nil, fmt.Errorf("it has no properties")
	}
	id := strings.Trim(string(w.Properties.PartnerID), `"`)
	if w.Properties.State == "Deleted" || id == "" || id == "null" {
		return null(), nil
	}
	return canonical(linkState{PartnerID: pharos.PartnerID(id)})
}

// linkedID is the partner ID of a link's state, "" for none.
func linkedID(state json.RawMessage) pharos.PartnerID {
	var l linkState
	if json.Unmarshal(state, &l) != nil {
		return ""
	}
	return l.PartnerID
}

// definitionState is what a definition's state says of who may do what.
type definitionState struct {
	Plan       json.RawMessage `json:"plan"`
	Properties struct {
		Name           string          `json:"registrationDefinitionName"`
		Authorizations []authorization `json:"authorizations"`
		Eligible       []authorization `json:"eligibleAuthorizations"`
	} `json:"properties"`
}

// readDefinition reads a definition's state; one in another form says nothing.
func readDefinition(state json.RawMessage) definitionState {
	var d definitionState
	if json.Unmarshal(state, &d) != nil {
		return definitionState{}
	}
	return d
}

// has reports whether a definition has the target's permanent authorization.
func has(state json.RawMessage, t Target) bool {
	return slices.ContainsFunc(readDefinition(state).Properties.Authorizations, func(a authorization) bool {
		return strings.EqualFold(a.Principal, string(t.Principal)) && normalText("roleDefinitionId", a.Role) == string(t.Role)
	})
}

// fromMarketplace reports whether a definition belongs to a Marketplace plan.
func fromMarketplace(state json.RawMessage) bool { return !isEmpty(readDefinition(state).Plan) }

// isEmpty reports whether a value says no more than its absence.
func isEmpty(v json.RawMessage) bool {
	switch string(bytes.TrimSpace(v)) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	return false
}

// canonical writes a value with the keys of its objects in order and no
// blanks, numbers as they were.
func canonical(v any) (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var any any
	if err := d.Decode(&any); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(any); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
