package evidence

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// Input is what a pack is made of.
type Input struct {
	Partner      pharos.Partner
	Subscription pharos.SubscriptionID
	Month        *credit.Month   // the judged month, of all subscriptions
	History      *pharos.History // with the register of links
	Access       credit.Access   // that the month was judged by
	AsOf         time.Time       // ... and as of when
	Scans        []Scan          // of all time, in any order
}

// New makes the pack of a subscription's month. What its lines alone tell is
// added by [Pack.Counted]. A subscription without usage in the month is an
// error with code NotFound.
func New(in Input) (*Pack, error) {
	subs := slices.DeleteFunc(slices.Clone(in.Month.Subscriptions), func(s credit.Subscription) bool { return s.SubscriptionID != in.Subscription })
	if len(subs) == 0 {
		return nil, pharos.Errorf(pharos.NotFound, "the bill of %s has no line of subscription %s", in.Month.Month, in.Subscription).
			WithHint("`pharos credit --month %s --by subscription` lists those that it has", in.Month.Month)
	}
	b := builder{Input: in, subs: subs, names: explain.NamesOf(in.History)}
	p := &Pack{Version: Version, Totals: b.totals(), Days: b.days(), Notes: []string{}, Bill: newBill()}
	causes, err := b.causes(p.Days)
	if err != nil {
		return nil, err
	}
	p.Causes = causes
	b.timeline(p)
	b.summarise(p)
	return p, nil
}

// builder carries the input through the parts of a pack.
type builder struct {
	Input
	subs  []credit.Subscription // ours, one for each currency
	names explain.Names
}

// totals are the sums of the subscription alone.
func (b *builder) totals() []credit.Total {
	out := []credit.Total{}
	for _, r := range b.Month.By(credit.BySubscription) {
		if r.Subscription == b.Subscription {
			out = append(out, credit.Total{Currency: r.Currency, Sums: r.Sums})
		}
	}
	return out
}

// days lays out every day of the month that has begun.
func (b *builder) days() []Day {
	scopes := b.scopes()
	var out []Day
	for d := b.Month.Month.First(); d <= b.Month.Month.Last() && !d.Start().After(b.AsOf); d++ {
		day := Day{Date: d, Rows: []Row{}, Access: b.standings(scopes, d)}
		for i := range b.subs {
			for _, r := range b.subs[i].Days {
				if r.Date != d {
					continue
				}
				day.Disputed = day.Disputed || r.Verdict == pharos.Disputable
				day.Rows = append(day.Rows, Row{
					Verdict: r.Verdict, Causes: r.Causes, Currency: b.subs[i].Currency, List: r.List, Credit: r.Credit,
					Credited: creditedBy(r.Verdict, r.Credit), Missing: missingBy(r.Verdict, r.Credit), Lines: r.Lines,
				})
			}
		}
		out = append(out, day)
	}
	return out
}

// scopes are those by which the subscription's lines were judged, in order.
func (b *builder) scopes() []pharos.Scope {
	var out []pharos.Scope
	for _, r := range b.Month.By(credit.ByResource) {
		if r.Subscription == b.Subscription {
			out = append(out, pharos.Scope(r.Key))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// standings are what the history says of the scopes on a day.
func (b *builder) standings(scopes []pharos.Scope, d pharos.Day) []Standing {
	var out []Standing
	for _, scope := range scopes {
		c := b.Access.On(scope, d)
		chain := explain.Trace(c, b.names)
		s := Standing{
			Scopes: []pharos.Scope{scope}, State: c.State, Path: c.Path, Answer: chain.Answer, Through: chain.Through,
			Causes: append([]pharos.Cause{}, c.Causes...), Notes: append([]string{}, c.Notes...),
		}
		at := slices.IndexFunc(out, func(o Standing) bool { return o.says(&s) })
		if at < 0 {
			out = append(out, s)
			continue
		}
		out[at].Scopes = append(out[at].Scopes, scope)
	}
	return out
}

// says reports whether two standings tell the same.
func (s *Standing) says(o *Standing) bool {
	return s.State == o.State && s.Path == o.Path && s.Answer == o.Answer &&
		slices.Equal(s.Through, o.Through) && slices.Equal(s.Causes, o.Causes) && slices.Equal(s.Notes, o.Notes)
}

// causes are the pages of what the days name.
func (b *builder) causes(days []Day) ([]Cause, error) {
	named := map[pharos.Cause]bool{}
	for _, d := range days {
		for _, r := range d.Rows {
			for _, c := range r.Causes {
				named[c] = true
			}
		}
	}
	out := []Cause{}
	for _, c := range pharos.Causes() {
		if !named[c] {
			continue
		}
		page, err := explain.Of(c)
		if err != nil {
			return nil, err
		}
		out = append(out, Cause{Code: c, Verdict: page.Verdict, Title: page.Title, Summary: page.Summary, Sources: page.Sources})
	}
	return out, nil
}
