package credit

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// Finality is how long after a day's end its credit may still appear:
// Microsoft shows the credit within 48 hours of access being in place
// (learn.microsoft.com/partner-center/billing/partner-earned-credit-explanation).
const Finality = 48 * time.Hour

// isFinal reports whether the credit of day d has settled at asOf.
func isFinal(d pharos.Day, asOf time.Time) bool {
	return !asOf.Before(d.End().Add(Finality))
}

// ruling is the verdict on a fact as far as the fact alone settles it.
type ruling struct {
	verdict pharos.Verdict
	causes  []pharos.Cause
	// open are the holders whose links nobody read and on whom the verdict
	// hangs: if the bill shows that one of them is linked, the verdict is
	// unknown instead.
	open []pharos.PrincipalRef
}

// rule applies the two tables of the contract to one fact: first what the
// bill says of the product and the credit, then what the coverage of its
// scope explains.
func rule(f *pharos.DayFact, c *pharos.Coverage, asOf time.Time) ruling {
	switch {
	case f.Credited.IsPositive():
		return ruleCredited(c)
	case f.Product != "":
		return ruling{verdict: pharos.Excluded, causes: []pharos.Cause{f.Product}}
	default:
		return ruleUncredited(c, isFinal(f.Day, asOf))
	}
}

// ruleCredited tells credit that the history explains from credit that it
// does not. A link that nobody read explains it: the credit itself shows that
// the link exists. So does a change between two observations that disagree.
func ruleCredited(c *pharos.Coverage) ruling {
	if c.State == pharos.Partial || c.State == pharos.None {
		if !c.Disputed && len(c.Unread) == 0 {
			return ruling{verdict: pharos.Unexpected}
		}
	}
	return ruling{verdict: pharos.Earned}
}

// ruleUncredited says why a line without credit has none. A coverage that is
// unknown and names a cause leaves it to the bill, which has spoken. Where the history
// knows the reason for certain it need not wait until the credit has settled;
// everywhere else it must.
func ruleUncredited(c *pharos.Coverage, final bool) ruling {
	causes := causesOf(c)
	certain := (c.State == pharos.Partial || c.State == pharos.None) &&
		!c.Disputed && len(c.Unread) == 0 && len(causes) > 0
	switch {
	case certain:
		return ruling{verdict: pharos.Lost, causes: causes}
	case !final:
		return ruling{verdict: pharos.Pending, causes: []pharos.Cause{pharos.TooEarly}}
	case c.State == pharos.Full:
		return ruling{verdict: pharos.Disputable, causes: []pharos.Cause{pharos.Unexplained}}
	case len(causes) > 0 && len(c.Unread) > 0:
		return ruling{verdict: pharos.Lost, causes: causes, open: c.Unread}
	case len(causes) > 0 && (c.Disputed || c.State == pharos.UnknownCoverage):
		return ruling{verdict: pharos.Lost, causes: causes}
	default:
		return notObserved()
	}
}

// notObserved is the ruling where the history does not say.
func notObserved() ruling {
	return ruling{verdict: pharos.UnknownVerdict, causes: []pharos.Cause{pharos.NotObserved}}
}

// causesOf returns the causes that coverage gives, none when it says that
// something was not observed. A day that two observations leave open is lost
// as partial-day whatever else there is; a partial day without any cause is
// one too.
func causesOf(c *pharos.Coverage) []pharos.Cause {
	if slices.Contains(c.Causes, pharos.NotObserved) {
		return nil
	}
	missing := c.Disputed || c.State == pharos.Partial && len(c.Causes) == 0
	for _, cause := range c.Causes {
		missing = missing && cause != pharos.PartialDay
	}
	if missing {
		return append([]pharos.Cause{pharos.PartialDay}, c.Causes...)
	}
	return c.Causes
}
