package usagefile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// A file that is damaged or of the wrong kind is refused, and the error says
// where and why.
func TestOpen_BrokenFiles(t *testing.T) {
	bill := filetest.Bill(2, 20, october())
	jsonl, csv, v1 := filetest.Write("graph-jsonl", bill), filetest.Write("daily-csv", bill), filetest.Write("v1-json", bill)
	cost, focus := filetest.Write("costmanagement-csv", bill), filetest.Write("focus-csv", bill)
	edit := func(b []byte, old, new string) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
	all := func(b []byte, old, new string) []byte { return bytes.ReplaceAll(b, []byte(old), []byte(new)) }
	long := strings.Repeat("x", 10<<20)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"blanks only", []byte(" \n\n"), "the file is empty"},
		{"gzip cut", gzipped(jsonl)[:len(gzipped(jsonl))/2], "cut short"},
		{"gzip of nothing", []byte{0x1f, 0x8b}, "cut short"},
		{"gzip twice", gzipped(gzipped(jsonl)), "compressed twice"},
		{"zip cut", zipped(csv)[:len(zipped(csv))-30], "not a whole zip file"},
		{"zip without files", zipped(nil)[:0:0], "the file is empty"},
		{"jsonl cut within a line", jsonl[:len(jsonl)-40], "line 20: the file is cut short here"},
		{"jsonl cut within its only line", jsonl[:100], "line 1: the file is cut short here"},
		{"jsonl with a broken line", edit(jsonl, "\n{", "\n["), "line 2: the line is not a JSON object"},
		{"jsonl with a key twice", edit(jsonl, "{", `{"UnitPrice":1,`), "line 1: the line has a column twice"},
		{"jsonl basic", all(jsonl, "PartnerEarnedCreditPercentage", "Other"), "attributeSet basic"},
		{"csv basic", edit(csv, "PartnerEarnedCreditPercentage", "Other"), "attributeSet basic"},
		{"csv cut within a record", csv[:bytes.LastIndexByte(csv, ',')-60], "cut short"},
		{"csv with an open quote", edit(csv, "sub é", `"sub`), "quot"},
		{"csv with a stray quote", edit(csv, "sub é", `s"u"b`), "line 2: quoting is broken"},
		{"csv with a comma too many", edit(csv, "sub é", "sub,x"), "line 2: the record has 26 fields and the header 25"},
		{"csv without a column", edit(csv, "Quantity", "Amount"), "line 1: column Quantity is missing"},
		{"csv with a column twice", edit(csv, "PartnerId", "usagedate"), "line 1: column UsageDate stands twice"},
		{"csv with another separator", all(csv, ",", ";"), "not a usage file"},
		{"NUL in csv", edit(csv, "sub é", "s\x00b"), "line 2: the line has NUL bytes"},
		{"NUL in jsonl", edit(jsonl, "Microsoft", "Micro\x00soft"), "NUL bytes"},
		{"NUL in v1", edit(v1, "Microsoft", "Micro\x00soft"), "NUL bytes"},
		{"not JSON in v1", edit(v1, "},{", "},{,"), "line 2: the text is not JSON"},
		{"10 MB line in csv", edit(csv, "sub é", long), "line 2: the line is longer than 1048576 bytes"},
		{"10 MB line in jsonl", edit(jsonl, "\n{", "\n{\"x\":\""+long+"\","), "line 2: the line is longer than 1048576 bytes"},
		{"10 MB item in v1", edit(v1, "},{", "},{\"x\":\""+long+"\","), "longer than 1048576 bytes"},
		{"10 MB quoted over lines", edit(csv, "sub é", "\""+strings.Repeat("x\n", 5<<20)), "line 2: the record is longer"},
		{"v1 cut", v1[:len(v1)-100], "cut short"},
		{"v1 without a rate", all(v1, "rateOfPartnerEarnedCredit", "other"), "no rateOfPartnerEarnedCredit"},
		{"UTF-16", []byte("\xff\xfeP\x00a\x00"), "UTF-16"},
		{"subscription scope", edit(edit(cost, "partnerEarnedCreditRate", "a"), "partnerEarnedCreditApplied", "b"), "exported at a subscription"},
		{"focus without credit", edit(edit(focus, "x_PartnerCreditRate", "a"), "x_PartnerCreditApplied", "b"), "without x_PartnerCreditApplied"},
		{"another csv", []byte("a,b\n1,2\n"), "not a usage file that Pharos knows"},
		{"another JSON", []byte(`{"a":1}`), "not a usage file that Pharos knows"},
		{"text", []byte("hello"), "not a usage file that Pharos knows"},
		{"parquet cut", filetest.Write("focus-parquet", bill)[:500], "not a whole Parquet file"},
		{"parquet damaged", damage(filetest.Write("focus-parquet", bill)), "Parquet data is damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readErr("bill.x", c.file)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "bill.x") {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if pharos.CodeOf(err) != pharos.Invalid || strings.Contains(err.Error(), "\n") {
				t.Errorf("code %s of %q", pharos.CodeOf(err), err)
			}
		})
	}
}

// damage overwrites a Parquet file's pages and leaves its footer.
func damage(b []byte) []byte {
	b = bytes.Clone(b)
	for i := 10; i < 200; i++ {
		b[i] ^= 0x5a
	}
	return b
}

// Wherever a compressed file is cut, that is noticed.
func TestOpen_CutAnywhere(t *testing.T) {
	bill := filetest.Bill(3, 3, october())
	for _, format := range filetest.Formats() {
		file := gzipped(filetest.Write(format, bill))
		for n := 1; n < len(file); n += 5 {
			if _, _, err := readErr("cut", file[:n]); err == nil {
				t.Fatalf("%s cut after %d of %d bytes is read", format, n, len(file))
			}
		}
	}
}

// Values that cannot be used reject their line and no other.
func TestOpen_Rejects(t *testing.T) {
	bill := filetest.Bill(4, 3, october())
	for _, c := range []struct {
		name   string
		change func(*filetest.Line)
		want   string
	}{
		{"no date", func(l *filetest.Line) { l.Day = "" }, `date "T00:00:00Z" cannot be read`},
		{"no such date", func(l *filetest.Line) { l.Day = "2026-02-30" }, "date"},
		{"date of another age", func(l *filetest.Line) { l.Day = "1601-01-01" }, "date"},
		{"subscription", func(l *filetest.Line) { l.Subscription = "x" }, `subscription id "x" cannot be read`},
		{"no subscription", func(l *filetest.Line) { l.Subscription = "" }, "no subscription id"},
		{"customer", func(l *filetest.Line) { l.Customer = "x" }, "customer id"},
		{"quantity", func(l *filetest.Line) { l.Quantity = "1,5" }, `quantity "1,5" cannot be read`},
		{"no quantity", func(l *filetest.Line) { l.Quantity = "" }, "no quantity"},
		{"price", func(l *filetest.Line) { l.UnitPrice = "NaN" }, "unit price"},
		{"endless price", func(l *filetest.Line) { l.UnitPrice = "1e999" }, "unit price"},
		{"total", func(l *filetest.Line) { l.PreTax = "$1" }, "billing total"},
		{"currency", func(l *filetest.Line) { l.Currency = "Euro" }, "billing currency"},
		{"rate", func(l *filetest.Line) { l.Percent = "150" }, "earned credit rate"},
		{"exchange rate", func(l *filetest.Line) { l.Rate = "-1" }, "exchange rate"},
		{"no exchange rate", func(l *filetest.Line) { l.Rate, l.Currency = "", "EUR" }, "no exchange rate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := append([]filetest.Line(nil), bill...)
			c.change(&changed[1])
			lines, rejects, err := readErr("bill.csv", filetest.Write("daily-csv", changed))
			if err != nil || lines != 2 || len(rejects) != 1 {
				t.Fatalf("%d lines, rejects %v, error %v", lines, rejects, err)
			}
			if rejects[0].Line != 3 || !strings.Contains(rejects[0].Reason, c.want) {
				t.Errorf("%+v, want %q", rejects[0], c.want)
			}
		})
	}
}

// A record of several lines keeps the file's line numbers right.
func TestOpen_RecordOverLines(t *testing.T) {
	bill := filetest.Bill(5, 3, october())
	bill[0].CustomerName = "two\nlines"
	bill[2].Quantity = "x"
	_, rejects, err := readErr("bill.csv", filetest.Write("daily-csv", bill))
	if err != nil || len(rejects) != 1 || rejects[0].Line != 5 {
		t.Errorf("rejects %v, error %v", rejects, err)
	}
}

func TestOpen_Recon(t *testing.T) {
	text := "CustomerId,InvoiceNumber,Subtotal,TaxTotal,Total,Currency,MeterDescription,BillableQuantity,UnitPrice\n" +
		"22222222-2222-4222-8222-222222222222,G1,10.50,1,11.50,EUR,Virtual Machines,3,1\n" +
		"22222222-2222-4222-8222-222222222222,G1,oops,1,11.50,EUR,Virtual Machines,3,1\n"
	for f, err := range Open("recon.csv", strings.NewReader(text)) {
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for total, err := range f.Totals() {
			if err != nil || total.Subtotal.String() != "10.5" || !total.Metered || total.Invoice != "G1" {
				t.Errorf("%+v, error %v", total, err)
			}
			n++
		}
		rejects, _ := f.Rejects()
		if f.Format != ReconCSV || n != 1 || len(rejects) != 1 || rejects[0].Line != 3 {
			t.Errorf("%s: %d totals, rejects %v", f.Format, n, rejects)
		}
	}
}
