package azure

import (
	"context"
	"net/http"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/observe"
)

// The management partner API, which knows one link for each principal and
// tenant: the caller's. Source: REST API Microsoft.ManagementPartner
// 2018-02-01, "Partner" and "Partners".
const (
	partnersPath    = "/providers/Microsoft.ManagementPartner/partners"
	partnersVersion = "?api-version=2018-02-01"
)

type wirePartner struct {
	Properties *struct {
		PartnerID text    `json:"partnerId"`
		Updated   instant `json:"updatedTime"`
		Created   instant `json:"createdTime"`
		State     string  `json:"state"`
	} `json:"properties"`
}

// LinkAccount is a session as package link sees it.
type LinkAccount struct{ session *Session }

var _ link.Account = LinkAccount{}

// Account returns the session as package link sees it.
func (s *Session) Account() LinkAccount { return LinkAccount{s} }

// Link reads the credential's own partner link in its tenant.
func (s *Session) Link(ctx context.Context) (observe.Link, error) {
	l, created, err := s.Account().read(ctx)
	return observe.Link{PartnerID: l.ID, Since: l.Since, Created: created, At: l.At}, err
}

// Name is the credential's name in the configuration.
func (a LinkAccount) Name() string { return a.session.Name() }

// Principal signs in and says who the credential is.
func (a LinkAccount) Principal(ctx context.Context) (pharos.Principal, error) {
	self, err := a.session.Self(ctx)
	return self.Principal, err
}

// PartnerLink reads the link.
func (a LinkAccount) PartnerLink(ctx context.Context) (link.Link, error) {
	l, _, err := a.read(ctx)
	return l, err
}

// read reads the link and when the first one was made. The service counts a
// change of the ID as an update of one record, which outlives its removal: so
// the ID is linked since the last update, not since the creation.
func (a LinkAccount) read(ctx context.Context) (l link.Link, created time.Time, err error) {
	ans, err := a.session.arm.do(ctx, call{ref: partnersPath + partnersVersion})
	if f := faultOf(err); f != nil && f.status == http.StatusNotFound {
		return link.Link{At: ans.at}, created, nil
	}
	if err != nil {
		return link.Link{}, created, err
	}
	w, err := decode[wirePartner](ans)
	if err == nil && w.Properties == nil {
		err = ans.malformed(errMissing("properties"))
	}
	if err != nil {
		return link.Link{}, created, err
	}
	l = link.Link{At: ans.at}
	if w.Properties.State == "Deleted" || w.Properties.PartnerID == "" {
		return l, created, nil
	}
	id, err := pharos.ParsePartnerID(string(w.Properties.PartnerID))
	if err != nil {
		return l, created, ans.malformed(err)
	}
	l.ID, l.Since = id, later(w.Properties.Updated, w.Properties.Created)
	return l, w.Properties.Created.Time, nil
}

// CreateLink links id where none is linked.
func (a LinkAccount) CreateLink(ctx context.Context, id pharos.PartnerID) error {
	return a.write(ctx, http.MethodPut, id, id)
}

// ChangeLink replaces the linked ID by id.
func (a LinkAccount) ChangeLink(ctx context.Context, id pharos.PartnerID) error {
	return a.write(ctx, http.MethodPatch, id, id)
}

// DeleteLink removes the link to id.
func (a LinkAccount) DeleteLink(ctx context.Context, id pharos.PartnerID) error {
	return a.write(ctx, http.MethodDelete, id, "")
}

// write makes one change. When a first try succeeded and only its answer was
// lost, the second is refused (a conflict, or nothing to delete): then the
// link is as it was to be, which is looked at before the refusal is believed.
func (a LinkAccount) write(ctx context.Context, method string, id, want pharos.PartnerID) error {
	if _, err := pharos.ParsePartnerID(string(id)); err != nil {
		return err
	}
	_, err := a.session.arm.do(ctx, call{method: method, ref: partnersPath + "/" + string(id) + partnersVersion})
	switch pharos.CodeOf(err) {
	case pharos.Conflict, pharos.NotFound:
		if now, again := a.PartnerLink(ctx); again == nil && now.ID == want {
			return nil
		}
	}
	return err
}
