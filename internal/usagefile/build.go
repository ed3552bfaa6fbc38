package usagefile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
)

// builder turns the cells of a row into a Record. It remembers what it made
// of values that come again and again.
type builder struct {
	family   family
	american bool
	scale    rateScale

	texts     *interner
	guids     *memo[string]
	days      *memo[pharos.Day]
	rates     *memo[pharos.Rate]
	money     *memo[string] // currencies
	places    placeParser
	resellers *memo[pharos.PartnerID]
	lowered   *memo[string]
	products  map[traits]pharos.Cause
	plan      planMemory
}

// planMemory is what was made of the plan of the line before.
type planMemory struct {
	text, invoice string
	plan          pharos.Plan
}

func newBuilder(f family, american bool, scale rateScale) *builder {
	return &builder{
		family: f, american: american, scale: scale,
		texts: newInterner(), guids: newMemo[string](), days: newMemo[pharos.Day](), rates: newMemo[pharos.Rate](),
		money: newMemo[string](), resellers: newMemo[pharos.PartnerID](),
		lowered:  newMemo[string](),
		products: map[traits]pharos.Cause{},
	}
}

// build fills rec from r. A non-empty answer is the reason to reject the line.
func (b *builder) build(r *row, rec *Record) string {
	*rec = Record{Number: rec.Number}
	for _, step := range []func(*row, *Record) string{b.identity, b.amounts, b.credit} {
		if reason := step(r, rec); reason != "" {
			return reason
		}
	}
	b.describe(r, rec)
	b.classify(r, rec)
	return ""
}

// identity reads whose line it is: day, customer, subscription, resource.
func (b *builder) identity(r *row, rec *Record) string {
	var ok bool
	if rec.Day, ok = b.days.of(r.cells[colDay], func(c []byte) (pharos.Day, bool) { return parseDay(c, b.american) }); !ok {
		return reason("date", r.cells[colDay])
	}
	customer, ok := b.guid(r.cells[colCustomer])
	if !ok {
		return reason("customer id", r.cells[colCustomer])
	}
	sub := r.cells[colSubscription]
	if b.family == focusFamily { // /subscriptions/GUID
		sub = sub[bytes.LastIndexByte(sub, '/')+1:]
	}
	subscription, ok := b.guid(sub)
	if !ok {
		return reason("subscription id", r.cells[colSubscription])
	}
	rec.Customer, rec.Subscription = pharos.TenantID(customer), pharos.SubscriptionID(subscription)
	rec.Invoice = b.texts.text(colInvoice, bytes.TrimSpace(r.cells[colInvoice]))
	rec.Invoice = strings.ToUpper(rec.Invoice)
	p := b.places.parse(r.cells[colResource])
	rec.Resource, rec.ResourceGroup = p.resource, p.group
	if rec.Resource == "" {
		rec.ResourceGroup = b.group(r.cells[colResourceGroup])
	}
	return ""
}

func (b *builder) guid(c []byte) (string, bool) {
	return b.guids.of(c, func(c []byte) (string, bool) {
		g, err := pharos.ParseGUID(string(c))
		return g, err == nil
	})
}

// group reads the resource group's column; Cost Management writes Others for
// charges outside any group ("understand usage details fields").
func (b *builder) group(c []byte) string {
	g := b.lower(c)
	if b.family != partnerFamily && (g == "others" || g == "null") {
		return ""
	}
	return g
}

// lower returns an id in lower case: formats write the same GUID in either.
func (b *builder) lower(c []byte) string {
	s, _ := b.lowered.of(c, func(c []byte) (string, bool) {
		return strings.ToLower(strings.ToValidUTF8(string(bytes.TrimSpace(c)), "\uFFFD")), true
	})
	return s
}

// amounts reads quantity, prices, currencies and totals.
func (b *builder) amounts(r *row, rec *Record) string {
	for _, n := range []struct {
		to   *Number
		cell []byte
		name string
		must bool
	}{
		{&rec.Quantity, r.cells[colQuantity], "quantity", true},
		{&rec.UnitPrice, r.text(b.listPrice()...), "unit price", true},
		{&rec.EffectivePrice, r.cells[colEffectivePrice], "effective unit price", false},
		{&rec.PreTax, r.cells[colPreTax], "billing total", false},
	} {
		value, ok := b.number(n.cell)
		if cellMissing := len(bytes.TrimSpace(n.cell)) == 0; !ok && (n.must || !cellMissing) {
			return reason(n.name, n.cell)
		}
		*n.to = value
	}
	rec.HasPreTax = len(bytes.TrimSpace(r.cells[colPreTax])) > 0
	var ok bool
	if rec.BillingCurrency, ok = b.money.of(r.cells[colBillingCurrency], parseCurrency); !ok {
		return reason("billing currency", r.cells[colBillingCurrency])
	}
	return b.exchange(r, rec)
}

// listPrice is where a family has the list price. In Cost Management that is
// the pay-as-you-go price; the unit price stands in when there is none.
func (b *builder) listPrice() []column {
	if b.family == costFamily {
		return []column{colRetailPrice, colUnitPrice}
	}
	return []column{colUnitPrice}
}

func (b *builder) number(c []byte) (Number, bool) { return parseNumber(bytes.TrimSpace(c)) }

// exchange reads the pricing currency and the rate. A line priced in the
// billing currency needs no rate; any other does.
func (b *builder) exchange(r *row, rec *Record) string {
	one := FixedNumber(1e10)
	rec.ExchangeRate = one
	var ok bool
	if rec.PricingCurrency, ok = b.money.of(r.cells[colPricingCurrency], parseCurrency); !ok {
		return reason("pricing currency", r.cells[colPricingCurrency])
	}
	rate := bytes.TrimSpace(r.cells[colExchangeRate])
	if len(rate) == 0 {
		if rec.PricingCurrency == rec.BillingCurrency {
			return ""
		}
		return reason("exchange rate", rate)
	}
	if rec.ExchangeRate, ok = b.number(rate); !ok || rec.ExchangeRate.Sign() <= 0 {
		return reason("exchange rate", rate)
	}
	if b.family == focusFamily {
		return b.focusCurrency(r, rec)
	}
	return ""
}

// focusCurrency settles in which currency a FOCUS export states its prices:
// Microsoft's pages say the pricing currency ("FOCUS dataset details") and
// the billing currency ("Update reports to use FOCUS columns"). ListCost,
// which is in the billing currency, tells: list price x quantity is either
// that, or that before the exchange rate.
func (b *builder) focusCurrency(r *row, rec *Record) string {
	cost := bytes.TrimSpace(r.cells[colListCost])
	if len(cost) == 0 || rec.PricingCurrency == rec.BillingCurrency {
		return ""
	}
	listCost, ok := b.number(cost)
	if !ok {
		return reason("list cost", cost)
	}
	plain := rec.UnitPrice.Decimal().Mul(rec.Quantity.Decimal())
	converted := plain.Mul(rec.ExchangeRate.Decimal())
	want := listCost.Decimal()
	if want.Sub(plain).Abs().LessThan(want.Sub(converted).Abs()) {
		rec.PricingCurrency, rec.ExchangeRate = rec.BillingCurrency, FixedNumber(1e10)
	}
	return ""
}

// credit reads the rate at which the line was credited. Where a flag stands
// beside the rate the two must not contradict each other.
func (b *builder) credit(r *row, rec *Record) string {
	cell := r.cells[colCreditRate]
	rate, ok := b.rates.of(cell, func(c []byte) (pharos.Rate, bool) { return parseRate(c, b.scale) })
	if !ok {
		return reason("earned credit rate", cell)
	}
	applied, known, ok := parseFlag(r.cells[colCreditApplied])
	switch {
	case !ok:
		return reason("earned credit flag", r.cells[colCreditApplied])
	case !r.has[colCreditRate] && !r.has[colCreditApplied]:
		return "no earned credit rate"
	case known && applied && rate.IsZero():
		return "earned credit is flagged as applied, and its rate is not given"
	case known && !applied && !rate.IsZero() && b.family == partnerFamily:
		return fmt.Sprintf("earned credit is flagged as not applied, and its rate is %s %%", rate)
	case known && !applied:
		rate = pharos.Rate{}
	}
	rec.Credited = rate
	return ""
}

// describe reads names and other values that no rule depends on.
func (b *builder) describe(r *row, rec *Record) {
	text := func(c column) string { return b.texts.text(c, bytes.TrimSpace(r.cells[c])) }
	rec.CustomerName, rec.SubName = text(colCustomerName), text(colSubscriptionName)
	rec.Meter = pharos.Meter{
		ID: b.lower(r.cells[colMeterID]), Name: text(colMeterName), Category: text(colMeterCategory),
		SubCategory: text(colMeterSubCategory), Product: text(colProductID), SKU: text(colSKU),
		Publisher: text(colPublisher),
	}
	rec.Reseller, _ = b.resellers.of(r.cells[colReseller], func(c []byte) (pharos.PartnerID, bool) { return parseReseller(c), true })
	rec.Tags = digestTags(r.cells[colTags])
}

// classify decides whether the line's product can earn at all.
func (b *builder) classify(r *row, rec *Record) {
	text := func(c column) string { return b.texts.text(c, bytes.TrimSpace(r.cells[c])) }
	if words := text(colPlan); b.plan.text != words || b.plan.invoice != rec.Invoice {
		b.plan = planMemory{words, rec.Invoice, planOf(words, rec.Invoice)}
	}
	rec.Plan = b.plan.plan
	if !rec.Credited.IsZero() {
		return
	}
	t := traits{
		cost:      !rec.UnitPrice.IsZero() && !rec.Quantity.IsZero(),
		publisher: rec.Meter.Publisher, publisherType: text(colPublisherType),
		model: text(colPricingModel), subcategory: text(colPricingSubcategory),
		benefitType: text(colBenefitType), meter: rec.Meter.Name, sku: text(colSKUName), plan: rec.Plan,
	}
	switch b.family {
	case focusFamily:
		t.category, t.order = text(colReservation), text(colBenefitID)
	case costFamily:
		t.reservation, t.savingsPlan = text(colReservation), text(colBenefitID)
	default:
		t.order = b.texts.text(colBenefitOrder, r.text(colBenefitOrder, colBenefitID))
	}
	cause, seen := b.products[t]
	if !seen {
		cause = t.product()
		if len(b.products) >= maxInterned {
			clear(b.products)
		}
		b.products[t] = cause
	}
	rec.Product = cause
}

// digestTags hashes tags (FNV-1a) leaving out braces and blanks: the partner
// files write {"a":"b"}, Cost Management "a": "b".
func digestTags(b []byte) uint64 {
	h, any := uint64(14695981039346656037), false
	for _, c := range b {
		if c == '{' || c == '}' || c == ' ' {
			continue
		}
		h, any = (h^uint64(c))*1099511628211, true
	}
	if !any {
		return 0
	}
	return h
}

// reason says what is wrong with a cell, in a line's length.
func reason(what string, cell []byte) string {
	cell = bytes.TrimSpace(cell)
	if len(cell) == 0 {
		return "no " + what
	}
	if len(cell) > 40 {
		cell = append(append([]byte(nil), cell[:37]...), "..."...)
	}
	return fmt.Sprintf("%s %q cannot be read", what, cell)
}
