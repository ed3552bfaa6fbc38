package azure

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

const registrationAssignments = "/providers/Microsoft.ManagedServices/registrationAssignments?$expandRegistrationDefinition=true&api-version=2022-10-01"

type wireDelegation struct {
	ID         string     `json:"id"`
	System     wireSystem `json:"systemData"`
	Properties struct {
		State      string `json:"provisioningState"`
		Definition *struct {
			System     wireSystem `json:"systemData"`
			Properties struct {
				Name      string              `json:"registrationDefinitionName"`
				ManagedBy guid                `json:"managedByTenantId"`
				Permanent []wireAuthorization `json:"authorizations"`
				Eligible  []wireAuthorization `json:"eligibleAuthorizations"`
			} `json:"properties"`
		} `json:"registrationDefinition"`
	} `json:"properties"`
}

type wireSystem struct {
	Created  instant `json:"createdAt"`
	Modified instant `json:"lastModifiedAt"`
}

type wireAuthorization struct {
	Principal guid    `json:"principalId"`
	Role      roleRef `json:"roleDefinitionId"`
}

// Delegations lists the Lighthouse authorizations of a subscription and its
// resource groups: one grant for each authorization of each assignment, whose
// scope is the assignment's. They hold since the assignment was created, or
// since its definition last changed, if that is later: the cloud does not say
// what the change was. Source: REST API Registration Assignments - List
// 2022-10-01.
func (s *Session) Delegations(ctx context.Context, v observe.Visible) (observe.Delegations, error) {
	var out observe.Delegations
	read, err := readScoped[wireDelegation](ctx, s, v.ID, registrationAssignments, needReader)
	if err != nil {
		return out, err
	}
	out.At, out.Whole, out.Own = read.at, read.whole && !v.Projected, read.whole
	for _, w := range read.items {
		grants, err := w.grants()
		if err != nil {
			return observe.Delegations{}, pharos.Errorf(pharos.Unavailable, "credential %s: delegation %s: %w", s.Name(), w.ID, err)
		}
		for _, g := range grants {
			if !slices.Contains(out.Items, g) {
				out.Items = append(out.Items, g)
			}
		}
	}
	return out, nil
}

// grants returns the authorizations of a delegation that is in place.
func (w wireDelegation) grants() ([]observe.Dated[pharos.Grant], error) {
	if !slices.Contains([]string{"", "NotSpecified", "Succeeded", "Updating", "Deleting"}, w.Properties.State) {
		return nil, nil
	}
	id, scope, err := delegationID(w.ID)
	if err != nil {
		return nil, err
	}
	d := w.Properties.Definition
	if d == nil {
		return nil, errors.New("its definition is not shown")
	}
	since := later(w.System.Created, d.System.Created, d.System.Modified)
	var out []observe.Dated[pharos.Grant]
	add := func(kind pharos.GrantKind, as []wireAuthorization) {
		for _, a := range as {
			out = append(out, observe.Dated[pharos.Grant]{Since: since, Value: pharos.Grant{
				Path: pharos.Lighthouse, ID: id, Scope: scope, Kind: kind, Role: pharos.RoleID(a.Role), Offer: d.Properties.Name,
				Holder: pharos.PrincipalRef{Tenant: pharos.TenantID(d.Properties.ManagedBy), ID: pharos.PrincipalID(a.Principal)},
			}})
		}
	}
	add(pharos.Permanent, d.Properties.Permanent)
	add(pharos.Eligible, d.Properties.Eligible)
	return out, nil
}

// delegationID splits the ARM id of a registration assignment into the id in
// lower case and the scope it is at.
func delegationID(armID string) (string, pharos.Scope, error) {
	id := strings.ToLower(strings.TrimSpace(armID))
	at, _, ok := strings.Cut(id, "/providers/microsoft.managedservices/registrationassignments/")
	if !ok {
		return "", "", errors.New("it has no id of a registration assignment")
	}
	scope, err := pharos.ParseScope(at)
	return id, scope, err
}
