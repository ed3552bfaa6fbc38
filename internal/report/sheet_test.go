package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func TestAmount(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "0.004": "0.00", "-0.004": "0.00", "0.005": "0.01", "-0.005": "-0.01", "999.999": "1,000.00",
		"1234567.891": "1,234,567.89", "-1234.5": "-1,234.50", "100": "100.00",
		"123456789012345678901234567890.125": "123,456,789,012,345,678,901,234,567,890.13",
	} {
		if got := amount(must(decimal.NewFromString(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestExact: a program gets amounts to the last digit and times in UTC; only
// text is defused, numbers keep their sign.
func TestExact(t *testing.T) {
	noon := time.Date(2026, 10, 9, 14, 0, 0, 0, time.FixedZone("CEST", 2*3600))
	for _, c := range []struct {
		kind kind
		v    any
		want string
	}{
		{money, must(decimal.NewFromString("-0.000000000000000000000000000001")), "-0.000000000000000000000000000001"},
		{count, int64(-5), "-5"},
		{date, must(pharos.ParseDay("2026-10-09")), "2026-10-09"},
		{instant, noon, "2026-10-09T12:00:00Z"},
		{instant, time.Time{}, ""},
		{yesNo, true, "true"},
		{words, nil, ""},
		{words, "", ""},
		{words, "=1+1", "'=1+1"},
		{words, "+49", "'+49"},
		{words, "-x", "'-x"},
		{words, "@home", "'@home"},
		{words, "\t=1", "'\t=1"},
		{words, "a=1", "a=1"},
	} {
		if got := exact(c.kind, c.v); got != c.want {
			t.Errorf("%v: got %q, want %q", c.v, got, c.want)
		}
	}
}

// TestWriteCSV_RoundTrip: whatever the cells hold, a reader gets as many
// records and fields back, and no text cell begins like a formula.
func TestWriteCSV_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sheet{columns: []column{{title: "a"}, {title: "b"}}}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			s.rows = append(s.rows, []any{rapid.String().Draw(t, "a"), rapid.StringMatching(`[=+@\-\t\r"',;a]*`).Draw(t, "b")})
		}
		var b bytes.Buffer
		if err := s.writeCSV(&b); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(records) != len(s.rows)+1 {
			t.Fatalf("%d records of %d rows: %v", len(records), len(s.rows), err)
		}
		for _, record := range records {
			for _, cell := range record {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Fatalf("%q would be run as a formula", cell)
				}
			}
		}
	})
}

func TestCutMiddle(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"short", 10, "short"}, {"/subscriptions/a/resourceGroups/b", 13, "/sub…Groups/b"}, {"äöüäöüäöü", 5, "ä…äöü"}} {
		if got := cutMiddle(c.in, c.n); got != c.want || len([]rune(got)) > c.n {
			t.Errorf("%s at %d: got %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// TestNoEscapes: a name cannot send commands to the terminal.
func TestNoEscapes(t *testing.T) {
	evil := "a\x1b]0;owned\x07b\x9bc"
	s := &sheet{columns: []column{{title: "name"}}, rows: [][]any{{evil}}}
	r := &Report{title: "t", blocks: []block{{table: s}, {text: evil}, {warning: evil}, {list: []string{evil}}}}
	if got := write(t, r, Table, Style{}); strings.ContainsAny(got, "\x1b\x07") || strings.ContainsRune(got, '\u009b') {
		t.Errorf("%q", got)
	}
}

func TestXLSX_TypedCells(t *testing.T) {
	var b bytes.Buffer
	if err := Credit(sampleMonth(t)).Write(&b, XLSX, Style{}); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if got := strings.Join(book.GetSheetList(), " "); got != "Totals Causes Subscriptions Days" {
		t.Fatalf("sheets: %s", got)
	}
	for _, c := range []struct {
		sheet, cell, shown string
		kind               excelize.CellType
	}{
		{"Totals", "A2", "EUR", excelize.CellTypeInlineString},
		{"Totals", "B2", "38,561.60", excelize.CellTypeUnset}, // unset is a number
		{"Days", "A2", "2026-10-01", excelize.CellTypeUnset},
		{"Days", "C2", `=HYPERLINK("https://x.example","Tailspin|Toys")`, excelize.CellTypeInlineString},
		{"Days", "K2", "12", excelize.CellTypeUnset},
	} {
		shown, err := book.GetCellValue(c.sheet, c.cell)
		if err != nil {
			t.Fatal(err)
		}
		kind, err := book.GetCellType(c.sheet, c.cell)
		if err != nil || kind != c.kind || shown != c.shown {
			t.Errorf("%s!%s: got %q of type %v, want %q of type %v (%v)", c.sheet, c.cell, shown, kind, c.shown, c.kind, err)
		}
		if formula, _ := book.GetCellFormula(c.sheet, c.cell); formula != "" {
			t.Errorf("%s!%s is a formula", c.sheet, c.cell)
		}
	}
	raw, err := book.GetCellValue("Days", "A2", excelize.Options{RawCellValue: true})
	if err != nil || raw != "46296" { // days since 1899-12-30
		t.Errorf("2026-10-01 is stored as %q (%v)", raw, err)
	}
}

// TestAddSheets: rows that one worksheet does not hold go on in the next, in
// order, and an error among them is not swallowed.
func TestAddSheets(t *testing.T) {
	columns := []column{{title: "n", kind: count}}
	for _, c := range []struct {
		rows int
		want string
	}{{0, "A"}, {1, "A"}, {2, "A"}, {3, "A,A 2"}, {5, "A,A 2,A 3"}} {
		s := sheet{columns: columns}
		for i := range c.rows {
			s.rows = append(s.rows, []any{i})
		}
		var b bytes.Buffer
		if err := writeBook(&b, func(book *excelize.File, st styles) error { return addSheets(book, "A", columns, s.each(), st, 3) }); err != nil {
			t.Fatal(err)
		}
		book := must(excelize.OpenReader(&b))
		var got []string
		for _, name := range book.GetSheetList() {
			for _, row := range must(book.GetRows(name))[1:] {
				got = append(got, row[0])
			}
		}
		if names := strings.Join(book.GetSheetList(), ","); names != c.want || len(got) != c.rows || c.rows > 0 && got[c.rows-1] != strconv.Itoa(c.rows-1) {
			t.Errorf("%d rows: worksheets %s with %v", c.rows, names, got)
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
	failing := func(yield func([]any, error) bool) { _ = yield([]any{1}, nil) && yield(nil, errDisk) }
	err := writeBook(io.Discard, func(book *excelize.File, st styles) error { return addSheets(book, "A", columns, failing, st, 2) })
	if !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

// TestHTML_SelfContained: one document, nothing loaded from anywhere, no
// script, and names are text whatever they hold.
func TestHTML_SelfContained(t *testing.T) {
	for name, r := range samples(t) {
		page, err := goquery.NewDocumentFromReader(strings.NewReader(write(t, r, HTML, Style{})))
		if err != nil {
			t.Fatal(err)
		}
		if n := page.Find("script, link, img, iframe, shop, [src], [style], [onclick]").Length(); n > 0 {
			t.Errorf("%s: %d elements that do not belong", name, n)
		}
		if page.Find("h1").Length() != 1 || page.Find("html[lang]").Length() != 1 {
			t.Errorf("%s: no heading or language", name)
		}
		page.Find("table").Each(func(_ int, table *goquery.Selection) {
			heads := table.Find("thead th[scope=col]").Length()
			table.Find("tbody tr").Each(func(_ int, row *goquery.Selection) {
				if n := row.Find("td").Length(); n != heads {
					t.Errorf("%s: %d cells under %d heads", name, n, heads)
				}
			})
		})
	}
}

func TestInlineHTML(t *testing.T) {
	got := string(inlineHTML("a <b> `x < y` https://a.example/?b&c"))
	want := `a &lt;b&gt; <code>x &lt; y</code> <a href="https://a.example/?b&amp;c">https://a.example/?b&amp;c</a>`
	if got != want {
		t.Errorf("got %s", got)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

var errDisk = errors.New("disk full")

// TestWrite_Errors: an error of the writer comes back from every format, and
// a format that a report lacks is refused.
func TestWrite_Errors(t *testing.T) {
	for name, r := range samples(t) {
		for _, f := range r.Formats() {
			if err := r.Write(fullDisk{}, f, Style{}); !errors.Is(err, errDisk) {
				t.Errorf("%s as %s: %v", name, f, err)
			}
		}
		if err := r.Write(&bytes.Buffer{}, "sarif", Style{}); pharos.CodeOf(err) != pharos.Unsupported {
			t.Errorf("%s as sarif: %v", name, err)
		}
	}
}

// TestEmpty: nothing to show is said in words, and no JSON list is null.
func TestEmpty(t *testing.T) {
	for name, r := range map[string]*Report{
		"links": Links(nil), "import": Import(Imported{}), "scan": Scan(Scanned{}),
		"coverage": Coverage(0, nil, sampleNames()), "breakdown": Breakdown(0, "customer", nil),
	} {
		if got := write(t, r, JSON, Style{}); strings.Contains(got, "null") {
			t.Errorf("%s: %s", name, got)
		}
		if got := write(t, r, Table, Style{}); len(strings.Split(strings.TrimSpace(got), "\n")) < 3 {
			t.Errorf("%s says nothing: %q", name, got)
		}
	}
}
