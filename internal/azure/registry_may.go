package azure

import (
	"context"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// needRegistering is the least permission to register applications.
const needRegistering = "the Graph application permission Application.ReadWrite.OwnedBy with admin consent, or, for a person, the role Application Developer"

// registering are the permissions by which an application, and the scopes by
// which a person, may register applications. Source: Microsoft Graph
// permissions reference, "Create application".
func registering() (permissions, scopes []string) {
	return []string{"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"},
		[]string{"Application.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

// Templates of directory roles. Source: Microsoft Learn, "Microsoft Entra
// built-in roles".
const (
	roleGuest           = "10dae51f-b6af-4016-8d66-8c2a99b929b3"
	roleRestrictedGuest = "2af84b1e-32c8-42b7-82bc-daa82404023b"
)

// registrars are the roles that may register applications whatever the
// tenant's settings: Application Developer, Application Administrator, Cloud
// Application Administrator, Global Administrator, Hybrid Identity
// Administrator.
func registrars() []string {
	return []string{
		"cf1c38e5-3621-4004-a7cb-879624dced7c", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "158c047a-c907-4556-b7ef-446551a6b5f7",
		"62e90394-69f5-4237-9190-012177145e10", "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
	}
}

// MayRegister reads from the token for Graph whether applications can be
// registered with it. Of a person without a role it cannot tell: a tenant lets
// its members register applications, or not. Graph judges that.
func (r Registry) MayRegister(ctx context.Context) error {
	token, err := r.session.graph.tokens.get(ctx)
	if err != nil {
		return err
	}
	k, err := readClaims(token)
	if err != nil {
		return nil //nolint:nilerr // a token that cannot be read is for Graph to judge
	}
	lacks := k.lacksRegistering()
	if lacks == "" {
		return nil
	}
	return pharos.Errorf(pharos.Forbidden, "credential %s may not register applications: %s", r.session.Name(), lacks).
		WithHint("it needs %s", needRegistering)
}

// lacksRegistering says what the token lacks to register applications, "" when
// nothing is known to be lacking.
func (k claims) lacksRegistering() string {
	permissions, scopes := registering()
	some := func(have, of []string) bool {
		return slices.ContainsFunc(have, func(s string) bool { return slices.Contains(of, s) })
	}
	switch {
	case k.Type == "app" && !some(k.Roles, permissions):
		return "its token has none of the permissions " + strings.Join(permissions, ", ")
	case k.Type == "app":
		return ""
	case k.Scopes != "" && !some(strings.Fields(k.Scopes), scopes):
		return "its sign-in has none of the scopes " + strings.Join(scopes, ", ")
	case some(k.WIDs, []string{roleGuest, roleRestrictedGuest}) && !some(k.WIDs, registrars()):
		return "a guest needs a role for it"
	}
	return ""
}
