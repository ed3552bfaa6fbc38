package pharos

// Partner says who we are: the partner whose credit is judged.
type Partner struct {
	ID           PartnerID   // the location ID to link
	Organisation []PartnerID // all IDs of our organisation, ID among them
	Tenant       TenantID    // the managing tenant
	Kind         PartnerKind
	Resellers    []Reseller // indirect model: resellers whose grants count where they are of record
}

// Reseller is an indirect reseller as far as its access can be recognised.
type Reseller struct {
	Name        string
	PartnerID   PartnerID
	Tenant      TenantID
	AgentGroups []PrincipalID // object ids of its AdminAgents and HelpdeskAgents groups
}

// PartnerKind is the partner's place in the CSP programme.
type PartnerKind string

// The kinds of partner. An indirect reseller is never paid by Microsoft.
const (
	DirectBill       PartnerKind = "direct-bill"
	IndirectProvider PartnerKind = "indirect-provider"
	IndirectReseller PartnerKind = "indirect-reseller"
)

// Owns reports whether id is one of our organisation's.
func (p Partner) Owns(id PartnerID) bool {
	for _, o := range p.Organisation {
		if o == id {
			return true
		}
	}
	return id == p.ID
}

// Plan is how a subscription is sold.
type Plan string

// The plans. Only the Azure plan earns.
const (
	AzurePlan  Plan = "azure-plan"
	LegacyPlan Plan = "legacy"
)

// Sale is one subscription as Partner Center shows it to the partner it is
// billed to. A subscription that it no longer lists is not billed to us.
type Sale struct {
	Plan     Plan      `json:"plan"`
	Reseller PartnerID `json:"reseller,omitempty"` // reseller of record, indirect model
}

// Customer is a customer of the partner.
type Customer struct {
	ID      TenantID `json:"id"`
	Name    string   `json:"name"`
	Domain  string   `json:"domain,omitempty"`
	Country string   `json:"country,omitempty"`
}

// Subscription is an Azure subscription of a customer.
type Subscription struct {
	ID       SubscriptionID `json:"id"`
	Customer TenantID       `json:"customer"`
	Name     string         `json:"name"`
}
