package evidence

import (
	"cmp"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Known is over which time a fact held, as exactly as it is known, and how it
// became known.
type Known struct {
	pharos.Span
	Source pharos.Source `json:"source"`
	// Evidence is the id of the log entry that dated it, "" when none did.
	Evidence string `json:"evidence,omitempty"`
}

// Grant is a role that somebody held, or may take up.
type Grant struct {
	pharos.Grant
	RoleName   string             `json:"roleName"`
	Earns      pharos.Eligibility `json:"roleEarns"` // by Microsoft's table of roles
	HolderName string             `json:"holderName"`
	Known
}

// Membership is a principal's time in a group that holds a role. Of a group's
// members only those are told whose partner link is on record.
type Membership struct {
	Group      pharos.PrincipalRef `json:"group"`
	GroupName  string              `json:"groupName"`
	Member     pharos.PrincipalRef `json:"member"`
	MemberName string              `json:"memberName"`
	Known
}

// Link is a partner link of somebody who held a role, alone or by a group.
type Link struct {
	Principal pharos.PrincipalRef `json:"principal"`
	Name      string              `json:"name"`
	PartnerID pharos.PartnerID    `json:"partnerId"`
	Ours      bool                `json:"ours"` // of our organisation, or of the reseller of record
	Known
}

// Disabled is a time in which a holder was disabled or deleted.
type Disabled struct {
	Principal pharos.PrincipalRef `json:"principal"`
	Name      string              `json:"name"`
	Known
}

// Denial is a deny assignment at the subscription, above or below it.
type Denial struct {
	pharos.Denial
	Known
}

// Sale is the subscription as Partner Center showed it as billed to us.
type Sale struct {
	pharos.Sale
	Known
}

// Agreement is one that the credit depends on, as signed.
type Agreement struct {
	Kind string `json:"kind"` // CustomerAgreement or PartnerAgreement
	Known
}

// The kinds of agreement.
const (
	CustomerAgreement = "customer" // the Microsoft Customer Agreement
	PartnerAgreement  = "partner"  // of the partner programme
)

// Observed says when one kind of fact was looked at.
type Observed struct {
	What   string            `json:"what"` // such as "lighthouse grants", "partner link"
	Of     string            `json:"of"`   // a subscription, a principal, a tenant
	During []pharos.Interval `json:"during"`
}

// touches reports whether the fact may have held at some time of the month.
func touches(s pharos.Span, m pharos.Month) bool {
	start, end := m.First().Start(), m.Last().End()
	before := !s.Ended.Latest.IsZero() && !s.Ended.Latest.After(start)
	after := !s.Began.Earliest.IsZero() && !s.Began.Earliest.Before(end)
	return !before && !after
}

func known[T comparable](f *pharos.Fact[T]) Known { return Known{f.Span, f.Source, f.Evidence} }

// compareKnown orders facts of one value by their time.
func compareKnown(a, b Known) int {
	return cmp.Or(a.Began.Latest.Compare(b.Began.Latest), a.Ended.Earliest.Compare(b.Ended.Earliest), strings.Compare(a.Evidence, b.Evidence))
}

func compareRefs(a, b pharos.PrincipalRef) int {
	return cmp.Or(strings.Compare(string(a.Tenant), string(b.Tenant)), strings.Compare(string(a.ID), string(b.ID)))
}
