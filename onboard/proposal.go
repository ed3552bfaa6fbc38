package onboard

import "github.com/pharos-pec/pharos"

// Place is where a value is written: the line, from 1, and the path to it in
// the terms of the file's own language, such as
// resources[0].properties.authorizations[1]. Line is 0 where the file has none.
// File is set where the value stands in another file, that of the parameters.
// Column, from 1, is where an object or a block begins; of other values it says
// nothing.
type Place struct {
	File   string
	Line   int
	Column int
	Path   string
}

// Text is a value of a file, as it will be when the file is deployed.
type Text struct {
	Place
	Value string
	// Open marks a value that depends on what the file does not say, such as a
	// parameter without a value. Value is then how it is written.
	Open bool
}

// Is reports whether the value is known and the one given.
func (t Text) Is(value string) bool { return !t.Open && t.Value == value }

// Level is a kind of scope that a template can be deployed at.
type Level string

// The levels. A delegation is defined at a subscription only.
const (
	AtSubscription    Level = "subscription"
	AtResourceGroup   Level = "resourceGroup"
	AtManagementGroup Level = "managementGroup"
	AtTenant          Level = "tenant"
)

// Proposal is what one file would delegate.
type Proposal struct {
	File string
	// Schema is the template's $schema, empty for languages without one.
	Schema Text
	// Level is what Schema says the file is deployed at, "" when it does not.
	Level       Level
	Definitions []Definition
	Assignments []Assignment
	// Unread are parts of the file that could not be evaluated, so that they
	// may hide a delegation.
	Unread []Unread
}

// Unread is a part of a file that could not be evaluated, and why. Refused
// says that Azure cannot either, since no value is open.
type Unread struct {
	Place
	Why     string
	Refused bool
}

// Definition is a registration definition, or an offer's plan: who will manage
// and with which authorizations.
type Definition struct {
	Place
	// ID is the definition's name, a GUID.
	ID, APIVersion, Offer, Manager Text
	// Level is where the definition itself would be written.
	Level          Level
	Authorizations []Authorization
	// Open says that there may be other authorizations than those listed.
	Open bool
	// Loose says that whether the definition is made at all depends on what the
	// file does not say.
	Loose bool
	// Marketplace marks a plan of a Managed Service offer; Private one that
	// only chosen subscriptions can take.
	Marketplace, Private bool
}

// Assignment is a registration assignment: it puts a definition into force.
type Assignment struct {
	Place
	APIVersion Text
	// Definition is the GUID of the definition, Scope where it comes into
	// force: "" for the subscription of the deployment, else the resource
	// group's name or an ARM id.
	Definition, Scope Text
}

// Authorization gives a principal of the managing tenant a role.
type Authorization struct {
	Place
	Principal, Name, Role Text
	// Eligible marks a just-in-time authorization, with its policy.
	Eligible bool
	Policy   Policy
	// Delegated are the roles that a User Access Administrator may give to the
	// customer's managed identities.
	Delegated []Text
}

// Policy is the just-in-time policy of an eligible authorization. Values that
// the file leaves out are empty: Azure then takes None and PT8H.
type Policy struct {
	Place
	MFA, Maximum Text
	Approvers    []Text
}

// RoleID returns the authorization's role, "" when it is open or no GUID. An
// ARM id of a role definition names its GUID.
func (a Authorization) RoleID() pharos.RoleID { return roleID(a.Role) }
