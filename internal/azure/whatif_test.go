package azure_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

const definitionID = "/subscriptions/" + sub + "/providers/Microsoft.ManagedServices/registrationDefinitions/d"

// whatIf answers a what-if with changes, as JSON.
func whatIf(t *testing.T, changes string) ([]onboard.Effect, error) {
	t.Helper()
	f := newFake(t)
	f.inTurn("POST "+deployments+"/d/whatIf", reply{202, []string{"Location: {{url}}/subscriptions/" + sub + "/operationresults/1", "Retry-After: 0"}, ""})
	f.inTurn("GET /subscriptions/"+sub+"/operationresults/1", reply{202, []string{"Retry-After: 0"}, ""}, reply{200, nil, changes})
	return f.session().Deployer(sub).WhatIf(t.Context(), aDeployment())
}

func TestWhatIf_Kinds(t *testing.T) {
	for kind, want := range map[string]onboard.EffectKind{
		"Create": onboard.Creates, "Modify": onboard.Keeps, "Delete": onboard.Deletes, "NoChange": onboard.Keeps, "Ignore": onboard.Untouched,
		"Deploy": onboard.Unclear, "Unsupported": onboard.Unclear, "Later": onboard.Unclear,
	} {
		got, err := whatIf(t, `{"status":"Succeeded","properties":{"changes":[{"resourceId":"/r","changeType":"`+kind+`","unsupportedReason":"why"}]}}`)
		if err != nil || len(got) != 1 || got[0].Kind != want || got[0].Why != "why" {
			t.Errorf("%s: got %+v, %v", kind, got, err)
		}
	}
}

func TestWhatIf_Deltas(t *testing.T) {
	authorization := func(principal string) string {
		return `{"principalId":"` + principal + `","roleDefinitionId":"acdd72a7-3385-48ef-bd42-f606fba81ae7"}`
	}
	const one, two = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
	definition := func(list string) string {
		return `{"properties":{"registrationDefinitionName":"Ops","authorizations":[` + list + `]}}`
	}
	eligible := `{"properties":{"registrationDefinitionName":"Ops","eligibleAuthorizations":[{"principalId":"` + one + `","roleDefinitionId":"b24988ac-6180-42a0-ab88-20f7382dd24c",
		"justInTimeAccessPolicy":{"multiFactorAuthProvider":"Azure","managedByTenantApprovers":[{"principalId":"` + two + `"}]}}],
		"authorizations":[{"principalId":"` + one + `","roleDefinitionId":"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9","delegatedRoleDefinitionIds":["acdd72a7-3385-48ef-bd42-f606fba81ae7"]}]}}`
	for _, x := range []struct {
		name, id, before, after, delta string
		kind                           onboard.EffectKind
		words                          string
	}{
		{"another principal", definitionID, definition(authorization(one)), definition(authorization(two)),
			`[{"path":"properties.authorizations","propertyChangeType":"Array","children":[{"path":"0","propertyChangeType":"Modify","children":[{"path":"principalId","propertyChangeType":"Modify"}]}]}]`,
			onboard.Modifies, "+ " + two + ": Reader, for good|- " + one + ": Reader, for good"},
		{"limits", definitionID, "null", eligible, `[{"path":"x","propertyChangeType":"Create","after":1}]`, onboard.Modifies,
			"+ " + one + ": User Access Administrator, for good, may give Reader|+ " + one + ": Contributor, just in time, up to PT8H, with MFA, approved by " + two + "|+ x: 1"},
		{"no effect", definitionID, definition(authorization(one)), definition(authorization(one)),
			`[{"path":"properties.a","propertyChangeType":"NoEffect","before":1,"after":2}]`, onboard.Keeps, ""},
		{"an empty text against none", "/r", "{}", "{}", `[{"path":"properties.description","propertyChangeType":"Create","after":""}]`, onboard.Keeps, ""},
		{"nested", "/r", "{}", "{}", `[{"path":"tags","propertyChangeType":"Modify","children":[{"path":"a","propertyChangeType":"Modify","before":{"b":1},"after":"c"},
			{"path":"d","propertyChangeType":"NoEffect","before":1}]}]`, onboard.Modifies, `~ tags.a: {"b":1} → c`},
		{"not evaluated", definitionID, "null", definition(`{"principalId":"[reference('x')]"}`), `[]`, onboard.Unclear, "? what it gives cannot be told before it is made"},
	} {
		got, err := whatIf(t, `{"status":"Succeeded","properties":{"changes":[{"resourceId":"`+x.id+`","changeType":"Modify","before":`+x.before+`,"after":`+x.after+`,"delta":`+x.delta+`}]}}`)
		if err != nil || len(got) != 1 || got[0].Kind != x.kind {
			t.Fatalf("%s: got %+v, %v", x.name, got, err)
		}
		if words := strings.Join(slices.DeleteFunc(got[0].Words(), func(string) bool { return x.kind == onboard.Keeps }), "|"); words != x.words {
			t.Errorf("%s: got %s, want %s", x.name, words, x.words)
		}
	}
}

func TestWhatIf_Refused(t *testing.T) {
	for answer, want := range map[string]struct {
		code pharos.Code
		text string
	}{
		`{"status":"Failed","error":{"code":"InvalidTemplate","message":"line 3"}}`: {pharos.Invalid, "InvalidTemplate: line 3"},
		`{"status":"Running"}`: {pharos.Unavailable, "as documented"},
		`[]`:                   {pharos.Unavailable, "as documented"},
	} {
		_, err := whatIf(t, answer)
		wantError(t, err, want.code, want.text)
	}
}
