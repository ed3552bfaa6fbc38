package evidence

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Bounds of a request's texts, in bytes. The API documents none; what is
// longer is hard to read, and the rest stands in the pack.
const (
	maxTitle       = 200
	maxDescription = 8000
)

// Request is a support request about the disputed days of a subscription's
// month, ready to be filed.
type Request struct {
	// Name is the ticket's: the same for the same subscription and month.
	Name           string                `json:"name"`
	SubscriptionID pharos.SubscriptionID `json:"subscriptionId"`
	Month          pharos.Month          `json:"month"`
	Title          string                `json:"title"`
	Description    string                `json:"description"`
	Severity       Severity              `json:"severity"`
	// Began is the first instant of the first disputed day.
	Began   time.Time      `json:"began"`
	Service Topic          `json:"service"`
	Problem Topic          `json:"problem"`
	Contact pharos.Contact `json:"contact"`
	// Attachment is the name of the file that goes with it.
	Attachment string `json:"attachment"`
	// ManifestSHA256 is the checksum, in hex, of the pack's own list of
	// checksums. The description quotes it.
	ManifestSHA256 string `json:"manifestSha256"`
}

// TicketName is the name of the ticket about a subscription's month.
func TicketName(sub pharos.SubscriptionID, m pharos.Month) string {
	return "partner-earned-credit-" + m.String() + "-" + string(sub)
}

// Workspace is the name under which the request's file is handed in. It has a
// part of the checksum: another pack gets another workspace.
func (r *Request) Workspace() string {
	return r.Name + "-" + r.ManifestSHA256[:min(8, len(r.ManifestSHA256))]
}

// NewRequest composes the request of a pack. Service, problem, severity and
// contact are for the caller to fill in. A pack without a disputed day is an
// error with code NotFound: there is nothing to ask for.
func NewRequest(p *Pack, manifestSHA256 string) (Request, error) {
	s := &p.Summary
	if !s.Disputable() {
		return Request{}, pharos.Errorf(pharos.NotFound, "%s of %s has no day to dispute", s.Month, named(s.SubscriptionName, s.SubscriptionID)).
			WithHint("`pharos credit --month %s --by day` tells what became of the credit", s.Month)
	}
	r := Request{
		Name: TicketName(s.SubscriptionID, s.Month), SubscriptionID: s.SubscriptionID, Month: s.Month,
		Severity: Minimal, Began: s.Days[0].Start(), Attachment: Folder(s.SubscriptionID, s.Month) + ".zip", ManifestSHA256: manifestSHA256,
	}
	r.Title = clip(fmt.Sprintf("Partner earned credit not applied: partner ID %s, subscription %s, %s", s.PartnerID, s.SubscriptionID, DayRanges(s.Days)), maxTitle)
	end := []string{
		"", "Evidence: " + r.Attachment + ", with every line, who held which role from when to when, and the observations.",
		"The pack lists the SHA-256 of each of its files in SHA256SUMS, whose own SHA-256 is", manifestSHA256,
	}
	days := append([]string{"", "Missing credit day by day (UTC):"}, p.missingDays()...)
	days = append(days, p.Bill.notes()...) // where the amounts are not final is not kept back
	r.Description = fit(strings.Split(strings.TrimRight(s.Text(), "\n"), "\n"), days, end)
	return r, nil
}

// missingDays tells the missing credit of each disputed day, by currency.
func (p *Pack) missingDays() []string {
	var out []string
	for _, d := range p.Days {
		type sum struct {
			list, missing decimal.Decimal
			lines         int64
		}
		var order []string
		sums := map[string]sum{}
		for _, row := range d.Rows {
			if row.Verdict != pharos.Disputable {
				continue
			}
			x, seen := sums[row.Currency]
			if !seen {
				order = append(order, row.Currency)
			}
			sums[row.Currency] = sum{x.list.Add(row.List), x.missing.Add(row.Missing), x.lines + row.Lines}
		}
		for _, currency := range order {
			x := sums[currency]
			out = append(out, fmt.Sprintf("%s: %s %s missing; usage of %s, lines: %d", d.Date, Cents(x.missing), currency, Cents(x.list), x.lines))
		}
	}
	return out
}

// fit joins lines of text within the bound. The end is always whole; of the
// others what has no room is left out, and that is said.
func fit(head, days, end []string) string {
	const cut = "… (the rest stands in the pack)"
	left := maxDescription - len(strings.Join(end, "\n")) - 2*(len(cut)+1)
	take := func(lines []string) []string {
		for i, line := range lines {
			if left -= len(line) + 1; left < 0 {
				left = 0
				return append(lines[:i:i], cut)
			}
		}
		return lines
	}
	lines := append(take(head), take(days)...)
	return strings.Join(append(lines, end...), "\n")
}

// clip cuts a line that is too long.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const cut = "…"
	return strings.ToValidUTF8(s[:most-len(cut)], "") + cut
}
