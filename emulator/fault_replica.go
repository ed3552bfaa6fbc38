package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// replicas plays that a directory answers from copies, which learn of a new
// application, service principal or credential some time after it was made:
// the first answers to each kind of call about it, as many as lag says, do not
// know it yet (docs: graph/best-practices-concept, "Handling expected errors").
type replicas struct {
	lag int

	mu sync.Mutex
	// missed counts, for what is new, the answers that did not know it, by the
	// pattern of the call.
	missed map[string]map[string]int
}

func newReplicas(lag int) *replicas { return &replicas{lag: lag, missed: map[string]map[string]int{}} }

// learn begins to count for what was just made.
func (r *replicas) learn(names ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range names {
		r.missed[name] = map[string]int{}
	}
}

// misses reports whether the answer to a call does not know a name yet.
func (r *replicas) misses(name string, c *call) bool {
	if r.lag == 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	missed := r.missed[name]
	key := c.Method + " " + c.route.pattern
	if missed == nil || missed[key] >= r.lag {
		return false
	}
	missed[key]++
	return true
}

// Names of what can be new, besides the object ids of the directory.
func appName(appID string) string     { return "application " + strings.ToLower(appID) }
func signInName(appID string) string  { return "sign-in " + strings.ToLower(appID) }
func secretName(secret string) string { return "secret " + secret }
func keysName(appID string) string    { return "certificates " + strings.ToLower(appID) }

// refuse is the answer of a copy that does not know what the call is about.
func (r *replicas) refuse(c *call) error {
	if r.lag == 0 {
		return nil
	}
	switch pattern := c.route.pattern; {
	case strings.HasPrefix(pattern, "/v1.0/applications/{id}") || strings.HasPrefix(pattern, "/v1.0/servicePrincipals/{id}"):
		if r.misses(c.vars["id"], c) {
			return missingObject(c.vars["id"])
		}
	case pattern == "/v1.0/servicePrincipals" && c.Method == http.MethodPost:
		var want struct{ AppID string }
		if err := c.decode(&want); err == nil && r.misses(appName(want.AppID), c) {
			return noBackingApplication(want.AppID)
		}
	case c.route.service == entra && strings.HasSuffix(pattern, "/token"):
		return r.refuseSignIn(c)
	}
	return nil
}

// noBackingApplication refuses a service principal whose application is not
// known (public reports).
func noBackingApplication(appID string) *apiError {
	return badRequest("Request_BadRequest", fmt.Sprintf("The appId '%s' of the service principal does not reference a valid application object.", appID))
}

func (r *replicas) refuseSignIn(c *call) error {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil //nolint:nilerr // the handler refuses it in its own words
	}
	id := form.Get("client_id")
	switch {
	case r.misses(signInName(id), c):
		return unknownApplication(id, c.vars["tenant"])
	case form.Get("client_secret") != "" && r.misses(secretName(form.Get("client_secret")), c):
		return wrongSecret(id)
	case form.Get("client_assertion") != "" && r.misses(keysName(id), c):
		return unknownCertificate(id)
	}
	return nil
}

// note learns from a call that was answered what is new.
func (r *replicas) note(c *call, out reply) {
	body, _ := out.body.(graphObject)
	text := func(name string) string { s, _ := body[name].(string); return s }
	if r.lag == 0 || c.Method == http.MethodGet || out.status >= http.StatusMultipleChoices {
		return
	}
	switch c.route.pattern {
	case "/v1.0/applications":
		r.learn(text("id"), appName(text("appId")))
	case "/v1.0/servicePrincipals":
		r.learn(text("id"), signInName(text("appId")))
	case "/v1.0/applications/{id}/addPassword", "/v1.0/servicePrincipals/{id}/addPassword":
		r.learn(secretName(text("secretText")))
	case "/v1.0/applications/{id}", "/v1.0/applications/{id}/federatedIdentityCredentials":
		if p := c.application(c.vars["id"]); p != nil {
			r.learn(keysName(p.appID))
		}
	}
}

// unseen reports whether a list of the directory does not show an object yet.
func (c *call) unseen(id string) bool { return c.emulator.replicas.misses(id, c) }
