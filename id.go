package pharos

import (
	"regexp"
	"strings"
)

// TenantID is the lower-case GUID of an Entra tenant. A customer's id is its
// tenant's id.
type TenantID string

// SubscriptionID is the lower-case GUID of an Azure subscription (the
// EntitlementId of the partner bill, not its commerce SubscriptionId).
type SubscriptionID string

// PrincipalID is the lower-case GUID of a user, group or service principal
// object in one tenant. A guest is an object of its own in the host tenant.
type PrincipalID string

// RoleID is the lower-case GUID of an Azure role definition, without the
// scope it is written under.
type RoleID string

// PartnerID is a partner location account ID ("Associated Partner ID"):
// decimal digits, six to ten of them in every ID seen in public.
type PartnerID string

var (
	guidPattern    = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	partnerPattern = regexp.MustCompile(`^[0-9]{6,10}$`)
)

// ParseGUID returns s in lower case, or an error with code Invalid when s is
// not a GUID in its 36-character form.
func ParseGUID(s string) (string, error) {
	g := strings.ToLower(strings.TrimSpace(s))
	if !guidPattern.MatchString(g) {
		return "", Errorf(Invalid, "%q is not a GUID", s)
	}
	return g, nil
}

// ParsePartnerID checks the form of a partner ID. It cannot tell a location
// ID from a global one; Azure refuses the latter when it is linked.
func ParsePartnerID(s string) (PartnerID, error) {
	s = strings.TrimSpace(s)
	if !partnerPattern.MatchString(s) {
		return "", Errorf(Invalid, "%q is not a partner ID", s).
			WithHint("a partner (location) ID is 6 to 10 digits, for example 4987654; Partner Center shows it under Account settings > Identifiers")
	}
	return PartnerID(s), nil
}
