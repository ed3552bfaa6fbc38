package credit

import (
	"iter"
	"slices"

	"github.com/pharos-pec/pharos"
)

// Pick narrows the lines of a query, or the facts of a month, by what a
// ledger does not select by. Zero fields do not restrict.
type Pick struct {
	Query
	Customer pharos.TenantID
	// ResourceGroup is its name in lower case, in whichever subscription.
	ResourceGroup string
	// First and Last are days of the month, both included.
	First, Last pharos.Day
	Verdicts    []pharos.Verdict
	Causes      []pharos.Cause // a line with any of them
}

// Ask is the query of the lines among which p picks. It has no limit unless
// nothing is left to pick by: which lines come first is known only then.
func (p *Pick) Ask() Query {
	q := p.Query
	if p.First != 0 && p.First == p.Last {
		q.Day = p.First
	}
	if p.Customer != "" || p.ResourceGroup != "" || p.First != 0 || p.Last != 0 || len(p.Verdicts) > 0 || len(p.Causes) > 0 {
		q.Limit = 0
	}
	return q
}

// Lines picks among the lines that [Pick.Ask] asks for, which come ordered by
// day. An error is passed on and ends them.
func (p *Pick) Lines(all iter.Seq2[Line, error]) iter.Seq2[Line, error] {
	return picked(all, p, func(l *Line) (pharos.Day, bool) {
		return l.Day, p.wants(l.Day, l.Customer, l.ResourceGroup, l.Verdict, l.Causes)
	})
}

// Facts picks among the facts of a month, which come in any order.
func (p *Pick) Facts(all iter.Seq2[Fact, error]) iter.Seq2[Fact, error] {
	return picked(all, p, func(f *Fact) (pharos.Day, bool) {
		q := &p.Query
		switch {
		case q.Subscription != "" && f.Subscription != q.Subscription, q.Under != "" && !q.Under.Covers(f.Scope), q.Day != 0 && f.Day != q.Day:
			return 0, false
		}
		return 0, p.wants(f.Day, f.Customer, f.Scope.ResourceGroup(), f.Verdict, f.Causes)
	})
}

// Days picks among the day rows of a judged month, and leaves out the
// subscriptions without any. It does not look at Under and ResourceGroup: a
// row is of a whole subscription.
func (p *Pick) Days(m *Month) []Subscription {
	var out []Subscription
	for _, s := range m.Subscriptions {
		if p.Subscription != "" && s.SubscriptionID != p.Subscription {
			continue
		}
		all := s.Days
		s.Days = nil
		for _, d := range all {
			if p.wants(d.Date, s.CustomerID, p.ResourceGroup, d.Verdict, d.Causes) {
				s.Days = append(s.Days, d)
			}
		}
		if s.Days != nil {
			out = append(out, s)
		}
	}
	return out
}

func (p *Pick) wants(d pharos.Day, customer pharos.TenantID, group string, v pharos.Verdict, causes []pharos.Cause) bool {
	switch {
	case p.First != 0 && d < p.First, p.Last != 0 && d > p.Last,
		p.Customer != "" && customer != p.Customer, p.ResourceGroup != "" && group != p.ResourceGroup,
		len(p.Verdicts) > 0 && !slices.Contains(p.Verdicts, v):
		return false
	}
	return len(p.Causes) == 0 || slices.ContainsFunc(causes, func(c pharos.Cause) bool { return slices.Contains(p.Causes, c) })
}

// picked yields those of all that test wants, up to the limit of p. Test also
// tells the day where they are ordered by it, so that none is read after the last.
func picked[T any](all iter.Seq2[T, error], p *Pick, test func(*T) (pharos.Day, bool)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		n := 0
		for x, err := range all {
			if err != nil {
				yield(x, err)
				return
			}
			day, wanted := test(&x)
			if p.Last != 0 && day > p.Last {
				return
			}
			if !wanted {
				continue
			}
			if n++; !yield(x, nil) || n == p.Limit {
				return
			}
		}
	}
}
