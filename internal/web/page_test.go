package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// cells returns the words of a table's body, row by row.
func cells(doc *goquery.Document, table string) [][]string {
	var rows [][]string
	doc.Find(table + " tbody tr").Each(func(_ int, tr *goquery.Selection) {
		var row []string
		tr.Find("th, td").Each(func(_ int, c *goquery.Selection) { row = append(row, text(c)) })
		rows = append(rows, row)
	})
	return rows
}

func want(t *testing.T, what string, got, want [][]string) {
	t.Helper()
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestMonthPage(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-10")
	if got := text(doc.Find("h1")); got != "October 2026" {
		t.Errorf("heading %q", got)
	}
	want(t, "causes in GBP", cells(doc, "#GBP .bars"), [][]string{
		{"✓Earned as expected", "598.50 GBP", "1", "19"},
		{"✕Lost eligible-only", "346.50 GBP", "1", "11"},
		{"✕Lost not-linked", "285.70 GBP", "1", "31"},
		{"✕Lost partial-day", "31.50 GBP", "1", "1"},
	})
	want(t, "customers in GBP", cells(doc, "#GBP .customers"), [][]string{
		{"Wingtip & Söhne <Ltd>", "378.00 GBP", "eligible-only", "0.00 GBP", "0.00 GBP", "598.50 GBP", "1"},
		{"Tailspin Toys Ltd", "285.70 GBP", "not-linked", "0.00 GBP", "0.00 GBP", "0.00 GBP", "1"},
	})
	var tiles []string
	doc.Find("#EUR .tile").Each(func(_ int, e *goquery.Selection) { tiles = append(tiles, text(e)) })
	if got := strings.Join(tiles, "; "); got != "Earned 32,341.50 EUR; Lost 8,824.59 EUR; Disputable 102.02 EUR; Pending 5.49 EUR; Unknown 9.15 EUR; Unexpected 51.01 EUR; Excluded (list) 12,787.50 EUR" {
		t.Errorf("headline %s", got)
	}
	if got, _ := doc.Find("#GBP .tile.v-lost data").Attr("title"); got != "663.696930 GBP" && got != "663.69693 GBP" {
		t.Errorf("the exact loss is %q", got)
	}
	if got := text(doc.Find(".notice li")); !strings.HasPrefix(got, "the bill does not state the rate of 3 lines") {
		t.Errorf("warning %q", got)
	}
}

// What a bar shows is what its row says: widths in proportion to amounts.
func TestMonthPage_Bars(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-10")
	bars := doc.Find("#GBP .bars rect")
	var widths []float64
	bars.Each(func(_ int, e *goquery.Selection) {
		text, _ := e.Attr("width")
		w, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		widths = append(widths, w)
	})
	if len(widths) != 4 || widths[0] != 100 || widths[1] < 57.8 || widths[1] > 58 {
		t.Errorf("widths %v, want 100 for 598.50 and 57.9 for 346.50", widths)
	}
	total := 0.0
	doc.Find("#EUR > .stack rect").Each(func(_ int, e *goquery.Selection) {
		text, _ := e.Attr("width")
		w, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		total += w
	})
	if total < 99.9 || total > 100.1 {
		t.Errorf("the stack is %v %% wide", total)
	}
}

// The columns say on which day a loss began, and the table below the same.
func TestMonthPage_Trend(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-10")
	columns := doc.Find("#GBP .trend g")
	if columns.Length() != 31 {
		t.Fatalf("%d columns, want 31", columns.Length())
	}
	if got := text(columns.Eq(20).Find("title")); got != "Wednesday 21 October: lost 40.72 GBP" {
		t.Errorf("the 21st says %q", got)
	}
	if parts := columns.Eq(18).Find("rect"); parts.Length() != 2 || !parts.First().HasClass("v-earned") || !parts.Last().HasClass("v-lost") {
		t.Errorf("the 19th has %d parts, want earned with lost on top", parts.Length())
	}
	rows := cells(doc, "#GBP figure details table")
	want(t, "the 20th and 21st", [][]string{rows[18], rows[20]}, [][]string{
		{"Mon 19", "31.50 GBP", "9.22 GBP", "0.00 GBP", "0.00 GBP", "0.00 GBP"},
		{"Wed 21", "0.00 GBP", "40.72 GBP", "0.00 GBP", "0.00 GBP", "0.00 GBP"},
	})
	want(t, "excluded in EUR", cells(doc, "#EUR .panel > details table"), [][]string{
		{"excluded-reservation", "12,787.50 EUR", "1", "31"},
	})
}

func TestMonthPicker(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-09")
	if got := text(doc.Find("#month option[selected]")); got != "September 2026" {
		t.Errorf("selected %q", got)
	}
	prev, _ := doc.Find("a[rel=prev]").Attr("href")
	next, _ := doc.Find("a[rel=next]").Attr("href")
	if prev != "/months/2026-08" || next != "/months/2026-10" {
		t.Errorf("neighbours %q and %q", prev, next)
	}
	for path, to := range map[string]string{"/months?month=2026-09": "/months/2026-09", "/months": "/"} {
		if w := get(t, s, path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
			t.Errorf("%s: status %d to %q, want %s", path, w.Code, w.Header().Get("Location"), to)
		}
	}
	if got := text(read(t, s, "/").Find("h1")); got != "October 2026" {
		t.Errorf("/ shows %q, want the latest month", got)
	}
}

func TestEmptyBooks(t *testing.T) {
	s, _ := server(t, &fakeBooks{})
	if got := text(read(t, s, "/").Find("main")); !strings.Contains(got, "pharos usage pull") {
		t.Errorf("the page does not say what to do: %q", got)
	}
}

func TestCustomerPage(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-10/customers/"+string(tenant(1)))
	want(t, "subscriptions", cells(doc, ".list"), [][]string{
		{"fabrikam-prod", "8,824.59 EUR", "7 of 31 days lost", "no-access", "0.00 EUR", "0.00 EUR", "30,572.52 EUR"},
		{"fabrikam-dev", "0.00 EUR", "0 of 31 days lost", "–", "0.00 EUR", "0.00 EUR", "391.58 EUR"},
	})
	if n := doc.Find(".strip").First().Find("rect.v-lost").Length(); n != 7 {
		t.Errorf("%d lost days are drawn, want 7", n)
	}
}

// Lines that name no customer have a page too.
func TestCustomerPage_Unknown(t *testing.T) {
	b := sample()
	b.judged[october] = month(every(7, 0, "", "", "EUR", "10"))
	b.judged[october].Subscriptions[0].CustomerID = ""
	s, _ := server(t, b)
	at, _ := read(t, s, "/months/2026-10").Find(".customers tbody a").First().Attr("href")
	if got := text(read(t, s, at).Find("h1")); at != "/months/2026-10/customers/unknown" || got != "Unknown customer" {
		t.Errorf("%s shows %q", at, got)
	}
}

func TestSubscriptionPage_Calendar(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-10/subscriptions/"+string(subscription(3)))
	var days []string
	doc.Find(".calendar thead th").Each(func(_ int, e *goquery.Selection) { days = append(days, text(e)) })
	if got := strings.Join(days, " "); got != "Wk Mon Tue Wed Thu Fri Sat Sun" {
		t.Errorf("columns %q", got)
	}
	rows := doc.Find(".calendar tbody tr")
	if rows.Length() != 5 {
		t.Fatalf("%d weeks, want 5", rows.Length())
	}
	if n := rows.First().Find("td.out").Length(); n != 3 {
		t.Errorf("%d empty cells before Thursday the 1st, want 3", n)
	}
	for label, class := range map[string]string{
		"Monday 12 October: disputable 51.01 EUR":    "v-disputable",
		"Wednesday 14 October: unexpected 51.01 EUR": "v-unexpected",
		"Thursday 1 October: earned 51.01 EUR":       "v-earned",
	} {
		if n := doc.Find(fmt.Sprintf(".calendar a.%s[aria-label=%q]", class, label)).Length(); n != 1 {
			t.Errorf("%d cells %q of class %s, want 1", n, label, class)
		}
	}
	if n := doc.Find(".calendar a").Length(); n != 30 {
		t.Errorf("%d days lead somewhere, want 30: nothing was used on the 18th", n)
	}
}

// Of a subscription where nobody holds a role, most conditions are not asked:
// they are shown as neither held nor broken.
func TestSubscriptionPage_Chain(t *testing.T) {
	s, _ := server(t, sample())
	var signs []string
	read(t, s, "/months/2026-10/subscriptions/"+string(subscription(1))).Find(".chain li").Each(func(_ int, e *goquery.Selection) {
		signs = append(signs, text(e.Find(".sign"))+" "+text(e.Find(".sr")))
	})
	if got := strings.Join(signs[:3], ", "); got != "✓ holds:, ✕ does not hold:, · not asked:" {
		t.Errorf("conditions %q", got)
	}
}

func TestSubscriptionPage_Causes(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/months/2026-10/subscriptions/"+string(subscription(6)))
	want(t, "causes", cells(doc, ".money .list"), [][]string{
		{"✕Lost", "eligible-only, not-linked", "21–31", "55", "346.50 GBP"},
		{"✕Lost", "partial-day, eligible-only", "20", "5", "31.50 GBP"},
		{"✓Earned", "as expected", "1–19", "95", "598.50 GBP"},
	})
	why := doc.Find("section[aria-labelledby=why]")
	if got := text(why.Find("h2")); got != "Why, on Saturday 31 October 2026" {
		t.Errorf("asked %q", got)
	}
	if n := why.Find(".reason").Length(); n != 2 {
		t.Errorf("%d scopes are explained, want the subscription and its group", n)
	}
	broken := why.Find(".chain").First().Find(".a-no")
	if broken.Length() != 2 || !strings.Contains(text(broken.First()), "eligible-onlyops holds Contributor only as an eligible roleRemedy:") {
		t.Errorf("broken conditions: %q", text(broken))
	}
	if n := read(t, s, "/months/2026-10/subscriptions/"+string(subscription(2))).Find("#why").Length(); n != 0 {
		t.Error("a subscription that earned throughout is explained")
	}
}

func TestDayPage(t *testing.T) {
	s, _ := server(t, sample())
	at := "/months/2026-10/subscriptions/" + string(subscription(1)) + "/days/2026-10-09"
	doc := read(t, s, at)
	want(t, "verdicts", cells(doc, "section[aria-labelledby=verdicts] .list"), [][]string{
		{"✕Lost", "no-access", "240", "8,353.28 EUR", "1,252.99 EUR"},
		{"–Excluded", "excluded-reservation", "6", "412.50 EUR", "0.00 EUR"},
	})
	lines := cells(doc, ".lines")
	if len(lines) != pageSize {
		t.Fatalf("%d lines, want %d", len(lines), pageSize)
	}
	want(t, "the first line", lines[:1], [][]string{{
		"vm-web-001microsoft.compute/virtualmachines in rg-web", "D2s v5Virtual Machines / Dsv5 Series", "24", "1.576328 USD", "34.81 EUR", "none",
		"5.22 EUR", "✕Lostno-access", "contoso-2026-10-daily.csv.gz line 1970",
	}})
	if got := text(doc.Find(".pager")); got != "1 to 100 of 246 usage lines Page 1 of 3 Next Last" {
		t.Errorf("pager %q", got)
	}
	if got := len(cells(read(t, s, at+"?page=3"), ".lines")); got != 46 {
		t.Errorf("%d lines on the last page, want 46", got)
	}
	only := read(t, s, at+"?verdict=excluded")
	for _, line := range cells(only, ".lines") {
		if line[7] != "–Excludedexcluded-reservation" {
			t.Errorf("another verdict: %q", line)
		}
	}
	if n := only.Find(".lines tbody tr").Length(); n != 6 {
		t.Errorf("%d excluded lines, want 6", n)
	}
}

func TestDayPage_Neighbours(t *testing.T) {
	s, _ := server(t, sample())
	at := "/months/2026-10/subscriptions/" + string(subscription(3)) + "/days/2026-10-"
	doc := read(t, s, at+"18")
	if got := text(doc.Find(".notice")); got != "There was no usage on this day." {
		t.Errorf("notice %q", got)
	}
	if got := text(doc.Find(".steps")); got != "‹ 17 October 19 October ›" {
		t.Errorf("steps %q", got)
	}
	if got := text(read(t, s, at+"31").Find(".steps")); got != "‹ 30 October" {
		t.Errorf("steps of the last day %q", got)
	}
}

func TestCausePages(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/causes")
	if n := doc.Find(".causes a").Length(); n != len(pharos.Causes()) {
		t.Errorf("%d causes, want %d", n, len(pharos.Causes()))
	}
	doc.Find(".causes a").Each(func(_ int, a *goquery.Selection) {
		at, _ := a.Attr("href")
		if got := text(read(t, s, at).Find(".id")); got != text(a) {
			t.Errorf("%s explains %q", at, got)
		}
	})
}

func TestCoveragePage(t *testing.T) {
	s, _ := server(t, sample())
	doc := read(t, s, "/coverage")
	if got := text(doc.Find("h1")); got != "Friday 6 November 2026" {
		t.Errorf("heading %q, want the books' day", got)
	}
	if got := text(doc.Find(".counts")); got != "none 2 partial 1 unknown 1 full 3" {
		t.Errorf("counts %q", got)
	}
	rows := cells(doc, ".list")
	if len(rows) != 7 || rows[0][0] != "fabrikam-prodWhole subscription" || rows[6][1] != "full" {
		t.Errorf("rows %q", rows)
	}
	if got := cells(read(t, s, "/coverage?date=2026-10-31&state=full&q=WINGTIP"), ".list"); len(got) != 1 || got[0][0] != "wingtip-shopResource group rg-shop" {
		t.Errorf("filtered: %q", got)
	}
	// Whoever turns to another day or state goes on looking for the same.
	for at, want := range map[string]string{
		".step[rel=prev]": "/coverage?date=2026-10-30&q=wing+tip&state=none", ".step[rel=next]": "/coverage?date=2026-11-01&q=wing+tip&state=none",
		".counts li:first-child a": "/coverage?date=2026-10-31&q=wing+tip&state=none", ".counts li:last-child a": "/coverage?date=2026-10-31&q=wing+tip",
	} {
		if got, _ := read(t, s, "/coverage?date=2026-10-31&state=none&q=wing+tip").Find(at).Attr("href"); got != want {
			t.Errorf("%s leads to %s, want %s", at, got, want)
		}
	}
}

// A month of 50,000 subscriptions comes in pages of 100.
func TestPaging_Large(t *testing.T) {
	const many = 50_000
	subs := make([]credit.Subscription, many)
	for i := range subs {
		customer := 1 + i%(many/100)
		subs[i] = credit.Subscription{
			SubscriptionID: subscription(i), SubscriptionName: fmt.Sprintf("sub-%05d", i),
			CustomerID: tenant(customer), CustomerName: fmt.Sprintf("customer-%03d", customer), Currency: "EUR",
			Days: []credit.DayRow{row(9, pharos.Lost, strconv.Itoa(i+1), 1, pharos.NoAccess)},
		}
	}
	s, _ := server(t, &fakeBooks{months: []pharos.Month{october}, judged: map[pharos.Month]*credit.Month{october: month(subs...)}})
	doc := read(t, s, "/months/2026-10")
	if n := doc.Find(".customers tbody tr").Length(); n != pageSize {
		t.Errorf("%d customers on the page, want %d", n, pageSize)
	}
	next, _ := doc.Find(".pager a[rel=next]").Attr("href")
	if next != "/months/2026-10?currency=EUR&page=2" {
		t.Errorf("next page %q", next)
	}
	if got := text(read(t, s, next).Find(".pager")); got != "101 to 200 of 500 customers First Previous Page 2 of 5 Next Last" {
		t.Errorf("pager %q", got)
	}
	customer := read(t, s, "/months/2026-10/customers/"+string(tenant(1)))
	if n := customer.Find(".list tbody tr").Length(); n != pageSize {
		t.Errorf("%d subscriptions on the page, want %d", n, pageSize)
	}
	if w := get(t, s, "/months/2026-10"); w.Body.Len() > 200<<10 {
		t.Errorf("the page has %d bytes", w.Body.Len())
	}
}
