package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// directoryWrites are the calls that change the directory: what az uses to
// make a service principal and a group, and what switches an account off.
func directoryWrites() []route {
	var all []route
	write := func(method, pattern string, h handler) {
		all = append(all, route{method: method, service: graph, pattern: "/v1.0" + pattern, handle: h})
	}
	add := func(method, pattern string, h handler) { write(method, pattern, directoryWriter(h)) }
	write(http.MethodPost, "/applications", applicationWriter(createApplication))
	write(http.MethodPatch, "/applications/{id}", applicationWriter(patchApplication))
	write(http.MethodDelete, "/applications/{id}", applicationWriter(deleteApplication))
	write(http.MethodPost, "/applications/{id}/addPassword", applicationWriter(addPassword))
	write(http.MethodPost, "/applications/{id}/removePassword", applicationWriter(removePassword))
	add(http.MethodPost, "/servicePrincipals/{id}/addPassword", addPassword)
	add(http.MethodPost, "/servicePrincipals/{id}/removePassword", removePassword)
	write(http.MethodPost, "/servicePrincipals", applicationWriter(createServicePrincipal))
	add(http.MethodPatch, "/servicePrincipals/{id}", patchPrincipal(pharos.ServicePrincipal))
	add(http.MethodDelete, "/servicePrincipals/{id}", deletePrincipal(pharos.ServicePrincipal))
	add(http.MethodPost, "/users", createUser)
	add(http.MethodPatch, "/users/{id}", patchPrincipal(pharos.User))
	add(http.MethodDelete, "/users/{id}", deletePrincipal(pharos.User))
	add(http.MethodPost, "/groups", createGroup)
	add(http.MethodDelete, "/groups/{id}", deletePrincipal(pharos.Group))
	add(http.MethodPost, "/groups/{id}/members/$ref", addMember)
	add(http.MethodDelete, "/groups/{id}/members/{member}/$ref", removeMember)
	return all
}

// directoryWriter lets applications with Directory.ReadWrite.All change the
// directory: those credentials of a scenario that may use Graph have it.
func directoryWriter(h handler) handler {
	return func(c *call) (reply, error) {
		if !c.caller.app || !c.caller.principal.graph {
			return reply{}, denied()
		}
		if err := c.checkProperties(); err != nil {
			return reply{}, err
		}
		return h(c)
	}
}

// create adds a principal to the caller's tenant from now on.
func (c *call) create(kind pharos.PrincipalKind, displayName string) (*principal, error) {
	if displayName == "" {
		return nil, badRequest("Request_BadRequest", "A value is required for property 'displayName' of the resource.")
	}
	t := c.caller.tenant
	name := displayName
	for t.byName[name] != nil {
		name += "'" // a directory may have many objects of one name, a scenario not
	}
	p := &principal{
		id: pharos.PrincipalID(objectID(string(kind), t.name, name+"@"+c.now.Format(time.RFC3339Nano))), tenant: t,
		name: name, displayName: displayName, kind: kind, securityEnabled: true,
		exists: timelineOf(pharos.Interval{From: c.now}),
	}
	t.byName[name] = p
	t.principals = append(t.principals, p)
	c.world.principalBy[p.ref()] = p
	return p, nil
}

func (c *call) rename(p *principal) (reply, error) {
	var want struct {
		DisplayName     string
		AccountEnabled  *bool
		PasswordProfile struct{ Password string }
		KeyCredentials  []any
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	if len(want.KeyCredentials) > 0 {
		return reply{}, &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator does not implement certificates of a service principal; those of its application sign in"}
	}
	if want.DisplayName != "" {
		p.displayName = want.DisplayName
	}
	if want.PasswordProfile.Password != "" {
		p.password = want.PasswordProfile.Password
	}
	if want.AccountEnabled != nil {
		p.enable(*want.AccountEnabled, c.now)
	}
	return reply{status: http.StatusNoContent}, nil
}

// enable switches the account on or off from now on.
func (p *principal) enable(on bool, now time.Time) {
	rest := timeline{{From: now}}
	if on {
		p.disabled = p.disabled.without(rest)
	} else {
		p.disabled = p.disabled.union(rest)
	}
	for _, g := range p.guests {
		g.disabled = p.disabled
	}
}

func patchPrincipal(kind pharos.PrincipalKind) handler {
	return func(c *call) (reply, error) {
		p := c.find(c.vars["id"])
		if p == nil || p.kind != kind {
			return reply{}, missingObject(c.vars["id"])
		}
		return c.rename(p)
	}
}

// remove ends a principal now. The application behind it stays.
func (c *call) remove(p *principal) (reply, error) {
	if p.application == nil {
		p.application = &application{exists: p.exists}
	}
	p.exists = p.exists.without(timeline{{From: c.now}})
	for _, g := range p.guests {
		g.exists = g.exists.intersect(p.exists)
	}
	return reply{status: http.StatusNoContent}, nil
}

func deletePrincipal(kind pharos.PrincipalKind) handler {
	return func(c *call) (reply, error) {
		p := c.find(c.vars["id"])
		if p == nil || p.kind != kind {
			return reply{}, missingObject(c.vars["id"])
		}
		return c.remove(p)
	}
}

// createUser makes a user that can sign in with the password given (docs:
// graph/api/user-post-users).
func createUser(c *call) (reply, error) {
	var want struct {
		DisplayName, UserPrincipalName, MailNickname string
		AccountEnabled                               *bool
		PasswordProfile                              struct{ Password string }
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	_, domain, _ := strings.Cut(want.UserPrincipalName, "@")
	switch {
	case want.AccountEnabled == nil || want.MailNickname == "" || want.PasswordProfile.Password == "":
		return reply{}, badRequest("Request_BadRequest", "One or more properties contains invalid values: accountEnabled, mailNickname and passwordProfile are required.")
	case !strings.EqualFold(domain, c.caller.tenant.domain):
		return reply{}, badRequest("Request_BadRequest", "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	case c.find(want.UserPrincipalName) != nil:
		return reply{}, badRequest("Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.")
	}
	p, err := c.create(pharos.User, want.DisplayName)
	if err != nil {
		return reply{}, err
	}
	p.upn, p.password = want.UserPrincipalName, want.PasswordProfile.Password
	if !*want.AccountEnabled {
		p.enable(false, c.now)
	}
	return reply{status: http.StatusCreated, body: objectOf(p, c)}, nil
}

func createGroup(c *call) (reply, error) {
	want := struct {
		DisplayName     string
		SecurityEnabled *bool
	}{}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	p, err := c.create(pharos.Group, want.DisplayName)
	if err != nil {
		return reply{}, err
	}
	p.securityEnabled = want.SecurityEnabled == nil || *want.SecurityEnabled
	return reply{status: http.StatusCreated, body: objectOf(p, c)}, nil
}

// addMember adds the object that the body refers to by address.
func addMember(c *call) (reply, error) {
	var want struct {
		Ref string `json:"@odata.id"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	g, m := c.find(c.vars["id"]), c.find(want.Ref[strings.LastIndex(want.Ref, "/")+1:])
	switch {
	case g == nil || g.kind != pharos.Group:
		return reply{}, missingObject(c.vars["id"])
	case m == nil:
		return reply{}, missingObject(want.Ref)
	case g.hasDirect(m, c.now):
		return reply{}, badRequest("Request_BadRequest", "One or more added object references already exist for the following modified properties: 'members'.")
	}
	g.members = append(g.members, membership{m, pharos.Interval{From: c.now}})
	if !slices.Contains(m.memberOf, g) {
		m.memberOf = append(m.memberOf, g)
	}
	return reply{status: http.StatusNoContent}, nil
}

// removeMember ends a membership now; one that began now never was.
func removeMember(c *call) (reply, error) {
	g, m := c.find(c.vars["id"]), c.find(c.vars["member"])
	if g == nil || m == nil || !g.hasDirect(m, c.now) {
		return reply{}, missingObject(c.vars["member"])
	}
	for i := range g.members {
		if x := &g.members[i]; x.member == m && x.during.Contains(c.now) {
			x.during.To = c.now
		}
	}
	g.members = slices.DeleteFunc(g.members, func(x membership) bool {
		return x.member == m && x.during.From.Equal(c.now) && x.during.To.Equal(c.now)
	})
	return reply{status: http.StatusNoContent}, nil
}
