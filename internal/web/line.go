package web

import (
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// lineRow is a usage line.
type lineRow struct {
	Resource, Kind, Scope string
	Meter, MeterDetail    string
	Quantity              string
	UnitPrice, List       amount
	Rate                  string
	Credit                amount
	Badge                 badge
	Causes                []link
	File                  string // where the line was read, "" when nobody knows
	Number                int64  // of the line in File
}

// lines reads the page's usage lines. Lines before it are passed over, none
// after it is read.
func (s *Server) lines(r *http.Request, judged *credit.Month, q credit.Query, only pharos.Verdict, p pager) ([]lineRow, error) {
	if p.Total == 0 {
		return nil, nil
	}
	pick := credit.Pick{Query: q}
	pick.Limit = p.end
	if only != "" {
		pick.Verdicts = []pharos.Verdict{only}
	}
	rows := make([]lineRow, 0, p.end-p.skip)
	n := 0
	for l, err := range pick.Lines(s.books.Lines(r.Context(), judged, pick.Ask())) {
		if err != nil {
			return nil, err
		}
		if n >= p.skip {
			rows = append(rows, newLineRow(&l))
		}
		n++
	}
	return rows, nil
}

func newLineRow(l *credit.Line) lineRow {
	row := lineRow{
		Scope: string(l.Resource), Meter: l.Meter.Name, Quantity: quantity(l.Quantity),
		UnitPrice: amount{l.UnitPrice, l.PricingCurrency},
		List:      amount{l.List(), l.BillingCurrency}, Credit: amount{l.Credit, l.BillingCurrency},
		Badge: badge(l.Verdict), Causes: causeLinks(l.Causes),
		MeterDetail: strings.Trim(l.Meter.Category+" / "+l.Meter.SubCategory, " /"),
	}
	row.Resource, row.Kind = resourceName(l)
	if !l.Credited.IsZero() {
		row.Rate = l.Credited.String() + " %"
	}
	row.File, row.Number = l.Source.File, l.Source.Line
	if row.Meter == "" {
		row.Meter = l.Meter.ID
	}
	return row
}

// resourceName returns the name of a line's resource, and what it is and
// where: its type and group.
func resourceName(l *credit.Line) (name, kind string) {
	if l.Resource == "" {
		if l.ResourceGroup != "" {
			return l.ResourceGroup, "resource group"
		}
		return "No resource", "charge on the subscription"
	}
	text := string(l.Resource)
	name = text[strings.LastIndexByte(text, '/')+1:]
	if _, provider, ok := strings.Cut(text, "/providers/"); ok {
		parts := strings.Split(provider, "/")
		kind = parts[0]
		for i := 1; i < len(parts); i += 2 {
			kind += "/" + parts[i]
		}
	}
	return name, strings.Trim(kind+" in "+l.ResourceGroup, " ")
}

// Price shows all digits of a price: prices are far below a cent.
func (l lineRow) Price() string {
	return quantity(l.UnitPrice.Value) + " " + l.UnitPrice.Currency
}
