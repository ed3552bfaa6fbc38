package azure

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// needRegistering is the least permission to register applications.
const needRegistering = "the Graph application permission Application.ReadWrite.OwnedBy with admin consent, or the role Application Developer"

// Registry is a session as package onboard sees it: the directory of its
// tenant. Source: Microsoft Graph, "application" and "servicePrincipal".
type Registry struct{ session *Session }

var _ onboard.Registry = Registry{}

// Registry returns the session as package onboard sees it.
func (s *Session) Registry() Registry { return Registry{s} }

// MayRegister reads the permissions in the token for Graph. A token of a
// person may rest on a directory role, which it does not name.
func (r Registry) MayRegister(ctx context.Context) error {
	token, err := r.session.graph.tokens.get(ctx)
	if err != nil {
		return err
	}
	k, err := readClaims(token)
	if err != nil || k.Type != "app" {
		return nil //nolint:nilerr // a token that cannot be read is for Graph to judge
	}
	enough := []string{"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"}
	if slices.ContainsFunc(k.Roles, func(p string) bool { return slices.Contains(enough, p) }) {
		return nil
	}
	return pharos.Errorf(pharos.Forbidden, "credential %s may not register applications", r.session.Name()).
		WithHint("it needs %s", needRegistering)
}

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
// stands already, made by a try whose answer was lost, is taken.
func (r Registry) CreateServicePrincipal(ctx context.Context, a onboard.Application) (pharos.PrincipalID, error) {
	w, err := post[wireObject](ctx, r, "/servicePrincipals", map[string]any{"appId": a.ID})
	if pharos.CodeOf(err) == pharos.Conflict {
		return r.ServicePrincipal(ctx, a)
	}
	return pharos.PrincipalID(w.ID), err
}

// AddSecret adds a client secret, which is told this once.
func (r Registry) AddSecret(ctx context.Context, a onboard.Application, until time.Time) (string, error) {
	w, err := post[struct {
		Secret string `json:"secretText"`
	}](ctx, r, "/applications/"+pathSegment(a.Object)+"/addPassword", map[string]any{
		"passwordCredential": map[string]any{"displayName": "pharos", "endDateTime": until.UTC().Format(time.RFC3339)},
	})
	if err == nil && w.Secret == "" {
		err = pharos.Errorf(pharos.Unavailable, "credential %s: Graph added a secret and did not tell it", r.session.Name()).WithHint("--new-secret adds another")
	}
	return w.Secret, err
}

// post makes one call that creates something.
func post[T any](ctx context.Context, r Registry, ref string, body any) (T, error) {
	ans, err := r.session.graph.do(ctx, call{method: http.MethodPost, ref: ref, body: body, need: needRegistering})
	if err != nil {
		var none T
		return none, err
	}
	return decode[T](ans)
}
