package report

// block is a piece of a report for people: exactly one of its fields is set.
type block struct {
	heading string
	text    string
	list    []string
	code    string
	table   *sheet
	warning string
	hint    string // what to do next
}

// follows reports whether b belongs right below a: hints and warnings stand
// together.
func (b *block) follows(a block) bool {
	return b.hint != "" && a.hint != "" || b.warning != "" && a.warning != ""
}
