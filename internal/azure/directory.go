package azure

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// needDirectory is the permission that reading members and principals asks for.
const needDirectory = "the Graph application permission Directory.Read.All, with admin consent"

// objectFields are the properties read of a directory object.
const objectFields = "id,displayName,userPrincipalName,mail,userType,accountEnabled,appId"

// maxIDs is how many objects Graph looks up in one call, maxIn how many values
// an "in" filter may have.
const (
	maxIDs = 1000
	maxIn  = 15
)

type wireObject struct {
	Type     string `json:"@odata.type"`
	ID       guid   `json:"id"`
	Name     string `json:"displayName"`
	UPN      string `json:"userPrincipalName"`
	Mail     string `json:"mail"`
	UserType string `json:"userType"`
	AppID    guid   `json:"appId"`
	Enabled  *bool  `json:"accountEnabled"`
}

// member returns the object as a principal of tenant. It fails with code
// Forbidden when Graph hides whether the account is enabled: that decides
// whether its access earns.
func (w wireObject) member(tenant pharos.TenantID) (observe.Member, error) {
	m := observe.Member{Enabled: true, Principal: pharos.Principal{
		PrincipalRef: pharos.PrincipalRef{Tenant: tenant, ID: pharos.PrincipalID(w.ID)}, Name: w.Name,
	}}
	switch w.Type {
	case "#microsoft.graph.group":
		m.Kind = pharos.Group
		return m, nil
	case "#microsoft.graph.user":
		m.Kind = pharos.User
		m.Identity = homeName(w.UPN, w.Mail)
		m.Guest = strings.EqualFold(w.UserType, "Guest") || strings.Contains(strings.ToLower(w.UPN), guestMark)
		if m.Guest && w.Mail != "" && !strings.Contains(strings.ToLower(w.UPN), guestMark) {
			m.Identity = strings.ToLower(w.Mail) // a guest whose name was changed here
		}
	case "#microsoft.graph.servicePrincipal":
		m.Kind, m.Identity = pharos.ServicePrincipal, string(w.AppID)
	default:
		return m, nil // a device or a contact, which holds no role
	}
	if w.Enabled == nil {
		return m, pharos.Errorf(pharos.Forbidden, "Graph does not show whether the account %s is enabled", w.ID).
			WithHint("the credential needs %s", needDirectory)
	}
	m.Enabled = *w.Enabled
	return m, nil
}

// membersOf turns directory objects into members of the credential's tenant.
func (s *Session) membersOf(ctx context.Context, objects []wireObject, at time.Time) (observe.Reading[observe.Member], error) {
	self, err := s.Self(ctx)
	if err != nil {
		return observe.Reading[observe.Member]{}, err
	}
	if objects, err = s.withState(ctx, objects); err != nil {
		return observe.Reading[observe.Member]{}, err
	}
	out := observe.Reading[observe.Member]{At: at}
	for _, w := range objects {
		m, err := w.member(self.Tenant)
		if err != nil {
			return observe.Reading[observe.Member]{}, pharos.Errorf(pharos.CodeOf(err), "credential %s: %w", s.Name(), err).
				WithHint("%s", pharos.HintOf(err))
		}
		out.Items = append(out.Items, m)
	}
	return out, nil
}

// withState asks again for users and service principals whose state a mixed
// list did not show: there $select of a property that only some kinds have is
// not promised to work.
func (s *Session) withState(ctx context.Context, objects []wireObject) ([]wireObject, error) {
	for kind, path := range map[string]string{"#microsoft.graph.user": "/users", "#microsoft.graph.servicePrincipal": "/servicePrincipals"} {
		var hidden []string
		for _, w := range objects {
			if w.Type == kind && w.Enabled == nil {
				hidden = append(hidden, string(w.ID))
			}
		}
		for batch := range slices.Chunk(hidden, maxIn) {
			ref := path + query("$filter", "id in ('"+strings.Join(batch, "','")+"')", "$select", "id,accountEnabled")
			found, _, err := list[wireObject](ctx, s.graph, call{ref: ref, need: needDirectory})
			if err != nil {
				return nil, err
			}
			for _, f := range found {
				i := slices.IndexFunc(objects, func(w wireObject) bool { return w.ID == f.ID })
				if i >= 0 {
					objects[i].Enabled = f.Enabled
				}
			}
		}
	}
	return objects, nil
}

// Members lists a group's members, those of nested groups included. Source:
// Microsoft Graph v1.0, "List group transitive members".
func (s *Session) Members(ctx context.Context, group pharos.PrincipalID) (observe.Reading[observe.Member], error) {
	ref := "/groups/" + pathSegment(string(group)) + "/transitiveMembers" + query("$select", objectFields, "$top", "999")
	objects, at, err := list[wireObject](ctx, s.graph, call{ref: ref, need: needDirectory})
	if err != nil {
		return observe.Reading[observe.Member]{}, err
	}
	return s.membersOf(ctx, objects, at)
}

// Principals looks objects up by id, a thousand at a time. Source: Microsoft
// Graph v1.0, "directoryObject: getByIds".
func (s *Session) Principals(ctx context.Context, ids []pharos.PrincipalID) (observe.Reading[observe.Member], error) {
	var objects []wireObject
	var at time.Time
	unique := slices.Clone(ids)
	slices.Sort(unique)
	for batch := range slices.Chunk(slices.Compact(unique), maxIDs) {
		some, when, err := list[wireObject](ctx, s.graph, call{
			method: http.MethodPost, ref: "/directoryObjects/getByIds" + query("$select", objectFields), need: needDirectory,
			body: map[string]any{"ids": batch, "types": []string{"user", "group", "servicePrincipal"}},
		})
		if err != nil {
			return observe.Reading[observe.Member]{}, err
		}
		objects, at = append(objects, some...), when
	}
	if at.IsZero() { // nothing to look up
		now, err := s.now(ctx)
		return observe.Reading[observe.Member]{At: now}, err
	}
	return s.membersOf(ctx, objects, at)
}

// agentGroups are the names of the groups that Partner Center makes in a
// partner's tenant and AOBO gives access to. Source: Microsoft Learn, "Partner
// earned credit troubleshooting" (foreign principal).
func agentGroups() []string { return []string{"AdminAgents", "HelpdeskAgents"} }

// AgentGroups finds the AdminAgents and HelpdeskAgents groups of the
// credential's tenant. A name proves nothing by itself: two security groups of
// one name are an error with code Conflict, for nobody can tell them apart.
func (s *Session) AgentGroups(ctx context.Context) (observe.Reading[pharos.Principal], error) {
	var out observe.Reading[pharos.Principal]
	self, err := s.Self(ctx)
	if err != nil {
		return out, err
	}
	for _, name := range agentGroups() {
		ref := "/groups" + query("$filter", fmt.Sprintf("displayName eq '%s'", name), "$select", "id,displayName,securityEnabled")
		groups, at, err := list[struct {
			ID       guid   `json:"id"`
			Name     string `json:"displayName"`
			Security *bool  `json:"securityEnabled"`
		}](ctx, s.graph, call{ref: ref, need: needDirectory})
		if err != nil {
			return observe.Reading[pharos.Principal]{}, err
		}
		out.At = at
		found := 0
		for _, g := range groups {
			if g.Security != nil && !*g.Security || !strings.EqualFold(g.Name, name) {
				continue
			}
			found++
			out.Items = append(out.Items, pharos.Principal{
				PrincipalRef: pharos.PrincipalRef{Tenant: self.Tenant, ID: pharos.PrincipalID(g.ID)}, Kind: pharos.Group, Name: g.Name,
			})
		}
		if found > 1 {
			return observe.Reading[pharos.Principal]{}, pharos.Errorf(pharos.Conflict,
				"credential %s: tenant %s has %d security groups named %s; only the one Partner Center made gives access on behalf of customers", s.Name(), self.Tenant, found, name).
				WithHint("rename the others")
		}
	}
	return out, nil
}
