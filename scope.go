package pharos

import "strings"

// Scope is an ARM id at which access is given, in canonical form: ids and
// names in lower case, the fixed words as Azure writes them. Two scopes are
// the same if and only if they are equal strings.
//
//	/                                                       the tenant root
//	/providers/Microsoft.Management/managementGroups/g      a management group
//	/subscriptions/s                                        a subscription
//	/subscriptions/s/resourceGroups/rg                      a resource group
//	/subscriptions/s/resourceGroups/rg/providers/ns/type/n  a resource
type Scope string

const (
	managementGroups = "/providers/Microsoft.Management/managementGroups/"
	resourceGroups   = "/resourceGroups/"
)

// ParseScope brings an ARM id of any casing into canonical form. It returns
// an error with code Invalid when s is no ARM id.
func ParseScope(s string) (Scope, error) {
	low := strings.ToLower(strings.TrimSpace(s))
	if low == "/" {
		return "/", nil
	}
	low = "/" + strings.Trim(low, "/")
	if rest, ok := strings.CutPrefix(low, strings.ToLower(managementGroups)); ok && rest != "" {
		return Scope(managementGroups + rest), nil
	}
	rest, ok := strings.CutPrefix(low, "/subscriptions/")
	if !ok || rest == "" {
		return "", Errorf(Invalid, "%q is not a scope", s).
			WithHint("a scope is an ARM id such as /subscriptions/ID or /subscriptions/ID/resourceGroups/NAME")
	}
	return Scope(strings.Replace(low, "/resourcegroups/", resourceGroups, 1)), nil
}

// SubscriptionScope returns the scope of a subscription.
func SubscriptionScope(s SubscriptionID) Scope { return Scope("/subscriptions/" + string(s)) }

// ResourceGroupScope returns the scope of a resource group; its name may be
// in any casing.
func ResourceGroupScope(s SubscriptionID, name string) Scope {
	return SubscriptionScope(s) + resourceGroups + Scope(strings.ToLower(name))
}

// Subscription returns the subscription the scope lies in, or "".
func (s Scope) Subscription() SubscriptionID {
	rest, ok := strings.CutPrefix(string(s), "/subscriptions/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return SubscriptionID(id)
}

// ResourceGroup returns the name of the resource group the scope lies in, or "".
func (s Scope) ResourceGroup() string {
	_, rest, ok := strings.Cut(string(s), resourceGroups)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// IsResource reports whether the scope is below a resource group.
func (s Scope) IsResource() bool {
	_, rest, ok := strings.Cut(string(s), resourceGroups)
	return ok && strings.Contains(rest, "/")
}

// AboveSubscription reports whether the scope is the root or a management
// group: what is granted there is inherited by whole subscriptions.
func (s Scope) AboveSubscription() bool {
	return s == "/" || strings.HasPrefix(string(s), managementGroups)
}

// Covers reports whether what is granted at s reaches t. A scope above
// subscriptions is taken to cover t: Azure lists such an assignment at a
// subscription only when it is inherited there.
func (s Scope) Covers(t Scope) bool {
	return s == t || s.AboveSubscription() || strings.HasPrefix(string(t), string(s)+"/")
}
