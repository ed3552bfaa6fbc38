package cli

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// subscriptionNamed finds a subscription of the month's bill by its id, or by
// its name, in any casing, where only one has it.
func subscriptionNamed(m *credit.Month, text string) (pharos.SubscriptionID, error) {
	return byName(m, "subscription", text, func(s *credit.Subscription) (pharos.SubscriptionID, string, string) {
		return s.SubscriptionID, s.SubscriptionName, " (" + s.CustomerName + ")"
	})
}

// customerNamed finds a customer of the month's bill likewise.
func customerNamed(m *credit.Month, text string) (pharos.TenantID, error) {
	return byName(m, "customer", text, func(s *credit.Subscription) (pharos.TenantID, string, string) {
		return s.CustomerID, s.CustomerName, ""
	})
}

// byName finds what the month's bill calls by a name; of tells the id, the name
// and a word more about it.
func byName[T ~string](m *credit.Month, what, text string, of func(*credit.Subscription) (id T, name, more string)) (T, error) {
	if id, err := pharos.ParseGUID(text); err == nil {
		return T(id), nil
	}
	var ids []T
	var told []string
	for i := range m.Subscriptions {
		id, name, more := of(&m.Subscriptions[i])
		if strings.EqualFold(name, text) && !slices.Contains(ids, id) {
			ids, told = append(ids, id), append(told, string(id)+more)
		}
	}
	switch len(ids) {
	case 0:
		return "", pharos.Errorf(pharos.NotFound, "the bill of %s has no %s %q", m.Month, what, text).
			WithHint("`pharos credit --month %s --by %s` lists those that it has", m.Month, what)
	case 1:
		return ids[0], nil
	}
	return "", pharos.Errorf(pharos.Invalid, "%d %ss are called %q", len(ids), what, text).WithHint("name one by its id: %s", strings.Join(told, ", "))
}
