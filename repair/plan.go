package repair

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Version is the version of the plan document that this package writes.
const Version = 1

// Plan is what would bring lost credit back, in the order of the money.
type Plan struct {
	Version int `json:"version"`
	// ID is the digest of everything else, so that an altered plan is known.
	ID string `json:"id"`
	// Made is the cloud's time at which the steps were resolved, zero for a
	// plan that no credential looked at: it cannot be applied.
	Made time.Time `json:"made,omitzero"`
	// Scanned is the cloud's time of the scan whose history it was made from.
	Scanned time.Time `json:"scanned,omitzero"`
	// Month is the judged month that the money is taken from, 0 for none.
	Month     pharos.Month     `json:"month,omitzero"`
	PartnerID pharos.PartnerID `json:"partnerId"`
	Tenant    pharos.TenantID  `json:"tenantId"` // the managing tenant
	// Totals sum the steps up, by currency.
	Totals []Amount `json:"totals"`
	// Past is the credit that the month did not give of scopes that earn by
	// now: nothing brings it back, and nothing is left to mend. Monthly is 0.
	Past  []Amount `json:"past"`
	Steps []Step   `json:"steps"`
	// Notes say what else was found when the steps were resolved: a step that
	// the cloud has no need of any more, a credential that could not sign in.
	Notes []string `json:"notes,omitempty"`
}

// Kind is what a step does.
type Kind string

// The kinds of step.
const (
	// Link links the credential that does it to the partner ID.
	Link Kind = "link"
	// CheckIn has a person or robot, of whom Pharos holds no credential, link
	// itself and check in.
	CheckIn Kind = "check-in"
	// JoinGroup puts a linked principal into the group that holds the role.
	JoinGroup Kind = "join-group"
	// Enable switches a disabled principal on again.
	Enable Kind = "enable"
	// AddAuthorization adds a permanent authorization with an earning role to
	// a delegation.
	AddAuthorization Kind = "add-authorization"
	// MakeStanding adds standing least privilege beside a just-in-time grant:
	// an authorization of the delegation, or a role assignment.
	MakeStanding Kind = "make-standing"
	// Assign assigns an earning role to a linked principal of the customer's
	// tenant, where it holds one that does not earn or not far enough.
	Assign Kind = "assign"
	// RestoreAOBO assigns Owner to our AdminAgents group as a ForeignGroup.
	RestoreAOBO Kind = "restore-aobo"
	// Delegate makes a new delegation.
	Delegate Kind = "delegate"
	// LiftDenial has a deny assignment removed, which only who made it can.
	LiftDenial Kind = "lift-denial"
	// Sell mends the sale: an agreement, the plan, the programme.
	Sell Kind = "sell"
	// Dispute asks Microsoft for credit that was due.
	Dispute Kind = "dispute"
	// Observe looks where nobody looked.
	Observe Kind = "observe"
	// Nothing can be done.
	Nothing Kind = "nothing"
)

// Actor is who does a step.
type Actor string

// The actors. Only the steps of Pharos are applied.
const (
	Pharos    Actor = "pharos"    // with the step's credential
	Colleague Actor = "colleague" // somebody of ours
	Customer  Actor = "customer"  // who is asked with Ask
	Microsoft Actor = "microsoft" // by a support request
	Nobody    Actor = "nobody"
)

// Step is one thing to do.
type Step struct {
	// ID names the step in the plan and in the audit trail: the kind and a
	// digest of the target. The same remedy has the same ID in every plan.
	ID    string `json:"id"`
	Kind  Kind   `json:"kind"`
	Actor Actor  `json:"actor"`
	// Title says in one sentence what is done.
	Title string `json:"title"`
	// Why says why this and nothing less, for Nothing why not.
	Why string `json:"why,omitempty"`
	// Credential is the configured credential that does it, for Pharos.
	Credential string `json:"credential,omitempty"`
	// As is who the credential was when the plan was made.
	As     pharos.PrincipalRef `json:"as,omitzero"`
	Target Target              `json:"target"`
	// Needs are the steps that must be done before.
	Needs []string `json:"needs,omitempty"`
	Mends []Mend   `json:"mends"`
	// Money is what the step, with those it needs, brings back: of a scope that
	// several steps mend together it stands on the last. Steps that bring back
	// nothing by themselves have none.
	Money []Amount `json:"money"`
	Risk  Risk     `json:"risk"`
	// Before is the state that the step was made from; After the state it
	// makes, as far as the step says anything of it. A step of others has them
	// where our credentials could read what stands: see [Step.Wanted].
	Before []Thing `json:"before,omitempty"`
	After  []Thing `json:"after,omitempty"`
	Writes []Write `json:"writes,omitempty"`
	// Command is what the actor runs to do it, for Colleague and Microsoft.
	Command string `json:"command,omitempty"`
	Ask     *Ask   `json:"ask,omitempty"`
}

// Target says what a step is about; fields that do not apply are empty.
type Target struct {
	// Tenant is the tenant of Principal, for a link the one it counts in.
	Tenant        pharos.TenantID    `json:"tenantId,omitempty"`
	Principal     pharos.PrincipalID `json:"principalId,omitempty"`
	PrincipalName string             `json:"principalName,omitempty"`
	// PrincipalKind is needed for a role assignment.
	PrincipalKind pharos.PrincipalKind `json:"principalKind,omitempty"`
	Group         pharos.PrincipalID   `json:"groupId,omitempty"`
	Role          pharos.RoleID        `json:"roleId,omitempty"`
	Scope         pharos.Scope         `json:"scope,omitempty"`
	// Delegation is the ARM id, in lower case, of the registration assignment.
	Delegation string           `json:"delegation,omitempty"`
	Offer      string           `json:"offer,omitempty"`
	PartnerID  pharos.PartnerID `json:"partnerId,omitempty"`
	// Customer is the tenant of the customer who is asked, or whose sale it is.
	Customer pharos.TenantID `json:"customerId,omitempty"`
	Cause    pharos.Cause    `json:"cause,omitempty"`
}

// Mend is a scope that the step makes earn.
type Mend struct {
	Scope            pharos.Scope   `json:"scope"`
	SubscriptionName string         `json:"subscriptionName,omitempty"`
	CustomerName     string         `json:"customerName,omitempty"`
	Causes           []pharos.Cause `json:"causes"`
}

// Amount is money in one currency.
type Amount struct {
	Currency string `json:"currency"`
	// Lost is the credit that the month's bill did not give of the scopes that
	// the step mends: the verdict lost, for a dispute the verdict disputable.
	Lost decimal.Decimal `json:"lost"`
	// Monthly is the credit of all lines of these scopes that can earn: what a
	// month like the judged one gives when every day earns. 0 for a dispute,
	// which is paid once, and where only the bill tells that it earns already.
	Monthly decimal.Decimal `json:"monthly"`
}

// Level is how much a step can harm.
type Level string

// The levels of risk.
const (
	NoRisk Level = "none" // changes nothing in a customer's tenant
	Low    Level = "low"
	Medium Level = "medium"
	High   Level = "high"
)

// Risk says what a step gives away, or can break.
type Risk struct {
	Level Level  `json:"level"`
	Why   string `json:"why"`
}

// Thing is a resource in the cloud and its state.
type Thing struct {
	// Path is its ARM path with the api-version.
	Path string `json:"path"`
	// Name says what it is, for people.
	Name string `json:"name"`
	// State is the part of its properties that matters, keys in order; null
	// when there is no such resource.
	State json.RawMessage `json:"state"`
}

// Write is one call that changes something.
type Write struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// Ask is what is sent to who must do a step that we cannot do.
type Ask struct {
	Subject string `json:"subject"`
	// Mail is the text of the message, Page the same as an HTML page.
	Mail string `json:"mail"`
	Page string `json:"page"`
	// Az and PowerShell are scripts that do it.
	Az         string `json:"az"`
	PowerShell string `json:"powershell"`
	// Templates are the ARM templates that are deployed, where that is asked.
	Templates []Template `json:"templates,omitempty"`
	// Recheck is the command that tells whether it was done.
	Recheck string `json:"recheck"`
}

// Template is an ARM template that an [Ask] comes with.
type Template struct {
	Name string          `json:"name"` // of the file
	Body json.RawMessage `json:"body"`
}
