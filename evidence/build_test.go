package evidence_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
)

// TestNew_ClaimsOnlyWhatIsOwed: of days without credit those are claimed on
// which access held, and the others are said.
func TestNew_ClaimsOnlyWhatIsOwed(t *testing.T) {
	s := newSample()
	key := pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}
	s.history.Grants[key].Facts[0].Span.Began = pharos.At(instant(5, 8)) // nothing on 1 to 4, a part of the 5th
	s.fill(prod, "rg-web", 1, 2, 3, 4, 5, 10, 11, 20)
	s.fill(shop, "rg-x", 10)
	p, _ := s.pack(t, prod)

	got := map[pharos.Verdict][]pharos.Day{}
	for _, d := range p.Days {
		for _, r := range d.Rows {
			got[r.Verdict] = append(got[r.Verdict], d.Date)
		}
	}
	delete(got, pharos.Earned)
	want := map[pharos.Verdict][]pharos.Day{
		pharos.Lost: {oct(1), oct(2), oct(3), oct(4), oct(5)}, pharos.Disputable: {oct(10), oct(11), oct(20)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts -want +got\n%s", diff)
	}
	sum := p.Summary
	if diff := cmp.Diff(want[pharos.Disputable], sum.Days); diff != "" || sum.Lines != 3 {
		t.Errorf("disputed days -want +got, %d lines\n%s", sum.Lines, diff)
	}
	one := dec("24").Mul(dec("0.123456789")).Mul(dec("0.9")).Mul(dec("0.15"))
	three := one.Mul(dec("3"))
	if len(sum.Amounts) != 1 || !sum.Amounts[0].Missing.Equal(three) || !sum.Amounts[0].Expected.Equal(three) || !sum.Amounts[0].Credited.IsZero() {
		t.Errorf("amounts %+v, want three times %s missing", sum.Amounts, one)
	}
	wantNote := evidence.Cents(one.Mul(dec("5"))) + " EUR of credit of this month was not earned for reasons on our side, and is not disputed."
	if !slices.Contains(p.Notes, wantNote) {
		t.Errorf("notes %q, want %q", p.Notes, wantNote)
	}
	if len(sum.Access) != 1 || sum.Access[0].Name != "robot" || sum.Access[0].PartnerID != ourID || len(sum.Access[0].Days) != 3 {
		t.Errorf("access %+v", sum.Access)
	}
	if len(p.Bill.Files) != 1 || p.Bill.Files[0].Name != "october.csv" || p.Bill.Lines != 31 {
		t.Errorf("bill %+v", p.Bill)
	}
}

// TestNew_OtherDaysCount: on a disputed day what was credited beside the
// missing lines is expected too, and what was lost is not.
func TestNew_OtherLinesOfTheDay(t *testing.T) {
	s := newSample()
	key := pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}
	s.history.Grants[key].Facts[0].Value.Scope = pharos.ResourceGroupScope(prod, "rg-web")
	s.bill = bill{line(prod, 9, "rg-web", 15), line(prod, 9, "rg-web", 0), line(prod, 9, "rg-data", 0)}
	p, _ := s.pack(t, prod)
	one := s.bill[0].Credited.Of(s.bill[0].List())
	a := p.Summary.Amounts
	if len(a) != 1 || !a[0].Expected.Equal(one.Add(one)) || !a[0].Credited.Equal(one) || !a[0].Missing.Equal(one) {
		t.Errorf("amounts %+v, want %s credited and as much missing", a, one)
	}
	day := p.Days[8]
	if len(day.Access) != 2 || day.Access[0].State == day.Access[1].State {
		t.Errorf("the two resource groups differ: %+v", day.Access)
	}
	if got := p.Summary.Access[0].Scopes; !slices.Equal(got, []pharos.Scope{pharos.ResourceGroupScope(prod, "rg-web")}) {
		t.Errorf("access at %v", got)
	}
}

// TestNew_ByGroup: somebody who earns as a member of a group is told as such,
// and members whose links nobody knows are not handed out.
func TestNew_ByGroup(t *testing.T) {
	s := newSample()
	key := pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}
	s.history.Grants[key].Facts = nil
	s.give(prod, pharos.Grant{Path: pharos.Lighthouse, Role: pharos.Contributor, Holder: ours(operators), HolderKind: pharos.Group}, instant(1, 0), time.Time{})
	s.history.Members[ours(operators)] = record(
		pharos.Fact[pharos.PrincipalID]{Value: alice, Span: pharos.Always()}, pharos.Fact[pharos.PrincipalID]{Value: unlinked, Span: pharos.Always()})
	s.history.Links[ours(alice)] = record(pharos.Fact[pharos.PartnerID]{Value: ourID, Span: pharos.Always(), Source: pharos.CheckIn})
	s.fill(prod, "rg-web", 9)
	p, _ := s.pack(t, prod)
	if a := p.Summary.Access; len(a) != 1 || a[0].Name != "alice" || !slices.Equal(a[0].Groups, []string{"Operators"}) {
		t.Errorf("access %+v", a)
	}
	if len(p.Memberships) != 1 || p.Memberships[0].Member.ID != alice || len(p.Links) != 1 || p.Links[0].Source != pharos.CheckIn {
		t.Errorf("members %+v, links %+v", p.Memberships, p.Links)
	}
}

// TestNew_ByReseller: access of the reseller of record is linked to its ID.
func TestNew_ByReseller(t *testing.T) {
	const resellerID, resellers = pharos.PartnerID("5000001"), pharos.TenantID("44444444-4444-4444-8444-444444444444")
	s := newSample()
	s.partner.Kind = pharos.IndirectProvider
	s.partner.Resellers = []pharos.Reseller{{Name: "reseller", PartnerID: resellerID, Tenant: resellers}}
	key := pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}
	s.history.Grants[key].Facts = nil
	theirs := pharos.PrincipalRef{Tenant: resellers, ID: rival}
	s.give(prod, pharos.Grant{Path: pharos.Lighthouse, Role: pharos.Contributor, Holder: theirs, HolderKind: pharos.ServicePrincipal}, instant(1, 0), time.Time{})
	s.history.Links[theirs] = record(pharos.Fact[pharos.PartnerID]{Value: resellerID, Span: pharos.Always(), Source: pharos.Declared})
	s.history.Sales[prod].Facts[0].Value.Reseller = resellerID
	s.fill(prod, "rg-web", 9)
	p, _ := s.pack(t, prod)
	if a := p.Summary.Access; len(a) != 1 || a[0].PartnerID != resellerID || a[0].Tenant != resellers || !p.Links[0].Ours {
		t.Errorf("access %+v, links %+v", a, p.Links)
	}
	if want := "The partner link of " + string(rival) + " is declared by us: it was not read from Azure."; !slices.Contains(p.Notes, want) {
		t.Errorf("notes %q", p.Notes)
	}
	if text := p.Summary.Text(); !strings.Contains(text, "linked to partner ID 5000001") {
		t.Error(text)
	}
}

// TestNew_Timeline: facts of other months, of other customers and of the
// customer's own people stay out; the log entries behind the others are told.
func TestNew_Timeline(t *testing.T) {
	s := newSample()
	theirs := pharos.PrincipalRef{Tenant: fabrikam, ID: clerk}
	s.history.Principals[theirs] = pharos.Principal{PrincipalRef: theirs, Kind: pharos.User, Name: "clerk"}
	s.give(prod, pharos.Grant{Path: pharos.Direct, Role: pharos.Owner, Holder: theirs, HolderKind: pharos.User}, instant(1, 0), time.Time{})
	s.give(prod, pharos.Grant{Path: pharos.Lighthouse, Role: pharos.Reader, Holder: ours(robot), HolderKind: pharos.ServicePrincipal}, instant(-20, 0), instant(-10, 0))
	s.give(shop, pharos.Grant{Path: pharos.Lighthouse, Role: pharos.Contributor, Holder: ours(rival), HolderKind: pharos.ServicePrincipal}, instant(1, 0), time.Time{})
	s.history.Denials[prod].Facts = []pharos.Fact[pharos.Denial]{{Value: pharos.Denial{ID: "deny", Scope: pharos.SubscriptionScope(prod)}, Span: pharos.SpanOf(pharos.Interval{From: instant(9, 3), To: instant(9, 4)})}}
	s.scans = []evidence.Scan{
		{At: instant(-3, 6)}, {At: instant(-1, 6), Eyes: []evidence.Eye{{Name: "robot", Principal: ours(robot)}}},
		{At: instant(3, 6), Eyes: []evidence.Eye{{Name: "robot", Principal: ours(robot)}, {Name: "tailspin-reader", Principal: pharos.PrincipalRef{Tenant: tailspin, ID: clerk}}}, Problems: []evidence.Problem{
			{Subject: string(pharos.SubscriptionScope(prod)), Reading: "deny assignments", Message: "not allowed"},
			{Subject: string(pharos.SubscriptionScope(shop)), Reading: "deny assignments", Message: "not allowed"},
		}},
		{At: s.asOf.Add(time.Hour)},
	}
	s.fill(prod, "rg-web", 9)
	s.fill(shop, "rg-x", 9)
	p, _ := s.pack(t, prod)
	if len(p.Grants) != 1 || p.Grants[0].Evidence != "entry-1" || p.Grants[0].RoleName != "Support Request Contributor" {
		t.Errorf("grants %+v", p.Grants)
	}
	if len(p.Denials) != 1 || p.Summary.Disputable() {
		t.Errorf("a denial voids the day: %+v, disputed %v", p.Denials, p.Summary.Days)
	}
	if len(p.Scans) != 2 || len(p.Scans[1].Eyes) != 1 || len(p.Scans[1].Problems) != 1 {
		t.Errorf("scans %+v", p.Scans)
	}
	text := string(must(json.Marshal(p)))
	for _, foreign := range []string{string(tailspin), string(shop), "Tailspin", "tailspin", string(clerk), string(rival), "null"} {
		if strings.Contains(text, foreign) {
			t.Errorf("the pack tells of %q", foreign)
		}
	}
}

// TestNew_Presumed: what was not looked at on a disputed day is said.
func TestNew_Presumed(t *testing.T) {
	s := newSample()
	s.history.Programme = &pharos.Record[pharos.Signed]{
		Observed: []pharos.Interval{{From: instant(12, 0)}},
		Facts:    []pharos.Fact[pharos.Signed]{{Span: pharos.Span{Began: pharos.Bound{Latest: instant(12, 0)}, Ended: pharos.Bound{Earliest: s.asOf}}}},
	}
	s.fill(prod, "rg-web", 9, 20)
	for i := range s.bill {
		s.bill[i].Invoice = ""
	}
	p, _ := s.pack(t, prod)
	for _, want := range []string{
		"That our partner programme agreement was signed on 2026-10-09 is presumed: it was not observed on those days.",
		"2 of the disputed lines are not invoiced yet: their amounts may still change.",
	} {
		if !slices.Contains(p.Notes, want) {
			t.Errorf("notes %q, want %q", p.Notes, want)
		}
	}
}

func TestNew_NoUsage(t *testing.T) {
	s := newSample()
	s.fill(shop, "rg-x")
	in, _, err := s.input(prod)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.New(in); pharos.CodeOf(err) != pharos.NotFound || pharos.HintOf(err) == "" {
		t.Errorf("got %v", err)
	}
}

// TestPack_AssumedRate: a rate that the bill does not state is said.
func TestPack_AssumedRate(t *testing.T) {
	s := newSample()
	s.bill = bill{line(prod, 9, "rg-web", 0)}
	p, _ := s.pack(t, prod)
	if len(p.Bill.Rates) != 1 || !p.Bill.Rates[0].Assumed || !slices.ContainsFunc(p.Notes, func(n string) bool { return strings.Contains(n, "does not state the rate of 1 of the disputed lines") }) {
		t.Errorf("rates %+v, notes %q", p.Bill.Rates, p.Notes)
	}
}

// TestPack_Counted_Balance: lines that do not add up to the days are an error,
// not a pack.
func TestPack_Counted_Balance(t *testing.T) {
	s := newSample()
	s.fill(prod, "rg-web", 9)
	in, judging, err := s.input(prod)
	if err != nil {
		t.Fatal(err)
	}
	p := must(evidence.New(in))
	judging.Ledger = s.bill[1:] // a line less than was judged
	var last error
	for _, err := range p.Counted(credit.Lines(t.Context(), judging, in.Month, credit.Query{Month: october, Subscription: prod})) {
		last = err
	}
	if pharos.CodeOf(last) != pharos.Internal || !strings.Contains(last.Error(), "do not add up") {
		t.Errorf("got %v", last)
	}
}

// TestPack_AddsUp: whatever the bill and the access, the days, the totals and
// the lines add up to the same amounts, and only disputable credit is missing.
func TestPack_AddsUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newSample()
		from := rapid.IntRange(1, 31).Draw(r, "from")
		key := pharos.GrantKey{Subscription: prod, Path: pharos.Lighthouse}
		s.history.Grants[key].Facts[0].Span.Began = pharos.At(instant(from, rapid.IntRange(0, 23).Draw(r, "hour")))
		s.asOf = instant(rapid.IntRange(15, 40).Draw(r, "asOf"), 12)
		last := min(31, int(pharos.DayOf(s.asOf)-oct(1))+1)
		for range rapid.IntRange(1, 40).Draw(r, "lines") {
			l := line(prod, rapid.IntRange(1, last).Draw(r, "day"), rapid.SampledFrom([]string{"rg-web", "rg-data"}).Draw(r, "group"), rapid.SampledFrom([]int64{0, 0, 15, 10}).Draw(r, "rate"))
			l.Quantity = decimal.New(rapid.Int64Range(-1e6, 1e12).Draw(r, "quantity"), -9)
			l.BillingCurrency = rapid.SampledFrom([]string{"EUR", "USD"}).Draw(r, "currency")
			if rapid.Bool().Draw(r, "spot") && !l.Credited.IsPositive() {
				l.Product = pharos.ExcludedSpot
			}
			s.bill = append(s.bill, l)
		}
		p, lines := s.pack(t, prod)
		checkSums(r, p, lines)
	})
}

func checkSums(t *rapid.T, p *evidence.Pack, lines []credit.Line) {
	type sums struct{ list, credited, missing decimal.Decimal }
	days, billed := map[string]sums{}, map[string]sums{}
	for _, d := range p.Days {
		for _, r := range d.Rows {
			s := days[r.Currency]
			s.list, s.credited, s.missing = s.list.Add(r.List), s.credited.Add(r.Credited), s.missing.Add(r.Missing)
			days[r.Currency] = s
			if r.Missing.IsZero() != (r.Verdict != pharos.Disputable || r.Credit.IsZero()) {
				t.Errorf("%s: %s is missing of lines that are %s", d.Date, r.Missing, r.Verdict)
			}
		}
	}
	for _, l := range lines {
		s := billed[l.BillingCurrency]
		s.list = s.list.Add(l.List())
		s.credited = s.credited.Add(l.Credited.Of(l.List()))
		if l.Verdict == pharos.Disputable {
			s.missing = s.missing.Add(l.Credit)
		}
		billed[l.BillingCurrency] = s
	}
	missing := map[string]decimal.Decimal{}
	for _, a := range p.Summary.Amounts {
		missing[a.Currency] = a.Missing
		if !a.Expected.Equal(a.Credited.Add(a.Missing)) {
			t.Errorf("%+v does not add up", a)
		}
	}
	if len(p.Totals) != len(billed) {
		t.Errorf("%d totals, the lines have %d currencies", len(p.Totals), len(billed))
	}
	for _, total := range p.Totals {
		d, b := days[total.Currency], billed[total.Currency]
		credited := total.Earned.Add(total.Unexpected)
		for what, x := range map[string][4]decimal.Decimal{
			"list": {total.List, d.list, b.list, b.list}, "credited": {credited, d.credited, b.credited, b.credited},
			"missing": {total.Disputable, d.missing, b.missing, missing[total.Currency]},
		} {
			if !x[0].Equal(x[1]) || !x[0].Equal(x[2]) || !x[0].Equal(x[3]) {
				t.Errorf("%s %s: totals, days, lines, summary %v", total.Currency, what, x)
			}
		}
	}
}
