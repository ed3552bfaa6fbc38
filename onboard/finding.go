package onboard

import (
	"time"

	"github.com/pharos-pec/pharos"
)

// Severity says how bad a finding is.
type Severity string

// The severities. An Error earns nothing or is refused by Azure; a Warning
// costs something sooner or later; a Note is worth knowing.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Finding is one thing that a rule says of a proposal.
type Finding struct {
	Rule     string
	Severity Severity
	Place
	Message string
	// Fix is what to do, in a sentence.
	Fix string
	// Change is what mends the finding, if that is certain.
	Change Change
}

// Answer says whether a proposal will earn.
type Answer string

// The answers. Yes is said of the proposal alone: the link and the sale are
// not in the file.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// Report is what is said of one file.
type Report struct {
	File     string
	Findings []Finding
	Earns    Answer
}

// Directory tells what the managing tenant knows of a principal. Kind "" means
// that no such object is there.
type Directory interface {
	Principal(id pharos.PrincipalID) (Known, error)
}

// Known is what a directory knows of a principal.
type Known struct {
	Kind pharos.PrincipalKind
	Name string
	// ApplicationOf is the object id of the service principal whose
	// application id was asked for by mistake.
	ApplicationOf pharos.PrincipalID
	Disabled      bool
	// Security is false for a group that cannot hold roles.
	Security bool
	// Linked says whether the principal, or a member of the group, is linked to
	// an ID of ours; Unknown where nobody could read it.
	Linked Answer
	// LinkedSince is since when it is linked, zero where that is not known.
	LinkedSince time.Time
}

// Surroundings is what is known beside the file. The zero value knows nothing.
type Surroundings struct {
	// Customer is the tenant that the file is to be deployed in, Manager ours.
	Customer, Manager pharos.TenantID
	// CSP says that the subscription was sold by a CSP partner.
	CSP bool
	// Directory is nil when the directory is not asked.
	Directory Directory
	// Standing are delegations of ours that the customer has already.
	Standing []Standing
}

// Standing is a delegation in force.
type Standing struct {
	Offer      string
	Definition string // GUID, "" where it is not known
	Grants     []Pair
}

// Pair is a principal with a role.
type Pair struct {
	Principal pharos.PrincipalID
	Role      pharos.RoleID
}
