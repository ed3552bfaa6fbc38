package coverage

import (
	"fmt"
	"slices"

	"github.com/pharos-pec/pharos"
)

// query is one question: this scope, that day.
type query struct {
	*Access
	scope    pharos.Scope
	sub      pharos.SubscriptionID
	customer pharos.TenantID
	day      pharos.Day

	sale []condition
	// resellers of record on the day, and how each was for the whole of it.
	// Only an indirect provider has any that count.
	resellers map[pharos.PartnerID]pharos.Holding
}

// condition is one requirement: how it held on the day and, when it did not,
// the cause that names it.
type condition struct {
	holding pharos.Holding
	cause   pharos.Cause
	note    string
}

func (a *Access) ask(scope pharos.Scope, day pharos.Day) *query {
	q := &query{Access: a, scope: scope, sub: scope.Subscription(), day: day}
	q.customer = a.history.Subscriptions[q.sub].Customer
	q.resellers = map[pharos.PartnerID]pharos.Holding{}
	q.sale = q.saleConditions()
	return q
}

// acceptable says for how much of the day a link to id counted for this sale:
// one of our organisation's always, the reseller of record's while it was so
// (docs: partner earned credit troubleshooting, the table of partners).
func (q *query) acceptable(id pharos.PartnerID) pharos.Holding {
	if q.partner.Owns(id) {
		return pharos.Whole
	}
	return q.resellers[id]
}

// resellerWith returns the reseller of record that the test picks out, and
// for how much of the day it was of record.
func (q *query) resellerWith(test func(pharos.Reseller) bool) (pharos.Reseller, pharos.Holding) {
	for _, r := range q.partner.Resellers {
		if held := q.resellers[r.PartnerID]; held > pharos.Never && test(r) {
			return r, held
		}
	}
	return pharos.Reseller{}, pharos.Never
}

// stranger reports whether the configuration does not tell by what the access
// of a reseller of record is recognised, so that it cannot be told from another
// partner's.
func (q *query) stranger(recognised func(pharos.Reseller) bool) bool {
	for id := range q.resellers {
		described := func(r pharos.Reseller) bool { return r.PartnerID == id && recognised(r) }
		if !slices.ContainsFunc(q.partner.Resellers, described) {
			return true
		}
	}
	return false
}

// saleConditions says how the subscription was sold on the day. What Partner
// Center never showed is not held against the scope.
func (q *query) saleConditions() []condition {
	var cs []condition
	if q.partner.Kind == pharos.IndirectReseller && !q.billed { // docs: troubleshooting, "you are an indirect reseller"
		cs = append(cs, condition{pharos.Never, pharos.NotBillTo, "we are an indirect reseller, whom Microsoft does not bill"})
	}
	if rec := q.sales(q.sub); rec != nil {
		held, plan := q.sold(rec)
		if !q.billed {
			cs = append(cs, condition{held, pharos.NotBillTo, "Partner Center does not list the subscription as billed to us"})
			if plan == pharos.LegacyPlan {
				cs = append(cs, condition{pharos.Never, pharos.NotAzurePlan, "the subscription is on a legacy plan"})
			}
		}
	} else if !q.billed && q.commerceSeen() {
		cs = append(cs, q.unsold())
	}
	if rec := q.agreement(q.customer); rec != nil {
		held := signed(q.Access, rec, q.day)
		if held == pharos.Unseen && rec.LastObserved().After(q.day.End()) {
			held = pharos.Never // once signed it stays signed: not signed later, not signed then
		}
		cs = append(cs, condition{held, pharos.NoCustomerAgreement, "no Microsoft Customer Agreement of the customer is on record"})
	}
	if rec := q.programme(); rec != nil {
		cs = append(cs, condition{signed(q.Access, rec, q.day), pharos.ProgrammeInactive, "our partner programme agreement is not signed"})
	}
	return cs
}

// sold says for how much of the day the subscription was billed to us, under
// whatever terms, and on which plan; it notes the resellers of record.
func (q *query) sold(rec *pharos.Record[pharos.Sale]) (pharos.Holding, pharos.Plan) {
	var all []pharos.Span
	by := map[pharos.PartnerID][]pharos.Span{}
	var most pharos.Holding
	var plan pharos.Plan
	for _, f := range rec.Facts {
		held := lenient(q.on(f.Span, q.day), f.Span)
		if held == pharos.Never {
			continue
		}
		all = append(all, f.Span)
		if r := f.Value.Reseller; r != "" && q.partner.Kind == pharos.IndirectProvider {
			by[r] = append(by[r], f.Span)
		}
		if held >= most {
			most, plan = held, f.Value.Plan
		}
	}
	for r, spans := range by {
		q.resellers[r] = q.longest(spans)
	}
	return q.longest(all), plan
}

// longest is how the longest of the spans held: a change of terms is no break.
func (q *query) longest(spans []pharos.Span) pharos.Holding {
	best := pharos.Never
	for _, s := range unbroken(spans) {
		best = max(best, lenient(q.on(s, q.day), s))
	}
	return best
}

// commerceSeen reports whether Partner Center was ever read.
func (q *query) commerceSeen() bool {
	return q.history.Programme != nil || len(q.history.Customers) > 0
}

// unsold is the condition of a subscription that Partner Center never listed.
// If it never listed any of a customer of ours, the list was not read.
func (q *query) unsold() condition {
	if _, ours := q.history.Customers[q.customer]; ours {
		read := false
		for sub := range q.history.Sales {
			read = read || q.history.Subscriptions[sub].Customer == q.customer
		}
		if !read {
			return condition{pharos.Unseen, pharos.NotObserved, "the customer's subscriptions were not read from Partner Center"}
		}
	}
	return condition{pharos.Never, pharos.NotBillTo, "Partner Center does not list the subscription as billed to us"}
}

// lenient takes what stood at first sight, undated, to have stood before: a
// sale or an agreement does not come and go as access does.
func lenient(held pharos.Holding, s pharos.Span) pharos.Holding {
	if held == pharos.Unseen && s.Began.Earliest.IsZero() {
		return pharos.Whole
	}
	if held == pharos.Unseen && s.Open() {
		return pharos.Whole
	}
	return held
}

// signed says how an agreement held on the day.
func signed(a *Access, rec *pharos.Record[pharos.Signed], day pharos.Day) pharos.Holding {
	best := pharos.Never
	for _, f := range rec.Facts {
		best = max(best, lenient(a.on(f.Span, day), f.Span))
	}
	if best == pharos.Never && !known(a, rec, day) {
		return pharos.Unseen
	}
	return best
}

// name returns how people call a principal.
func (q *query) name(ref pharos.PrincipalRef) string {
	if p, ok := q.history.Principals[ref]; ok && p.Name != "" {
		return p.Name
	}
	if n, ok := q.history.AgentGroups[ref.ID]; ok {
		return n
	}
	return string(ref.ID)
}

// holds is the opening words of a note about a grant.
func (q *query) holds(g pharos.Grant) string {
	return fmt.Sprintf("%s holds %s at %s", q.name(g.Holder), q.roles.Lookup(g.Role).Name, g.Scope)
}
