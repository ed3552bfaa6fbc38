package web

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/pharos-pec/pharos"
)

// shell is what every page has around its content.
type shell struct {
	Title   string
	Nav     string // the entry of the main navigation that the page is under
	Crumbs  []link // from the month down, the page itself not among them
	Version string
	Local   bool // only this machine can reach the page
}

// link is an address with its text.
type link struct{ URL, Text string }

// shell makes the frame of a page.
func (s *Server) shell(r *http.Request, title string, crumbs ...link) shell {
	ip := arrivedAt(r)
	return shell{Title: title, Crumbs: crumbs, Version: s.version, Local: ip == nil || ip.IsLoopback()}
}

// under returns the shell with its navigation entry set.
func (s shell) under(nav string) shell {
	s.Nav = nav
	return s
}

// noCustomer stands in addresses for the customer of lines that name none.
const noCustomer = "unknown"

// The addresses of pages. Every link in every page is made here.

func monthURL(m pharos.Month) string { return "/months/" + m.String() }

func customerURL(m pharos.Month, id pharos.TenantID) string {
	return monthURL(m) + "/customers/" + url.PathEscape(cmp.Or(string(id), noCustomer))
}

func subscriptionURL(m pharos.Month, id pharos.SubscriptionID) string {
	return monthURL(m) + "/subscriptions/" + url.PathEscape(string(id))
}

func dayURL(m pharos.Month, id pharos.SubscriptionID, d pharos.Day) string {
	return subscriptionURL(m, id) + "/days/" + d.String()
}

func causeURL(c pharos.Cause) string { return "/causes/" + url.PathEscape(string(c)) }

// monthName returns October 2026.
func monthName(m pharos.Month) string { return m.First().Start().Format("January 2006") }

// dayName returns Friday 9 October 2026.
func dayName(d pharos.Day) string { return d.Start().Format("Monday 2 January 2006") }

func monthLink(m pharos.Month) link { return link{monthURL(m), monthName(m)} }

// causeLinks returns a link to the explanation of each cause.
func causeLinks(causes []pharos.Cause) []link {
	links := make([]link, len(causes))
	for i, c := range causes {
		links[i] = link{causeURL(c), string(c)}
	}
	return links
}
