package pharos

// CoverageState says whether a scope earns on a day.
type CoverageState string

// The states of coverage.
const (
	Full            CoverageState = "full"    // access that earns, all day
	Partial         CoverageState = "partial" // for a part of the day, or of the scope
	None            CoverageState = "none"    // for certain not
	UnknownCoverage CoverageState = "unknown" // not observed, or a link nobody could read
)

// Coverage is the state of a scope on a day, with the reason.
type Coverage struct {
	Scope Scope
	Day   Day
	State CoverageState
	// Disputed marks a Partial that two observations leave open: the change
	// between them is not dated. The bill decides what it was.
	Disputed bool
	// Unread are holders of roles that would earn, of whom nobody ever read
	// the link. The day then counts as not covered unless the bill credits it.
	Unread []PrincipalRef
	Path   Path // the path that earns, "" when none does
	// Earning are the principals through which it earns. Their number of
	// distinct people and robots is the bus factor.
	Earning []EarningPrincipal
	// Causes are the reasons of a state other than full: those whose mending,
	// alone or together, would make the day earn, nearest to earning first.
	Causes []Cause
	// Notes tell in words what each cause is about, one for each of Causes:
	// which principal, role and scope.
	Notes []string
}

// EarningPrincipal is a principal by whom a scope earns.
type EarningPrincipal struct {
	PrincipalRef
	Name   string
	Role   RoleID
	Linked bool // false for AOBO, which needs no link
}
