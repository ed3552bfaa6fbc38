package credit

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// usualRate is the rate, in percent, that Microsoft documents for credited
// lines of the daily usage file. It is a fallback, never the rule: a bill
// states its own rates
// (learn.microsoft.com/partner-center/billing/daily-rated-usage-recon-files).
const usualRate = 15

// rates collects the rates at which a bill credits lines.
type rates struct {
	seen map[string]pharos.Rate
	last pharos.Rate // noted; a ledger gives the same one to many facts
}

// note takes a rate the bill shows; zero is none.
func (r *rates) note(rate pharos.Rate) {
	if rate == r.last || !rate.IsPositive() {
		return
	}
	r.last = rate
	if r.seen == nil {
		r.seen = map[string]pharos.Rate{}
	}
	r.seen[rate.String()] = rate
}

// all returns the rates seen, lowest first.
func (r *rates) all() []pharos.Rate {
	out := make([]pharos.Rate, 0, len(r.seen))
	for _, rate := range r.seen {
		out = append(out, rate)
	}
	slices.SortFunc(out, func(a, b pharos.Rate) int { return a.Cmp(b.Decimal) })
	return out
}

// fallback returns the rate for lines whose meter was credited nowhere in the
// month, and a warning when the bill itself does not settle it. With one rate
// on the bill it is that one. With none, or with several of which one is the
// usual 15 %, it is the usual one; else the lowest, so that no loss is stated
// higher than it is.
func (r *rates) fallback() (pharos.Rate, *Warning) {
	all, usual := r.all(), pharos.NewRate(usualRate)
	switch len(all) {
	case 0:
		return usual, warn(RateAssumed,
			"the bill credits no line at all, so credit that was not given is counted at %s %%", usual)
	case 1:
		return all[0], nil
	}
	texts := make([]string, len(all))
	pick := all[0]
	for i, rate := range all {
		texts[i] = rate.String()
		if rate.Equal(usual.Decimal) {
			pick = rate
		}
	}
	return pick, warn(RateAssumed,
		"the bill credits at several rates (%s %%): lines of meters it credits nowhere are counted at %s %%",
		strings.Join(texts, ", "), pick)
}
