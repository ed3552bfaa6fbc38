package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Text returns the summary as plain text of 10 to 20 lines, for the
// description of a support request. Amounts are rounded to the cent.
func (s *Summary) Text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Partner earned credit %s", s.matter())
	line("")
	line("Azure subscription: %s", named(s.SubscriptionName, s.SubscriptionID))
	line("Customer: %s", named(s.CustomerName, s.CustomerID))
	line("Partner ID: %s (partner tenant %s)", s.PartnerID, s.PartnerTenant)
	line("Usage month: %s, UTC days, judged as of %s", s.Month, s.AsOf.UTC().Format(time.RFC3339))
	if !s.Disputable() {
		line("No line lacks its credit on a day on which access held all day and whose 48 hours are over.")
		return b.String()
	}
	line("Days without credit: %d (%s), %d usage lines", len(s.Days), DayRanges(s.Days), s.Lines)
	for _, a := range s.Amounts {
		line("Credit of those days in %s: expected %s, applied %s, missing %s", a.Currency, Cents(a.Expected), Cents(a.Credited), Cents(a.Missing))
	}
	line("")
	line("On each of those days access that earns held from the first to the last instant, more than")
	line("48 hours have passed since, and the products of the lines can earn. Access was held by:")
	for _, h := range s.Access {
		line("- %s", h.sentence())
	}
	if len(s.Sources) > 0 {
		line("Rules: %s", strings.Join(s.Sources, " "))
	}
	return b.String()
}

func (s *Summary) matter() string {
	if !s.Disputable() {
		return "of " + s.Month.String() + ": nothing to dispute"
	}
	return "not applied although access was in place: request for review"
}

// sentence tells who held what, where, by which path and link.
func (h *Holder) sentence() string {
	where := make([]string, len(h.Scopes))
	for i, s := range h.Scopes {
		where[i] = string(s)
	}
	by := map[pharos.Path]string{
		pharos.AOBO:       "admin on behalf of (AOBO), which needs no partner link",
		pharos.Lighthouse: "by Azure Lighthouse",
		pharos.Direct:     "in the customer's tenant",
	}[h.Path]
	if len(h.Groups) > 0 {
		by += " as a member of " + strings.Join(h.Groups, " and ")
	}
	if h.PartnerID != "" {
		by += ", linked to partner ID " + string(h.PartnerID)
	}
	return fmt.Sprintf("%s: %s at %s, %s, on %s", named(h.Name, h.ID), h.Role, strings.Join(where, " and "), by, DayRanges(h.Days))
}

// named writes a name with its id, the id alone where there is no name.
func named[T ~string](name string, id T) string {
	if name == "" || name == string(id) {
		return string(id)
	}
	return name + " (" + string(id) + ")"
}

// DayRanges writes days with what lies between left out: "2026-10-03, 2026-10-05
// to 2026-10-07". The days must be in order.
func DayRanges(days []pharos.Day) string {
	var parts []string
	for rest := days; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n] == rest[n-1]+1 {
			n++
		}
		part := rest[0].String()
		if n > 1 {
			part += " to " + rest[n-1].String()
		}
		parts, rest = append(parts, part), rest[n:]
	}
	return strings.Join(slices.Clip(parts), ", ")
}

// Cents writes an amount rounded to two decimals. One that would look like
// nothing is written out.
func Cents(d decimal.Decimal) string {
	if rounded := d.Round(2); rounded.IsZero() && !d.IsZero() {
		return d.String()
	}
	return d.StringFixed(2)
}
