package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// application is a registration that lives apart from its service principal:
// that was made through Microsoft Graph, or whose principal was removed. The
// scenario's applications live as long as their principals and have none.
type application struct {
	exists timeline
	// pending is until its service principal is made for the first time.
	pending bool
	// id is its object id; "" for one of the scenario, made of its name.
	id string
	// owner is who registered it, nil for one of the scenario.
	owner *principal
	// set are the properties that clients gave it.
	set graphObject
}

// registered is when the application behind the service principal is in the
// directory.
func (p *principal) registered() timeline {
	if p.application == nil {
		return p.exists
	}
	return p.application.exists
}

// applicationID is the object id of the application behind p, which is
// another one than the service principal's.
func (p *principal) applicationID() string {
	if p.application != nil && p.application.id != "" {
		return p.application.id
	}
	return objectID("applicationObject", p.tenant.name, p.name)
}

// applicationProperties are those that clients may set (docs:
// graph/api/resources/application). The emulator keeps them as they are; none
// of them means anything to it.
func applicationProperties() []string {
	return strings.Fields("api appRoles description groupMembershipClaims identifierUris info isDeviceOnlyAuthSupported " +
		"isFallbackPublicClient notes optionalClaims parentalControlSettings publicClient requiredResourceAccess serviceManagementReference " +
		"signInAudience spa tags tokenEncryptionKeyId web")
}

// applicationBody reads the properties that a client gives an application.
// Its certificates are read by [call.keysBody].
func (c *call) applicationBody() (displayName string, set graphObject, err error) {
	var body map[string]any
	if err := c.decode(&body); err != nil {
		return "", nil, err
	}
	set = graphObject{}
	for name, value := range body {
		secrets, _ := value.([]any)
		switch {
		case name == "displayName":
			displayName, _ = value.(string)
		case slices.Contains(applicationProperties(), name):
			set[name] = value
		case strings.HasPrefix(name, "@odata.") || value == nil || name == "keyCredentials":
		case name == "passwordCredentials" && len(secrets) == 0:
		case name == "passwordCredentials":
			return "", nil, choosesSecret()
		default:
			return "", nil, badRequest("Request_BadRequest", "Invalid property '"+name+"'.")
		}
	}
	return displayName, set, nil
}

// createApplication registers an application. Nobody can sign in as it before
// its service principal is made too.
func createApplication(c *call) (reply, error) {
	name, set, err := c.applicationBody()
	if err != nil {
		return reply{}, err
	}
	keys, err := c.keysBody(nil)
	if err != nil {
		return reply{}, err
	}
	p, err := c.create(pharos.ServicePrincipal, name)
	if err != nil {
		return reply{}, err
	}
	p.keys = keys
	p.application = &application{exists: p.exists, pending: true, owner: c.caller.principal, id: objectID("applicationObject", p.tenant.name, string(p.id)), set: set}
	p.exists = nil
	p.appID = objectID("application", p.tenant.name, string(p.id))
	c.world.apps[appKey{p.tenant.id, p.appID}] = p
	return reply{status: http.StatusCreated, body: applicationOf(p, c)}, nil
}

// createServicePrincipal makes the principal of an application of the tenant.
// One that is made again is another object, which holds no roles.
func createServicePrincipal(c *call) (reply, error) {
	var want struct{ AppID string }
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	key := appKey{c.caller.tenant.id, strings.ToLower(want.AppID)}
	p := c.world.apps[key]
	switch {
	case p != nil && p.exists.at(c.now):
		return reply{}, &apiError{status: http.StatusConflict, code: "Request_MultipleObjectsWithSameKeyValue", message: "The service principal cannot be created, " +
			"updated, or restored because the service principal name " + p.appID + " is already in use."}
	case p == nil || !p.registered().at(c.now):
		return reply{}, badRequest("Request_BadRequest", "When using this permission, the backing application of the service principal being created must in the local tenant.")
	case p.application.pending:
		p.exists, p.application.pending = timelineOf(pharos.Interval{From: c.now}), false
	default:
		old := p
		var err error
		if p, err = c.create(pharos.ServicePrincipal, old.displayName); err != nil {
			return reply{}, err
		}
		p.appID, p.application, p.addedSecrets = old.appID, old.application, old.addedSecrets
		p.keys, p.federated = old.keys, old.federated
		p.secret, p.certificate, p.graph, p.partnerCenter = old.secret, old.certificate, old.graph, old.partnerCenter
		p.application.id = old.applicationID()
		old.application = &application{}
		c.world.apps[key] = p
	}
	return reply{status: http.StatusCreated, body: objectOf(p, c)}, nil
}

// patchApplication gives an application other properties.
func patchApplication(c *call) (reply, error) {
	p := c.application(c.vars["id"])
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	name, set, err := c.applicationBody()
	if err != nil {
		return reply{}, err
	}
	keys, err := c.keysBody(p.keys)
	if err != nil {
		return reply{}, err
	}
	p.keys = keys
	if name != "" {
		p.displayName = name
	}
	if p.application == nil {
		p.application = &application{exists: p.exists, id: p.applicationID()}
	}
	if p.application.set == nil {
		p.application.set = graphObject{}
	}
	for k, v := range set {
		p.application.set[k] = v
	}
	return reply{status: http.StatusNoContent}, nil
}

// deleteApplication ends an application and its service principal now.
func deleteApplication(c *call) (reply, error) {
	p := c.application(c.vars["id"])
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	out, err := c.remove(p)
	p.application.exists = p.application.exists.without(timeline{{From: c.now}})
	return out, err
}

// withSecrets finds the application, or the service principal, whose secrets
// a call is about.
func (c *call) withSecrets() (p *principal, ofPrincipal bool) {
	if split(c.URL.Path)[1] == "applications" {
		return c.application(c.vars["id"]), false
	}
	if p := c.find(c.vars["id"]); p != nil && p.kind == pharos.ServicePrincipal {
		return p, true
	}
	return nil, true
}

// addPassword adds a secret, which is shown this once (docs:
// graph/api/application-addpassword, serviceprincipal-addpassword).
func addPassword(c *call) (reply, error) {
	p, ofPrincipal := c.withSecrets()
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	var want struct {
		PasswordCredential struct {
			DisplayName                string
			StartDateTime, EndDateTime time.Time
		}
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	w := want.PasswordCredential
	s := addedSecret{name: w.DisplayName, text: c.secret("password"), from: w.StartDateTime, to: w.EndDateTime, ofPrincipal: ofPrincipal}
	if s.from.IsZero() || s.from.After(c.now) {
		s.from = c.now // clients send their own machine's time
	}
	if !s.to.After(c.now) {
		s.to = c.now.AddDate(2, 0, 0)
	}
	s.keyID = objectID("passwordCredential", string(p.id), s.text)
	p.addedSecrets = append(p.addedSecrets, s)
	return ok(graphObject{
		"@odata.context": c.context("microsoft.graph.passwordCredential"), "customKeyIdentifier": nil, "displayName": s.name,
		"startDateTime": s.from.Format(time.RFC3339), "endDateTime": s.to.Format(time.RFC3339),
		"hint": s.text[:3], "keyId": s.keyID, "secretText": s.text,
	})
}

func removePassword(c *call) (reply, error) {
	p, ofPrincipal := c.withSecrets()
	var want struct{ KeyID string }
	if err := c.decode(&want); err != nil || p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	i := slices.IndexFunc(p.addedSecrets, func(s addedSecret) bool {
		return s.ofPrincipal == ofPrincipal && strings.EqualFold(s.keyID, want.KeyID)
	})
	if i < 0 {
		return reply{}, badRequest("Request_BadRequest", "No password credential found with keyId.")
	}
	p.addedSecrets = slices.Delete(p.addedSecrets, i, i+1)
	return reply{status: http.StatusNoContent}, nil
}

// secretsOf lists what is told of the secrets of an application, or of its
// service principal: never the secret.
func secretsOf(p *principal, ofPrincipal bool) []any {
	list := []any{}
	for _, s := range p.addedSecrets {
		if s.ofPrincipal != ofPrincipal {
			continue
		}
		list = append(list, graphObject{
			"keyId": s.keyID, "displayName": s.name, "hint": s.text[:3], "secretText": nil, "customKeyIdentifier": nil,
			"startDateTime": s.from.Format("2006-01-02T15:04:05Z"), "endDateTime": s.to.Format("2006-01-02T15:04:05Z"),
		})
	}
	return list
}
