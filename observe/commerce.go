package observe

import (
	"cmp"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// shop is what Partner Center told.
type shop struct {
	customers *Reading[pharos.Customer] // nil when not read
	sales     []*Reading[SoldSubscription]
	mcas      []*Agreement // sales and mcas by index of customers
	programme *Agreement
}

const partnerCenter = "Partner Center"

// readCommerce reads customers, what they bought, and agreements.
func (s *scan) readCommerce() error {
	if s.Commerce == nil {
		return nil
	}
	if p, err := s.Commerce.Programme(s.ctx); err != nil {
		s.fault(partnerCenter, "programme agreement", "", err)
	} else {
		s.saw(p.At)
		s.shop.programme = &p
	}
	customers, err := s.Commerce.Customers(s.ctx)
	if err != nil {
		s.fault(partnerCenter, "customers", "", err)
		return s.interrupted()
	}
	s.saw(customers.At)
	slices.SortFunc(customers.Items, func(a, b pharos.Customer) int { return cmp.Compare(a.ID, b.ID) })
	s.shop.customers = &customers
	s.shop.sales = make([]*Reading[SoldSubscription], len(customers.Items))
	s.shop.mcas = make([]*Agreement, len(customers.Items))
	return s.each("customers", len(customers.Items), s.readCustomer)
}

func (s *scan) readCustomer(i int) {
	c := s.shop.customers.Items[i]
	if sold, err := s.Commerce.Sales(s.ctx, c.ID); err != nil {
		s.fault("customer "+string(c.ID), "subscriptions sold", "", err)
	} else {
		s.saw(sold.At)
		s.shop.sales[i] = &sold
	}
	if a, err := s.Commerce.Agreement(s.ctx, c.ID); err != nil {
		s.fault("customer "+string(c.ID), "customer agreement", "", err)
	} else {
		s.saw(a.At)
		s.shop.mcas[i] = &a
	}
}

// mergeCommerce merges what Partner Center told. It runs when all
// subscriptions are known, for one that is not listed is not billed to us.
func (s *scan) mergeCommerce() {
	if a := s.shop.programme; a != nil {
		s.h.Programme = mergeAgreement(s.h.Programme, *a)
	}
	if s.shop.customers == nil {
		return
	}
	read := map[pharos.TenantID]*Reading[SoldSubscription]{}
	for i, c := range s.shop.customers.Items {
		s.h.Customers[c.ID] = c
		read[c.ID] = s.shop.sales[i]
		if a := s.shop.mcas[i]; a != nil {
			s.h.Agreements[c.ID] = mergeAgreement(s.h.Agreements[c.ID], *a)
		}
	}
	listed := map[pharos.SubscriptionID]bool{}
	for _, r := range s.shop.sales {
		for _, sold := range salesOf(r) {
			listed[sold.ID] = true
			s.h.Sales[sold.ID] = mergeSale(s.h.Sales[sold.ID], sold, r)
		}
	}
	for id, sub := range s.h.Subscriptions {
		r, customer := read[sub.Customer]
		at := s.shop.customers.At
		switch {
		case listed[id], customer && r == nil: // known, or not read
			continue
		case customer:
			at = r.At
		}
		s.h.Sales[id] = Merge(s.h.Sales[id], Observation[pharos.Sale]{At: at})
	}
}

func salesOf(r *Reading[SoldSubscription]) []SoldSubscription {
	if r == nil {
		return nil
	}
	return r.Items
}

// mergeSale enters that a subscription is billed to us. Its date is that of
// the sale, not of its terms: once the terms are known a change of them is
// dated by the looks around it.
func mergeSale(rec *pharos.Record[pharos.Sale], sold SoldSubscription, r *Reading[SoldSubscription]) *pharos.Record[pharos.Sale] {
	d := Dated[pharos.Sale]{Value: sold.Sale, Since: sold.Since}
	if known := rec.LastObserved(); !known.IsZero() && !sold.Since.After(known) {
		d.Since = time.Time{}
	}
	return Merge(rec, Observation[pharos.Sale]{At: r.At, Values: []Dated[pharos.Sale]{d}, Single: true})
}

// mergeAgreement enters the state of an agreement. A dated signature tells all
// of the past: before it the agreement was not signed, and since then it is.
func mergeAgreement(rec *pharos.Record[pharos.Signed], a Agreement) *pharos.Record[pharos.Signed] {
	obs := Observation[pharos.Signed]{At: a.At}
	if a.Signed {
		obs.Values = []Dated[pharos.Signed]{{Since: a.Since}}
		if !a.Since.IsZero() {
			obs.Log = &Log[pharos.Signed]{Changes: []Change[pharos.Signed]{{At: a.Since, Began: true}}}
		}
	}
	return Merge(rec, obs)
}
