package pharos

// PrincipalKind is the kind of a directory object that can hold a role.
type PrincipalKind string

// The kinds of principal. A ForeignGroup is a group of another tenant, as
// AOBO grants Owner to the partner's AdminAgents group.
const (
	User             PrincipalKind = "user"
	Group            PrincipalKind = "group"
	ServicePrincipal PrincipalKind = "servicePrincipal"
	ForeignGroup     PrincipalKind = "foreignGroup"
)

// PrincipalRef names one directory object: the tenant it lives in and its
// object id there. Links and memberships belong to it.
type PrincipalRef struct {
	Tenant TenantID    `json:"tenant"`
	ID     PrincipalID `json:"id"`
}

// Principal is what is known of a directory object besides its id.
type Principal struct {
	PrincipalRef
	Kind PrincipalKind `json:"kind"`
	Name string        `json:"name"`
	// Identity is the same for one person or application in every tenant: the
	// home sign-in name of a user (of a guest too), the application id of a
	// service principal; empty for a group or where it was not seen.
	Identity string `json:"identity,omitempty"`
	// Guest is true for a user whose home is another tenant.
	Guest bool `json:"guest,omitempty"`
}
