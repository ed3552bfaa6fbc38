package azure

import (
	"context"
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// Registry is a session as package onboard sees it: the directory of its
// tenant. Source: Microsoft Graph, "application" and "servicePrincipal".
type Registry struct{ session *Session }

var _ onboard.Registry = Registry{}

// Registry returns the session as package onboard sees it.
func (s *Session) Registry() Registry { return Registry{s} }

type wireApplication struct {
	Object guid   `json:"id"`
	ID     guid   `json:"appId"`
	Name   string `json:"displayName"`
}

func (w wireApplication) application() onboard.Application {
	return onboard.Application{Object: string(w.Object), ID: string(w.ID), Name: w.Name}
}

// Applications lists the applications of exactly that name.
func (r Registry) Applications(ctx context.Context, name string) ([]onboard.Application, error) {
	filter := "displayName eq '" + strings.ReplaceAll(name, "'", "''") + "'"
	all, _, err := list[wireApplication](ctx, r.session.graph, call{
		ref: "/applications" + query("$filter", filter, "$select", "id,appId,displayName"), need: needRegistering,
	})
	var out []onboard.Application
	for _, w := range all {
		if w.Name == name {
			out = append(out, w.application())
		}
	}
	return out, err
}

// CreateApplication registers an application of this tenant alone.
func (r Registry) CreateApplication(ctx context.Context, name string) (onboard.Application, error) {
	w, err := post[wireApplication](ctx, r, "/applications", map[string]any{"displayName": name, "signInAudience": "AzureADMyOrg"})
	return w.application(), err
}

// ServicePrincipal finds the service principal of an application.
func (r Registry) ServicePrincipal(ctx context.Context, a onboard.Application) (pharos.PrincipalID, error) {
	all, _, err := list[wireObject](ctx, r.session.graph, call{
		ref: "/servicePrincipals" + query("$filter", "appId eq '"+a.ID+"'", "$select", "id,displayName,appId"), need: needRegistering,
	})
	if err != nil || len(all) == 0 {
		return "", err
	}
	return pharos.PrincipalID(all[0].ID), nil
}

// CreateServicePrincipal makes the application's object in the tenant. One that
// stands already, made by a try whose answer was lost, is taken. The error has
// code NotFound while the copy of the directory that was asked does not know
// the application, of which Graph has two ways to say so.
func (r Registry) CreateServicePrincipal(ctx context.Context, a onboard.Application) (pharos.PrincipalID, error) {
	w, err := post[wireObject](ctx, r, "/servicePrincipals", map[string]any{"appId": a.ID})
	if pharos.CodeOf(err) == pharos.Conflict {
		id, listed := r.ServicePrincipal(ctx, a)
		if listed == nil && id == "" {
			listed = pharos.Errorf(pharos.NotFound, "the directory does not list the service principal of %s yet: %w", a.ID, err).WithHint("run it again in some minutes")
		}
		return id, listed
	}
	if f := faultOf(err); f != nil && (strings.Contains(f.words, "does not reference a valid application object") || strings.Contains(f.words, "backing application of the service principal")) {
		return "", pharos.Errorf(pharos.NotFound, "the directory does not know the application %s yet: %w", a.ID, err).WithHint("run it again in some minutes")
	}
	return pharos.PrincipalID(w.ID), err
}

// applicationPath is the address of an application.
func applicationPath(a onboard.Application) string { return "/applications/" + pathSegment(a.Object) }

// post makes one call that creates something.
func post[T any](ctx context.Context, r Registry, ref string, body any) (T, error) {
	ans, err := r.session.graph.do(ctx, call{method: http.MethodPost, ref: ref, body: body, need: needRegistering})
	if err != nil {
		var none T
		return none, err
	}
	return decode[T](ans)
}
