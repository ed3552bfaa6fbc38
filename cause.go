package pharos

// Cause is the code of a reason for which a line did or did not earn. The
// set is part of the product's contract; `pharos explain CODE` has a page for
// each.
type Cause string

// The causes of a loss, in the order in which access is built up: the further
// down, the nearer to earning.
const (
	NoAccess          Cause = "no-access"
	RoleNotEligible   Cause = "role-not-eligible"
	RoleUnlisted      Cause = "role-unlisted"
	EligibleOnly      Cause = "eligible-only"
	PartialDay        Cause = "partial-day"
	ScopeTooNarrow    Cause = "scope-too-narrow"
	NotLinked         Cause = "not-linked"
	LinkedToOther     Cause = "linked-to-other"
	LinkedWrongTenant Cause = "linked-wrong-tenant"
	LinkedNotMember   Cause = "linked-not-member"
	PrincipalDisabled Cause = "principal-disabled"
	DenyAssignment    Cause = "deny-assignment"
	AOBOOfOther       Cause = "aobo-of-other"
	UnrelatedPartner  Cause = "unrelated-partner"

	// Conditions of the sale, not of the access.
	NoCustomerAgreement Cause = "no-customer-agreement"
	NotAzurePlan        Cause = "not-azure-plan"
	ProgrammeInactive   Cause = "programme-inactive"
	NotBillTo           Cause = "not-bill-to"
)

// The causes of the verdicts that are not losses.
const (
	Unexplained         Cause = "unexplained"  // disputable
	NotObserved         Cause = "not-observed" // unknown
	TooEarly            Cause = "too-early"    // pending
	ExcludedReservation Cause = "excluded-reservation"
	ExcludedSavingsPlan Cause = "excluded-savings-plan"
	ExcludedSpot        Cause = "excluded-spot"
	ExcludedThirdParty  Cause = "excluded-third-party"
	ExcludedLegacy      Cause = "excluded-legacy"
	ZeroCost            Cause = "zero-cost"
)

// Causes returns every cause in the order of the contract.
func Causes() []Cause {
	return []Cause{
		NoAccess, RoleNotEligible, RoleUnlisted, EligibleOnly, PartialDay, ScopeTooNarrow,
		NotLinked, LinkedToOther, LinkedWrongTenant, LinkedNotMember, PrincipalDisabled, DenyAssignment,
		AOBOOfOther, UnrelatedPartner, NoCustomerAgreement, NotAzurePlan, ProgrammeInactive, NotBillTo,
		Unexplained, NotObserved, TooEarly,
		ExcludedReservation, ExcludedSavingsPlan, ExcludedSpot, ExcludedThirdParty, ExcludedLegacy, ZeroCost,
	}
}
