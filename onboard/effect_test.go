package onboard_test

import (
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

const (
	definition = "/subscriptions/59c9bc6d-a1b0-5ee6-b87f-6880b9220640/providers/Microsoft.ManagedServices/registrationDefinitions/d"
	assignment = "/providers/microsoft.managedservices/registrationAssignments/d"
)

func TestEffect_Words(t *testing.T) {
	const tenant = "11111111-1111-4111-8111-111111111111"
	robot := onboard.Term{Principal: "a", Name: "robot", Role: pharos.SupportRequestContributor}
	team := onboard.Term{Principal: "b", Role: pharos.Reader}
	now := onboard.Term{Principal: "b", Name: "team", Role: "b24988ac-6180-42a0-ab88-20f7382dd24c", Eligible: true, Limits: "up to PT8H"}
	longer := now
	longer.Limits = "up to PT4H"
	renamed := robot
	renamed.Name = "Automation"
	terms := func(offer string, all ...onboard.Term) *onboard.Terms {
		return &onboard.Terms{Offer: offer, Manager: tenant, Grants: all}
	}
	other := terms("Ops", robot)
	other.Manager = "22222222-2222-4222-8222-222222222222"
	for _, x := range []struct {
		name string
		e    onboard.Effect
		want string
	}{
		{"made", onboard.Effect{Kind: onboard.Creates, After: terms("Ops", robot, now)},
			"+ robot: Support Request Contributor, for good|+ team: Contributor, just in time, up to PT8H"},
		{"removed", onboard.Effect{Kind: onboard.Deletes, Before: terms("Ops", team)}, "- b: Reader, for good"},
		{"one more, one less", onboard.Effect{Kind: onboard.Modifies, Before: terms("Ops", robot, team), After: terms("Ops", now, robot)},
			"+ team: Contributor, just in time, up to PT8H|- b: Reader, for good"},
		{"other limits", onboard.Effect{Kind: onboard.Modifies, Before: terms("Ops", now), After: terms("Ops", longer)},
			"+ team: Contributor, just in time, up to PT4H|- team: Contributor, just in time, up to PT8H"},
		{"another name of the same", onboard.Effect{Kind: onboard.Modifies, Before: terms("Ops", robot), After: terms("Ops", renamed)}, "~ names or order alone"},
		{"another offer", onboard.Effect{Kind: onboard.Modifies, Before: terms("Ops", robot), After: terms("Operations", robot)}, "~ offer: Ops → Operations"},
		{"another tenant", onboard.Effect{Kind: onboard.Modifies, Before: terms("Ops", robot), After: other},
			"~ managing tenant: " + tenant + " → 22222222-2222-4222-8222-222222222222"},
		{"properties", onboard.Effect{Kind: onboard.Modifies, Deltas: []onboard.Delta{{"tags.a", "", "1"}, {"tags.b", "2", ""}, {"tags.c", "3", "4"}}},
			"+ tags.a: 1|- tags.b: 2|~ tags.c: 3 → 4"},
		{"unclear", onboard.Effect{Kind: onboard.Unclear, Why: "it waits for another"}, "? it waits for another"},
		{"nothing", onboard.Effect{Kind: onboard.Keeps, Before: terms("Ops", robot), After: terms("Ops", robot)}, ""},
	} {
		if got := strings.Join(x.e.Words(), "|"); got != x.want {
			t.Errorf("%s: got %s, want %s", x.name, got, x.want)
		}
	}
}

func TestEffect_Subject(t *testing.T) {
	for _, x := range []struct{ id, want string }{
		{definition, "offer d"},
		{"/subscriptions/s" + assignment, "delegation of the subscription"},
		{"/subscriptions/s/resourceGroups/rg-Web" + assignment, "delegation of the resource group rg-web"},
		{"/subscriptions/s/resourceGroups/rg-web", "/subscriptions/s/resourceGroups/rg-web"},
	} {
		if got := (onboard.Effect{Resource: x.id}).Subject(); got != x.want {
			t.Errorf("%s: got %s, want %s", x.id, got, x.want)
		}
	}
	if got := (onboard.Effect{Resource: definition, Before: &onboard.Terms{Offer: "Ops"}}).Subject(); got != `offer "Ops"` {
		t.Errorf("got %s", got)
	}
}

func TestChanges(t *testing.T) {
	for kind, want := range map[onboard.EffectKind]bool{
		onboard.Creates: true, onboard.Modifies: true, onboard.Deletes: true, onboard.Unclear: true, onboard.Keeps: false, onboard.Untouched: false,
	} {
		if got := onboard.Changes([]onboard.Effect{{Kind: onboard.Keeps}, {Kind: kind}}); got != want {
			t.Errorf("%s: %v", kind, got)
		}
	}
	if onboard.Changes(nil) {
		t.Error("nothing changes something")
	}
}
