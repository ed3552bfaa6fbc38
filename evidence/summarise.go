package evidence

import (
	"fmt"
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// summarise fills the summary from the days, and the notes that go with it.
func (b *builder) summarise(p *Pack) {
	sub := b.subs[0]
	s := &p.Summary
	*s = Summary{
		SubscriptionID: sub.SubscriptionID, SubscriptionName: sub.SubscriptionName,
		CustomerID: sub.CustomerID, CustomerName: sub.CustomerName,
		PartnerID: b.Partner.ID, PartnerTenant: b.Partner.Tenant, Month: b.Month.Month, AsOf: b.AsOf.UTC(),
		Days: []pharos.Day{}, Amounts: []Amount{}, Access: []Holder{}, Sources: []string{},
	}
	for _, d := range p.Days {
		if d.Disputed {
			s.Days = append(s.Days, d.Date)
			s.addHolders(p, d)
			s.addAmounts(d.Rows)
		}
	}
	p.Notes = append(p.Notes, otherLosses(p)...)
	if !s.Disputable() {
		p.Conditions = []string{}
		return
	}
	p.Conditions = b.conditions(s)
	p.Notes = append(append(p.Notes, presumed(p)...), declared(p)...)
	for _, c := range p.Causes {
		if c.Code == pharos.Unexplained {
			for _, src := range c.Sources {
				s.Sources = append(s.Sources, src.URL)
			}
		}
	}
}

// addAmounts adds a disputed day's rows.
func (s *Summary) addAmounts(rows []Row) {
	for _, r := range rows {
		if r.Verdict != pharos.Disputable && r.Verdict != pharos.Earned {
			continue
		}
		at := slices.IndexFunc(s.Amounts, func(a Amount) bool { return a.Currency == r.Currency })
		if at < 0 {
			at = len(s.Amounts)
			s.Amounts = append(s.Amounts, Amount{Currency: r.Currency})
		}
		a := &s.Amounts[at]
		a.Expected = a.Expected.Add(r.Credit)
		a.Credited, a.Missing = a.Credited.Add(r.Credited), a.Missing.Add(r.Missing)
		if r.Verdict == pharos.Disputable {
			s.Lines += r.Lines
		}
	}
}

// conditions are those of a chain that earns, in the order in which access is
// built up.
func (b *builder) conditions(s *Summary) []string {
	full := pharos.Coverage{Scope: pharos.SubscriptionScope(b.Subscription), Day: s.Days[0], State: pharos.Full}
	if !slices.ContainsFunc(s.Access, func(h Holder) bool { return h.Path != pharos.AOBO }) {
		full.Path = pharos.AOBO
	}
	var out []string
	for _, step := range explain.Trace(full, b.names).Steps {
		if step.Detail != "" {
			step.Condition += " (" + step.Detail + ")"
		}
		out = append(out, step.Condition)
	}
	return out
}

// presumed says for which disputed days an agreement is only taken to have
// been signed: one that stood when it was first looked at is taken to have
// stood before, since agreements do not come and go as access does.
func presumed(p *Pack) []string {
	words := map[string]string{
		CustomerAgreement: "the customer had signed the Microsoft Customer Agreement",
		PartnerAgreement:  "our partner programme agreement was signed",
	}
	var out []string
	for _, kind := range []string{CustomerAgreement, PartnerAgreement} {
		days := slices.DeleteFunc(slices.Clone(p.Summary.Days), func(d pharos.Day) bool {
			return slices.ContainsFunc(p.Agreements, func(a Agreement) bool { return a.Kind == kind && a.On(d) == pharos.Whole })
		})
		if len(days) > 0 {
			out = append(out, fmt.Sprintf("That %s on %s is presumed: it was not observed on those days.", words[kind], DayRanges(days)))
		}
	}
	return out
}

// declared says whose link, by which disputed lines should have earned, stands
// in the configuration alone: nobody read it.
func declared(p *Pack) []string {
	var out []string
	for _, h := range p.Summary.Access {
		told, read := false, false
		for _, l := range p.Links {
			if l.Principal.ID == h.ID && l.Principal.Tenant == h.Tenant && l.Ours {
				told, read = told || l.Source == pharos.Declared, read || l.Source != pharos.Declared
			}
		}
		if told && !read {
			out = append(out, fmt.Sprintf("The partner link of %s is declared by us: it was not read from Azure.", named(h.Name, h.ID)))
		}
	}
	return out
}

// otherLosses says what of the month is not disputed, so that nobody takes the
// pack for more than it is.
func otherLosses(p *Pack) []string {
	var out []string
	for _, t := range p.Totals {
		for _, o := range []struct {
			verdict pharos.Verdict
			words   string
		}{
			{pharos.Lost, "%s %s of credit of this month was not earned for reasons on our side, and is not disputed."},
			{pharos.Pending, "%s %s of credit of this month may still appear: 48 hours have not passed. It is not disputed."},
			{pharos.UnknownVerdict, "%s %s of credit of this month was not given on days of which our records do not say whether access held. It is not disputed."},
			{pharos.Unexpected, "%s %s of credit of this month was given although our records show no access that explains it. It is not set off."},
		} {
			if amount := t.Of(o.verdict); !amount.IsZero() {
				out = append(out, fmt.Sprintf(o.words, Cents(amount), t.Currency))
			}
		}
	}
	return out
}
