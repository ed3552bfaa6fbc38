// Package observe walks Azure through the eyes of the configured credentials,
// builds snapshots and merges them into the access history.
//
// An eye is one credential in one tenant. It sees only what its token lets it
// see, so every reading says how complete it is: a set that was read whole
// proves absence, a set that was read in part proves only what it holds.
package observe

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// Reading is one complete answer of the cloud: every page, as of At.
type Reading[T any] struct {
	// At is the cloud's own time (the Date header of the last page).
	At    time.Time
	Items []T
}

// Dated is a value with the instant since when it holds without a break,
// where the cloud tells it (createdOn, systemData, a link's updatedTime).
type Dated[T comparable] struct {
	Value T
	Since time.Time // zero: not told
}

// Change is one dated beginning or end of a value, from a change log.
type Change[T comparable] struct {
	At time.Time
	// Earliest is set where the log does not date an end exactly: the value
	// ended between Earliest and At. Clients leave it zero.
	Earliest time.Time
	Began    bool // false: ended
	Value    T
	Evidence string // id of the log entry
}

// Log is what a change log tells about one subject since From. A log that was
// read proves that nothing changed but what it says.
type Log[T comparable] struct {
	From    time.Time
	Changes []Change[T]
}

// AccessLog is what one reading of a subscription's Activity log tells of its
// access.
type AccessLog struct {
	Grants  Log[pharos.Grant] // role assignments
	Denials Log[pharos.Denial]
}

// Self is who a credential is.
type Self struct {
	pharos.Principal
	At time.Time
}

// Link is what the cloud answers a principal about its own partner link.
type Link struct {
	PartnerID pharos.PartnerID // "" when none is linked
	// Since is the instant since when this ID is linked without a break.
	Since time.Time
	// Created is when this principal first linked any ID, zero if not told.
	// Nothing was linked before; when it equals Since, nothing else ever was.
	Created time.Time
	At      time.Time
}

// Visible is a subscription that an eye sees in Resource Manager.
type Visible struct {
	pharos.Subscription
	// Projected is true when the eye's tenant is not the subscription's: it
	// is seen through a delegation.
	Projected bool
}

// Assignments are the role assignments of a subscription, inherited ones and
// those below it included, with PIM eligibility and schedules merged in: an
// assignment that has an end is TimeBound, an eligibility is Eligible.
type Assignments struct {
	Reading[Dated[pharos.Grant]]
	// Foreign tells that every assignment to a foreign group of the eye's own
	// tenant is in the reading; Direct that every other assignment is too.
	// Through a delegation the customer's own principals are not shown.
	Foreign, Direct bool
	// Gap says what could not be read although the assignments could: the PIM
	// schedules, which tell a time-bound assignment from a permanent one. Then
	// Direct is false and Items holds no assignment whose kind is in doubt.
	// Gap is nil when nothing is missing.
	Gap error
}

// Delegations are the authorizations of all delegations of a subscription, as
// grants. Their Since is when each held at the latest: a delegation that is
// deployed again is dated anew.
type Delegations struct {
	Reading[Dated[pharos.Grant]]
	// Whole tells that delegations to every tenant are shown, which only the
	// customer's side sees; Own that all those to the eye's own tenant are.
	// Neither is set where only some resource groups could be read.
	Whole, Own bool
}

// Denials are the deny assignments of a subscription.
type Denials struct {
	Reading[Dated[pharos.Denial]]
	// Whole is not set where only some resource groups could be read.
	Whole bool
}

// Member is a principal with its state in its tenant.
type Member struct {
	pharos.Principal
	Enabled bool
}

// Eye is one signed-in credential. Errors have codes: Forbidden where the
// credential may not read a thing, Unavailable after the retries are used up.
type Eye interface {
	// Name is the credential's name in the configuration.
	Name() string
	// Self signs in and says which principal the credential is.
	Self(ctx context.Context) (Self, error)
	// Link reads the credential's own partner link in its tenant.
	Link(ctx context.Context) (Link, error)
	ResourceEye
	DirectoryEye
}

// ResourceEye reads Resource Manager.
type ResourceEye interface {
	// Subscriptions lists every subscription the credential sees.
	Subscriptions(ctx context.Context) (Reading[Visible], error)
	// Assignments lists role assignments; it falls back to the visible
	// resource groups where the subscription itself may not be read, and then
	// neither Foreign nor Direct is set.
	Assignments(ctx context.Context, v Visible) (Assignments, error)
	// Delegations lists Lighthouse authorizations, permanent and eligible.
	Delegations(ctx context.Context, v Visible) (Delegations, error)
	// Denials lists deny assignments; it falls back as Assignments does.
	Denials(ctx context.Context, v Visible) (Denials, error)
	// AccessLog reads the subscription's Activity log since from (or as far
	// back as the cloud keeps it) for role and deny assignments.
	AccessLog(ctx context.Context, v Visible, from time.Time) (AccessLog, error)
	// DelegationLog reads the managing tenant's Activity log for delegations
	// made and removed, as grants by subscription. Where the definition of a
	// removed delegation is not told, the grants carry only ID and Scope and
	// the merge matches them by ID.
	DelegationLog(ctx context.Context, from time.Time) (Log[pharos.Grant], error)
}

// DirectoryEye reads the directory of the credential's tenant.
type DirectoryEye interface {
	// Members lists a group's members, transitively.
	Members(ctx context.Context, group pharos.PrincipalID) (Reading[Member], error)
	// MemberLog reads the directory's audit log for direct memberships of the
	// group that began or ended.
	MemberLog(ctx context.Context, group pharos.PrincipalID, from time.Time) (Log[pharos.PrincipalID], error)
	// Principals looks objects up by id; ids that do not exist any more are
	// missing from the reading.
	Principals(ctx context.Context, ids []pharos.PrincipalID) (Reading[Member], error)
	// AgentGroups finds the AdminAgents and HelpdeskAgents groups of the
	// credential's tenant, by id; empty where there are none.
	AgentGroups(ctx context.Context) (Reading[pharos.Principal], error)
}

// Commerce is what Partner Center tells the partner.
type Commerce interface {
	Customers(ctx context.Context) (Reading[pharos.Customer], error)
	// Sales lists the customer's Azure subscriptions (entitlements) that are
	// billed to us.
	Sales(ctx context.Context, customer pharos.TenantID) (Reading[SoldSubscription], error)
	// Agreement tells whether and since when the customer has signed the
	// Microsoft Customer Agreement.
	Agreement(ctx context.Context, customer pharos.TenantID) (Agreement, error)
	// Programme tells whether our partner programme agreement is signed.
	Programme(ctx context.Context) (Agreement, error)
}

// SoldSubscription is an Azure subscription with how it is sold.
type SoldSubscription struct {
	pharos.Subscription
	pharos.Sale
	Since time.Time // when the entitlement became ours, zero if not told
}

// Agreement is the state of an agreement.
type Agreement struct {
	Signed bool
	Since  time.Time // zero if not told
	At     time.Time
}
