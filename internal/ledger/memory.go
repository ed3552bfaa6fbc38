package ledger

// DefaultMemory is what a ledger does with where nobody says otherwise, in bytes.
const DefaultMemory = 512 << 20

// sizes are how much is held in memory at a time.
type sizes struct {
	// groupRows is how many lines each worker of an import holds before it
	// writes them as a row group, at 600 bytes or less each.
	groupRows int
	// compared is how many lines are compared at a time to find which are the
	// same, at 32 bytes each. More are compared in several passes over the identities.
	compared int
	// heldFacts is how many facts all workers together sum at a time, at about
	// 150 bytes each. More are written to temporary files in between.
	heldFacts int
}

// sizesFor divides memory: beside these there are the pages being read and
// written, what strings are called by, and what the collector has not found yet.
func sizesFor(memory int64) sizes {
	const least = 1 << 10
	part := func(bytes int64) int { return int(max(least, memory/bytes)) }
	return sizes{groupRows: min(1<<17, part(1<<12)), compared: part(1 << 8), heldFacts: part(1 << 10)}
}

// Limit sets how much memory, in bytes, imports and questions are meant to
// get by with. It is called before anything else is. What does not fit is read in several
// passes or written to temporary files, so that a month's length costs time; the number of
// different subscriptions, resource groups and customers still costs memory.
func (l *Ledger) Limit(memory int64) { l.sizes = sizesFor(memory) }
