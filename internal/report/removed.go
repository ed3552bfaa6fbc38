package report

// Removed is what `pharos usage drop` or `compact` removed, and its JSON.
type Removed struct {
	Months []MonthSize `json:"months"` // oldest first
	Lines  int64       `json:"lines"`
	Bytes  int64       `json:"bytes"` // of files whose size the ledger knows
}

// Dropped lays out which months were removed from the ledger.
func Dropped(months []MonthSize) *Report {
	return removed("Dropped from the ledger", "The ledger has no lines of these months; nothing was removed.", months)
}

// Compacted lays out what of which months was removed because it can never
// count again.
func Compacted(months []MonthSize) *Report {
	return removed("Removed from the ledger, restated by newer files", "There is nothing to compact.", months)
}

func removed(title, empty string, months []MonthSize) *Report {
	d := Removed{Months: append([]MonthSize{}, months...)}
	for _, m := range d.Months {
		d.Lines, d.Bytes = d.Lines+m.Lines, d.Bytes+m.Bytes
	}
	s := monthSizes(d.Months)
	s.empty = empty
	shown := *s
	shown.name = ""
	return &Report{title: title, document: d, data: s, book: []sheet{*s}, blocks: []block{{table: &shown}}}
}
