package evidence

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Summary is what a dispute is about, as far as one page has room for.
type Summary struct {
	SubscriptionID   pharos.SubscriptionID `json:"subscriptionId"`
	SubscriptionName string                `json:"subscriptionName,omitempty"`
	CustomerID       pharos.TenantID       `json:"customerId"`
	CustomerName     string                `json:"customerName"`
	PartnerID        pharos.PartnerID      `json:"partnerId"`
	PartnerTenant    pharos.TenantID       `json:"partnerTenantId"` // the managing tenant
	Month            pharos.Month          `json:"month"`
	// AsOf is the cloud's time by which the days were judged.
	AsOf time.Time `json:"asOf"`
	// Days are the disputed days: those with a line that was not credited
	// although access held from the first to the last instant. Empty when
	// there is nothing to dispute.
	Days []pharos.Day `json:"disputedDays"`
	// Lines counts the usage lines of those days that lack their credit.
	Lines int64 `json:"disputedLines"`
	// Amounts has an entry for each currency of a disputed line.
	Amounts []Amount `json:"amounts"`
	// Access is through whom access was held on the disputed days.
	Access []Holder `json:"access"`
	// Sources are Microsoft's pages that the dispute rests on.
	Sources []string `json:"sources"`
}

// Amount is credit of the disputed days in one currency, exact. It counts the
// lines that should have been credited, by what we know of the access: those
// that were, and those that were not.
type Amount struct {
	Currency string          `json:"currency"`
	Expected decimal.Decimal `json:"expected"` // Credited and Missing
	Credited decimal.Decimal `json:"credited"`
	Missing  decimal.Decimal `json:"missing"`
}

// Holder is somebody by whom a line earned, or should have, on disputed days.
type Holder struct {
	Path   pharos.Path        `json:"path"`
	ID     pharos.PrincipalID `json:"id"`
	Tenant pharos.TenantID    `json:"tenantId,omitempty"` // "" for AOBO: Azure does not tell it
	Name   string             `json:"name"`
	Role   string             `json:"role"`
	Scopes []pharos.Scope     `json:"scopes"` // at which the role was held
	Groups []string           `json:"groups"` // by membership of which it was held, empty for its own
	// PartnerID is the one that it was linked to, "" for AOBO, which needs no
	// link. It is ours, another one of our organisation, or the reseller's.
	PartnerID pharos.PartnerID `json:"partnerId,omitempty"`
	Days      []pharos.Day     `json:"days"` // disputed days on which it held from the first to the last instant
}

// Disputable reports whether there is anything to dispute.
func (s *Summary) Disputable() bool { return len(s.Days) > 0 }
