package evidence

import (
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// Bill is what the subscription's usage lines tell besides their amounts.
type Bill struct {
	Lines int64 `json:"lines"`
	// Invoices are those that bill a disputed line, with their numbers of
	// disputed lines; "" is usage that is not invoiced yet.
	Invoices []Invoice `json:"invoices"`
	// Rates are those at which the disputed lines' credit is counted.
	Rates []RateUse `json:"rates"`
	// Files are the usage files that the lines were read from.
	Files []UsageFile `json:"files"`
}

// Invoice is an invoice with disputed lines.
type Invoice struct {
	Number string `json:"number"`
	Lines  int64  `json:"lines"`
}

// RateUse is a rate with the disputed lines counted at it.
type RateUse struct {
	Rate    pharos.Rate `json:"rate"`    // percent
	Assumed bool        `json:"assumed"` // the bill does not settle it
	Lines   int64       `json:"lines"`
}

// UsageFile is a usage file, without the folder it was in.
type UsageFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256,omitempty"` // "" where the ledger does not know it
	Lines  int64  `json:"lines"`            // of the subscription and month
}

func newBill() Bill { return Bill{Invoices: []Invoice{}, Rates: []RateUse{}, Files: []UsageFile{}} }

// FileName is the name of a usage file in a pack: that of a line's source
// without the folder it was in, which concerns nobody.
func FileName(source string) string { return path.Base(strings.ReplaceAll(source, `\`, "/")) }

// Counted passes the subscription's lines on and, at their end, has filled
// p.Bill. If they do not add up to the pack, to the last digit, it yields an
// error with code Internal instead of an end.
func (p *Pack) Counted(lines iter.Seq2[credit.Line, error]) iter.Seq2[credit.Line, error] {
	return func(yield func(credit.Line, error) bool) {
		sums := map[rowKey]Row{}
		p.Bill = newBill()
		for l, err := range lines {
			if err == nil {
				k := keyOf(&l)
				sums[k] = sums[k].plus(&l)
				p.Bill.count(&l)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
		p.Bill.sort()
		if err := p.balance(sums); err != nil {
			yield(credit.Line{}, err)
			return
		}
		p.Notes = append(p.Notes, p.Bill.notes()...)
	}
}

// rowKey tells the rows of a pack apart.
type rowKey struct {
	day      pharos.Day
	verdict  pharos.Verdict
	currency string
}

func keyOf(l *credit.Line) rowKey { return rowKey{l.Day, l.Verdict, l.BillingCurrency} }

func (r Row) plus(l *credit.Line) Row {
	r.List, r.Credit, r.Lines = r.List.Add(l.List()), r.Credit.Add(l.Credit), r.Lines+1
	return r
}

// balance compares sums of lines with the days of the pack.
func (p *Pack) balance(sums map[rowKey]Row) error {
	for _, d := range p.Days {
		for _, r := range d.Rows {
			k := rowKey{d.Date, r.Verdict, r.Currency}
			left := sums[k]
			left.List, left.Credit, left.Lines = left.List.Sub(r.List), left.Credit.Sub(r.Credit), left.Lines-r.Lines
			sums[k] = left
		}
	}
	for k, left := range sums {
		if left.Lines != 0 || !left.List.IsZero() || !left.Credit.IsZero() {
			return pharos.Errorf(pharos.Internal, "the lines of %s (%s) do not add up to the day's sums: %d lines, %s %s of credit apart",
				k.day, k.verdict, left.Lines, left.Credit, k.currency).WithHint("was usage imported in the meantime? run the command again")
		}
	}
	return nil
}

// count takes note of a line.
func (b *Bill) count(l *credit.Line) {
	b.Lines++
	archive, _, _ := strings.Cut(l.Source.File, "!") // the members of a zip are one file
	addTo(&b.Files, func(f *UsageFile) bool { return f.Name == FileName(archive) }, UsageFile{Name: FileName(archive)}).Lines++
	if l.Verdict != pharos.Disputable {
		return
	}
	addTo(&b.Invoices, func(i *Invoice) bool { return i.Number == l.Invoice }, Invoice{Number: l.Invoice}).Lines++
	same := func(r *RateUse) bool { return r.Rate.Equal(l.Rate.Decimal) && r.Assumed == l.Assumed }
	addTo(&b.Rates, same, RateUse{Rate: l.Rate, Assumed: l.Assumed}).Lines++
}

// addTo returns the element that fits, which is added when none does.
func addTo[T any](all *[]T, fits func(*T) bool, fresh T) *T {
	for i := range *all {
		if fits(&(*all)[i]) {
			return &(*all)[i]
		}
	}
	*all = append(*all, fresh)
	return &(*all)[len(*all)-1]
}

func (b *Bill) sort() {
	slices.SortFunc(b.Files, func(x, y UsageFile) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(b.Invoices, func(x, y Invoice) int { return strings.Compare(x.Number, y.Number) })
	slices.SortFunc(b.Rates, func(x, y RateUse) int { return x.Rate.Cmp(y.Rate.Decimal) })
}

// notes say where the disputed amounts are not final.
func (b *Bill) notes() []string {
	var out []string
	for _, i := range b.Invoices {
		if i.Number == "" {
			out = append(out, fmt.Sprintf("%d of the disputed lines are not invoiced yet: their amounts may still change.", i.Lines))
		}
	}
	for _, r := range b.Rates {
		if r.Assumed {
			out = append(out, fmt.Sprintf("The bill does not state the rate of %d of the disputed lines. They are counted at %s %%.", r.Lines, r.Rate))
		}
	}
	return out
}
