package web

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Every page can be found through by those who cannot see it: one main
// heading, headings that skip no level, landmarks with names, tables with
// captions and headed rows and columns, pictures and fields with names.
func TestPages_Structure(t *testing.T) {
	s, _ := server(t, sample())
	for _, path := range everyPage() {
		t.Run(path, func(t *testing.T) {
			doc, err := goquery.NewDocumentFromReader(get(t, s, path).Body)
			if err != nil {
				t.Fatal(err)
			}
			checkFrame(t, doc)
			checkHeadings(t, doc)
			checkTables(t, doc)
			checkNames(t, doc)
			checkLinks(t, s, doc)
		})
	}
}

func checkFrame(t *testing.T, doc *goquery.Document) {
	t.Helper()
	for selector, n := range map[string]int{
		"html[lang=en]": 1, "head > title": 1, "header.top": 1, "main#main": 1, "footer": 1,
		"nav[aria-label=Main]": 1, "h1": 1, `a.skip[href="#main"]`: 1, `meta[name=viewport]`: 1,
	} {
		if got := doc.Find(selector).Length(); got != n {
			t.Errorf("%d of %s, want %d", got, selector, n)
		}
	}
	if title := doc.Find("head > title").Text(); !strings.HasSuffix(title, " · Pharos") {
		t.Errorf("title %q", title)
	}
	seen := map[string]bool{}
	doc.Find("nav").Each(func(_ int, e *goquery.Selection) {
		if label := e.AttrOr("aria-label", ""); label == "" {
			t.Error("a navigation without a name")
		}
	})
	doc.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id, _ := e.Attr("id")
		if seen[id] {
			t.Errorf("id %q stands twice", id)
		}
		seen[id] = true
	})
	doc.Find("[aria-labelledby]").Each(func(_ int, e *goquery.Selection) {
		if id, _ := e.Attr("aria-labelledby"); !seen[id] {
			t.Errorf("aria-labelledby names %q, which is not there", id)
		}
	})
}

func checkHeadings(t *testing.T, doc *goquery.Document) {
	t.Helper()
	last := 0
	doc.Find("h1, h2, h3, h4").Each(func(_ int, e *goquery.Selection) {
		level := int(goquery.NodeName(e)[1] - '0')
		if level > last+1 {
			t.Errorf("heading %q of level %d follows one of level %d", text(e), level, last)
		}
		if text(e) == "" {
			t.Errorf("an empty heading of level %d", level)
		}
		last = level
	})
}

func checkTables(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("table").Each(func(_ int, table *goquery.Selection) {
		if text(table.Find("caption")) == "" {
			t.Error("a table without a caption")
		}
		columns := table.Find("thead th")
		columns.Each(func(_ int, th *goquery.Selection) {
			if th.AttrOr("scope", "") != "col" || text(th) == "" {
				t.Errorf("column %q heads nothing", text(th))
			}
		})
		table.Find("tbody tr").Each(func(_ int, tr *goquery.Selection) {
			if n := tr.Children().Length(); n != columns.Length() {
				t.Errorf("a row of %d cells under %d columns: %q", n, columns.Length(), text(tr))
			}
			if tr.Find("th[scope=row]").Length() != 1 {
				t.Errorf("a row without a heading: %q", text(tr))
			}
		})
	})
}

func checkNames(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("img:not([alt])").Each(func(_ int, e *goquery.Selection) { t.Errorf("a picture without alt: %s", e.AttrOr("src", "")) })
	doc.Find("svg:not([aria-hidden=true])").Each(func(_ int, _ *goquery.Selection) { t.Error("a drawing that says nothing is not hidden") })
	doc.Find("a, button").Each(func(_ int, e *goquery.Selection) {
		if text(e) == "" && e.AttrOr("aria-label", "") == "" {
			t.Errorf("a link to %s without a name", e.AttrOr("href", ""))
		}
	})
	doc.Find("select, input:not([type=hidden])").Each(func(_ int, e *goquery.Selection) {
		if doc.Find("label[for="+e.AttrOr("id", "none")+"]").Length() != 1 {
			t.Errorf("the field %q has no label", e.AttrOr("name", ""))
		}
	})
	doc.Find("form").Each(func(_ int, e *goquery.Selection) {
		if e.Find("button[type=submit]").Length() != 1 {
			t.Error("a form that needs a script to be sent")
		}
	})
}

// checkLinks follows each link of a page: none is dead.
func checkLinks(t *testing.T, s *Server, doc *goquery.Document) {
	t.Helper()
	asked := map[string]bool{}
	doc.Find("a[href]").Each(func(_ int, e *goquery.Selection) {
		to, _ := e.Attr("href")
		to, anchor, _ := strings.Cut(to, "#")
		if to == "" && doc.Find("[id='"+anchor+"']").Length() != 1 {
			t.Errorf("a link to #%s, which is not there", anchor)
		}
		// Days differ by number alone: one in ten stands for all.
		if to == "" || !strings.HasPrefix(to, "/") || asked[to] || strings.Contains(to, "/days/") && !strings.HasSuffix(to, "9") {
			return
		}
		asked[to] = true
		if w := get(t, s, to); w.Code != 200 && !strings.HasPrefix(to, "/months/2026-08") { // no usage: the sample has none
			t.Errorf("the link %q to %s: status %d", text(e), to, w.Code)
		}
	})
}
