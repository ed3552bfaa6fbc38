package azure

import (
	"context"
	"net/http"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// wireKnown is a directory object with what decides about a delegation.
type wireKnown struct {
	wireObject
	Security *bool `json:"securityEnabled"`
}

// Known looks an object of the credential's tenant up for onboard.Directory.
// One that is not there may be the application id of a service principal, which
// is looked for then. Linked is left to who knows the links. Source: Microsoft
// Graph v1.0, "directoryObject: getByIds" and "List servicePrincipals".
func (s *Session) Known(ctx context.Context, id pharos.PrincipalID) (onboard.Known, error) {
	out := onboard.Known{Linked: onboard.Unknown}
	found, at, err := list[wireKnown](ctx, s.graph, call{
		method: http.MethodPost, ref: "/directoryObjects/getByIds" + query("$select", objectFields+",securityEnabled"), need: needDirectory,
		body: map[string]any{"ids": []pharos.PrincipalID{id}, "types": []string{"user", "group", "servicePrincipal"}},
	})
	if err != nil {
		return out, err
	}
	if len(found) == 0 {
		robots, _, err := list[wireObject](ctx, s.graph, call{
			ref: "/servicePrincipals" + query("$filter", "appId eq '"+string(id)+"'", "$select", "id,displayName,appId"), need: needDirectory,
		})
		if err == nil && len(robots) > 0 {
			out.ApplicationOf, out.Name = pharos.PrincipalID(robots[0].ID), robots[0].Name
		}
		return out, err
	}
	members, err := s.membersOf(ctx, []wireObject{found[0].wireObject}, at)
	if err != nil {
		return out, err
	}
	m := members.Items[0]
	out.Kind, out.Name, out.Disabled = m.Kind, m.Name, !m.Enabled
	out.Security = found[0].Security != nil && *found[0].Security
	return out, nil
}
