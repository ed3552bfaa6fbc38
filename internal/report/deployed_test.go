package report

import (
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/onboard"
)

// sampleDeployed is a deployment that is proven, and one that was refused.
func sampleDeployed() Deployed {
	const definition = "/subscriptions/" + string(prod) + "/providers/Microsoft.ManagedServices/registrationDefinitions/7b7c9d1e-0000-4000-8000-000000000001"
	const assignment = "/subscriptions/" + string(prod) + "/providers/Microsoft.ManagedServices/registrationAssignments/7b7c9d1e-0000-4000-8000-000000000001"
	at := time.Date(2026, 10, 7, 9, 30, 0, 0, time.UTC)
	return Deployed{Subscriptions: []DeployedTo{
		{
			Subscription: prod, Customer: fabrikam, By: "fabrikam-admin", Deployment: "pharos-0123456789abcdef",
			WhatIf: NewWhatIf([]onboard.Effect{
				{Resource: definition, Kind: onboard.Creates, After: &onboard.Terms{Offer: "Contoso operations", Grants: []onboard.Term{
					{Name: "Automation", Role: pharos.SupportRequestContributor}, {Name: "Automation", Role: pharos.DelegationDeleteRole},
				}}},
				{Resource: assignment, Kind: onboard.Creates},
			}),
			Deployed: true, Changed: true,
			Delegations: []Delegation{{ID: assignment, Scope: pharos.SubscriptionScope(prod), Visible: true, Since: at}},
			Links:       []EarnerLink{{Principal: "aaaaaaaa-0000-4000-8000-000000000001", Name: "automation", Role: "Support Request Contributor", Linked: onboard.Yes, Since: at}},
			FirstDay:    onboard.Start{Known: onboard.Yes, Day: pharos.DayOf(at) + 1},
		},
		{
			Subscription: lab, Customer: fabrikam, By: "fabrikam-admin", Deployment: "pharos-fedcba9876543210",
			Problem: &link.Problem{Code: pharos.Forbidden, Message: "not allowed to delegate the subscription: Microsoft.Authorization/roleAssignments/write missing"},
		},
	}}
}

func sampleDeployment() *Report { return Deployment(sampleDeployed(), false) }
