package repair

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/explain"
)

// denialRemedies remove the first of the deny assignments above a site.
func (p *planner) denialRemedies(from *prospect, at site) []remedy {
	sub := at.scope.Subscription()
	for _, d := range values(from.denials(sub)) {
		if !d.Scope.Covers(at.scope) {
			continue
		}
		where := string(d.Scope)
		if d.Scope == at.whole() {
			where = at.where()
		}
		s := named(Step{
			Kind: LiftDenial, Actor: Customer,
			Title:  "Remove the deny assignment at " + where,
			Why:    "It takes away what the roles give. Only what made it can remove it: a deployment stack, or a managed application, whose resource group stays protected by design.",
			Target: Target{Scope: d.Scope, Customer: at.customer, Cause: pharos.DenyAssignment},
		})
		return []remedy{{step: s, edit: func(from *prospect) coverage.Supposed {
			rec := *from.denials(sub)
			rec.Facts = slices.DeleteFunc(slices.Clone(rec.Facts), func(f pharos.Fact[pharos.Denial]) bool { return f.Value.Scope == d.Scope })
			return coverage.Supposed{Denials: map[pharos.SubscriptionID]*pharos.Record[pharos.Denial]{sub: &rec}}
		}}}
	}
	return nil
}

// saleRemedy mends a condition of the sale.
func (p *planner) saleRemedy(at site, cause pharos.Cause) remedy {
	s := Step{Kind: Sell, Actor: Colleague, Why: explain.FixOf(cause), Target: Target{Cause: cause}}
	r := remedy{common: true}
	switch cause {
	case pharos.NoCustomerAgreement:
		s.Target.Customer = at.customer
		s.Title = fmt.Sprintf("Have %s accept the Microsoft Customer Agreement", cmp.Or(at.customerName, string(at.customer)))
		s.Why = "Partner Center lists no signed agreement of the customer. Send the invitation from the customer's Account page there, or attest to a signature on paper."
		r.edit = func(*prospect) coverage.Supposed {
			return coverage.Supposed{Agreements: map[pharos.TenantID]*pharos.Record[pharos.Signed]{at.customer: only(pharos.Signed{})}}
		}
	case pharos.NotAzurePlan:
		s.Target.Customer, s.Target.Scope = at.customer, at.whole()
		s.Title = fmt.Sprintf("Move %s to the Azure plan", at.where())
		s.Why = "It is sold under the legacy offer, which never earns. Partner Center moves it without an interruption."
		r.edit = func(from *prospect) coverage.Supposed {
			sub := at.scope.Subscription()
			sale := pharos.Sale{Plan: pharos.AzurePlan}
			if was := values(from.history.Sales[sub]); len(was) > 0 {
				sale.Reseller = was[len(was)-1].Reseller
			}
			return coverage.Supposed{Sales: map[pharos.SubscriptionID]*pharos.Record[pharos.Sale]{sub: only(sale)}}
		}
		r.common = false
	default:
		s.Target.PartnerID = p.in.Partner.ID
		s.Title = "Sign our partner programme agreement"
		s.Why = "Without it nothing earns at any customer. The global administrator accepts it in Partner Center: Account settings, Agreements."
		r.edit = func(*prospect) coverage.Supposed {
			return coverage.Supposed{Programme: only(pharos.Signed{})}
		}
	}
	r.step = named(s)
	return r
}

// dispute claims what Microsoft owes for a site, whatever its access is now.
func (p *planner) dispute(at site) {
	if len(at.disputed) == 0 || p.in.Month == nil {
		return
	}
	month := p.in.Month.Month.String()
	s := named(Step{
		Kind: Dispute, Actor: Microsoft,
		Title:   fmt.Sprintf("Dispute the credit of %s in %s", at.where(), month),
		Why:     "Access held all day, the 48 hours are over, and the bill does not credit it.",
		Target:  Target{Scope: at.whole(), Customer: at.customer, Cause: pharos.Unexplained},
		Command: fmt.Sprintf("pharos evidence --subscription %s --month %s --open-request", at.scope.Subscription(), month),
	}, month)
	p.note(s, Mend{Scope: at.scope, SubscriptionName: at.subscription, CustomerName: at.customerName, Causes: []pharos.Cause{pharos.Unexplained}}, at.disputed)
}

// observe has somebody look at what the last scan did not see.
func (p *planner) observe(at site, c *pharos.Coverage) Step {
	s := Step{
		Kind: Observe, Actor: Colleague,
		Title:   "Let a scan read the access to the subscriptions of " + cmp.Or(at.customerName, string(at.customer), "customers nobody looked at"),
		Target:  Target{Customer: at.customer, Cause: pharos.NotObserved},
		Command: "pharos scan",
	}
	if i := slices.Index(c.Causes, pharos.NotObserved); i < len(c.Notes) {
		s.Why = "Pharos does not guess: " + c.Notes[i] + ". A scan tells what it cannot read, and which role would help."
	}
	return named(s)
}

// nothing says why a site cannot be made to earn.
func (p *planner) nothing(cause pharos.Cause) Step {
	s := Step{Kind: Nothing, Actor: Nobody, Title: "Nothing to be done about: " + string(cause), Target: Target{Cause: cause}}
	page, err := explain.Of(cause)
	if err == nil {
		s.Title, s.Why = page.Title, page.Fix
	}
	switch {
	case cause == pharos.NotBillTo:
	case len(p.accounts[p.in.Partner.Tenant]) == 0:
		s.Why = "No account of ours in the managing tenant is linked or is to be linked, so that there is nobody to give a role to. `pharos onboard account` makes one."
	default:
		s.Why = "No step that Pharos knows would make it earn. " + s.Why
	}
	return named(s)
}
