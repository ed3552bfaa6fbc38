package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// What a ledger in another engine than a folder shares with this one: what is
// read from files, what the manifest says, and which lines count.
type (
	// Manifest is the list of what a ledger holds.
	Manifest = manifest
	// Entry is one imported file in it.
	Entry = source
	// Part is what a source has of one month.
	Part = segmentInfo
	// Row is a usage line at rest.
	Row = row
	// FineScopes are the scopes that lines are summed by one by one.
	FineScopes = fineScopes
)

// Sink takes the lines of one source, in the order that they stand in it.
type Sink interface {
	// Add takes a line. Member is the file within the source, "" where the
	// source is no zip.
	Add(month pharos.Month, rec *usagefile.Record, member string) error
	// Finish is called after the last line, and tells what the source has by month.
	Finish() ([]Part, error)
	// Abandon is called last, whether the source was finished or not.
	Abandon() error
}

// Staged is what an import has read, and what is to be added to the manifest for it.
type Staged struct {
	Entries []Entry
	Report  Report
}

// Stage reads the sources that m does not have, each into a sink of its own,
// with a worker for each processor. Errors are those of [Ledger.Import].
func Stage(ctx context.Context, m Manifest, sources []Source, opts Options, sink func(ctx context.Context, sha string) Sink) (Staged, error) {
	in := &importing{opts: opts, manifest: m, step: func() {}, sink: sink}
	all, err := in.stage(ctx, sources)
	if err != nil {
		return Staged{}, err
	}
	return Staged{Entries: added(all, opts.Statement), Report: report(all)}, nil
}

// Take adds an import to the manifest (rules 1 and 4 of the package comment)
// and reports whether that changed it.
func (m *manifest) Take(entries []Entry, st *Statement, sequence int64) bool {
	before := len(m.Sources)
	if st != nil {
		m.Sources = slices.DeleteFunc(m.Sources, func(s source) bool { return st.restates(s.Statement) })
	}
	changed := len(m.Sources) != before
	for _, s := range entries {
		if known, ok := m.bySHA(s.SHA256); ok {
			if st == nil {
				changed = m.restore(known, s) || changed
				continue
			}
			m.Sources = slices.DeleteFunc(m.Sources, func(o source) bool { return o.SHA256 == s.SHA256 })
		}
		s.Sequence, s.Statement = sequence, st
		m.Sources = append(m.Sources, s)
		changed = true
	}
	m.Sequence = max(m.Sequence, sequence)
	return changed
}

// restore puts a source that was read again in the place of the one whose
// lines were dropped, as old as that was, and reports whether there was any.
func (m *manifest) restore(known, again source) bool {
	if len(known.Dropped) == 0 {
		return false
	}
	again.Sequence, again.Statement = known.Sequence, known.Statement
	i := slices.IndexFunc(m.Sources, func(o source) bool { return o.SHA256 == known.SHA256 })
	m.Sources[i] = again
	return true
}

// LastStatement returns the newest statement; ok is false when there is none.
func (m *manifest) LastStatement() (s Statement, ok bool) {
	for _, src := range m.Sources {
		if src.Statement != nil && (!ok || src.Statement.At.After(s.At)) {
			s, ok = *src.Statement, true
		}
	}
	return s, ok
}

// FilesOf lists the files that have lines of a month, in the order of their import.
func (m *manifest) FilesOf(month pharos.Month) []File {
	var out []File
	for _, s := range m.Sources {
		if slices.ContainsFunc(s.Segments, func(g segmentInfo) bool { return g.Month == month }) {
			out = append(out, File{s.Name, s.SHA256})
		}
	}
	return out
}

// Ranked is a source's part of a month, and how its lines stand to others'.
type Ranked struct {
	Entry Entry
	Part  Part
	// Rank orders statements from the oldest to the newest, from 1; parts of
	// one statement have the same.
	Rank int
	// Meets says that another statement has lines of the same days, so that
	// lines of this part may stand there too.
	Meets bool
}

// Ranked returns the parts of a month in the order of their import.
func (m *manifest) Ranked(month pharos.Month) []Ranked {
	var segments []*segment
	for _, s := range m.Sources {
		for _, info := range s.Segments {
			if info.Month == month {
				segments = append(segments, &segment{source: s, info: info})
			}
		}
	}
	all := ranks(segments)
	order := slices.Clone(all)
	slices.SortFunc(order, rank.compare)
	order = slices.Compact(order)
	out := make([]Ranked, len(segments))
	for i, s := range segments {
		out[i] = Ranked{Entry: s.source, Part: s.info, Rank: slices.Index(order, all[i]) + 1, Meets: meets(segments, i)}
	}
	return out
}

// Strays returns the invoices that have lines in the month and bill another, sorted.
func (m *manifest) Strays(month pharos.Month) []string {
	var out []string
	for invoice := range m.strays(month) {
		out = append(out, invoice)
	}
	slices.Sort(out)
	return out
}

// Fill makes r the row of a record; member is the file within its source.
func (r *row) Fill(rec *usagefile.Record, member string) error {
	return r.fill(rec, member, rec.Credited.String())
}

// UsageLine returns the row as a line of a source.
func (r *row) UsageLine(source string) (pharos.UsageLine, error) {
	wide, err := r.wide()
	if err != nil {
		return pharos.UsageLine{}, err
	}
	if r.Member != "" {
		source += "!" + r.Member
	}
	return pharos.UsageLine{
		Source: pharos.LineSource{File: source, Line: r.Line}, Invoice: r.Invoice, Day: pharos.Day(r.Day),
		Customer: pharos.TenantID(r.Customer), CustomerName: r.CustomerName,
		Subscription: pharos.SubscriptionID(r.Subscription), SubName: r.SubName,
		ResourceGroup: r.Group, Resource: pharos.Scope(r.Resource),
		Meter: pharos.Meter{
			ID: r.MeterID, Name: r.MeterName, Category: r.Category, SubCategory: r.SubCategory,
			Product: r.ProductID, SKU: r.SKU, Publisher: r.Publisher,
		},
		Quantity: exact(wide.Quantity, r.Quantity), UnitPrice: exact(wide.UnitPrice, r.UnitPrice),
		EffectiveUnitPrice: exact(wide.Effective, r.Effective), ExchangeRate: exact(wide.Exchange, r.Exchange),
		BillingPreTaxTotal: exact(wide.PreTax, r.PreTax), HasBillingTotal: r.HasPreTax,
		PricingCurrency: r.Pricing, BillingCurrency: r.Billing,
		Credited: pharos.Rate{Decimal: rateOf(r.Credited)}, Product: pharos.Cause(r.Excluded),
		Plan: pharos.Plan(r.Plan), Reseller: pharos.PartnerID(r.Reseller),
	}, nil
}

func (r *row) wide() (wideValues, error) {
	var wide wideValues
	if r.Wide == "" {
		return wide, nil
	}
	if err := json.Unmarshal([]byte(r.Wide), &wide); err != nil {
		return wide, fmt.Errorf("column wide: %w", err)
	}
	return wide, nil
}

// RateOf reads a rate as a row has it.
func RateOf(s string) decimal.Decimal { return rateOf(s) }

// NewFineScopes sorts scopes by subscription, the longest first.
func NewFineScopes(fine []pharos.Scope) FineScopes { return newFineScopes(fine) }

// Covering returns the longest scope that covers the resource, or "".
func (f fineScopes) Covering(resource pharos.Scope) pharos.Scope { return f.covering(resource) }

// Subscriptions lists the subscriptions that have such scopes, sorted.
func (f fineScopes) Subscriptions() []string { return slices.Sorted(maps.Keys(f)) }

// WideList returns the list cost of the row, and whether it takes an amount
// that is text: such a one is 0 in its own column, and so is the product there.
func (r *row) WideList() (list decimal.Decimal, wide bool, err error) {
	w, err := r.wide()
	if err != nil || w.Quantity == "" && w.UnitPrice == "" && w.Exchange == "" {
		return decimal.Zero, false, err
	}
	return exact(w.Quantity, r.Quantity).Mul(exact(w.UnitPrice, r.UnitPrice)).Mul(exact(w.Exchange, r.Exchange)), true, nil
}

// BilledKey is the key of the row's sum.
func (r *row) BilledKey() (BilledKey, error) {
	w, err := r.wide()
	return BilledKey{r.Customer, r.Billing, r.Credited, r.Exchange, w.Exchange}, err
}
