package azure

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
	"github.com/pharos-pec/pharos/onboard"
	"github.com/pharos-pec/pharos/repair"
)

// needChange is the role that changing who has access asks for.
const needChange = "the role Owner or User Access Administrator there"

// Hand is a session as package repair sees it. Source: REST API
// Microsoft.ManagementPartner 2018-02-01, Microsoft.ManagedServices 2022-10-01,
// Microsoft.Authorization 2022-04-01.
type Hand struct{ session *Session }

var _ repair.Hand = Hand{}

// Hand returns the session as package repair sees it.
func (s *Session) Hand() Hand { return Hand{s} }

// Name is the credential's name in the configuration.
func (h Hand) Name() string { return h.session.Name() }

// Principal signs in and says who the credential is.
func (h Hand) Principal(ctx context.Context) (pharos.Principal, error) {
	self, err := h.session.Self(ctx)
	return self.Principal, err
}

// May says whether the credential's roles allow all of the actions at the
// scope. Who has no access there may nothing; deny assignments are not told.
func (h Hand) May(ctx context.Context, scope pharos.Scope, actions ...string) (bool, error) {
	all, err := h.session.permissions(ctx, scope, needChange)
	if c := pharos.CodeOf(err); c == pharos.Forbidden || c == pharos.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(actions, func(a string) bool { return !onboard.Allows(all, a) }), nil
}

// Look returns the resource at a path as the cloud tells it, nil when there is
// none, and the cloud's time. A subscription or group that the credential does
// not see is an error with code NotFound: nothing is known of what is in it.
func (h Hand) Look(ctx context.Context, path string) (json.RawMessage, time.Time, error) {
	ans, err := h.session.arm.do(ctx, call{ref: path, need: needReader})
	if f := faultOf(err); f != nil && f.status == http.StatusNotFound && f.code != "SubscriptionNotFound" && f.code != "ResourceGroupNotFound" {
		return nil, ans.at, nil
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	if !json.Valid(ans.body) {
		return nil, time.Time{}, ans.malformed(errMissing("JSON"))
	}
	return ans.body, ans.at, nil
}

// Delegations lists the registration assignments of a subscription and its
// resource groups, each with its definition.
func (h Hand) Delegations(ctx context.Context, sub pharos.SubscriptionID) ([]repair.Delegation, error) {
	read, err := readScoped[struct {
		ID         string `json:"id"`
		Properties struct {
			DefinitionID string `json:"registrationDefinitionId"`
			Definition   *struct {
				Properties struct {
					Name string `json:"registrationDefinitionName"`
				} `json:"properties"`
			} `json:"registrationDefinition"`
		} `json:"properties"`
	}](ctx, h.session, sub, registrationAssignments, needReader)
	if err != nil {
		return nil, err
	}
	var out []repair.Delegation
	for _, w := range read.items {
		if _, _, err := delegationID(w.ID); err != nil || w.Properties.DefinitionID == "" {
			return nil, pharos.Errorf(pharos.Unavailable, "credential %s: a delegation of subscription %s has no id of its own or of its definition", h.Name(), sub)
		}
		d := repair.Delegation{Assignment: strings.ToLower(w.ID), Definition: strings.ToLower(w.Properties.DefinitionID)}
		if w.Properties.Definition != nil {
			d.Offer = w.Properties.Definition.Properties.Name
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out, nil
}

// Assignments lists the permanent role assignments of a subscription, as
// [Session.Assignments] reads them.
func (h Hand) Assignments(ctx context.Context, sub pharos.SubscriptionID, customer pharos.TenantID) ([]pharos.Grant, error) {
	self, err := h.session.Self(ctx)
	if err != nil {
		return nil, err
	}
	read, err := h.session.Assignments(ctx, observe.Visible{
		Subscription: pharos.Subscription{ID: sub, Customer: customer}, Projected: customer != "" && self.Principal.Tenant != customer,
	})
	if err != nil {
		return nil, err
	}
	var out []pharos.Grant
	for _, g := range read.Items {
		if g.Value.Kind == pharos.Permanent {
			out = append(out, g.Value)
		}
	}
	return out, nil
}

// newcomerTries is how often a principal that the directory does not know yet
// is asked about: a new one is known everywhere after some seconds, at times a
// few minutes (Microsoft Learn, "Troubleshoot Azure RBAC", PrincipalNotFound).
const newcomerTries = 6

// Send makes the call and waits until the cloud has done it.
func (h Hand) Send(ctx context.Context, w repair.Write) error {
	c := call{method: w.Method, ref: w.Path, need: needChange}
	if w.Body != nil {
		c.body = w.Body
	}
	for try := 0; ; try++ {
		ans, err := h.session.arm.do(ctx, c)
		if f := faultOf(err); f != nil && f.code == "PrincipalNotFound" && try < newcomerTries {
			if err := h.session.pause(ctx, ans, try, "waiting until the directory knows the principal"); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		return h.await(ctx, ans, w)
	}
}

// await waits for the end of a change that the cloud goes on with. Source:
// Microsoft Learn, "Track asynchronous Azure operations".
func (h Hand) await(ctx context.Context, ans *answer, w repair.Write) error {
	operation := firstOf(ans.header.Get("Azure-AsyncOperation"), ans.header.Get("Location"))
	if operation == "" || ans.status == http.StatusNoContent {
		return nil
	}
	doing := "waiting for " + w.Method + " " + w.Path
	for look := 0; ; look++ {
		if err := h.session.pause(ctx, ans, look, doing); err != nil {
			return err
		}
		next, err := h.session.arm.do(ctx, call{ref: operation, need: needChange})
		if err != nil {
			return err
		}
		if over, err := h.over(next, w); over || err != nil {
			return err
		}
		ans = next
	}
}

// over reads how a change goes on. An address that answers with the resource,
// or with nothing, does so at the end.
func (h Hand) over(ans *answer, w repair.Write) (bool, error) {
	if ans.status == http.StatusAccepted {
		return false, nil
	}
	if len(bytes.TrimSpace(ans.body)) == 0 {
		return true, nil
	}
	o, err := decode[struct {
		Status string       `json:"status"`
		Error  *wireRefusal `json:"error"`
	}](ans)
	switch {
	case err != nil:
		return false, err
	case o.Status == "", strings.EqualFold(o.Status, "Succeeded"):
		return true, nil
	case !ended(o.Status):
		return false, nil
	case o.Error == nil:
		return true, pharos.Errorf(pharos.Conflict, "credential %s: %s %s ended as %s", h.Name(), w.Method, w.Path, o.Status)
	}
	return true, pharos.Errorf(pharos.Conflict, "credential %s: %s %s ended as %s: %s", h.Name(), w.Method, w.Path, o.Status, o.Error)
}
