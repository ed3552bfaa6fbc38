package emulator

import (
	"bytes"
	"os"
	"path/filepath"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Scenario is a parsed and checked scenario file: what the emulator holds and
// what happened in it over time. docs/scenario.md describes the format.
type Scenario struct {
	// Name is shown in reports.
	Name string
	// File is the name under which the scenario was read, for messages.
	File string

	// found is where it was read, "" for one that was not read from a file.
	found string
	// text is the file's, for whoever saves the state of what plays it.
	text []byte

	start, now time.Time
	live       bool
	partner    partnerSpec
	others     []partnerSpec
	links      []linkSpec
	customers  []customerSpec
	meters     []Meter
	lag        time.Duration
	mistakes   []mistakeSpec
	faults     faultSpec
	limits     limitSpec
}

// ReadScenario reads and checks a scenario file. The error has code NotFound
// when there is no such file and Invalid, with every problem on a line of its
// own, when the file cannot be played.
func ReadScenario(file string) (*Scenario, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, pharos.Errorf(pharos.NotFound, "cannot read the scenario: %w", err)
	}
	s, err := ParseScenario(file, data)
	if err != nil {
		return nil, err
	}
	if abs, err := filepath.Abs(file); err == nil {
		s.found = abs
	}
	return s, nil
}

// ParseScenario reads and checks a scenario; file is used in messages only.
// Every problem is reported at once, as one error with code Invalid: an
// unknown key, name, role or meter, a value of the wrong form, an interval
// that ends before it starts, a name given twice. Each problem has its file,
// line and key path.
func ParseScenario(file string, data []byte) (*Scenario, error) {
	s, found := decodeScenario(file, data)
	if s != nil {
		_, unresolved := newWorld(s)
		found = found.merge(unresolved)
	}
	if err := found.err(file); err != nil {
		return nil, err
	}
	s.text = bytes.Clone(data)
	return s, nil
}

// position says where in a scenario a value stands: the line, counted from 1,
// and the path of the key, for example customers[0].subscriptions[1].name.
type position struct {
	line int
	path string
}

// ref is a name used in a scenario, to be looked up, with its place.
type ref struct {
	name string
	at   position
}

// partySpec names a partner over a time: who is billed, who is of record.
type partySpec struct {
	partner ref
	during  pharos.Interval
}

type tenantSpec struct {
	name, domain, id string
	at               position
}

type partnerSpec struct {
	name         string
	tenant       tenantSpec
	partnerID    pharos.PartnerID
	organisation []pharos.PartnerID
	globalID     pharos.PartnerID
	kind         pharos.PartnerKind
	agreement    pharos.Interval
	signed       bool
	resellers    []partySpec
	principals   []principalSpec
	adminAgents  ref
	at           position
}

type principalSpec struct {
	name, id, appID     string
	kind                pharos.PrincipalKind
	secret, certificate string
	upn, password       string
	disabledFrom        time.Time
	deletedFrom         time.Time
	notSecurityEnabled  bool
	members             []memberSpec
	noRootReader        bool
	noGraph, registrar  bool
	noPartnerCenter     bool
	managedIdentity     bool
	at                  position
}

// mistakeSpec is a time over which a subscription's credit was due and was
// not given: what a partner disputes.
type mistakeSpec struct {
	subscription ref
	during       pharos.Interval
}

type memberSpec struct {
	principal ref
	id        string // guests only: the object id in the customer's tenant
	during    pharos.Interval
}

type linkSpec struct {
	principal, tenant ref
	partnerID         pharos.PartnerID
	unchecked         bool // checkedIn: false
	during            pharos.Interval
	at                position
}

type customerSpec struct {
	name, id, domain, country, currency string
	rate                                decimal.Decimal
	rates                               map[pharos.Month]decimal.Decimal
	agreement                           pharos.Interval
	signed                              bool
	plans                               []planSpec
	billTo, resellers                   []partySpec
	resellersSet                        bool
	principals                          []principalSpec
	guests                              []memberSpec
	subscriptions                       []subscriptionSpec
	at                                  position
}

type planSpec struct {
	plan   pharos.Plan
	during pharos.Interval
}

type subscriptionSpec struct {
	name, id        string
	aobo            []aoboSpec
	delegations     []delegationSpec
	roleAssignments []roleAssignmentSpec
	denials         []denySpec
	resources       []resourceSpec
	noSupportPlan   bool
	at              position
}

type aoboSpec struct {
	partner, group, role ref
	scope                scopeSpec
	id                   string
	during               pharos.Interval
	at                   position
}

type delegationSpec struct {
	offer, id      string
	by             ref
	groups         []string // resource groups; none: the subscription
	marketplace    bool
	authorizations []authorizationSpec
	eligible       []authorizationSpec
	activations    []activationSpec
	during         pharos.Interval
	at             position
}

type authorizationSpec struct {
	principal, role ref
	delegatedRoles  []ref
	maximum         string // ISO 8601 duration, eligible only
	mfa             bool
	approvers       []ref
}

type activationSpec struct {
	principal, role ref
	during          pharos.Interval
	at              position
}

// scopeSpec is a scope inside a subscription or above it. At most one of the
// fields is set; none means the subscription.
type scopeSpec struct {
	managementGroup, group, resource string
	at                               position
}

type roleAssignmentSpec struct {
	principal, role ref
	scope           scopeSpec
	kind            pharos.GrantKind
	id              string
	expires         time.Time
	activations     []activationSpec
	maximum         string // eligible only
	approvers       []ref  // eligible only
	during          pharos.Interval
	at              position
}

type denySpec struct {
	name, id             string
	scope                scopeSpec
	principals, excluded []ref
	actions, notActions  []string
	hereOnly             bool
	during               pharos.Interval
	at                   position
}

type resourceSpec struct {
	name, group, kind string // kind is the resource type
	location          string
	meter             ref
	quantity          decimal.Decimal // per day
	pricing           Pricing
	thirdParty        bool
	during            pharos.Interval
	at                position
}

type faultSpec struct {
	seed                                               int64
	throttle, serverError, dropConnection, truncateOne float64
	latency                                            time.Duration
	replicaLag                                         int
}

// Pricing says how a resource is paid for. Only on-demand usage can earn.
type Pricing string

// The pricings of a scenario.
const (
	OnDemand    Pricing = "onDemand"
	Reservation Pricing = "reservation"
	SavingsPlan Pricing = "savingsPlan"
	Spot        Pricing = "spot"
)

// Meter is one price of the emulator's price list.
type Meter struct {
	ID, Name, Category, Subcategory string
	Unit                            string
	UnitPrice                       decimal.Decimal // US dollars
	Credit                          pharos.Rate     // the rate when earned, usually 15

	at position
}
