// Package emulator is a local Azure for programs that link partner IDs and
// follow partner earned credit: Entra ID, Resource Manager with Azure
// Lighthouse, role assignments, partner admin links and the Activity log,
// Microsoft Graph and Partner Center, played from a scenario file.
//
// [New] returns an [Emulator], which is an http.Handler for use in any Go
// test; [Listen] serves it with TLS from a certificate authority of its own.
//
// # How it is made
//
//   - A [Scenario] is a strictly parsed file: what exists, and from when to when.
//   - The world is the scenario with its names resolved: every fact has an
//     interval, every question is asked "as of t" or over a time. Calls that
//     write (links, role assignments, delegations) change the world, and the
//     bill is computed from the same world.
//   - The clock stands where the scenario put it and moves only when told,
//     unless the scenario says that it is live.
//   - Handlers return a status and a body; one adapter writes them, with the
//     headers Azure sends, and the scenario's faults happen in front of it.
//
// What is not implemented is refused with 501 and the name of the call, so
// that nobody takes an empty answer for a fact. The package shares the
// vocabulary and the role table of the root package and nothing else: it
// judges its bill by code of its own, because it is there to check the rest.
package emulator
