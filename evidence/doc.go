// Package evidence builds the dispute pack of one subscription and month: what
// the bill credited and what it should have, day by day, and the access, the
// links and the observations that say so.
//
// A pack that overstates is worthless, so it says everything: the days that
// can be disputed, and beside them those that were lost by our own doing and
// those of which nobody knows. Only credit of disputable lines is missing
// credit.
//
// The package is pure. [New] makes a [Pack] of a judged month and the history
// of access, and [CSV] turns its lines into a table that adds up to it; the
// pack's files are listed with their checksums by a [Manifest], against which
// [Verify] holds a folder. Writing them is up to the caller.
package evidence
