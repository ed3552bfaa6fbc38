package azure

import (
	"context"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// needPartner is the permission that Partner Center's reads ask for.
const needPartner = "access to Partner Center: its application must be registered there (Account settings > App management), and some calls want a signed-in admin agent"

// Commerce is Partner Center as one credential of the partner's tenant sees
// it. It is an [observe.Commerce].
type Commerce struct {
	session *Session
	partner pharos.PartnerID
}

var _ observe.Commerce = (*Commerce)(nil)

// Commerce returns Partner Center for the partner of that ID.
func (s *Session) Commerce(partner pharos.PartnerID) *Commerce {
	return &Commerce{session: s, partner: partner}
}

type wireCustomer struct {
	ID      guid `json:"id"`
	Profile struct {
		Tenant  guid   `json:"tenantId"`
		Domain  string `json:"domain"`
		Name    string `json:"companyName"`
		Address struct {
			Country string `json:"country"`
		} `json:"address"`
	} `json:"companyProfile"`
}

// Customers lists the partner's customers. Source: Partner Center REST, "Get
// a list of customers".
func (c *Commerce) Customers(ctx context.Context) (observe.Reading[pharos.Customer], error) {
	rows, at, err := collect[wireCustomer](ctx, c.session.partner, call{ref: "/customers?size=500", need: needPartner})
	out := observe.Reading[pharos.Customer]{At: at}
	for _, r := range rows {
		out.Items = append(out.Items, pharos.Customer{
			ID: pharos.TenantID(firstOf(string(r.Profile.Tenant), string(r.ID))), Name: r.Profile.Name,
			Domain: r.Profile.Domain, Country: r.Profile.Address.Country,
		})
	}
	return out, err
}

type wireSold struct {
	ID          string  `json:"id"`
	Name        string  `json:"friendlyName"`
	Offer       string  `json:"offerId"`
	OfferName   string  `json:"offerName"`
	Status      string  `json:"status"`
	Partner     text    `json:"partnerId"` // reseller of record, indirect model
	Created     instant `json:"creationDate"`
	Effective   instant `json:"effectiveStartDate"`
	ProductType struct {
		ID string `json:"id"`
	} `json:"productType"`
}

// plan tells how an Azure subscription is sold; "" for other products. The
// Azure plan is the product DZH318Z0BPS6 of the new commerce, legacy offers
// begin with MS-AZR. Source: Partner Center REST, "Subscription resources" and
// "Create an order for a customer of Azure plan".
func (w wireSold) plan() pharos.Plan {
	offer := strings.ToUpper(w.Offer)
	switch {
	case strings.HasPrefix(offer, "MS-AZR"):
		return pharos.LegacyPlan
	case strings.HasPrefix(offer, "DZH318Z0BPS6"), strings.Contains(strings.ToLower(w.OfferName), "azure plan"):
		return pharos.AzurePlan
	}
	return ""
}

type wireEntitlement struct {
	ID      guid    `json:"id"` // the Azure subscription's id
	Name    string  `json:"friendlyName"`
	Status  string  `json:"status"`
	Created instant `json:"creationDate"`
}

// Sales lists the customer's Azure subscriptions that are billed to us: the
// entitlements of its Azure plans, and legacy subscriptions, whose commerce id
// is the Azure subscription's. An entitlement has no date of its own and takes
// its plan's: one that another partner sold meanwhile has no line in our bill
// for that time. Source: Partner Center REST, "Get all of a customer's
// subscriptions" and "Get a list of Azure entitlements for a subscription".
func (c *Commerce) Sales(ctx context.Context, customer pharos.TenantID) (observe.Reading[observe.SoldSubscription], error) {
	root := "/customers/" + pathSegment(string(customer)) + "/subscriptions"
	rows, at, err := collect[wireSold](ctx, c.session.partner, call{ref: root, need: needPartner})
	if err != nil {
		return observe.Reading[observe.SoldSubscription]{}, err
	}
	out := observe.Reading[observe.SoldSubscription]{At: at}
	for _, w := range rows {
		if gone(w.Status) {
			continue
		}
		switch w.plan() {
		case pharos.LegacyPlan:
			id, err := pharos.ParseGUID(w.ID)
			if err != nil {
				return out, pharos.Errorf(pharos.Unavailable, "credential %s: Partner Center lists a legacy Azure subscription whose id %w", c.session.Name(), err)
			}
			out.Items = append(out.Items, c.sold(w, customer, id, w.Name))
		case pharos.AzurePlan:
			entitled, when, err := collect[wireEntitlement](ctx, c.session.partner,
				call{ref: root + "/" + pathSegment(w.ID) + "/azureEntitlements", need: needPartner})
			if err != nil {
				return observe.Reading[observe.SoldSubscription]{}, err
			}
			out.At = when
			for _, e := range entitled {
				if gone(e.Status) {
					continue
				}
				s := c.sold(w, customer, string(e.ID), e.Name)
				if !e.Created.IsZero() {
					s.Since = e.Created.Time
				}
				out.Items = append(out.Items, s)
			}
		}
	}
	return out, nil
}

// sold returns an Azure subscription as it is sold. The partner named on it is
// the reseller of record, or we ourselves where there is none.
func (c *Commerce) sold(w wireSold, customer pharos.TenantID, id, name string) observe.SoldSubscription {
	s := observe.SoldSubscription{
		Subscription: pharos.Subscription{ID: pharos.SubscriptionID(id), Customer: customer, Name: name},
		Sale:         pharos.Sale{Plan: w.plan()},
		Since:        later(w.Created, w.Effective),
	}
	if id, err := pharos.ParsePartnerID(string(w.Partner)); err == nil && id != c.partner {
		s.Reseller = id
	}
	return s
}

// gone reports whether a subscription is no longer billed.
func gone(status string) bool {
	return strings.EqualFold(status, "deleted") || strings.EqualFold(status, "cancelled") || strings.EqualFold(status, "canceled")
}

type wireAgreement struct {
	Type   string  `json:"type"`
	Agreed instant `json:"dateAgreed"`
}

// Agreement tells whether the customer has signed the Microsoft Customer
// Agreement, as the partner attested or directly with Microsoft, which has no
// date. Source: Partner Center REST, "Get confirmation of customer acceptance
// of Microsoft Customer Agreement" and "Get direct signing status".
func (c *Commerce) Agreement(ctx context.Context, customer pharos.TenantID) (observe.Agreement, error) {
	root := "/customers/" + pathSegment(string(customer))
	rows, at, err := collect[wireAgreement](ctx, c.session.partner,
		call{ref: root + "/agreements?agreementType=MicrosoftCustomerAgreement", need: needPartner})
	if err != nil && pharos.CodeOf(err) != pharos.NotFound {
		return observe.Agreement{}, err
	}
	out := observe.Agreement{At: at}
	for _, r := range rows {
		if r.Type != "" && !strings.EqualFold(r.Type, "MicrosoftCustomerAgreement") {
			continue
		}
		if !out.Signed || r.Agreed.Before(out.Since) {
			out.Since = r.Agreed.Time
		}
		out.Signed = true
	}
	if out.Signed {
		return out, nil
	}
	ans, err := c.session.partner.do(ctx, call{
		ref: root + "/directSignedMicrosoftCustomerAgreementStatus", header: partnerHeaders(), need: needPartner,
	})
	if err != nil {
		return observe.Agreement{}, err
	}
	w, err := decode[struct {
		Signed *bool `json:"isSigned"`
	}](ans)
	if err == nil && w.Signed == nil {
		err = ans.malformed(errMissing("isSigned"))
	}
	if err != nil {
		return observe.Agreement{}, err
	}
	return observe.Agreement{Signed: *w.Signed, At: ans.at}, nil
}

// Programme tells whether our partner programme agreement is signed. Source:
// Partner Center REST, "Verify a partner's Microsoft Partner Agreement signing
// status".
func (c *Commerce) Programme(ctx context.Context) (observe.Agreement, error) {
	ans, err := c.session.partner.do(ctx, call{
		ref:    "/compliance/csp/agreementstatus" + query("mpnId", string(c.partner)),
		header: partnerHeaders(), need: needPartner,
	})
	if err != nil {
		return observe.Agreement{}, err
	}
	w, err := decode[struct {
		Signed *bool `json:"isAgreementSigned"`
	}](ans)
	if err == nil && w.Signed == nil {
		err = ans.malformed(errMissing("isAgreementSigned"))
	}
	if err != nil {
		return observe.Agreement{}, err
	}
	return observe.Agreement{Signed: *w.Signed, At: ans.at}, nil
}
