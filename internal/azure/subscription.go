package azure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

type wireSubscription struct {
	ID     guid   `json:"subscriptionId"`
	Tenant guid   `json:"tenantId"`
	Name   string `json:"displayName"`
	State  string `json:"state"`
}

// Subscriptions lists every subscription the credential sees. One that is
// delegated to the credential's tenant shows the customer's tenant as its own
// and is marked Projected. Source: REST API Subscriptions - List 2022-12-01.
func (s *Session) Subscriptions(ctx context.Context) (observe.Reading[observe.Visible], error) {
	var out observe.Reading[observe.Visible]
	self, err := s.Self(ctx)
	if err != nil {
		return out, err
	}
	rows, at, err := list[wireSubscription](ctx, s.arm, call{ref: "/subscriptions?api-version=2022-12-01"})
	if err != nil {
		return out, err
	}
	out.At = at
	for _, r := range rows {
		if r.ID == "" || r.State == "Deleted" {
			continue
		}
		out.Items = append(out.Items, observe.Visible{
			Subscription: pharos.Subscription{ID: pharos.SubscriptionID(r.ID), Customer: pharos.TenantID(r.Tenant), Name: r.Name},
			Projected:    string(r.Tenant) != string(self.Tenant),
		})
	}
	return out, nil
}

// scoped is a list below a subscription.
type scoped[T any] struct {
	items []T
	at    time.Time
	// whole is false when only the visible resource groups were read.
	whole bool
}

// readScoped reads a list of an extension resource at the subscription, or,
// where that may not be read, at every resource group that is visible and may
// be. Items inherited by several groups then stand in it several times.
func readScoped[T any](ctx context.Context, s *Session, sub pharos.SubscriptionID, resource, need string) (scoped[T], error) {
	at := func(scope string) call { return call{ref: scope + resource, need: need} }
	root := string(pharos.SubscriptionScope(sub))
	items, when, err := list[T](ctx, s.arm, at(root))
	if err == nil {
		return scoped[T]{items, when, true}, nil
	}
	if pharos.CodeOf(err) != pharos.Forbidden {
		return scoped[T]{}, err
	}
	groups, _, listErr := list[struct {
		Name string `json:"name"`
	}](ctx, s.arm, call{ref: root + "/resourcegroups?api-version=2021-04-01"})
	if c := pharos.CodeOf(listErr); c == pharos.Forbidden || c == pharos.NotFound || listErr == nil && len(groups) == 0 {
		return scoped[T]{}, err
	}
	if listErr != nil {
		return scoped[T]{}, listErr
	}
	var out scoped[T]
	for _, g := range groups {
		some, when, groupErr := list[T](ctx, s.arm, at(fmt.Sprintf("%s/resourceGroups/%s", root, pathSegment(g.Name))))
		if slices.Contains([]pharos.Code{pharos.Forbidden, pharos.NotFound}, pharos.CodeOf(groupErr)) {
			continue // not readable, or deleted since it was listed: the reading is not whole anyway
		}
		if groupErr != nil {
			return scoped[T]{}, groupErr
		}
		out.items, out.at = append(out.items, some...), when
	}
	if out.at.IsZero() {
		return scoped[T]{}, err
	}
	return out, nil
}
