package repair

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// authorization is an authorization of a registration definition.
type authorization struct {
	Principal string `json:"principalId"`
	Name      string `json:"principalIdDisplayName,omitempty"`
	Role      string `json:"roleDefinitionId"`
}

// after returns what a step of Pharos makes of the state that it was made
// from. It follows from the kind, the target and that state alone, so that a
// plan can be checked against itself.
func (s *Step) after() ([]Thing, error) {
	if len(s.Before) != 1 {
		return nil, fmt.Errorf("a step of kind %s is made from the state of one resource, not of %d", s.Kind, len(s.Before))
	}
	t := s.Before[0]
	if !s.about(t.Path) {
		return nil, fmt.Errorf("%s is not what a step of kind %s at %s is about", t.Path, s.Kind, s.Target.Scope)
	}
	var err error
	switch s.Kind {
	case Link:
		t.State, err = canonical(linkState{PartnerID: s.Target.PartnerID})
	case AddAuthorization, MakeStanding, Assign, RestoreAOBO:
		if strings.Contains(t.Path, definitionsPath) {
			t.State, err = s.withAuthorization(t.State)
		} else {
			t.State, err = s.assignment()
		}
	default:
		return nil, fmt.Errorf("a step of kind %s is not for Pharos to do", s.Kind)
	}
	return []Thing{t}, err
}

// about reports whether a path is one that the step's target stands for, so
// that no plan reaches anything else.
func (s *Step) about(path string) bool {
	definition, isDefinition := strings.CutPrefix(path, strings.ToLower("/subscriptions/"+string(s.Target.Scope.Subscription()))+definitionsPath)
	switch {
	case s.Kind == Link:
		return path == partnersPath+partnersVersion
	case isDefinition:
		name, ok := strings.CutSuffix(definition, definitionsVersion)
		return ok && name != "" && !strings.ContainsAny(name, "/?#%")
	default:
		return path == assignmentPath(s.Target)
	}
}

// withAuthorization adds the target's permanent authorization to a definition,
// unless it has it.
func (s *Step) withAuthorization(state json.RawMessage) (json.RawMessage, error) {
	if has(state, s.Target) {
		return state, nil
	}
	var whole body
	if err := json.Unmarshal(state, &whole); err != nil {
		return nil, err
	}
	var properties map[string]json.RawMessage
	if err := json.Unmarshal(whole.Properties, &properties); err != nil {
		return nil, err
	}
	var all []json.RawMessage
	if text, ok := properties["authorizations"]; ok {
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, err
		}
	}
	added, err := canonical(authorization{string(s.Target.Principal), s.Target.PrincipalName, string(s.Target.Role)})
	if err != nil {
		return nil, err
	}
	if properties["authorizations"], err = canonical(append(all, added)); err != nil {
		return nil, err
	}
	if whole.Properties, err = canonical(properties); err != nil {
		return nil, err
	}
	return canonical(whole)
}

// assignment is the role assignment of the target.
func (s *Step) assignment() (json.RawMessage, error) {
	properties, err := canonical(map[string]string{
		"roleDefinitionId": fmt.Sprintf("/subscriptions/%s/providers/Microsoft.Authorization/roleDefinitions/%s", s.Target.Scope.Subscription(), s.Target.Role),
		"principalId":      string(s.Target.Principal),
		"principalType":    wireKind(s.Target.PrincipalKind),
	})
	if err != nil {
		return nil, err
	}
	return canonical(body{Properties: properties})
}

// wireKind is how Resource Manager writes a kind of principal.
func wireKind(k pharos.PrincipalKind) string {
	if k == "" {
		return ""
	}
	return strings.ToUpper(string(k[:1])) + string(k[1:])
}

// assignmentPath is where the role assignment of a target is written.
func assignmentPath(t Target) string {
	return string(t.Scope) + roleAssignmentsPath + assignmentName(t) + roleAssignmentsQuery
}

// assignmentName is the GUID of a target's role assignment. The same target has
// the same one, so that writing it again changes nothing.
func assignmentName(t Target) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(t.Scope), string(t.Principal), string(t.Role)}, "|")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8: a GUID of one's own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// calls are the writes that turn Before into After.
func calls(before, after []Thing) ([]Write, error) {
	var out []Write
	for i, want := range after {
		if equal(before[i].State, want.State) {
			continue
		}
		if strings.HasPrefix(want.Path, partnersPath) {
			w, err := linkCall(before[i].State, want.State)
			if err != nil {
				return nil, err
			}
			out = append(out, w)
			continue
		}
		out = append(out, Write{Method: "PUT", Path: want.Path, Body: want.State})
	}
	return out, nil
}

// linkCall makes, changes or removes the credential's own link.
func linkCall(was, want json.RawMessage) (Write, error) {
	var from, to linkState
	if err := json.Unmarshal(was, &from); err != nil {
		return Write{}, err
	}
	if err := json.Unmarshal(want, &to); err != nil {
		return Write{}, err
	}
	method, id := "PUT", to.PartnerID
	switch {
	case to.PartnerID == "":
		method, id = "DELETE", from.PartnerID
	case from.PartnerID != "":
		method = "PATCH"
	}
	id, err := pharos.ParsePartnerID(string(id))
	return Write{Method: method, Path: partnersPath + "/" + string(id) + partnersVersion}, err
}

// Prepare fills After and Writes in from Before, for a step of Pharos.
func (s *Step) Prepare() error {
	after, err := s.after()
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "step %s: %w", s.ID, err)
	}
	writes, err := calls(s.Before, after)
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "step %s: %w", s.ID, err)
	}
	s.After, s.Writes = after, writes
	return nil
}

// check refuses a step whose writes do not follow from what it says it does.
func (s *Step) check() error {
	again := *s
	if err := again.Prepare(); err != nil {
		return err
	}
	same := func(a, b Write) bool {
		return a.Method == b.Method && a.Path == b.Path && normal(a.Body) == normal(b.Body)
	}
	if !slices.EqualFunc(again.Writes, s.Writes, same) {
		return pharos.Errorf(pharos.Invalid, "step %s: what it would send is not what it says it does", s.ID).
			WithHint("the plan was altered, or another version of Pharos made it; make a new one")
	}
	return nil
}
