package repair

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// A delegation's definition, as the cloud tells it.
const definition = `{"id": "/subscriptions/s/providers/Microsoft.ManagedServices/registrationDefinitions/d", "plan": null,
  "properties": {"registrationDefinitionName": "Contoso", "managedByTenantId": "t", "provisioningState": "Succeeded", "managedByTenantName": "Contoso",
  "authorizations": [{"principalId": "AAAA", "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}]}}`

const definitionAt = "/subscriptions/s" + definitionsPath + "d" + definitionsVersion

func seen(t *testing.T, path, resource string) []Thing {
	t.Helper()
	var raw json.RawMessage
	if resource != "" {
		raw = json.RawMessage(resource)
	}
	state, err := stateOf(path, raw)
	if err != nil {
		t.Fatal(err)
	}
	return []Thing{{Path: path, State: state}}
}

// TestPrepare has one row for each kind of step that Pharos does.
func TestPrepare(t *testing.T) {
	ours := Target{PartnerID: "4987654"}
	robot := Target{Principal: "bbbb", PrincipalName: "robot", PrincipalKind: pharos.ServicePrincipal, Role: pharos.SupportRequestContributor, Scope: "/subscriptions/s"}
	agents := Target{Principal: "cccc", PrincipalKind: pharos.ForeignGroup, Role: pharos.Owner, Scope: "/subscriptions/s"}
	partner := partnersPath + partnersVersion
	rows := []struct {
		name   string
		step   Step
		method string
		path   string
		body   string
	}{
		{"link", Step{Kind: Link, Target: ours, Before: seen(t, partner, "")}, "PUT", "/partners/4987654?", ""},
		{"link after a removal", Step{Kind: Link, Target: ours, Before: seen(t, partner, `{"properties": {"partnerId": "4987655", "state": "Deleted"}}`)}, "PUT", "/partners/4987654?", ""},
		{"change", Step{Kind: Link, Target: ours, Before: seen(t, partner, `{"properties": {"partnerId": "4987655"}}`)}, "PATCH", "/partners/4987654?", ""},
		{"authorization", Step{Kind: AddAuthorization, Target: robot, Before: seen(t, definitionAt, definition)}, "PUT", definitionAt,
			`"principalId":"bbbb","principalIdDisplayName":"robot","roleDefinitionId":"cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"`},
		{"role assignment", Step{Kind: MakeStanding, Target: robot, Before: seen(t, assignmentPath(robot), "")}, "PUT", assignmentPath(robot), `"principalType":"ServicePrincipal"`},
		{"AOBO", Step{Kind: RestoreAOBO, Target: agents, Before: seen(t, assignmentPath(agents), "")}, "PUT", assignmentPath(agents), `"principalType":"ForeignGroup"`},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if err := r.step.Prepare(); err != nil {
				t.Fatal(err)
			}
			if len(r.step.Writes) != 1 {
				t.Fatalf("%d writes", len(r.step.Writes))
			}
			w := r.step.Writes[0]
			if w.Method != r.method || !strings.Contains(w.Path, r.path) || !strings.Contains(string(w.Body), r.body) {
				t.Errorf("%s %s %s", w.Method, w.Path, w.Body)
			}
			if strings.Contains(string(w.Body), "provisioningState") {
				t.Errorf("what the cloud adds is written back: %s", w.Body)
			}
		})
	}
}

// TestPrepare_Elsewhere: a step that was made from something that its target
// does not stand for is none.
func TestPrepare_Elsewhere(t *testing.T) {
	target := Target{Principal: "bbbb", PrincipalKind: pharos.ServicePrincipal, Role: pharos.Owner, Scope: "/subscriptions/s", PartnerID: "4987654"}
	for _, r := range []struct {
		kind Kind
		path string
	}{
		{Link, assignmentPath(target)},
		{Link, partnersPath + "/4987654" + partnersVersion},
		{Assign, "/subscriptions/s/resourceGroups/rg?api-version=2021-04-01"},
		{RestoreAOBO, strings.Replace(assignmentPath(target), "/subscriptions/s", "/subscriptions/other", 1)},
		{AddAuthorization, strings.Replace(definitionAt, "/subscriptions/s", "/subscriptions/other", 1)},
		{AddAuthorization, "/subscriptions/s" + definitionsPath + "../../x" + definitionsVersion},
		{MakeStanding, definitionAt + "&more=1"},
	} {
		s := Step{Kind: r.kind, Target: target, Before: []Thing{{Path: r.path, State: null()}}}
		if err := s.Prepare(); pharos.CodeOf(err) != pharos.Invalid {
			t.Errorf("%s at %s: %v", r.kind, r.path, err)
		}
	}
}

// TestEqual: the forms in which the cloud writes the same thing.
func TestEqual(t *testing.T) {
	was := seen(t, definitionAt, definition)[0].State
	same := strings.NewReplacer("AAAA", "aaaa", `"acdd72a7`, `"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7`).Replace(definition)
	if !equal(was, seen(t, definitionAt, same)[0].State) {
		t.Error("another way of writing it is taken for a change")
	}
	if equal(was, seen(t, definitionAt, strings.Replace(definition, "AAAA", "BBBB", 1))[0].State) {
		t.Error("another principal is taken for the same")
	}
}

// TestRead: a plan that is not what it was when it was saved is refused.
func TestRead(t *testing.T) {
	s := Step{ID: "link-1", Kind: Link, Actor: Pharos, Target: Target{PartnerID: "4987654"}, Before: seen(t, partnersPath+partnersVersion, "")}
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	save := func(s Step) string {
		p := Plan{Version: Version, Month: pharos.Month(0), Steps: []Step{s}}
		if err := p.Seal(); err != nil {
			t.Fatal(err)
		}
		text, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	whole := save(s)
	if _, err := Read(strings.NewReader(whole)); err != nil {
		t.Errorf("as it was saved: %v", err)
	}
	forged := s
	forged.Writes = []Write{{Method: "DELETE", Path: "/subscriptions/s"}}
	for name, text := range map[string]string{
		"altered":       strings.Replace(whole, "4987654", "4987655", 1),
		"resealed":      save(forged),
		"cut short":     whole[:len(whole)/2],
		"not a plan":    "[]",
		"unknown field": strings.Replace(whole, `"steps"`, `"stairs"`, 1),
		"other version": strings.Replace(whole, `"version": 1`, `"version": 9`, 1),
	} {
		if _, err := Read(strings.NewReader(text)); pharos.CodeOf(err) != pharos.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRead: any bytes are a plan or an error with code Invalid, and a plan
// that is read can be sealed again to the same ID.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"version":1,"steps":[]}`))
	f.Add([]byte(`{"version":1,"id":"x","month":"2026-10","steps":[{"actor":"pharos","kind":"link","before":[{"state":null}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read(bytes.NewReader(text))
		if err != nil {
			if pharos.CodeOf(err) != pharos.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		id := p.ID
		if err := p.Seal(); err != nil || p.ID != id {
			t.Fatalf("sealed again: %v, %s instead of %s", err, p.ID, id)
		}
	})
}
