package emulator

import (
	"net/http"
	"strings"
)

// personScopes are those of a person's token for Microsoft Graph, as the az
// command gets them; what the person may do is decided by who it is.
const personScopes = "Application.ReadWrite.All AuditLog.Read.All Directory.AccessAsUser.All Group.ReadWrite.All User.ReadWrite.All"

// Templates of the directory roles that everybody of a tenant has (docs:
// Microsoft Entra built-in roles, "User" and "Guest User").
const (
	memberRole = "b79fbf4d-3ef9-4689-8143-76b194e85509"
	guestRole  = "10dae51f-b6af-4016-8d66-8c2a99b929b3"
)

// ownApplicationsOnly reports whether a caller may register applications and
// change those that it owns, and no more of the directory: an application with
// Application.ReadWrite.OwnedBy, or a member of a tenant that lets its members
// register applications, as tenants do by default.
func (c *caller) ownApplicationsOnly() bool {
	if c.app {
		return c.principal.registrar
	}
	return c.principal.home == nil && !c.principal.foreign
}

// ofApplications reports whether a call is about applications or service
// principals, all of which such an application may list and read (docs:
// permissions reference, Application.ReadWrite.OwnedBy).
func (c *call) ofApplications() bool {
	path := c.route.segments
	return len(path) > 1 && (strings.EqualFold(path[1], "applications") || strings.EqualFold(path[1], "servicePrincipals") || path[1] == "{keyed}")
}

// applicationWriter lets those register applications who may, and change them
// who own them or may write the whole directory.
func applicationWriter(h handler) handler {
	return func(c *call) (reply, error) {
		if !c.caller.ownApplicationsOnly() {
			return directoryWriter(h)(c)
		}
		if !c.ownsWhatItWrites() {
			return reply{}, denied()
		}
		if err := c.checkProperties(); err != nil {
			return reply{}, err
		}
		return h(c)
	}
}

// ownsWhatItWrites reports whether what a call changes is its caller's. An id
// that nobody has is for the handler to refuse.
func (c *call) ownsWhatItWrites() bool {
	var p *principal
	switch {
	case c.vars["id"] != "":
		p = c.application(c.vars["id"])
	case strings.EqualFold(c.route.segments[1], "applications"):
		return c.Method == http.MethodPost
	default:
		var want struct{ AppID string }
		if err := c.decode(&want); err != nil {
			return true
		}
		p = c.world.apps[appKey{c.caller.tenant.id, strings.ToLower(want.AppID)}]
	}
	return p == nil || p.application != nil && p.application.owner == c.caller.principal
}
