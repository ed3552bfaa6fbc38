// Package web is what `pharos serve` shows: a dashboard of server-rendered
// pages and the JSON API, both read-only, over a [Books] that the caller
// provides.
//
// A page is two files: page_NAME.go makes a typed view from the books, and
// templates/page_NAME.html draws it. Handlers return a view or an error; one
// adapter (adapter.go) writes either, as HTML or as JSON by what was asked.
// route.go is the one table of addresses, status.go the one table from
// [pharos.Code] to HTTP status.
//
// Every page works with scripts off and asks no other host for anything: the
// content security policy forbids both inline code and foreign origins, and
// style sheet, script and icon are embedded under names that carry the hash
// of what they hold.
//
// There is no sign-in. [Listen] therefore binds to this machine alone unless
// told otherwise, and requests whose Host header names another machine are
// refused, so that no web page can reach the dashboard through a DNS name
// that it controls ("DNS rebinding").
package web
