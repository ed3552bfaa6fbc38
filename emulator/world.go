package emulator

import (
	"cmp"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// world is a scenario with its names resolved. Every fact has an interval in
// which it holds; an interval without a beginning held before the scenario
// began. Calls that write end facts and add new ones, they never forget one.
//
// mu guards everything that such calls change. Functions that read or write
// the world take it for granted that their caller holds it; only the HTTP
// adapter and the bill take it.
type world struct {
	mu sync.RWMutex

	name  string
	clock *clock
	// origin is the date given to what began "before the scenario began",
	// where an answer must have a date.
	origin time.Time
	lag    time.Duration
	faults faultSpec

	us        *partner
	partners  []*partner // us first
	tenants   []*tenant  // partners' first, then customers', in the order of the file
	customers []*customer
	meters    map[string]*Meter

	tenantByID   map[pharos.TenantID]*tenant
	principalBy  map[pharos.PrincipalRef]*principal
	apps         map[appKey]*principal // service principals by tenant and application id
	subByID      map[pharos.SubscriptionID]*subscription
	links        map[pharos.PrincipalRef]*linkRecord
	tickets      []*ticket // in the order in which they were opened
	workspaces   []*fileWorkspace
	activities   activities
	knownPartner map[pharos.PartnerID]string // names of the partner IDs that can be linked
	globalIDs    map[pharos.PartnerID]bool
	// requests are those to Privileged Identity Management, oldest first.
	requests []*pimRequest
}

type appKey struct {
	tenant pharos.TenantID
	app    string
}

// tenant is an Entra tenant: a partner's or a customer's.
type tenant struct {
	id                    pharos.TenantID
	name, domain, country string
	partner               *partner  // nil: a customer's
	customer              *customer // nil: a partner's
	principals            []*principal
	byName                map[string]*principal
	guestByName           map[string]*principal
	// above are the role assignments at the tenant's root and at management
	// groups, which subscriptions inherit.
	above []*roleAssignment
	// roles are the tenant's custom roles.
	roles []*roleDefinition
}

// principal is a user, group or service principal of one tenant. A guest is
// an object of its own in the host tenant, with home set.
type principal struct {
	id          pharos.PrincipalID
	tenant      *tenant
	name        string // in the scenario
	displayName string // in the directory
	upn         string
	kind        pharos.PrincipalKind
	appID       string // service principals only
	secret      string
	certificate string // PEM file of the certificate that may sign in
	// addedSecrets are those that Microsoft Graph added since.
	addedSecrets []addedSecret
	// keys are the certificates by which the application may sign in: the
	// scenario's, and those that Microsoft Graph added. Federated are the
	// tokens of other issuers by which it may.
	keys      []keyCredential
	federated []*federatedCredential
	// application is the registration behind a service principal, when it does
	// not live as long as the principal.
	application *application
	password    string
	home        *principal // guests and foreign principals only: the account in its own tenant
	// foreign marks a member of a partner's agents that is signed in to a
	// customer's tenant without an object there.
	foreign bool
	// guests are the objects of this account in other tenants; they end and
	// are disabled with it.
	guests []*principal
	// exists is when the object is in the directory; disabled is when it may
	// not sign in and its links do not count.
	exists          timeline
	disabled        timeline
	members         []membership // groups only, direct ones
	memberOf        []*principal // groups that ever had it as a direct member
	securityEnabled bool
	// What a service principal with a secret may do besides its roles.
	graph, partnerCenter bool
	// registrar is whether it may register applications, and no more in Graph.
	registrar bool
	// managedIdentity marks a service principal that Azure made for a resource.
	managedIdentity bool
	// credential marks a principal of the written configuration.
	credential bool
	at         position
}

// addedSecret is a client secret that was added through Microsoft Graph.
type addedSecret struct {
	keyID, name, text string
	from, to          time.Time
	ofPrincipal       bool // of the service principal, not of the application
}

// membership is a direct membership of a group over a time.
type membership struct {
	member *principal
	during pharos.Interval
}

// ref names the principal for the root package's vocabulary.
func (p *principal) ref() pharos.PrincipalRef {
	return pharos.PrincipalRef{Tenant: p.tenant.id, ID: p.id}
}

// partner is a Microsoft partner: us, or another one.
type partner struct {
	name         string // "us", or the scenario's name
	us           bool
	tenant       *tenant
	id           pharos.PartnerID
	organisation []pharos.PartnerID // id among them
	globalID     pharos.PartnerID
	kind         pharos.PartnerKind
	agreement    timeline // when the partner programme agreement is signed
	adminAgents  *principal
	helpdesk     *principal
	resellers    []party // default reseller of record of the customers
}

// owns reports whether a partner ID is one of the partner's organisation.
func (p *partner) owns(id pharos.PartnerID) bool {
	for _, o := range p.organisation {
		if o == id {
			return true
		}
	}
	return false
}

// party is a partner that has a part in a sale over a time.
type party struct {
	partner *partner
	during  pharos.Interval
}

// customer is a customer of ours, with its sale.
type customer struct {
	name      string
	tenant    *tenant
	currency  string
	rate      decimal.Decimal
	rates     map[pharos.Month]decimal.Decimal
	agreement timeline // when the Microsoft Customer Agreement is signed
	plans     []plan
	billTo    []party
	resellers []party
	subs      []*subscription
}

type plan struct {
	plan   pharos.Plan
	during pharos.Interval
}

// subscription is an Azure subscription with the access given to it.
type subscription struct {
	id               pharos.SubscriptionID
	name             string
	customer         *customer
	managementGroups []string               // lower case, those whose assignments it inherits
	groups           []string               // names of its resource groups, as first written
	groupFacts       map[string]*groupFacts // of those that clients made, by name in lower case
	assignments      []*roleAssignment
	definitions      []*definition
	delegations      []*delegation
	deployments      []*deployment
	denials          []*denial
	mistaken         timeline // when its credit was due and was not given
	resources        []*resource
	noSupportPlan    bool // its plan does not include opening tickets by the API
}

// roleAssignment gives a role to a principal, by plain role-based access
// control. To a group of another tenant it is AOBO (principal type
// ForeignGroup).
type roleAssignment struct {
	id            string // GUID
	tenant        *tenant
	scope         pharos.Scope
	role          *roleDefinition
	principal     *principal // nil where the object id names nobody known
	principalID   pharos.PrincipalID
	principalKind pharos.PrincipalKind
	kind          pharos.GrantKind
	expires       time.Time // timeBound only: the end that was set when it began
	activations   []activation
	maximum       string       // eligible only: ISO 8601, "" is the default
	approvers     []*principal // eligible only
	during        pharos.Interval
	createdBy     pharos.PrincipalID
	description   string
	// condition narrows the role; the emulator keeps it and does not apply it.
	condition, conditionVersion string
	// identity is the managed identity's resource, where a managing tenant
	// gave it the role.
	identity  string
	updated   time.Time // zero: not since it was given
	updatedBy pharos.PrincipalID
	// removedBy is who ended it through the API, for the Activity log.
	removedBy pharos.PrincipalID
}

// activation is a time in which a principal used an eligible grant.
type activation struct {
	principal *principal
	role      *roleDefinition
	scope     pharos.Scope // "" is the grant's own
	during    pharos.Interval
}

// at is the scope of the activation of a grant at a scope.
func (v activation) at(grant pharos.Scope) pharos.Scope { return cmp.Or(v.scope, grant) }

// definition is a registration definition: an offer, the managing tenant and
// the authorizations. A changed definition is another one of the same id.
type definition struct {
	id             string // GUID
	sub            *subscription
	offer          string
	description    string
	manager        *tenant
	marketplace    *marketplacePlan
	authorizations []authorization
	during         pharos.Interval
	// updated is when this version was written.
	updated time.Time
}

// marketplacePlan marks a definition that came from a Marketplace offer.
type marketplacePlan struct {
	Name      string `json:"name"`
	Publisher string `json:"publisher"`
	Product   string `json:"product"`
	Version   string `json:"version"`
}

// authorization is one principal and role of a definition.
type authorization struct {
	principal      *principal // nil where the object id names nobody known
	principalID    pharos.PrincipalID
	displayName    string
	role           *roleDefinition
	eligible       bool
	maximum        string // ISO 8601, eligible only
	mfa            string // Azure | None
	approvers      []approver
	delegatedRoles []pharos.RoleID
}

type approver struct {
	ID   pharos.PrincipalID
	Name string
}

// delegation is a registration assignment: it puts a definition into force at
// a subscription or resource group.
type delegation struct {
	id           string // GUID
	sub          *subscription
	scope        pharos.Scope
	definitionID string // GUID of a definition of the subscription
	activations  []activation
	during       pharos.Interval
}

// denial is a deny assignment.
type denial struct {
	id, name string
	scope    pharos.Scope
	during   pharos.Interval
	// principals are whom it denies, nil for everybody, less the excluded.
	principals, excluded []*principal
	// actions are what it denies; nil is everything but reading.
	actions, notActions []string
	hereOnly            bool // does not apply to child scopes
}

// resource is an Azure resource that is used, and metered, every day it exists.
type resource struct {
	sub        *subscription
	name       string
	group      string // as first written in the subscription
	kind       string // resource type, such as Microsoft.Compute/virtualMachines
	location   string
	id         string       // ARM id in the provider's casing
	scope      pharos.Scope // the same, canonical
	meter      *Meter
	quantity   decimal.Decimal // per day
	pricing    Pricing
	thirdParty bool
	during     pharos.Interval
}

// linkRecord is the partner link of one principal over time.
type linkRecord struct {
	principal *principal
	times     []linkTime // in order, disjoint
}

// linkTime is a partner ID linked over a time.
type linkTime struct {
	id     pharos.PartnerID
	during pharos.Interval
	// checkedIn marks that the configuration's register lists the time.
	checkedIn bool
	// change marks that it replaced the time before it without a removal.
	change bool
}

// idNamespace is the namespace of every generated id (the URL namespace of
// RFC 4122, as the scenario format says).
var idNamespace = uuid.MustParse("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

// objectID is the stable id of what a scenario names but gives no id.
func objectID(kind, owner, name string) string {
	return uuid.NewSHA1(idNamespace, []byte(kind+"/"+owner+"/"+name)).String()
}
