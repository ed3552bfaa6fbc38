package pharos

// Path is the way by which a grant reaches a customer's resources.
type Path string

// The three paths that can earn (docs: partner earned credit explanation).
const (
	// AOBO is a role assignment to a foreign group, the AdminAgents or
	// HelpdeskAgents group of a partner's tenant. It needs no partner link.
	AOBO Path = "aobo"
	// Lighthouse is an authorization of a delegation. The link must be made
	// in the managing tenant.
	Lighthouse Path = "lighthouse"
	// Direct is a role assignment to a principal of the customer's tenant, a
	// guest included. The link must be made in the customer's tenant.
	Direct Path = "direct"
)

// GrantKind says whether a grant stands or must be activated.
type GrantKind string

// The kinds of grant. Only a permanent one can earn.
const (
	Permanent GrantKind = "permanent"
	TimeBound GrantKind = "timeBound" // has an end: an activation, or a PIM assignment that expires
	Eligible  GrantKind = "eligible"  // just in time: gives nothing until activated
)

// Grant says that a principal holds a role at a scope. It is a value: two
// equal grants are the same grant, seen twice. An authorization of a
// Lighthouse delegation is a grant as a plain role assignment is.
type Grant struct {
	Path Path `json:"path"`
	// ID is the ARM id, in lower case, of the role assignment, of its PIM
	// schedule, or of the registration assignment.
	ID    string    `json:"id"`
	Scope Scope     `json:"scope"`
	Kind  GrantKind `json:"kind"`
	Role  RoleID    `json:"role"`
	// Holder lives in the managing tenant for Lighthouse, in the customer's
	// for Direct. For AOBO Azure tells only the group's object id: Tenant is "".
	Holder     PrincipalRef  `json:"holder"`
	HolderKind PrincipalKind `json:"holderKind"`
	// Offer is the delegation's registration definition name, Lighthouse only.
	Offer string `json:"offer,omitempty"`
}

// Denial is a deny assignment at a scope. While one stands, nothing below it
// earns (docs: partner earned credit troubleshooting).
type Denial struct {
	ID    string `json:"id"`
	Scope Scope  `json:"scope"`
}
