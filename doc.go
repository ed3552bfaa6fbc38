// Package pharos holds the nouns of Microsoft partner earned credit: ids and
// scopes, roles, principals, partner links, grants of access, days, money,
// usage lines, coverage and verdicts. It knows nothing of Azure's wire, of
// SQL or of HTTP, and imports nothing but a decimal library.
//
// Verbs are the folders beside it. observe reads Azure and merges what it
// saw into a [History]; coverage turns a History into the state of a scope on
// a day; credit meets coverage with the bill; link changes partner links.
// Technologies are under internal/. docs/architecture.md draws the rings.
//
// Three rules hold everywhere:
//
//   - Days are UTC days, instants are UTC instants, intervals are half open.
//   - Money is decimal and never changes currency silently.
//   - What was not observed is unknown, which is neither yes nor no.
package pharos
