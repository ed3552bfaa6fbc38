package web

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowser_Pictures draws every page as people see it and holds what a
// picture cannot show by itself: no page is wider than its window, and nothing
// is asked of another host or blocked by the page's own policy.
func TestBrowser_Pictures(t *testing.T) {
	b := open(t, sample())
	prod, shop := "/months/2026-10/subscriptions/"+string(subscription(1)), "/months/2026-10/subscriptions/"+string(subscription(6))
	pages := map[string]string{
		"month": "/months/2026-10", "customer": "/months/2026-10/customers/" + string(tenant(1)),
		"subscription": prod, "two-causes": shop, "day": prod + "/days/2026-10-09",
		"causes": "/causes", "cause": "/causes/no-access", "coverage": "/coverage", "error": "/months/2026-13",
	}
	for _, l := range []look{{"light", 1280, "light"}, {"dark", 1280, "dark"}, {"narrow", 375, "light"}} {
		b.dress(l)
		for name, path := range pages {
			b.visit(path)
			b.shoot(name + "-" + l.Name)
			if wide := eval[int64](b, `document.documentElement.scrollWidth`); wide > l.Width {
				t.Errorf("%s at %d pixels is %d wide", name, l.Width, wide)
			}
		}
	}
	b.quiet()
}

// TestBrowser_Clicks goes by mouse from the month to the lines of a lost day,
// with scripts on and off.
func TestBrowser_Clicks(t *testing.T) {
	for name, scripts := range map[string]bool{"scripts on": true, "scripts off": false} {
		t.Run(name, func(t *testing.T) {
			b := open(t, sample())
			b.scripts(scripts)
			clickThrough(b)
			b.quiet()
		})
	}
}

func clickThrough(b *browser) {
	b.t.Helper()
	b.visit("/")
	prod := "/months/2026-10/subscriptions/" + string(subscription(1))
	b.follow(chromedp.Click[chromedp.Search](`//section[@id="EUR"]//table[contains(@class,"list")]//a[text()="Fabrikam GmbH"]`))
	b.expect("/months/2026-10/customers/" + string(tenant(1)))
	b.follow(chromedp.Click[chromedp.Search](`//a[text()="fabrikam-prod"]`))
	b.expect(prod)
	b.follow(chromedp.Click[chromedp.CSS](`.calendar a.v-lost`))
	b.expect(prod + "/days/2026-10-09")
	b.follow(chromedp.Click[chromedp.CSS](`.pager a[rel=next]`))
	b.expect(prod + "/days/2026-10-09?page=2")
	b.follow(chromedp.Click[chromedp.CSS](`#verdicts ~ .scroll a.code`))
	b.expect("/causes/no-access")
	b.visit("/months/2026-10")
	b.run(chromedp.SetValue[chromedp.CSS](`#month`, "2026-09"))
	b.follow(chromedp.Click[chromedp.CSS](`.picker button`))
	b.expect("/months/2026-09")
}

// TestBrowser_Keyboard goes the same way with the keyboard alone: Tab, Enter
// and, in the calendar, the arrows.
func TestBrowser_Keyboard(t *testing.T) {
	b := open(t, sample())
	b.visit("/")
	b.run(chromedp.KeyEvent(kb.Tab))
	if got := b.focused(); got != "Skip to content" {
		t.Errorf("the first stop is %q, want the skip link", got)
	}
	b.tabTo("Fabrikam GmbH")
	b.follow(chromedp.KeyEvent(kb.Enter))
	b.tabTo("fabrikam-prod")
	b.follow(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Thursday 1 October")
	b.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowRight))
	if got := b.focused(); !strings.HasPrefix(got, "Friday 9 October: lost ") {
		t.Fatalf("the arrows led to %q, want the lost Friday", got)
	}
	b.run(chromedp.KeyEvent(kb.Home))
	if got := b.focused(); !strings.HasPrefix(got, "Monday 5 October") {
		t.Errorf("Home led to %q, want the week's Monday", got)
	}
	b.run(chromedp.KeyEvent(kb.End), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	b.follow(chromedp.KeyEvent(kb.Enter))
	b.expect("/months/2026-10/subscriptions/" + string(subscription(1)) + "/days/2026-10-09")
	if got := b.heading(); got != "Friday 9 October 2026" {
		t.Errorf("heading %q", got)
	}
	b.quiet()
}

// focused returns the name of the element that has the focus.
func (b *browser) focused() string {
	b.t.Helper()
	return eval[string](b, `document.activeElement.getAttribute("aria-label") || document.activeElement.textContent.trim()`)
}

// tabTo presses Tab until the focus is on something of that name, and holds
// that the focus can be seen at each stop.
func (b *browser) tabTo(name string) {
	b.t.Helper()
	for range 200 {
		b.run(chromedp.KeyEvent(kb.Tab))
		if width := eval[string](b, `getComputedStyle(document.activeElement).outlineWidth`); width == "0px" {
			b.t.Fatalf("the focus on %q cannot be seen", b.focused())
		}
		if strings.HasPrefix(b.focused(), name) {
			return
		}
	}
	b.t.Fatalf("Tab never reached %q", name)
}
