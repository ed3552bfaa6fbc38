package azure

import (
	"context"
	"net/http"

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

// Link reads the credential's own partner link in its tenant. The service
// counts a change of the ID as an update of one record, which outlives its
// removal: so the ID is linked since the last update, and nothing was before
// the creation.
func (s *Session) Link(ctx context.Context) (observe.Link, error) {
	ans, err := s.arm.do(ctx, call{ref: partnersPath + partnersVersion})
	if f := faultOf(err); f != nil && f.status == http.StatusNotFound {
		return observe.Link{At: ans.at}, nil
	}
	if err != nil {
		return observe.Link{}, err
	}
	w, err := decode[wirePartner](ans)
	if err == nil && w.Properties == nil {
		err = ans.malformed(errMissing("properties"))
	}
	if err != nil {
		return observe.Link{}, err
	}
	p := w.Properties
	l := observe.Link{At: ans.at, Created: p.Created.Time}
	if p.State == "Deleted" || p.PartnerID == "" {
		return l, nil
	}
	l.PartnerID, err = pharos.ParsePartnerID(string(p.PartnerID))
	if err != nil {
		return observe.Link{}, ans.malformed(err)
	}
	l.Since = later(p.Updated, p.Created)
	return l, nil
}

// Name is the credential's name in the configuration.
func (a LinkAccount) Name() string { return a.session.Name() }

// Principal signs in and says who the credential is.
func (a LinkAccount) Principal(ctx context.Context) (pharos.Principal, error) {
	self, err := a.session.Self(ctx)
	return self.Principal, err
}

// PartnerLink reads the link, as [Session.Link] does.
func (a LinkAccount) PartnerLink(ctx context.Context) (link.Link, error) {
	l, err := a.session.Link(ctx)
	return link.Link{ID: l.PartnerID, Since: l.Since, At: l.At}, err
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
	if c := pharos.CodeOf(err); c == pharos.Conflict || c == pharos.NotFound {
		if now, again := a.PartnerLink(ctx); again == nil && now.ID == want {
			return nil
		}
	}
	return err
}
