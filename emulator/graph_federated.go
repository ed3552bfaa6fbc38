package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// federatedCredential lets an application sign in by tokens of another issuer
// (docs: graph/api/resources/federatedidentitycredential).
type federatedCredential struct {
	id, name, issuer, subject, description, audience string
}

const (
	// maxFederated is how many of them an application can have.
	maxFederated = 20
	// maxFederatedText bounds each of their properties, in characters.
	maxFederatedText = 600
)

// federatedRoutes are the calls about them. One is named by its id or name.
func federatedRoutes() []route {
	const all, one = "/v1.0/applications/{id}/federatedIdentityCredentials", "/v1.0/applications/{id}/federatedIdentityCredentials/{credential}"
	return each([]route{
		{method: http.MethodGet, pattern: all, handle: directory(listFederated)},
		{method: http.MethodGet, pattern: one, handle: directory(withFederated(readFederated))},
		{method: http.MethodPost, pattern: all, handle: applicationWriter(createFederated)},
		{method: http.MethodPatch, pattern: one, handle: applicationWriter(withFederated(patchFederated))},
		{method: http.MethodDelete, pattern: one, handle: applicationWriter(withFederated(deleteFederated))},
	}, func(r *route) { r.service = graph })
}

func (f *federatedCredential) object() graphObject {
	o := graphObject{"id": f.id, "name": f.name, "issuer": f.issuer, "subject": f.subject, "audiences": []any{f.audience}, "description": nil}
	if f.description != "" {
		o["description"] = f.description
	}
	return o
}

func federatedSet(p *principal) string {
	return "applications('" + p.applicationID() + "')/federatedIdentityCredentials"
}

func listFederated(c *call) (reply, error) {
	p := c.application(c.vars["id"])
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	var list []graphObject
	for _, f := range p.federated {
		list = append(list, f.object())
	}
	return c.page(federatedSet(p), list)
}

// withFederated finds the credential that a call is about.
func withFederated(h func(*call, *principal, *federatedCredential) (reply, error)) handler {
	return func(c *call) (reply, error) {
		p := c.application(c.vars["id"])
		if p == nil {
			return reply{}, missingObject(c.vars["id"])
		}
		for _, f := range p.federated {
			if strings.EqualFold(f.id, c.vars["credential"]) || f.name == c.vars["credential"] {
				return h(c, p, f)
			}
		}
		return reply{}, missingObject(c.vars["credential"])
	}
}

func readFederated(c *call, p *principal, f *federatedCredential) (reply, error) {
	return c.one(federatedSet(p), f.object())
}

// federatedBody is a credential as a client sends it. Absent properties stay
// as they are.
type federatedBody struct {
	Name, Issuer, Subject, Description *string
	Audiences                          *[]string
}

var federatedName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$`)

// invalidFederated refuses a property as the directory does (a public report
// of 2022; the words for most properties are inferred).
func invalidFederated(property, value, format string, args ...any) *apiError {
	return badRequest("InvalidFederatedIdentityCredentialValue", fmt.Sprintf(format, args...)+
		" paramName: FederatedIdentityCredential."+property+", paramValue: "+value+", objectType: Microsoft.Online.DirectoryServices.Application")
}

// give takes over what the body says, or refuses it.
func (f *federatedCredential) give(b federatedBody) error {
	for _, x := range []struct {
		name  string
		given *string
		to    *string
	}{{"Issuer", b.Issuer, &f.issuer}, {"Subject", b.Subject, &f.subject}, {"Description", b.Description, &f.description}} {
		if x.given == nil {
			continue
		}
		if len([]rune(*x.given)) > maxFederatedText {
			return invalidFederated(x.name, *x.given, "The value must not exceed %d characters.", maxFederatedText)
		}
		*x.to = *x.given
	}
	if b.Audiences != nil {
		if len(*b.Audiences) != 1 || (*b.Audiences)[0] == "" || len([]rune((*b.Audiences)[0])) > maxFederatedText {
			return invalidFederated("Audiences", strings.Join(*b.Audiences, ","), "There must be exactly one audience, of at most %d characters.", maxFederatedText)
		}
		f.audience = (*b.Audiences)[0]
	}
	u, err := url.Parse(f.issuer)
	if err != nil || u.Scheme == "" || u.Host == "" || (u.Scheme != "https" && !isLoopback(u.Hostname())) {
		return invalidFederated("Issuer", f.issuer, "The issuer must be an HTTPS URL.")
	}
	if f.subject == "" {
		return invalidFederated("Subject", f.subject, "A value is required.")
	}
	if f.audience == "" {
		return invalidFederated("Audiences", "", "A value is required.")
	}
	return nil
}

// unique refuses a second credential for the same tokens.
func (f *federatedCredential) unique(p *principal) error {
	for _, other := range p.federated {
		if other.id != f.id && other.issuer == f.issuer && other.subject == f.subject {
			return invalidFederated("Subject", f.subject,
				"The combination of issuer and subject must be unique for the application. Issuer %s and Subject: %s already exist.", f.issuer, f.subject)
		}
	}
	return nil
}

// createFederated adds a credential (docs: graph/api/application-post-federatedidentitycredentials).
func createFederated(c *call) (reply, error) {
	p := c.application(c.vars["id"])
	if p == nil {
		return reply{}, missingObject(c.vars["id"])
	}
	var b federatedBody
	if err := c.decode(&b); err != nil {
		return reply{}, err
	}
	if b.Name == nil || !federatedName.MatchString(*b.Name) {
		name := ""
		if b.Name != nil {
			name = *b.Name
		}
		return reply{}, invalidFederated("Name", name, "The name must have 3 to 120 letters, digits, hyphens and underscores, and begin with a letter or digit.")
	}
	f := &federatedCredential{id: c.fresh("federatedIdentityCredential"), name: *b.Name}
	if err := f.give(b); err != nil {
		return reply{}, err
	}
	if slices.ContainsFunc(p.federated, func(x *federatedCredential) bool { return x.name == f.name }) {
		return reply{}, conflict("Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential with name "+f.name+" already exists.")
	}
	if err := f.unique(p); err != nil {
		return reply{}, err
	}
	if len(p.federated) >= maxFederated {
		return reply{}, badRequest("Request_BadRequest", fmt.Sprintf("The maximum number of %d federated identity credentials for the application is reached.", maxFederated))
	}
	p.federated = append(p.federated, f)
	o := f.object()
	o["@odata.context"] = c.context(federatedSet(p) + "/$entity")
	return reply{status: http.StatusCreated, body: o}, nil
}

// patchFederated changes a credential; its name stays.
func patchFederated(c *call, p *principal, f *federatedCredential) (reply, error) {
	var b federatedBody
	if err := c.decode(&b); err != nil {
		return reply{}, err
	}
	if b.Name != nil && *b.Name != f.name {
		return reply{}, invalidFederated("Name", *b.Name, "The name cannot be changed.")
	}
	changed := *f
	if err := changed.give(b); err != nil {
		return reply{}, err
	}
	if err := changed.unique(p); err != nil {
		return reply{}, err
	}
	*f = changed
	return reply{status: http.StatusNoContent}, nil
}

func deleteFederated(_ *call, p *principal, f *federatedCredential) (reply, error) {
	p.federated = slices.DeleteFunc(p.federated, func(x *federatedCredential) bool { return x == f })
	return reply{status: http.StatusNoContent}, nil
}
